"""Reads a DICOM Segmentation (PS3.3 A.51, A.87), in a worker: what its segments are, and which pixels are in each.

Binary, fractional and label map objects all end as the same pieces: the bounding box of one segment in one frame.
"""

import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.located import locate_frames, opened
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.headers.syntax import BIG_ENDIAN
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.references import (
    Dataset,
    code_meaning,
    data_set,
    first_item,
    items_of,
    numbers_of,
    referenced_series,
    text_of,
)
from medscan_desktop.dicom.pixels.codecs import decode_frame
from medscan_desktop.dicom.pixels.frame_file import FrameFile
from medscan_desktop.dicom.pixels.stored import align, frame_shape, stored_dtype
from medscan_desktop.dicom.workers.task import Task

_LABELMAP, _FRACTIONAL = "LABELMAP", "FRACTIONAL"
_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_MOST_SEGMENTS = 65_535
_MOST_BYTES, _MOST_PIECES = 1 << 30, 1_000_000  # of all segments, as bits
_MOST_SOURCES = 64  # of one frame
Array = NDArray[Any]


def read_seg(task: Task) -> Mapping[str, Any]:
    """Emits one array of packed bits for each frame that has any; the answer's `pieces` say what they are.

    `pieces` are [frame, segment, top, left, rows, columns], in the order of the bits; each begins on a whole byte.
    """
    task.file.seek(0)
    header = scan(task.file, "the segmentation")
    if header.pixels is None:
        raise Malformed("holds no pixel data")
    dataset = data_set(task)
    with quiet():
        kind = text_of(dataset, "SegmentationType") or ("BINARY" if header.image.bits_allocated == 1 else _LABELMAP)
        segments = [_segment(item) for item in items_of(dataset, "SegmentSequence")[:_MOST_SEGMENTS]]
        groups = items_of(dataset, "PerFrameFunctionalGroupsSequence")
        shared = first_item(dataset, "SharedFunctionalGroupsSequence")
        frames = [_frame(groups[at] if at < len(groups) else {}, shared) for at in range(header.frames)]
        most = int(dataset.get("MaximumFractionalValue") or 255)
        spacing = _slice_spacing(shared)
        references = referenced_series(dataset)
    pieces: list[list[int]] = []
    size = 0
    for number, pixels in enumerate(_frames(task.file, header)):
        found = list(_found(pixels, kind, frames[number]["segment"], most))
        if found:
            packed = np.concatenate([np.packbits(bits) for _, _, bits in found])
            size += packed.nbytes
            if size > _MOST_BYTES or len(pieces) > _MOST_PIECES:  # noise as labels: every segment is everywhere
                raise Malformed("has segments in more pieces than can be shown")
            task.emit(packed)
            pieces += [[number, segment, *corner, *bits.shape] for segment, corner, bits in found]
    return {
        "type": kind,
        "fraction": text_of(dataset, "SegmentationFractionalType"),
        "label": text_of(dataset, "ContentLabel"),
        "segments": segments,
        "frames": frames,
        "pieces": pieces,
        "references": references,
        "spacing": spacing,
    }


def _segment(item: Dataset) -> dict[str, Any]:
    algorithm = first_item(item, "SegmentationAlgorithmIdentificationSequence")
    return {
        "number": int(item.get("SegmentNumber") or 0),
        "label": text_of(item, "SegmentLabel") or text_of(item, "SegmentDescription"),
        "category": code_meaning(item, "SegmentedPropertyCategoryCodeSequence"),
        "type": code_meaning(item, "SegmentedPropertyTypeCodeSequence"),
        "algorithm_type": text_of(item, "SegmentAlgorithmType"),
        "algorithm_name": text_of(item, "SegmentAlgorithmName") or text_of(algorithm, "AlgorithmName"),
        "algorithm_version": text_of(algorithm, "AlgorithmVersion"),
        "cielab": [int(value) for value in numbers_of(item, "RecommendedDisplayCIELabValue")],
    }


def _frame(group: Dataset, shared: Dataset) -> dict[str, Any]:
    """The segment of a frame (0: the pixels say it), and the source images it names."""
    known: Dataset = next(iter(_either(group, shared, "SegmentIdentificationSequence")), {})
    sources = [
        [
            str(image.get("ReferencedSOPInstanceUID") or ""),
            int((numbers_of(image, "ReferencedFrameNumber") or [1])[0]) - 1,
        ]
        for derivation in _either(group, shared, "DerivationImageSequence")
        for image in items_of(derivation, "SourceImageSequence")
    ]
    return {"segment": int(known.get("ReferencedSegmentNumber") or 0), "sources": sources[:_MOST_SOURCES]}


def _either(group: Dataset, shared: Dataset, keyword: str) -> Sequence[Dataset]:
    return items_of(group, keyword) or items_of(shared, keyword)


def _slice_spacing(shared: Dataset) -> list[float]:
    """[spacing between slices, slice thickness] in mm, 0 where the object does not say."""
    measures = first_item(shared, "PixelMeasuresSequence")
    return [(numbers_of(measures, keyword) or [0.0])[0] for keyword in ("SpacingBetweenSlices", "SliceThickness")]


def _frames(file: BinaryIO, header: Header) -> Iterator[Array]:
    """Every frame's stored values."""
    pixels, stream = header.image, opened(file, header)
    if pixels.bits_allocated == 1 and not pixels.is_encapsulated:
        yield from _bit_frames(stream, header)
        return
    shape, dtype = frame_shape(pixels), stored_dtype(pixels)
    for fragments in locate_frames(stream, header):
        if header.transfer_syntax_uid == _DEFLATED_FRAMES:
            yield _inflated_frame(FrameFile(stream, fragments).read(), header)
        elif pixels.is_encapsulated:
            body = {"pixels": asdict(pixels), "syntax": header.transfer_syntax_uid}
            decoded: list[Array] = []
            decode_frame(Task(body, io.BytesIO(FrameFile(stream, fragments).read()), decoded.append))
            yield decoded[0]
        else:
            values = np.frombuffer(FrameFile(stream, fragments).read(), dtype, count=int(np.prod(shape))).reshape(shape)
            values = values.byteswap() if header.transfer_syntax_uid == BIG_ENDIAN else values.copy()
            align(values, pixels, pixels.bits_stored, 0)
            yield values


def _inflated_frame(data: bytes, header: Header) -> Array:
    """Deflated Image Frame Compression (PS3.5 A.4.13): each frame deflated for itself."""
    pixels = header.image
    size = (pixels.rows * pixels.columns * pixels.bits_allocated + 7) // 8
    try:
        raw = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size)
    except zlib.error as error:
        raise Malformed("is damaged: a frame cannot be inflated") from error
    if len(raw) < size:
        raise Truncated("is truncated: a frame holds too few pixels")
    if pixels.bits_allocated == 1:
        bits = np.unpackbits(np.frombuffer(raw, np.uint8), count=pixels.rows * pixels.columns, bitorder="little")
        return np.asarray(bits.reshape(pixels.rows, pixels.columns))
    return np.asarray(np.frombuffer(raw, stored_dtype(pixels)).reshape(frame_shape(pixels)))


def _bit_frames(stream: BinaryIO, header: Header) -> Iterator[Array]:
    """Frames of 1-bit pixels follow each other bit by bit: they need not begin on a byte (PS3.5 8.1.1)."""
    pixels = header.image
    size = pixels.rows * pixels.columns
    for number in range(header.frames):
        first, last = number * size, (number + 1) * size
        stream.seek(pixels.offset + first // 8)
        data = stream.read((last + 7) // 8 - first // 8)
        if len(data) < (last + 7) // 8 - first // 8:
            raise Truncated("is truncated inside its pixel data")
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[first % 8 : first % 8 + size]
        yield bits.reshape(pixels.rows, pixels.columns)


def _found(pixels: Array, kind: str, segment: int, most: int) -> Iterator[tuple[int, tuple[int, int], Array]]:
    """(segment, (top, left), bits) of every segment that the frame has pixels of."""
    from scipy.ndimage import find_objects  # noqa: PLC0415  for the same reason as pydicom

    if kind == _LABELMAP or not segment:
        labels = pixels.astype(np.int32)
        for number, box in enumerate(find_objects(labels), 1):
            if box is not None:
                yield number, (box[0].start, box[1].start), labels[box] == number
        return
    inside = pixels * 2.0 + 1 >= most if kind == _FRACTIONAL else pixels != 0  # one half may be rounded down
    (box,) = find_objects(inside.astype(np.uint8), 1)
    if box is not None:
        yield segment, (box[0].start, box[1].start), inside[box]

"""Reads a header from a stream: preamble or none, any native encoding, deflated too. Never decodes a pixel."""

import struct
from collections.abc import Mapping
from typing import BinaryIO

from medscan_desktop.dicom.foreign.foreign_kind import HEAD_BYTES, not_dicom
from medscan_desktop.dicom.headers import repeats
from medscan_desktop.dicom.headers.beginning import as_written, meta_header
from medscan_desktop.dicom.headers.elements import (
    DOUBLE_PIXELS,
    FLOAT_PIXELS,
    KNOWN_VRS,
    PIXELS,
    UNDEFINED,
    Elements,
    Located,
    Malformed,
    Reader,
    Truncated,
)
from medscan_desktop.dicom.headers.encapsulated import read_fragments
from medscan_desktop.dicom.headers.frames import per_frame_values, regions_of, shared_values
from medscan_desktop.dicom.headers.header import Header, Pixels
from medscan_desktop.dicom.headers.identity import identified
from medscan_desktop.dicom.headers.inflate import inflated
from medscan_desktop.dicom.headers.syntax import (
    BIG_ENDIAN,
    CODECS,
    DEFLATED,
    ENCAPSULATED,
    EXPLICIT,
    IMPLICIT,
    Codec,
    encoding_of,
)
from medscan_desktop.dicom.headers.tags import OVERLAY_ROWS, PALETTE_DESCRIPTOR, SCAN_TAGS, TAGS
from medscan_desktop.dicom.headers.values import attribute_values
from medscan_desktop.dicom.pixels.tables import voi_items
from medscan_desktop.dicom.stacks.displayable import is_image_class
from medscan_desktop.domain.errors import FileRefused, NotDicom
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid

_MAX_STRAYS = 200  # elements that are out of order
_MAX_PIXEL_BYTES = 16 << 30  # of one instance, decoded
_KINDS = {FLOAT_PIXELS: ("float", 32), DOUBLE_PIXELS: ("double", 64), PIXELS: ("integer", 0)}


def scan(stream: BinaryIO, label: str) -> Header:
    """The header of one file. `label` names the file in it (as it may be shown) and in errors.

    NotDicom where it is something else (empty, text, a picture); FileRefused where it is damaged, truncated, or lacks
    what identifies an instance.
    """
    reader = Reader(stream, SCAN_TAGS)
    if reader.size == 0:
        raise NotDicom(label, "empty file")
    try:
        meta, start = _start(reader)
    except Malformed as error:
        raise FileRefused(label, f"the file {error}") from error
    if not meta:
        raise NotDicom(label, not_dicom(reader.bytes_at(0, HEAD_BYTES), label))
    try:
        if meta["TransferSyntaxUID"] == DEFLATED:
            stream = inflated(stream, start)
            reader = Reader(stream, SCAN_TAGS)
        return _read(stream, reader, meta, start, label)
    except Malformed as error:
        raise FileRefused(label, f"the file {error}") from error


def _start(reader: Reader) -> tuple[dict[str, str], int]:
    """The meta header with its transfer syntax and where the data set begins; empty where this is no DICOM file."""
    found = meta_header(reader)
    if found is None:
        syntax = _guessed(reader.bytes_at(0, 12), reader.size)
        return ({"TransferSyntaxUID": syntax} if syntax else {}), 0
    elements, start = found
    meta = attribute_values(elements)
    syntax = meta.get("TransferSyntaxUID") or _guessed(reader.bytes_at(start, 12), reader.size - start)
    if not syntax:
        raise Malformed("names no transfer syntax")
    return meta | {"TransferSyntaxUID": syntax}, start


def _guessed(head: bytes, size: int) -> str:
    """The syntax of a data set that begins with `head`, by its first element; "" where that is none."""
    if len(head) < 12:
        return ""
    for order, syntax in (("<", EXPLICIT), (">", BIG_ENDIAN)):
        group, number, vr, length = struct.unpack(order + "HH2sH", head[:8])
        if group == 8 and number <= 0x70 and vr in KNOWN_VRS and length < size:
            return syntax
    group, number, length = struct.unpack("<HHI", head[:8])
    return IMPLICIT if group == 8 and number <= 0x70 and length < size and length < 1024 else ""


def _read(stream: BinaryIO, reader: Reader, meta: Mapping[str, str], start: int, label: str) -> Header:
    syntax = meta["TransferSyntaxUID"]
    elements, end = repeats.data_set(reader, start, as_written(reader, start, encoding_of(syntax)))
    end = _past_strays(reader, elements, end)
    attributes = identified(attribute_values(elements), meta)
    attributes = shared_values(elements, attributes) | attributes
    frames = max(1, _integer(attributes, "NumberOfFrames", 1))
    located = reader.located(end, elements.encoding) if end < reader.size else None
    pixels = _pixels(stream, reader, elements, attributes, located, frames)
    if pixels is not None and syntax in CODECS and pixels.is_encapsulated != _is_encapsulated(syntax):
        raise Malformed("contradicts itself about whether its pixels are compressed")
    return Header(
        label=shown(label),
        sop_class_uid=attributes["SOPClassUID"],
        transfer_syntax_uid=syntax,
        study_instance_uid=StudyUid(attributes["StudyInstanceUID"]),
        series_instance_uid=SeriesUid(attributes["SeriesInstanceUID"]),
        sop_instance_uid=InstanceUid(attributes["SOPInstanceUID"]),
        frames=frames if pixels else 1,
        attributes=attributes,
        pixels=pixels,
        per_frame=per_frame_values(elements, attributes, frames) if pixels else {},
        regions=regions_of(elements),
    )


def _past_strays(reader: Reader, elements: Elements, end: int) -> int:
    """Read on behind elements that belong after the pixel data and came before them; where the pixel data begin.

    One damaged tag must not hide the rest of a header.
    """
    for _ in range(_MAX_STRAYS):
        stray = reader.located(end, elements.encoding) if end < reader.size else None
        if stray is None or stray.tag in _KINDS:
            return end
        for before in (stray.tag + 1, FLOAT_PIXELS):
            part, end = reader.data_set(end, elements.encoding, before)
            elements.raw.update(part.raw)
            elements.items.update(part.items)
            if elements.fresh is not None:
                elements.fresh.update(part.raw)
    raise Malformed("is damaged: its elements are in no order")


def _is_encapsulated(syntax: str) -> bool:
    return syntax == ENCAPSULATED or CODECS[syntax] is not Codec.NATIVE


def _pixels(
    stream: BinaryIO,
    reader: Reader,
    elements: Elements,
    attributes: Mapping[str, str],
    located: Located | None,
    frames: int,
) -> Pixels | None:
    """The pixel module with its place in the file, checked against the file's size; None for an object without."""
    if located is None or located.tag not in _KINDS:
        if is_image_class(attributes["SOPClassUID"]) or {"Rows", "BitsAllocated"} <= attributes.keys():
            raise Truncated("describes an image and has no pixel data: it may be truncated")
        return None
    kind, bits = _KINDS[located.tag]
    bits_allocated = bits or _integer(attributes, "BitsAllocated", 0)
    bits_stored = bits or _integer(attributes, "BitsStored", bits_allocated)
    pixels = Pixels(
        rows=_integer(attributes, "Rows", 0),
        columns=_integer(attributes, "Columns", 0),
        samples=_integer(attributes, "SamplesPerPixel", 1),
        bits_allocated=bits_allocated,
        bits_stored=bits_stored,
        high_bit=bits_stored - 1 if bits else _integer(attributes, "HighBit", bits_stored - 1),
        is_signed=_integer(attributes, "PixelRepresentation", 0) == 1,
        photometric=attributes.get("PhotometricInterpretation", "MONOCHROME2"),
        planar=_integer(attributes, "PlanarConfiguration", 0),
        offset=located.offset,
        length=-1 if located.length == UNDEFINED else located.length,
        kind=kind,
        has_tables=PALETTE_DESCRIPTOR in elements.raw
        or bool(elements.items.get(TAGS["ModalityLUTSequence"]) or voi_items(elements)),
        has_overlays=not OVERLAY_ROWS.isdisjoint(elements.raw),
    )
    _check_layout(pixels)
    if frames * pixels.frame_bits > 8 * _MAX_PIXEL_BYTES:
        raise Malformed("claims more pixels than can be shown")
    if pixels.is_encapsulated:
        read_fragments(stream, pixels.offset)
    else:
        _check_native(pixels, frames, reader.size)
    return pixels


def _check_layout(pixels: Pixels) -> None:
    if pixels.rows < 1 or pixels.columns < 1:
        raise Malformed("has pixel data without rows or columns")
    if pixels.samples not in (1, 3, 4) or pixels.bits_allocated not in (1, 8, 16, 32, 64):
        raise Malformed(f"has {pixels.samples} samples of {pixels.bits_allocated} bits a pixel, which no image has")
    if not 1 <= pixels.bits_stored <= pixels.high_bit + 1 <= pixels.bits_allocated:
        raise Malformed("contradicts itself about how many bits a pixel has")


def _check_native(pixels: Pixels, frames: int, size: int) -> None:
    needed = (frames * pixels.frame_bits + 7) // 8
    there = size - pixels.offset
    if there < min(needed, pixels.length) or (there < needed <= pixels.length):
        raise Truncated(f"is truncated: {max(there, 0):,} of {needed:,} bytes of pixel data are there")
    if pixels.length < needed:
        raise Truncated(
            f"is truncated: its pixel data hold {pixels.length:,} of the {needed:,} bytes that its size needs"
        )


def _integer(attributes: Mapping[str, str], keyword: str, default: int) -> int:
    text = attributes.get(keyword)
    if text is None:
        return default
    try:
        return int(text) if text.isdigit() else int(float(text.split("\\")[0]))
    except (ValueError, OverflowError):
        return default

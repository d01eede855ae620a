"""Compressed frames to stored values. Codecs are foreign C at work on foreign bytes: this runs in worker processes.

Stored values are right-aligned, without what lies outside BitsStored, and signed as PixelRepresentation says. Colours
stay in the colour space of the stream; its name is part of the answer.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.dicom.headers.header import Pixels
from medscan_desktop.dicom.headers.syntax import CODECS, Codec
from medscan_desktop.dicom.pixels.codestream import Codestream, is_usual_lossless, read_codestream
from medscan_desktop.dicom.pixels.stored import align, frame_shape, stored_dtype
from medscan_desktop.dicom.workers.task import Task

Array = NDArray[Any]

_END_OF_IMAGE = b"\xff\xd9"  # of all five; it cannot stand inside coded data
_AFTER_THE_END = 64  # bytes of padding that some writers leave there
_CODEC_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, OverflowError)


def decode_frame(task: Task) -> Mapping[str, Any]:
    """The task's file is one frame's codestream. Body: "pixels", the fields of `Pixels`, and the transfer "syntax".

    Emits the stored values and answers their "photometric" interpretation. Malformed where the bytes are not the frame
    that `pixels` describes.
    """
    pixels = Pixels(**task.body["pixels"])
    codec = CODECS[task.body["syntax"]]
    data = task.file.read()
    if codec is Codec.RLE:
        values, photometric = _rle(data, pixels), pixels.photometric
    else:
        values, photometric = _compressed(data, codec, pixels)
    task.emit(values)
    return {"photometric": photometric}


def _rle(data: bytes, pixels: Pixels) -> Array:
    """PS3.5 G. Segments are byte planes, most significant first, sample after sample.

    The header is read here: imagecodecs 2026.3.6 follows a false one out of bounds and ends the process.
    """
    out = np.empty(frame_shape(pixels), stored_dtype(pixels))
    count = pixels.samples * out.itemsize
    if len(data) < 64:
        raise Truncated("is truncated: an RLE frame ends inside its own header")
    said, *offsets = np.frombuffer(data, "<u4", 16).tolist()
    ends = [*offsets[1:count], len(data)]
    if said != count or any(not 64 <= start <= end <= len(data) for start, end in zip(offsets, ends, strict=False)):
        raise Malformed("is damaged: an RLE frame has a false header")
    planes = out.view(np.uint8).reshape(pixels.rows * pixels.columns, pixels.samples, out.itemsize)
    for segment, (start, end) in enumerate(zip(offsets, ends, strict=False)):
        sample, byte = divmod(segment, out.itemsize)
        planes[:, sample, out.itemsize - 1 - byte] = _unpacked(data[start:end], len(planes))
    align(out, pixels, pixels.bits_stored, 0)
    return out


def _unpacked(segment: bytes, size: int) -> NDArray[np.uint8]:
    import imagecodecs  # noqa: PLC0415  only a worker needs it

    try:
        found = np.frombuffer(imagecodecs.packbits_decode(segment), np.uint8)
    except _CODEC_ERRORS as error:
        raise Malformed("is damaged: an RLE frame cannot be decoded") from error
    if len(found) < size:
        raise Truncated("is truncated: an RLE frame holds too few pixels")
    return found[:size]


def _compressed(data: bytes, codec: Codec, pixels: Pixels) -> tuple[Array, str]:
    stream = read_codestream(data)
    if (stream.rows, stream.columns, stream.samples) != (pixels.rows, pixels.columns, pixels.samples):
        raise Malformed(
            f"contradicts itself: a frame of {stream.columns}×{stream.rows}×{stream.samples} where the header says "
            f"{pixels.columns}×{pixels.rows}×{pixels.samples}"
        )
    if _END_OF_IMAGE not in data[-_AFTER_THE_END:]:
        # libjpeg and OpenJPH would fill what is missing with grey and say nothing; CharLS 2.4 looks for it for seconds
        raise Truncated(f"is truncated: a {stream.codec} frame ends without its end marker")
    decoder = _DECODERS[Codec.HTJ2K if codec is Codec.HTJ2K else stream.codec]
    try:
        values = decoder(data, stream)
    except _CODEC_ERRORS as error:
        raise Malformed(f"is damaged: a {stream.codec} frame cannot be decoded") from error
    dtype = stored_dtype(pixels)
    if values.shape != frame_shape(pixels) or values.itemsize > dtype.itemsize:
        raise Malformed(f"contradicts itself: a {stream.codec} frame of {stream.bits} bits a sample")
    is_alike = values.itemsize == dtype.itemsize and dtype.kind != "f"
    values = values.view(dtype) if is_alike else values.astype(dtype)
    if pixels.is_signed and not stream.is_signed:  # codecs give unsigned values for signed files
        align(values, pixels, pixels.bits_stored, 0)
    elif not pixels.is_signed:  # the depth is the codestream's
        align(values, pixels, max(stream.bits, pixels.bits_stored), 0)
    return values, _photometric(stream, pixels)


def _photometric(stream: Codestream, pixels: Pixels) -> str:
    """The colour space that was decoded: the codestream's word, then the header's."""
    if pixels.samples == 1:
        return pixels.photometric
    if stream.colour:
        return "RGB" if stream.colour == "RGB" else "YBR_FULL"
    if pixels.photometric in ("YBR_ICT", "YBR_RCT"):  # no transform in the stream: its components are the colours
        return "RGB"
    return "YBR_FULL" if pixels.photometric.startswith("YBR_FULL") else pixels.photometric


def _jpeg(data: bytes, stream: Codestream) -> Array:
    """Samples as coded: libjpeg is told that input and output colours are the same, so it converts nothing."""
    import imagecodecs  # noqa: PLC0415  only a worker needs it

    if stream.samples == 3:
        return np.asarray(imagecodecs.jpeg8_decode(data, colorspace="YCBCR", outcolorspace="YCBCR"))
    return np.asarray(imagecodecs.jpeg8_decode(data))


def _jpeg_lossless(data: bytes, _: Codestream) -> Array:
    """The usual kind by the faster of two decoders, which does not check what it is given."""
    import imagecodecs  # noqa: PLC0415  only a worker needs it

    if is_usual_lossless(data):
        return np.asarray(imagecodecs.ljpeg_decode(data))
    return np.asarray(imagecodecs.jpegsof3_decode(data))


def _plain(name: str) -> Callable[[bytes, Codestream], Array]:
    """The decoder of this name in imagecodecs."""

    def decode(data: bytes, _: Codestream) -> Array:
        import imagecodecs  # noqa: PLC0415  only a worker needs it

        return np.asarray(getattr(imagecodecs, name)(data))

    return decode


_DECODERS: dict[Codec, Callable[[bytes, Codestream], Array]] = {
    Codec.JPEG: _jpeg,
    Codec.JPEG_LOSSLESS: _jpeg_lossless,
    Codec.JPEG_LS: _plain("jpegls_decode"),
    Codec.JPEG_2000: _plain("jpeg2k_decode"),
    Codec.HTJ2K: _plain("htj2k_decode"),
}

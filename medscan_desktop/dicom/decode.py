"""One frame's bytes to stored values: the one place where pixels are decoded, so that it can move to another process.

Stored values are right-aligned, without what lies outside BitsStored (old overlays), and signed as PixelRepresentation
says. Colours stay in the colour space of the stream; its name is returned. Rescale and colour conversion come later.
"""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.codestream import Codestream, read_codestream
from medscan_desktop.dicom.elements import Malformed, Truncated
from medscan_desktop.dicom.encapsulated import Fragment
from medscan_desktop.dicom.header import Pixels
from medscan_desktop.dicom.syntax import BIG_ENDIAN, CODECS, Codec

Array = NDArray[Any]

_CODEC_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, MemoryError, OverflowError)
_FLOATS: dict[str, np.dtype[Any]] = {"float": np.dtype(np.float32), "double": np.dtype(np.float64)}


def stored_dtype(pixels: Pixels) -> np.dtype[Any]:
    """The type of stored values, in the machine's byte order."""
    if pixels.kind in _FLOATS:
        return _FLOATS[pixels.kind]
    size = max(1, pixels.bits_allocated // 8)
    return np.dtype(f"{'i' if pixels.is_signed else 'u'}{size}")


def frame_shape(pixels: Pixels) -> tuple[int, ...]:
    """(rows, columns), with (..., samples) for colour."""
    return (pixels.rows, pixels.columns) + ((pixels.samples,) if pixels.samples > 1 else ())


def decode(
    stream: BinaryIO, fragments: Sequence[Fragment], pixels: Pixels, transfer_syntax_uid: str, out: Array
) -> str:
    """Read one frame from `fragments` and write its stored values into `out`; gives their photometric interpretation.

    `out` is C-contiguous, of `stored_dtype` and `frame_shape`. Truncated or Malformed where the bytes do not make the
    frame that `pixels` describes.
    """
    codec = CODECS[transfer_syntax_uid]
    if codec is Codec.NATIVE:
        return _native(stream, fragments, pixels, transfer_syntax_uid, out)
    data = b"".join(_read(stream, fragment) for fragment in fragments)
    if codec is Codec.RLE:
        _rle(data, pixels, out)
        _align(out, pixels, pixels.bits_stored, 0)
        return pixels.photometric
    return _compressed(data, codec, pixels, out)


def _read(stream: BinaryIO, fragment: Fragment) -> bytes:
    stream.seek(fragment.offset)
    data = stream.read(fragment.length)
    while len(data) < fragment.length and (part := stream.read(fragment.length - len(data))):
        data += part
    if len(data) < fragment.length:
        raise Truncated("is truncated inside its pixel data")
    return data


def _read_into(stream: BinaryIO, offset: int, target: Array) -> None:
    """Fill `target` from the stream without a copy between."""
    view = memoryview(target.data).cast("B")
    stream.seek(offset)
    filled = 0
    while filled < len(view):
        count = stream.readinto(view[filled:])  # type: ignore[attr-defined]  # every binary stream of the product has it
        if not count:
            raise Truncated("is truncated inside its pixel data")
        filled += count


def _native(
    stream: BinaryIO, fragments: Sequence[Fragment], pixels: Pixels, transfer_syntax_uid: str, out: Array
) -> str:
    offset = fragments[0].offset
    if len(fragments) != 1 or fragments[0].length * 8 < pixels.frame_bits:
        raise Truncated("is truncated: a frame holds too few pixels")
    if pixels.bits_allocated == 1:
        packed = np.frombuffer(_read(stream, fragments[0]), np.uint8)
        out.reshape(-1)[:] = np.unpackbits(packed, count=out.size, bitorder="little")
        return pixels.photometric
    if pixels.photometric == "YBR_FULL_422":
        if pixels.columns % 2 or pixels.bits_allocated != 8:
            raise Malformed("contradicts itself: its pixels cannot share colours in pairs")
        _expand_422(np.frombuffer(_read(stream, fragments[0]), np.uint8), out)
        return "YBR_FULL"
    if pixels.samples > 1 and pixels.planar == 1:
        planes = np.empty((pixels.samples, pixels.rows, pixels.columns), out.dtype)
        _read_into(stream, offset, planes)
        out[:] = planes.transpose(1, 2, 0)
    else:
        _read_into(stream, offset, out)
    if transfer_syntax_uid == BIG_ENDIAN and out.itemsize > 1:
        out.byteswap(inplace=True)
    if pixels.kind == "integer":
        _align(out, pixels, pixels.bits_stored, pixels.high_bit + 1 - pixels.bits_stored)
    return pixels.photometric


def _expand_422(data: NDArray[np.uint8], out: Array) -> None:
    """Y1 Y2 Cb Cr for each pair of pixels (PS3.3 C.7.6.3.1.2)."""
    pairs = data[: out.shape[0] * out.shape[1] * 2].reshape(out.shape[0], out.shape[1] // 2, 4)
    out[:, 0::2, 0], out[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    for sample in (1, 2):
        out[:, 0::2, sample] = out[:, 1::2, sample] = pairs[..., sample + 1]


def _align(out: Array, pixels: Pixels, bits: int, shift: int) -> None:
    """Keep `bits` above `shift`, in place, with the sign of PixelRepresentation."""
    width = out.itemsize * 8
    if bits >= width:
        return
    if pixels.is_signed:
        np.left_shift(out, width - bits - shift, out=out)
        np.right_shift(out, width - bits, out=out)
        return
    if shift:
        np.right_shift(out, shift, out=out)
    np.bitwise_and(out, out.dtype.type((1 << bits) - 1), out=out)


def _rle(data: bytes, pixels: Pixels, out: Array) -> None:
    """PS3.5 G. Segments are byte planes, most significant first, sample after sample.

    The header is read here: imagecodecs 2026.3.6 follows a false one out of bounds and ends the process.
    """
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


def _unpacked(segment: bytes, size: int) -> NDArray[np.uint8]:
    try:
        found = np.frombuffer(imagecodecs.packbits_decode(segment), np.uint8)
    except _CODEC_ERRORS as error:
        raise Malformed("is damaged: an RLE frame cannot be decoded") from error
    if len(found) < size:
        raise Truncated("is truncated: an RLE frame holds too few pixels")
    return found[:size]


def _compressed(data: bytes, codec: Codec, pixels: Pixels, out: Array) -> str:
    stream = read_codestream(data)
    if (stream.rows, stream.columns, stream.samples) != (pixels.rows, pixels.columns, pixels.samples):
        raise Malformed(
            f"contradicts itself: a frame of {stream.columns}×{stream.rows}×{stream.samples} where the header says "
            f"{pixels.columns}×{pixels.rows}×{pixels.samples}"
        )
    decoder = _DECODERS[Codec.HTJ2K if codec is Codec.HTJ2K else stream.codec]
    try:
        values = decoder(data)
    except _CODEC_ERRORS as error:
        raise Malformed(f"is damaged: a {stream.codec} frame cannot be decoded") from error
    if values.shape != out.shape or values.itemsize > out.itemsize:
        raise Malformed(f"contradicts itself: a {stream.codec} frame of {stream.bits} bits a sample")
    out[:] = values
    if pixels.is_signed and not stream.is_signed:  # codecs give unsigned values for signed files
        _align(out, pixels, pixels.bits_stored, 0)
    elif not pixels.is_signed:  # the depth is the codestream's
        _align(out, pixels, max(stream.bits, pixels.bits_stored), 0)
    return _photometric(stream, pixels)


def _photometric(stream: Codestream, pixels: Pixels) -> str:
    """The colour space that was decoded: the codestream's word, then the header's."""
    if pixels.samples == 1:
        return pixels.photometric
    if stream.colour:
        return "RGB" if stream.colour == "RGB" else "YBR_FULL"
    if pixels.photometric in ("YBR_ICT", "YBR_RCT"):  # no transform in the stream: its components are the colours
        return "RGB"
    return "YBR_FULL" if pixels.photometric.startswith("YBR_FULL") else pixels.photometric


def _jpeg(data: bytes) -> Array:
    """Samples as coded: libjpeg is told that input and output colours are the same, so it converts nothing."""
    if read_codestream(data).samples == 3:
        return np.asarray(imagecodecs.jpeg8_decode(data, colorspace="YCBCR", outcolorspace="YCBCR"))
    return np.asarray(imagecodecs.jpeg8_decode(data))


_DECODERS: dict[Codec, Callable[[bytes], Array]] = {
    Codec.JPEG: _jpeg,
    Codec.JPEG_LOSSLESS: lambda data: np.asarray(imagecodecs.jpegsof3_decode(data)),
    Codec.JPEG_LS: lambda data: np.asarray(imagecodecs.jpegls_decode(data)),
    Codec.JPEG_2000: lambda data: np.asarray(imagecodecs.jpeg2k_decode(data)),
    Codec.HTJ2K: lambda data: np.asarray(imagecodecs.htj2k_decode(data)),
}

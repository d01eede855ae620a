"""One frame's bytes to stored values in a given buffer.

Uncompressed pixels are plain copies and are read here, straight into their place; every codestream goes to a worker
process. Stored values are right-aligned, without what lies outside BitsStored (old overlays), and signed as
PixelRepresentation says. Colours stay in the colour space of the stream; its name is returned. Rescale and colour
conversion come later.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.dicom.headers.encapsulated import Fragment
from medscan_desktop.dicom.headers.header import Pixels
from medscan_desktop.dicom.headers.syntax import BIG_ENDIAN, CODECS, Codec
from medscan_desktop.dicom.pixels.frame_file import FrameFile
from medscan_desktop.dicom.pixels.stored import align
from medscan_desktop.dicom.workers.workers import Workers

Array = NDArray[Any]
_LAYOUT = tuple(field.name for field in fields(Pixels))
_PHOTOMETRIC = frozenset(
    ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
)


def decode(
    stream: BinaryIO,
    fragments: Sequence[Fragment],
    pixels: Pixels,
    transfer_syntax_uid: str,
    out: Array,
    workers: Workers,
    label: str,
) -> str:
    """Read one frame from `fragments` and write its stored values into `out`; gives their photometric interpretation.

    `out` is C-contiguous, of `stored_dtype` and `frame_shape`. Truncated, Malformed or FileRefused where the bytes do
    not make the frame that `pixels` describes; Hostile where they ended or hung the worker. `label` names the file.
    """
    if CODECS[transfer_syntax_uid] is Codec.NATIVE:
        return _native(stream, fragments, pixels, transfer_syntax_uid, out)
    arrived = False

    def take(values: Array) -> None:
        nonlocal arrived
        if values.shape != out.shape or values.dtype != out.dtype:
            raise Malformed("contradicts itself: a frame of another form than its header says")
        out[...] = values
        arrived = True

    layout = {name: getattr(pixels, name) for name in _LAYOUT}
    body = {"pixels": layout, "syntax": transfer_syntax_uid}
    file = cast(BinaryIO, FrameFile(stream, fragments))
    answer = workers.run("decode", body, file, label=label, received=take)
    photometric = str(answer.get("photometric", ""))
    if not arrived or photometric not in _PHOTOMETRIC | {pixels.photometric}:
        raise Malformed("is damaged: a frame cannot be decoded")
    return photometric


def _read(stream: BinaryIO, fragment: Fragment) -> bytes:
    return FrameFile(stream, (fragment,)).read()


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
        align(out, pixels, pixels.bits_stored, pixels.high_bit + 1 - pixels.bits_stored)
    return pixels.photometric


def _expand_422(data: NDArray[np.uint8], out: Array) -> None:
    """Y1 Y2 Cb Cr for each pair of pixels (PS3.3 C.7.6.3.1.2)."""
    pairs = data[: out.shape[0] * out.shape[1] * 2].reshape(out.shape[0], out.shape[1] // 2, 4)
    out[:, 0::2, 0], out[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    for sample in (1, 2):
        out[:, 0::2, sample] = out[:, 1::2, sample] = pairs[..., sample + 1]

"""Deflated files (PS3.5 A.5) as a stream of inflated bytes, limited by what really comes out."""

import io
import zlib
from typing import BinaryIO

from medscan_desktop.dicom.elements import Malformed, Truncated

_MAX_BYTES = 2 << 30
_MAX_RATIO = 1000  # flat images reach some 1,000:1, the format's own limit is 1,032:1
_FREE_BYTES = 64 << 20  # a ratio is no worry below this
_STEP = 1 << 20


def inflated(stream: BinaryIO, start: int) -> BinaryIO:
    """The bytes before `start` as they are, those from `start` inflated. Offsets of a deflated header point here."""
    size = stream.seek(0, 2)
    stream.seek(0)
    out = io.BytesIO()
    out.write(stream.read(start))
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while not engine.eof and (block := engine.unconsumed_tail or stream.read(_STEP)):
            out.write(engine.decompress(block, _STEP))
            _check(out.tell(), size)
        out.write(engine.flush())
    except zlib.error as error:
        raise Malformed("is damaged: its deflated data cannot be inflated") from error
    if not engine.eof:
        raise Truncated("is truncated: its deflated data end too early")
    return out


def _check(inflated_size: int, size: int) -> None:
    if inflated_size > _MAX_BYTES or inflated_size > max(_FREE_BYTES, size * _MAX_RATIO):
        raise Malformed("inflates to far more than an image holds")

"""Deflated files (PS3.5 A.5) as a stream of inflated bytes, limited by what really comes out.

A short one is held whole; a long one is inflated again from the nearest mark as it is read, so that all of it is never
in memory.
"""

import io
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.domain.seekable import SeekableBytes

_MAX_BYTES = 4 << 30
_MAX_RATIO = 200  # images reach 20:1; only what is nearly all blank reaches more
_FREE_BYTES = 64 << 20  # a ratio is no worry below this
_HELD_BYTES = 16 << 20
_STEP = 1 << 18
_MARK_EVERY = 16 << 20


def inflated(stream: BinaryIO, start: int) -> BinaryIO:
    """The bytes before `start` as they are, those from `start` inflated. Offsets of a deflated header point here.

    Malformed or Truncated where they cannot be inflated to their end, or inflate to more than an image holds.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    held = io.BytesIO()
    held.write(stream.read(start))
    engine = _Engine(stream, start)
    total = start
    while part := engine.next():
        total += len(part)
        if total > min(_MAX_BYTES, max(_FREE_BYTES, size * _MAX_RATIO)):
            raise Malformed("inflates to far more than an image holds")
        if total <= _HELD_BYTES:
            held.write(part)
    if total <= _HELD_BYTES:
        held.seek(0)
        return held
    return cast(BinaryIO, io.BufferedReader(_Inflated(stream, start, total)))


class _Engine:
    """Inflates a stream from a place in it, part by part."""

    def __init__(self, stream: BinaryIO, position: int, engine: Any = None, tail: bytes = b"") -> None:
        self._stream = stream
        self._position = position
        self._engine = engine if engine is not None else zlib.decompressobj(-zlib.MAX_WBITS)
        self._tail = tail

    def copy(self) -> "_Engine":
        """The same at this moment, to go on from later."""
        return _Engine(self._stream, self._position, self._engine.copy(), self._tail)

    def next(self) -> bytes:
        """What comes out next, b"" at the end."""
        try:
            while not self._engine.eof:
                if not self._tail:
                    self._stream.seek(self._position)
                    self._tail = self._stream.read(_STEP)
                    self._position += len(self._tail)
                is_last = not self._tail  # what little the engine still holds comes by `flush`
                part: bytes = self._engine.flush() if is_last else self._engine.decompress(self._tail, _STEP)
                self._tail = self._engine.unconsumed_tail
                if part:
                    return part
                if is_last and not self._engine.eof:
                    raise Truncated("is truncated: its deflated data end too early")
        except zlib.error as error:
            raise Malformed("is damaged: its deflated data cannot be inflated") from error
        return b""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place in what comes out, and the engine that stands there."""

    position: int
    engine: _Engine


class _Inflated(SeekableBytes):
    """What comes out, `total` bytes of it, as a seekable stream. Not for several threads at once."""

    def __init__(self, stream: BinaryIO, start: int, total: int) -> None:
        super().__init__(total)
        self._stream = stream
        self._start = start
        self._marks = [_Mark(start, _Engine(stream, start))]
        self._engine = self._marks[0].engine.copy()
        self._part, self._part_at = b"", start

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")
        if self._position < self._start:
            self._stream.seek(self._position)
            data = self._stream.read(min(len(target), self._start - self._position))
        else:
            data = self._at_position()[: len(target)]
        target[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _at_position(self) -> bytes:
        """What is at hand from the position on; b"" at the end."""
        if self._position >= self._size:
            return b""
        if self._position < self._part_at:
            mark = self._marks[bisect_right(self._marks, self._position, key=lambda one: one.position) - 1]
            self._engine, self._part, self._part_at = mark.engine.copy(), b"", mark.position
        while self._position >= self._part_at + len(self._part):
            self._part_at += len(self._part)
            if self._part_at - self._marks[-1].position >= _MARK_EVERY:
                self._marks.append(_Mark(self._part_at, self._engine.copy()))
            self._part = self._engine.next()
            if not self._part:
                return b""
        return self._part[self._position - self._part_at :]

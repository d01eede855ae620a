"""The bytes of a video inside a DICOM file as one stream, whatever fragments it lies in (PS3.5 A.4, 8.2.5-8.2.10)."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO

from medscan_desktop.dicom.headers.encapsulated import Fragment, read_fragments

_KINDS = (  # how a stream begins, where, and what it is
    (0, b"\x00\x00\x01\xba", "MPEG program stream", "mpg"),
    (0, b"\x00\x00\x01\xb3", "MPEG-2", "m2v"),
    (0, b"\x00\x00\x00\x01", "H.264 or HEVC", "bin"),
    (0, b"\x00\x00\x01", "H.264 or HEVC", "bin"),
    (4, b"ftyp", "MP4", "mp4"),
)
_TS_PACKET, _TS_SYNC = 188, 0x47


class ClipStream(io.RawIOBase):
    """Read-only and seekable; nothing is kept of what was read."""

    def __init__(self, file: BinaryIO, fragments: Sequence[Fragment]) -> None:
        super().__init__()
        self._file = file
        self._fragments = [fragment for fragment in fragments if fragment.length]
        self._starts = [0, *accumulate(fragment.length for fragment in self._fragments)]
        self._at = 0

    @classmethod
    def of(cls, file: BinaryIO, offset: int) -> "ClipStream":
        """The pixel data whose first item (the offset table) is at `offset`. Truncated or Malformed as they are."""
        return cls(file, read_fragments(file, offset).fragments)

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self._starts[-1]

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As every stream does."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, over the borders of fragments."""
        wanted = self.size - self._at if size < 0 else min(size, self.size - self._at)
        parts = []
        while wanted > 0:
            index = bisect_right(self._starts, self._at) - 1
            inside = self._at - self._starts[index]
            fragment = self._fragments[index]
            self._file.seek(fragment.offset + inside)
            part = self._file.read(min(wanted, fragment.length - inside))
            if not part:
                break
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def readinto(self, target: "memoryview") -> int:  # type: ignore[override]  # any writable buffer
        """Fill `target`; how many bytes came."""
        data = self.read(len(target))
        target[: len(data)] = data
        return len(data)


def kind_of(beginning: bytes) -> tuple[str, str]:
    """What the stream is and the suffix of such a file, by its first bytes; ("", "bin") for what no clip begins with.

    Only these are ever given to the decoder: a playlist, which could name other files and hosts, is none of them.
    """
    if len(beginning) > _TS_PACKET and beginning[0] == beginning[_TS_PACKET] == _TS_SYNC:
        return "MPEG transport stream", "ts"
    for at, mark, name, suffix in _KINDS:
        if beginning[at : at + len(mark)] == mark:
            return name, suffix
    return "", "bin"

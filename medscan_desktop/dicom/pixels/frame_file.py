"""The bytes of one frame, which may lie in several fragments, as a file of their own."""

import io
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from medscan_desktop.dicom.headers.elements import Truncated
from medscan_desktop.dicom.headers.encapsulated import Fragment

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class FrameFile(io.RawIOBase):
    """Read-only and seekable. Truncated where the stream ends before a fragment does. Closing leaves the stream open.

    `whole` is the file that the frame is a part of.
    """

    def __init__(self, whole: BinaryIO, fragments: Sequence[Fragment]) -> None:
        super().__init__()
        self.whole = whole
        self._fragments = fragments
        self._size = sum(fragment.length for fragment in fragments)
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The position in the frame's bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move in the frame's bytes; past the end is allowed and reads nothing."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readall(self) -> bytes:
        """The rest of the frame."""
        buffer = bytearray(max(0, self._size - self._position))
        self.readinto(buffer)
        return bytes(buffer)

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer as far as the frame goes."""
        target = memoryview(buffer).cast("B")
        filled, start = 0, 0
        for fragment in self._fragments:
            within = self._position - start
            if 0 <= within < fragment.length and filled < len(target):
                count = min(fragment.length - within, len(target) - filled)
                self._fill(fragment.offset + within, target[filled : filled + count])
                filled += count
                self._position += count
            start += fragment.length
        return filled

    def _fill(self, offset: int, target: memoryview) -> None:
        self.whole.seek(offset)
        while target:
            count = self.whole.readinto(target)  # type: ignore[attr-defined]  # every stream of the product has it
            if not count:
                raise Truncated("is truncated inside its pixel data")
            target = target[count:]

"""The bytes of one frame, which may lie in several fragments, as a file of their own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from medscan_desktop.dicom.headers.elements import Truncated
from medscan_desktop.dicom.headers.encapsulated import Fragment
from medscan_desktop.domain.seekable import SeekableBytes

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class FrameFile(SeekableBytes):
    """Read-only and seekable. Truncated where the stream ends before a fragment does. Closing leaves the stream open.

    `whole` is the file that the frame is a part of.
    """

    def __init__(self, whole: BinaryIO, fragments: Sequence[Fragment]) -> None:
        super().__init__(sum(fragment.length for fragment in fragments))
        self.whole = whole
        self._fragments = fragments

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

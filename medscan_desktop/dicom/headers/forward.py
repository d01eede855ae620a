"""Random access over bytes that can only be unpacked from their beginning on: an entry of a ZIP archive.

Small ones are kept as they come out; of large ones nothing is kept, and going back begins anew. So the memory that a
file costs is bounded whatever its size, and only as much is unpacked as is asked for.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.domain.seekable import SeekableBytes

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

KEPT_BYTES = 32 << 20
_STEP = 1 << 18
_BEGINNINGS = 24  # a sound file is read through a handful of times


class ForwardStream(SeekableBytes):
    """Read-only and seekable. `start` gives a stream at byte 0; `size` is how many bytes it should give.

    A stream that ends before its size gives short reads, as a truncated file does. Whatever `start` or its stream
    raises comes out of `read`.
    """

    def __init__(self, start: Callable[[], BinaryIO], size: int, *, kept_bytes: int = KEPT_BYTES) -> None:
        super().__init__(size)
        self._start = start
        self._kept = bytearray() if size <= kept_bytes else None
        self._inner: BinaryIO | None = None
        self._reached = 0
        self._begun = 0

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer as far as the data go."""
        target = memoryview(buffer).cast("B")
        wanted = max(0, min(len(target), self._size - self._position))
        target = target[:wanted]
        count = self._passing(target) if self._kept is None else self._copied(self._kept, target)
        self._position += count
        return count

    def close(self) -> None:
        """Let go of what was kept and of the packed stream."""
        if self._inner is not None:
            self._inner.close()
            self._inner = None
        self._kept = None
        super().close()

    def _copied(self, kept: bytearray, target: memoryview) -> int:
        end = self._position + len(target)
        while len(kept) < end:
            part = self._next(_STEP)
            if not part:
                break
            kept += part
        count = max(0, min(end, len(kept)) - self._position)
        target[:count] = memoryview(kept)[self._position : self._position + count]
        return count

    def _passing(self, target: memoryview) -> int:
        if self._reached > self._position:
            self._begin()
        while self._reached < self._position:
            if not self._next(min(_STEP, self._position - self._reached)):
                return 0
        count = 0
        while count < len(target) and (part := self._next(min(_STEP, len(target) - count))):
            target[count : count + len(part)] = part
            count += len(part)
        return count

    def _next(self, count: int) -> bytes:
        inner = self._inner or self._begin()
        part = inner.read(count)
        self._reached += len(part)
        return part

    def _begin(self) -> BinaryIO:
        if self._inner is not None:
            self._inner.close()
            self._inner = None
        self._begun += 1
        if self._begun > _BEGINNINGS:
            raise Malformed("jumps about in its packed data without end")
        self._inner, self._reached = self._start(), 0
        return self._inner

"""The file of a task as a worker sees it: no path, only bytes that the program hands over when they are asked for."""

from typing import TYPE_CHECKING

from medscan_desktop.dicom.workers.frames import FILE_SLOT, Frames
from medscan_desktop.dicom.workers.wire import Wire
from medscan_desktop.domain.seekable import SeekableBytes

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ServedFile(SeekableBytes):
    """Read-only and seekable. The slot of the frames always holds `[start, start + count)` of the file."""

    name = ""  # pydicom asks every buffered reader for it

    def __init__(self, wire: Wire, frames: Frames, size: int, count: int) -> None:
        super().__init__(size)
        self._wire = wire
        self._frames = frames
        self._start, self._count = 0, count

    def readall(self) -> bytes:
        """The rest of the file."""
        within, left = self._position - self._start, max(0, self._size - self._position)
        if within >= 0 and within + left <= self._count:  # as with nearly every frame: one copy
            self._position += left
            return bytes(self._frames.file[within : within + left])
        parts = bytearray()  # grows by what really comes
        while part := self.read(FILE_SLOT):
            parts += part
        return bytes(parts)

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """What the slot has at the position, asking for more where it has nothing; 0 at the end of the file."""
        target = memoryview(buffer).cast("B")
        if not target or self._position >= self._size:
            return 0
        if not self._start <= self._position < self._start + self._count:
            self._ask()
        within = self._position - self._start
        count = min(len(target), self._count - within)
        target[:count] = self._frames.file[within : within + count]
        self._position += count
        return count

    def _ask(self) -> None:
        self._wire.send({"read": [self._position, min(FILE_SLOT, self._size - self._position)]})
        count = int(self._wire.receive()["count"])
        if count <= 0:
            raise OSError("the file cannot be read any more")
        self._start, self._count = self._position, count

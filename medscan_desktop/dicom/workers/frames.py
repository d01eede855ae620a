"""Memory that the program and one worker share: one slot for the file's bytes, and a small ring for the arrays' bytes.

On Linux it is a sealed memfd that the worker inherits: its pages are there before they are used, so that no small
`/dev/shm` can end the program with SIGBUS, and neither end can shrink it. Elsewhere it is named shared memory (not run
on the machines of this project).
"""

import contextlib
import mmap
import os
import sys
from collections.abc import Mapping
from multiprocessing.resource_tracker import unregister
from multiprocessing.shared_memory import SharedMemory
from typing import Any

if sys.platform == "linux":
    import fcntl

FILE_SLOT = 2 << 20  # bytes of the file at a time; most compressed frames fit
SLOT = 1 << 20  # bytes of an array at a time; a CT slice is half of it
SLOTS = 4
SIZE = FILE_SLOT + SLOTS * SLOT


class Frames:
    """`file` holds bytes of the file, `ring[n]` a piece of an array."""

    def __init__(self, memory: mmap.mmap | SharedMemory, fd: int = -1) -> None:
        self._memory = memory
        self.fd = fd  # for the worker to inherit; -1 where a name does
        whole = memoryview(memory) if isinstance(memory, mmap.mmap) else memory.buf
        if whole is None:
            raise MemoryError("no memory for a worker's frames")
        self._whole = whole
        self.file = self._whole[:FILE_SLOT]
        starts = range(FILE_SLOT, SIZE, SLOT)
        self.ring = tuple(self._whole[start : start + SLOT] for start in starts)

    @classmethod
    def make(cls) -> "Frames":
        """In the program. MemoryError where there is no room."""
        if sys.platform != "linux":
            return cls(SharedMemory(create=True, size=SIZE))
        fd = os.memfd_create("medscan-frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.posix_fallocate(fd, 0, SIZE)
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
            return cls(mmap.mmap(fd, SIZE), fd)
        except OSError as error:
            os.close(fd)
            raise MemoryError("no memory for a worker's frames") from error

    @classmethod
    def of(cls, handle: Mapping[str, Any]) -> "Frames":
        """In the worker, from the program's `handle`."""
        if "fd" in handle:
            fd = int(handle["fd"])
            mapped = mmap.mmap(fd, SIZE)
            os.close(fd)
            return cls(mapped)
        memory = SharedMemory(str(handle["name"]))
        if sys.platform != "win32":  # bpo-38119: the worker's tracker would destroy what is the program's
            unregister(f"/{memory.name.lstrip('/')}", "shared_memory")
        return cls(memory)

    @property
    def handle(self) -> dict[str, Any]:
        """What the worker needs to find them."""
        return {"name": self._memory.name} if isinstance(self._memory, SharedMemory) else {"fd": self.fd}

    def close(self) -> None:
        """Let go of the memory."""
        with contextlib.suppress(BufferError):  # somebody still looks at an array: the memory goes with the last look
            for view in (self.file, *self.ring, self._whole):
                view.release()
            self._memory.close()
        if isinstance(self._memory, SharedMemory):
            self._memory.unlink()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

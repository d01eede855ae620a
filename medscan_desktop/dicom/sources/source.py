"""One file that may be imported, wherever it lies, and what is told of it before it is opened."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

NO_PROGRAM = "a part of a program by its name, not opened"
# What the viewer on a patient's disc is made of. Opening each costs a disc a tenth of a second.
_PROGRAM = re.compile(
    r"\.(exe|dll|ocx|sys|msi|cab|com|bat|cmd|so|dylib|jar|class|pyd|manifest|lnk|inf|chm|hlp)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `label` is its path as the user knows it; `path` is where it lies, "" inside an archive.

    `size` and `mtime_ns` are those of the file, in an archive the unpacked size and the archive's time.
    """

    label: str
    open: Callable[[], BinaryIO]
    size: int
    mtime_ns: int
    path: str = ""


def is_program(name: str) -> bool:
    """Whether a file is by its name a program or a part of one."""
    return _PROGRAM.search(name) is not None


@contextmanager
def held_open(stream: BinaryIO, opener: Callable[[], BinaryIO]) -> Iterator[Callable[[], BinaryIO]]:
    """An opener that first gives the stream that is open already, from its start, and closes it where nobody asked."""
    waiting = [stream]

    def again() -> BinaryIO:
        if not waiting:
            return opener()
        taken = waiting.pop()
        taken.seek(0)
        return taken

    try:
        yield again
    finally:
        while waiting:
            waiting.pop().close()

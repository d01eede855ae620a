"""A folder whose new files are imported by themselves.

It is looked at again and again, not watched by the operating system: notices of change do not come from network
shares, need one registration a subfolder, and never say that a file is complete.
"""

import time
from collections.abc import Callable
from pathlib import Path

from medscan_desktop.dicom.sources.find import CannotRead, Met, walk

SETTLED_S = 2.0
LOOK_EVERY_S = 2.0
_SHARE = 20  # a look that takes a second comes every 20: a folder of 100,000 files costs one core's twentieth
_Lies = tuple[int, int]  # size and time of change


class FolderWatch:
    """What one folder held at the last look. `now` is the clock that files are dated by."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.problem = ""  # why the folder cannot be read now
        self.next_look = 0.0  # time.monotonic
        self._now = now
        self._before: dict[str, _Lies] = {}
        self._given: dict[str, _Lies] = {}

    def look(self) -> list[Path]:
        """Files that are new or changed and complete: of the same size and time as at the last look, and not young."""
        start = time.monotonic()
        before, self._before, self.problem = self._before, {}, ""
        found = []
        for met in walk([self.folder]):
            if isinstance(met, CannotRead) and met.path == str(self.folder):
                self.problem = met.reason
            if not isinstance(met, Met):
                continue
            lies = (met.size, met.mtime_ns)
            if self._given.get(met.path) == lies:
                continue
            self._before[met.path] = lies
            if before.get(met.path) == lies and not 0 <= self._now() - met.mtime_ns / 1e9 < SETTLED_S:
                self._given[met.path] = lies
                found.append(Path(met.path))
        took = time.monotonic() - start
        self.next_look = time.monotonic() + max(LOOK_EVERY_S, _SHARE * took)
        return found

    @property
    def is_waiting(self) -> bool:
        """Whether a file was met that was not complete yet."""
        return any(self._given.get(path) != lies for path, lies in self._before.items())

    @property
    def is_due(self) -> bool:
        """Whether it is time to look again."""
        return time.monotonic() >= self.next_look

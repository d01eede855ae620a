"""How far an import is, in numbers for people: files, rate, time, and what is being read now."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from medscan_desktop.domain.errors import Cancelled
from medscan_desktop.domain.shown import shown
from medscan_desktop.workstation.jobs import Job

_EVERY_S = 0.1  # the screen is told no oftener
_SETTLED_S = 1.0  # before that a rate is a guess


class Pace:
    """Counts files and bytes and tells the job. Cancelled comes out of every step once the job is cancelled."""

    def __init__(self, job: Job, clock: Callable[[], float] = time.monotonic) -> None:
        self._job = job
        self._clock = clock
        self._start = clock()
        self._told = 0.0
        self._name = ""
        self.files = 0
        self.size = 0
        self.total: int | None = None  # files to come in all, once they are counted

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self._clock() - self._start

    def file(self, path: str) -> None:
        """Another file is met."""
        self.files += 1
        self._name = path
        self._step()

    def read(self, size: int) -> None:
        """So many bytes more were read."""
        self.size += size
        self._step()

    def text(self) -> str:
        """`1,240 of 5,000 files, 310 files/s, 42 MB/s, 4 s, about 12 s left: CT/IM0001.dcm`."""
        seconds, total = self.seconds, self.total
        parts = [f"{self.files:,} of {max(total, self.files):,} files" if total else f"{self.files:,} files"]
        if seconds >= _SETTLED_S:
            rate = self.files / seconds
            parts += [f"{rate:,.0f} files/s", f"{self.size / seconds / 1e6:,.0f} MB/s", _duration(seconds)]
            if total and total > self.files:
                parts.append(f"about {_duration((total - self.files) / rate)} left")
        name = shown("/".join(Path(self._name).parts[-2:]))
        return ", ".join(parts) + (f": {name}" if name else "")

    def _step(self) -> None:
        if self._job.is_cancelled:
            raise Cancelled("The import was stopped.")
        now = self._clock()
        if now - self._told >= _EVERY_S:
            self._told = now
            self._job.report(self.files / max(self.total, self.files) if self.total else 0.0, self.text())


@contextmanager
def counted(pace: Pace, paths: Iterable[Path]) -> Iterator[None]:
    """Count the files under `paths` meanwhile, so that an end is in sight; only names are read."""
    stopped = Event()

    def count() -> None:
        found = sum(_count(str(path), stopped, 0) for path in tuple(paths))
        if not stopped.is_set():
            pace.total = found

    thread = Thread(target=count, name="count-files", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _count(path: str, stopped: Event, depth: int) -> int:
    if stopped.is_set() or depth > 64:
        return 0
    try:
        with os.scandir(path) as entries:
            folders, files = [], 0
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    files += 1
    except OSError:  # a file, or a folder that cannot be read
        return 1
    return files + sum(_count(folder, stopped, depth + 1) for folder in folders)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

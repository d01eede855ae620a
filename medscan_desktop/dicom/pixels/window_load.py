"""Shows a stack too large for memory slice by slice, as acquired: only the slices around those looked at are held.

The buffer is the whole stack's in addresses alone. A slice that is let go gives its pages back (`MADV_DONTNEED` on
anonymous memory: zeros on the next touch, nothing written to a disk), so all who index `values` go on as before, and
`loaded` says what is there. Linux alone gives pages back at once; elsewhere this is not offered.
"""

import mmap
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.pixels.load import Files, Loading, Opener, prepared
from medscan_desktop.dicom.pixels.modality import ValueMap
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.imaging.turns import give_way
from medscan_desktop.imaging.volume import Volume

_LEAST_HELD = 16  # slices, however small the room
_SAME_READER = 32  # a look this near to an earlier one is the same pane, gone further
_READERS = 4  # places looked at that are kept in mind
_AFTERTHOUGHT = 4  # a slice near an earlier look counts as so many times further away


def can_hold_a_window() -> bool:
    """Whether this system takes pages back at once."""
    return sys.platform == "linux" and hasattr(mmap, "MADV_DONTNEED")


def start_window_load(
    plan: StackPlan,
    opener: Opener,
    workers: Workers,
    room: int,
    *,
    warning: str,
    threads: int = 2,
    on_slices: Callable[[], None] = lambda: None,
) -> "WindowLoading":
    """As `start_load`, holding slices of `room` bytes at most; `warning` stands first of the volume's.

    `on_slices` is called when a slice that is looked at has arrived or failed. MemoryError where not even the addresses
    are to be had.
    """
    pages: list[mmap.mmap] = []

    def allocate(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        try:
            pages.append(mmap.mmap(-1, prod(shape) * dtype.itemsize, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
        except OSError as error:
            raise MemoryError from error
        return np.frombuffer(pages[0], dtype).reshape(shape)

    mapping, volume = prepared(plan, opener, plan.geometry, allocate)
    held = max(_LEAST_HELD, room // volume.values[0].nbytes)
    warned = replace(volume, warnings=(warning, *volume.warnings))
    return WindowLoading(plan, warned, mapping, opener, workers, threads, on_slices, pages[0], held)


class WindowLoading(Loading):
    """Reads what is looked at first, then its neighbours, until `held` slices are there; the furthest make room."""

    every_report_counts = True  # each is about a slice on the screen

    def __init__(
        self,
        plan: StackPlan,
        volume: Volume,
        mapping: ValueMap,
        opener: Opener,
        workers: Workers,
        threads: int,
        on_slices: Callable[[], None],
        pages: mmap.mmap,
        held: int,
    ) -> None:
        self._pages = pages
        self._held = held
        self._changed = threading.Condition()
        self._looks = [plan.slices[len(plan.frames) // 2]]  # the last first
        self._under_way: set[int] = set()
        self._failed: set[int] = set(plan.empty)  # there is nothing to wait for
        self._arrived = 0
        self._is_cancelled = False
        super().__init__(plan, replace(volume, window=self), mapping, opener, workers, threads, on_slices)

    @property
    def count(self) -> int:
        """How many slices have ever arrived."""
        return self._arrived

    @property
    def is_over(self) -> bool:
        """Never: what was let go may come again."""
        return False

    def look_at(self, k: int) -> None:
        """Slice `k` is on screen."""
        with self._changed:
            if self._looks[0] == k:
                return
            others = [look for look in self._looks if abs(look - k) > _SAME_READER]
            self._looks = [k, *others][:_READERS]
            self._changed.notify_all()

    def fetch(self, k: int) -> None:
        """Wait for slice `k`."""
        self.look_at(k)
        with self._changed:
            self._changed.wait_for(lambda: self._is_cancelled or k in self._failed or bool(self.volume.loaded[k]))

    def has_failed(self, k: int) -> bool:
        """Whether slice `k` could not be read."""
        return k in self._failed

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002  a slice comes or fails
        """Until the slice looked at is there: the rest comes when it is looked at."""
        self.fetch(self._looks[0])
        return True

    def cancel(self) -> None:
        """Read no further slice and let all go."""
        with self._changed:
            self._is_cancelled = True
            self.volume.loaded[:] = False
            self._pages.madvise(mmap.MADV_DONTNEED)
            self._changed.notify_all()

    def _work(self) -> None:
        give_way()
        with Files(self._plan, self._opener) as files:
            while (k := self._next()) is not None:
                self._load(k, files)

    def _load(self, k: int, files: Files) -> None:
        error: Exception | None = None
        try:
            self._fill(k, files)
        except Exception as caught:  # it costs this slice and not the thread
            error = caught
        with self._changed:
            self._under_way.discard(k)
            if self._is_cancelled:
                self._release(k)
                return
            if error is None:
                self.volume.loaded[k] = True
                self._arrived += 1
            elif k not in self._failed:
                self._failed.add(k)
                self._failures.append(self._failure(k, self._plan.frame_near(k), error))
            is_looked_at = k in self._looks or self._arrived == 1
            self._changed.notify_all()
        if is_looked_at:
            self.on_slices()

    def _next(self) -> int | None:
        """The slice to read now, room made for it; waits while all is there that may be. None at the end."""
        with self._changed:
            while not self._is_cancelled:
                k = self._wanted()
                if k is not None:
                    self._under_way.add(k)
                    return k
                self._changed.wait()
        return None

    def _wanted(self) -> int | None:
        distances = self._distances()
        loaded = self.volume.loaded
        missing = np.where(loaded, np.inf, distances)
        missing[[*self._under_way, *self._failed]] = np.inf
        k = int(missing.argmin())
        if not np.isfinite(missing[k]):
            return None
        if np.count_nonzero(loaded) + len(self._under_way) < self._held:
            return k
        furthest = int(np.where(loaded, distances, -1.0).argmax())
        if not loaded[furthest] or distances[furthest] <= distances[k]:
            return None
        loaded[furthest] = False
        self._release(furthest)
        return k

    def _distances(self) -> NDArray[np.float64]:
        """How far each slice is from those looked at, the last look first."""
        at = np.arange(len(self.volume.loaded), dtype=float)
        distances: NDArray[np.float64] = np.abs(at - self._looks[0])
        for look in self._looks[1:]:
            distances = np.minimum(distances, _AFTERTHOUGHT * np.abs(at - look))
        return distances

    def _release(self, k: int) -> None:
        """Give the pages back that belong to slice `k` alone."""
        size = self.volume.values[k].nbytes
        first = -(-k * size // mmap.PAGESIZE) * mmap.PAGESIZE
        last = (k + 1) * size // mmap.PAGESIZE * mmap.PAGESIZE
        if last > first:
            self._pages.madvise(mmap.MADV_DONTNEED, first, last - first)

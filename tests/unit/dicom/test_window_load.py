"""2D alone: full resolution, only the slices around the looks are held, and every slice comes when it is looked at."""

import io
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from medscan_desktop.dicom.pixels.window_load import WindowLoading, can_hold_a_window, start_window_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.study import InstanceUid
from tests.support.dicom_files import Files, headers_of, series

pytestmark = pytest.mark.skipif(not can_hold_a_window(), reason="pages are given back at once on Linux alone")
SLICES, SIDE = 80, 64  # a slice is two pages
BANNER = "2D alone"


class Watched:
    """A stack of slices that each hold their own number; counts what is opened."""

    def __init__(self, held: int, missing: int | None = None) -> None:
        datasets = series(SLICES, rows=SIDE, columns=SIDE)
        for k, dataset in enumerate(datasets):
            dataset.PixelData = np.full((SIDE, SIDE), k + 1, np.int16).tobytes()
        self._files = Files.of(datasets)
        self._missing = None if missing is None else str(datasets[missing].SOPInstanceUID)
        self.opened = 0
        self.reports = 0
        (self.plan,) = group(headers_of(datasets)).stacks
        offset = float(datasets[0].get("RescaleIntercept", 0))
        self.expected = [k + 1 + offset for k in range(SLICES)]
        self.loading: WindowLoading = start_window_load(
            self.plan, self.open, InlineWorkers(), held * SIDE * SIDE * 2, warning=BANNER, on_slices=self.report
        )
        self.volume = self.loading.volume

    def open(self, uid: InstanceUid) -> io.BytesIO:
        self.opened += 1
        if uid == self._missing:
            raise OSError("gone")
        return self._files(uid)

    def report(self) -> None:
        self.reports += 1

    def settled(self) -> None:
        """Wait until nothing more is read."""
        last, still = -1, 0
        while still < 10:
            still = still + 1 if self.opened == last else 0
            last = self.opened
            time.sleep(0.01)


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched(held=20)
    yield made
    made.loading.cancel()


def test_every_slice_is_right_when_it_is_looked_at(watched: Watched) -> None:
    for k in (0, 79, 40, 3, 60, 0):
        watched.loading.fetch(k)

        assert watched.volume.loaded[k]
        assert (watched.volume.values[k] == watched.expected[k]).all()


def test_no_more_slices_are_held_than_there_is_room_for(watched: Watched) -> None:
    for k in range(0, SLICES, 5):
        watched.loading.fetch(k)
        assert watched.volume.loaded.sum() <= 20
    watched.settled()

    assert watched.volume.loaded.sum() == 20
    held = np.flatnonzero(watched.volume.loaded)
    assert held.min() >= 75 - 20  # those around the last look


def test_what_was_let_go_takes_no_memory(watched: Watched) -> None:
    """Its pages are gone: zeros, though they held the slice before."""
    watched.loading.fetch(0)
    watched.settled()
    assert watched.volume.values[10].all()
    watched.loading.fetch(79)
    watched.settled()

    assert not watched.volume.loaded[10]
    assert not watched.volume.values[10].any()


def test_neighbours_of_the_look_come_by_themselves(watched: Watched) -> None:
    watched.loading.fetch(30)
    watched.settled()

    assert watched.volume.loaded[25:36].all()


def test_two_panes_keep_their_slices(watched: Watched) -> None:
    """A second pane's slice is not taken from it while the first scrolls in its neighbourhood."""
    watched.loading.fetch(70)
    for k in range(30):
        watched.loading.fetch(k)
    watched.settled()

    assert watched.volume.loaded[70] and watched.volume.loaded[29]


def test_a_report_comes_for_each_slice_looked_at(watched: Watched) -> None:
    watched.settled()
    before = watched.reports
    watched.loading.fetch(2)
    watched.settled()

    assert watched.reports == before + 1


def test_a_slice_that_fails_is_named_once_and_the_others_come() -> None:
    watched = Watched(held=20, missing=41)
    watched.loading.fetch(41)
    watched.loading.fetch(42)

    (failure,) = watched.loading.failures
    assert failure.slice_index == 41
    assert watched.loading.has_failed(41) and not watched.loading.has_failed(42)
    watched.loading.fetch(10)
    watched.loading.fetch(41)
    assert len(watched.loading.failures) == 1
    watched.loading.cancel()


def test_the_end_lets_everything_go_and_ends_the_threads(watched: Watched) -> None:
    watched.loading.fetch(40)
    watched.loading.cancel()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not watched.loading.is_finished:
        time.sleep(0.01)

    assert watched.loading.is_finished
    assert not watched.volume.loaded.any() and not watched.volume.values.any()
    watched.loading.fetch(3)  # nobody waits for ever
    assert threading.active_count() < 20


def test_the_volume_is_never_complete_and_says_so(watched: Watched) -> None:
    assert watched.volume.window is watched.loading
    assert watched.volume.warnings[0] == BANNER
    assert not watched.loading.is_over

"""What the shelf tells of a loading: the first slice, the last one, and what failed."""

import io
import time

from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.workstation.shelf import Arrival, Shelf, Shelved
from medscan_desktop.workstation.stacks import stack_of, with_pixels
from tests.support.dicom_files import Files, headers_of, series


def shelved(missing: str = "") -> Shelved:
    images = series(6)
    files = Files.of(images)

    def opener(uid: InstanceUid) -> io.BytesIO:
        if uid == missing:
            raise OSError("gone")
        return files(uid)

    headers = headers_of(images)
    return Shelved(headers[0].series_instance_uid, group(headers), opener)


def until_over(told: list[Arrival], slices: int = 6) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not (told and told[-1].count + len(told[-1].failures) == slices):
        time.sleep(0.005)


def test_a_follower_hears_of_the_end() -> None:
    told: list[Arrival] = []
    one = shelved()
    Shelf(2, InlineWorkers()).load(one, one.plan(), told.append)

    until_over(told)

    assert told[-1] == Arrival(6)


def test_a_second_follower_hears_of_a_loading_that_is_over() -> None:
    told: list[Arrival] = []
    one, shelf = shelved(), Shelf(2, InlineWorkers())
    shelf.load(one, one.plan()).wait()

    shelf.load(one, one.plan(), told.append)

    assert told == [Arrival(6)]


def test_an_image_that_cannot_be_read_costs_itself_and_is_named() -> None:
    bad = str(series(6)[2].SOPInstanceUID)
    told: list[Arrival] = []
    one = shelved(missing=bad)
    plan = one.plan()
    loading = Shelf(2, InlineWorkers()).load(one, plan, told.append)

    until_over(told)

    assert told[-1].count == 5
    assert [failure.instance for failure in told[-1].failures] == [bad]
    stack = with_pixels(stack_of(plan), loading)
    assert stack.loaded_count == 5 and len(stack.failures) == 1


def test_a_series_that_is_forgotten_is_read_anew() -> None:
    """What was remembered of it knows which files were hostile then."""
    one, shelf = shelved(), Shelf(2, InlineWorkers())
    shelf.remember(one)
    shelf.forget(one.series_instance_uid, keep=frozenset({one.plan().id}))
    assert shelf.recall(one.series_instance_uid) is one, "a step of it is on screen"

    shelf.forget(one.series_instance_uid)

    assert shelf.recall(one.series_instance_uid) is None

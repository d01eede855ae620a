"""What comes into memory of a stack: whole, averaged, or slice by slice; and what makes room for it."""

from dataclasses import replace

import numpy as np
import pytest
from pydicom.dataset import Dataset

import medscan_desktop.workstation.fitting as fitting_module
from medscan_desktop.dicom.pixels.budget import need_of
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.reduction import Reduction
from medscan_desktop.scene.memory import ShownAs
from medscan_desktop.workstation.fitting import fit, start, warning_of
from medscan_desktop.workstation.shelf import Shelf, Shelved
from medscan_desktop.workstation.stacks import stack_of, with_all_pixels, with_pixels
from tests.support.dicom_files import Files, headers_of, series

SIDE, SLICES = 64, 32
VALUES = SIDE * SIDE * SLICES * 2


def images(uid: str = "1") -> list[Dataset]:
    made = series(SLICES, spacing=1.0, rows=SIDE, columns=SIDE, PixelSpacing=[1.0, 1.0])
    for k, one in enumerate(made):
        one.PixelData = np.full((SIDE, SIDE), k, np.int16).tobytes()
        one.SeriesInstanceUID = f"{one.SeriesInstanceUID}.{ord(uid)}"
        one.SOPInstanceUID = f"{one.SOPInstanceUID}.{ord(uid)}"
    return made


def shelved(uid: str = "1") -> Shelved:
    made = images(uid)
    headers = headers_of(made)
    return Shelved(headers[0].series_instance_uid, group(headers), Files.of(made))


@pytest.fixture
def plan() -> StackPlan:
    return shelved().plan()


def test_the_need_comes_from_the_headers_alone(plan: StackPlan) -> None:
    need = need_of(plan)

    assert need.values == VALUES
    assert need.least < need.total


def test_what_fits_is_whole_and_without_a_word(plan: StackPlan) -> None:
    for room in (None, need_of(plan).least):
        fitted = fit(plan, room)
        assert fitted.shown_as is ShownAs.WHOLE and fitted.offer is None
        assert warning_of(fitted, plan) == ""


def test_a_volume_that_does_not_fit_is_averaged_and_says_so_with_the_sizes(plan: StackPlan) -> None:
    fitted = fit(plan, need_of(plan).least - 1)

    assert fitted.shown_as is ShownAs.REDUCED and fitted.reduction == Reduction(2, 1)
    assert fitted.size <= fitted.room
    text = warning_of(fitted, plan)
    assert text.startswith("shown at half resolution along the slices (64×64×32 needs 1 MB of 1 MB)")
    assert "averages over 1×1×2 mm" in text and "not for models" in text


def test_the_user_may_have_it_slice_by_slice(plan: StackPlan) -> None:
    fitted = fit(plan, need_of(plan).least - 1, ShownAs.SLICES)

    assert fitted.shown_as is ShownAs.SLICES
    assert warning_of(fitted, plan).startswith("2D alone, at full resolution")


def test_where_slice_by_slice_is_not_possible_it_is_not_offered(
    plan: StackPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting_module, "can_hold_a_window", lambda: False)
    fitted = fit(plan, 100_000, ShownAs.SLICES)

    assert fitted.shown_as is ShownAs.REDUCED
    assert fitted.offer is not None and not fitted.offer.slices_go


def test_what_is_no_volume_loses_nothing_slice_by_slice(plan: StackPlan) -> None:
    film = replace(plan, is_volume=False)

    assert fit(film, 100_000).shown_as is ShownAs.SLICES
    assert fit(film, 100_000, ShownAs.REDUCED).reduction.slices == 1


def test_less_is_loaded_where_the_computer_gives_less(plan: StackPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting_module, "_SMALLEST_ROOM", 10_000)
    monkeypatch.setattr(fitting_module, "start_load", _no_memory)
    files = Files.of(images())

    loading, fitted = start(plan, files, InlineWorkers(), fit(plan, None), threads=1, on_slices=lambda: None)

    assert fitted.shown_as is ShownAs.REDUCED and loading.volume.reduction == fitted.reduction
    assert loading.volume.warnings[0].startswith("shown at half resolution")


def test_without_any_memory_it_is_refused_with_the_reason(plan: StackPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting_module, "start_load", _no_memory)

    with pytest.raises(Unsuitable, match="not enough memory for this series, which needs"):
        start(plan, Files.of([]), InlineWorkers(), fit(plan, None), threads=1, on_slices=lambda: None)


def _no_memory(*_: object, **__: object) -> None:
    raise MemoryError


def test_what_is_not_on_screen_makes_room_the_longest_unused_first() -> None:
    stacks = {name: shelved(name) for name in "abc"}
    plans = {name: one.plan() for name, one in stacks.items()}
    shelf = Shelf(1, InlineWorkers(), budget=need_of(plans["a"]).least * 2)
    for name in "ab":
        shelf.load(stacks[name], plans[name], on_screen=frozenset()).wait()
    shelf.load(stacks["a"], plans["a"], on_screen=frozenset())  # looked at again: b has waited longest

    third = shelf.load(stacks["c"], plans["c"], on_screen=frozenset({plans["a"].id}))

    assert shelf.held == {plans["a"].id, plans["c"].id}
    assert third.volume.reduction.is_none


def test_what_is_on_screen_stays_and_the_new_one_takes_what_is_left() -> None:
    stacks = {name: shelved(name) for name in "ab"}
    plans = {name: one.plan() for name, one in stacks.items()}
    shelf = Shelf(1, InlineWorkers(), budget=int(need_of(plans["a"]).least * 1.7))
    shelf.load(stacks["a"], plans["a"]).wait()

    second = shelf.load(stacks["b"], plans["b"], on_screen=frozenset({plans["a"].id}))

    assert shelf.held == {plans["a"].id, plans["b"].id}
    assert not second.volume.reduction.is_none
    assert shelf.offer_of(plans["b"].id) is not None and shelf.offer_of(plans["a"].id) is None


def test_a_loading_that_asks_for_no_room_drops_nothing() -> None:
    stacks = {name: shelved(name) for name in "ab"}
    shelf = Shelf(1, InlineWorkers(), budget=need_of(stacks["a"].plan()).least)
    shelf.load(stacks["a"], stacks["a"].plan()).wait()

    shelf.load(stacks["b"], stacks["b"].plan())

    assert len(shelf.held) == 2


def test_the_volume_knows_what_is_left_for_copies_of_it() -> None:
    one = shelved()
    least = need_of(one.plan()).least
    assert Shelf(1, InlineWorkers(), budget=least + 5000).load(one, one.plan()).volume.room == 5000
    assert Shelf(1, InlineWorkers()).load(one, one.plan()).volume.room is None


def test_a_reduced_stack_says_nothing_of_single_images() -> None:
    one = shelved()
    shelf = Shelf(1, InlineWorkers(), budget=need_of(one.plan()).least - 1)
    loading = shelf.load(one, one.plan())
    whole = stack_of(one.plan())
    stack = with_all_pixels(whole, loading, shelf.offer_of(one.plan().id))

    assert stack.frame_count == SLICES // 2 == stack.loaded_count
    assert stack.corners is not None and stack.corners.frames == ()
    assert stack.is_volume and stack.offer is not None
    assert stack.volume is not None and stack.volume.calibration == "at reduced resolution"


def test_slice_by_slice_it_is_no_volume_and_says_why() -> None:
    one = shelved()
    shelf = Shelf(1, InlineWorkers(), budget=need_of(one.plan()).least - 1)
    shelf.wish(one.plan().id, ShownAs.SLICES)
    loading = shelf.load(one, one.plan())
    loading.wait()
    stack = with_pixels(stack_of(one.plan()), loading, shelf.offer_of(one.plan().id))

    assert not stack.is_volume
    assert stack.refusal.startswith("2D alone: 64×64×32 needs")
    assert stack.frame_count == SLICES
    shelf.clear()


def test_a_wish_is_forgotten_with_its_study() -> None:
    one = shelved()
    shelf = Shelf(1, InlineWorkers(), budget=need_of(one.plan()).least - 1)
    shelf.wish(one.plan().id, ShownAs.SLICES)
    shelf.clear()

    assert shelf.load(one, one.plan()).volume.window is None

"""Undo and redo: one list for the records and the screen, under one budget of memory."""

from dataclasses import replace

import numpy as np

from medscan_desktop.imaging.voi import Window
from medscan_desktop.scene.arrangement import SceneEdit, edit_between
from medscan_desktop.scene.changes import at_last, with_voi
from medscan_desktop.scene.hanging import next_layout
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.history import Edit, History
from tests.support.phantoms import geometry_of, painted
from tests.support.scenes import hung

PHANTOM = painted(geometry_of(np.eye(3)), lambda mm: mm[..., 0])
STEP = SceneEdit({}, {})


def windowed(workspace: Workspace, centre: float) -> Workspace:
    return with_voi(workspace, workspace.views[0], Window(centre, 100))


def test_a_window_is_undone_and_done_again_without_scrolling() -> None:
    before = hung(PHANTOM)
    after = windowed(before, 77)
    scrolled = at_last(after, after.views[0])
    edit = edit_between(before, after)
    assert edit is not None

    undone, again = edit.reversed(scrolled)
    assert undone.views[0].voi == before.views[0].voi
    assert undone.focus == scrolled.focus

    redone, _ = again.reversed(undone)
    assert redone == scrolled


def test_a_layout_comes_back_with_its_views() -> None:
    before = hung(PHANTOM)
    after = next_layout(before)
    edit = edit_between(before, after)
    assert edit is not None

    undone, again = edit.reversed(after)
    assert (undone.views, undone.layout) == (before.views, before.layout)
    assert again.reversed(undone)[0].views == after.views


def test_scrolling_is_no_step() -> None:
    before = hung(PHANTOM)

    assert edit_between(before, at_last(before, before.views[0])) is None
    assert edit_between(before, replace(before, tool="length")) is None


def test_beyond_the_budget_the_oldest_steps_go() -> None:
    history = History(budget=30)
    edits = [Edit(f"step {number}", STEP, 10) for number in range(5)]

    assert [history.add(edit) for edit in edits] == [0, 0, 0, 1, 1]
    assert [edit.name for edit in history.done] == ["step 2", "step 3", "step 4"]


def test_a_step_larger_than_the_budget_can_still_be_undone() -> None:
    history = History(budget=30)
    history.add(Edit("small", STEP, 10))
    history.add(Edit("large", STEP, 1000))

    assert [edit.name for edit in history.done] == ["large"]


def test_a_new_step_ends_what_could_be_done_again() -> None:
    history = History()
    first, second = Edit("first", STEP), Edit("second", STEP)
    history.add(first)
    history.moved_to_undone(first, STEP)
    assert [edit.name for edit in history.undone] == ["first"]

    history.add(second)
    assert history.undone == ()
    history.moved_to_done(first, STEP)  # its redo was still at work when the new step came
    assert [edit.name for edit in history.done] == ["second"]

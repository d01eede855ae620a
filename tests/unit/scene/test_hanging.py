"""How stacks come onto the screen."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.imaging.voi import Window
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.hanging import PENDING, hang, in_kinds, middle, next_layout, show_stack, with_loaded
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import ViewId, ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from tests.support.phantoms import geometry_of, painted, rotation
from tests.support.scenes import STACK, STUDY, hung, stack_of

GEOMETRY = geometry_of(rotation((12, -8, 10)))


def ct(**fields: object) -> Volume:
    return painted(GEOMETRY, lambda p: p[..., 0] * 10, **{"unit": "HU", **fields})


def kinds(workspace: Workspace) -> list[ViewKind]:
    return [view.kind for view in workspace.views]


QUAD = [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL, ViewKind.THREE_D]


def test_a_volume_hangs_as_axial_coronal_sagittal_and_3d_with_the_focus_in_its_middle() -> None:
    workspace = hung(ct())
    assert kinds(workspace) == QUAD and workspace.layout.as_grid == (2, 2)
    assert workspace.focus[STACK] == pytest.approx(GEOMETRY.to_patient((20, 15, 10)))
    assert workspace.study is STUDY and workspace.active == workspace.views[0].id
    assert {view.stack for view in workspace.views} == {STACK}


def test_what_is_no_volume_hangs_in_one_pane_at_its_middle_frame() -> None:
    workspace = hung(ct(), is_volume=False)
    assert kinds(workspace) == [ViewKind.ACQUIRED] and workspace.layout.as_grid == (1, 1)
    assert workspace.views[0].frame == 10


@pytest.mark.parametrize("modality", ["US", "CR", "XA", "DX"])
def test_a_film_or_radiograph_starts_at_its_first_frame(modality: str) -> None:
    assert hung(ct(), modality=modality, is_volume=False).views[0].frame == 0


def test_a_stack_without_patient_geometry_has_no_focus() -> None:
    volume = painted(geometry_of(np.eye(3), spatial=False), lambda p: p[..., 0])
    assert not hung(volume, is_volume=False).focus


def test_the_first_window_is_the_headers_then_soft_tissue_for_ct_and_auto_for_mr() -> None:
    header = Window(1, 2, name="Header")
    names = [
        hung(ct(vois=(header,))).views[0].voi.name,
        hung(ct()).views[0].voi.name,
        hung(ct(unit=""), modality="MR").views[0].voi.name,
    ]
    assert names == ["Header", "Soft tissue", "Auto"]


def test_pet_hangs_in_inverse_grey_once() -> None:
    assert hung(ct(unit="g/ml"), modality="PT").views[0].inverted is True
    assert hung(ct(unit="g/ml", inverted=True), modality="PT").views[0].inverted is False


def test_the_window_waits_for_the_first_slice_and_then_stays() -> None:
    volume = ct(unit="")
    volume.loaded[:] = False
    workspace = hung(volume, modality="MR")
    assert all(view.voi is PENDING for view in workspace.views)
    volume.loaded[10] = True
    arrived = with_loaded(workspace, STACK, 1)
    assert arrived.stacks[0].loaded_count == 1
    assert all(view.voi is not PENDING and view.voi.name == "Auto" for view in arrived.views)
    volume.loaded[:] = True
    complete = with_loaded(arrived, STACK, 20)
    assert [view.voi for view in complete.views] == [view.voi for view in arrived.views]


def test_news_of_a_closed_stack_or_of_fewer_slices_changes_nothing() -> None:
    workspace = hung(ct())
    assert with_loaded(workspace, StackId("other"), 3) is workspace
    assert with_loaded(workspace, STACK, 3) is workspace


def test_hanging_a_study_leaves_nothing_of_the_one_before() -> None:
    before = replace(hung(ct()), maximised=ViewId(1), tool="length", overlay=False)
    after = hang(before, STUDY, (stack_of(None, is_volume=False, frames=3),))
    assert after.maximised is None and not after.focus and not after.masks and not after.measurements
    assert (after.tool, after.overlay) == ("length", False)


def test_the_named_stack_is_hung_else_the_largest_volume() -> None:
    small = replace(stack_of(ct(), is_volume=False), id=StackId("small"), frame_count=99)
    large = stack_of(ct())
    assert hang(EMPTY, STUDY, (small, large)).views[0].stack == STACK
    assert hang(EMPTY, STUDY, (small, large), StackId("small")).views[0].stack == "small"
    assert hang(EMPTY, STUDY, ()).views == ()


def test_a_stack_can_be_shown_in_one_view_of_many() -> None:
    other = replace(stack_of(ct()), id=StackId("other"))
    flat = replace(stack_of(ct(), is_volume=False), id=StackId("flat"))
    workspace = hang(EMPTY, STUDY, (stack_of(ct()), other, flat), STACK)
    shown = show_stack(show_stack(workspace, StackId("other"), ViewId(1)), StackId("flat"), ViewId(2))
    assert [view.stack for view in shown.views] == [STACK, "other", "flat", STACK]
    assert kinds(shown) == [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.ACQUIRED, ViewKind.THREE_D]
    assert shown.focus["other"] == middle(GEOMETRY) and shown.active == ViewId(2)


def test_an_unknown_stack_cannot_be_shown() -> None:
    with pytest.raises(KeyError):
        show_stack(hung(ct()), StackId("gone"), None)


def test_the_layouts_go_round_and_keep_window_and_place() -> None:
    workspace = hung(ct()).with_focus(STACK, tuple(GEOMETRY.to_patient((3, 4, 5))))
    workspace = replace(workspace, views=tuple(replace(view, voi=Window(1, 2)) for view in workspace.views))
    planes = next_layout(workspace)
    single = next_layout(planes)
    again = next_layout(single)
    assert (kinds(planes), planes.layout.as_grid) == (QUAD[:3], (1, 3))
    assert (kinds(single), single.layout.as_grid, single.views[0].frame) == ([ViewKind.ACQUIRED], (1, 1), 5)
    assert (kinds(again), again.layout.as_grid) == (QUAD, (2, 2))
    assert again.focus == workspace.focus and {view.voi for view in again.views} == {Window(1, 2)}
    flat = hung(ct(), is_volume=False)
    assert next_layout(flat) is flat


def test_a_shallow_volume_hangs_as_it_was_acquired() -> None:
    """A CT of three slices in 2x2 would have a coronal plane that is a line; its planes can still be chosen."""
    geometry = geometry_of(np.eye(3), spacing=(0.5, 0.5, 5.0), shape=(3, 64, 64))
    stack = stack_of(Volume(np.zeros(geometry.shape, np.int16), geometry, np.ones(3, bool)))
    workspace = hang(EMPTY, STUDY, (stack,))

    assert stack.is_volume and [view.kind for view in workspace.views] == [ViewKind.ACQUIRED]
    assert [view.kind for view in in_kinds(workspace, QUAD).views] == QUAD

"""What a user does to the cells: views keep their place, new cells are empty, tiles scroll as one sheet."""

from dataclasses import replace

import pytest

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene import arranging
from medscan_desktop.scene.arrangement import edit_between
from medscan_desktop.scene.hanging import PENDING, hang, in_kinds, with_filled
from medscan_desktop.scene.layout import Layout, Way
from medscan_desktop.scene.navigation import at_slice, stepped
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import Camera, ViewId, ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from tests.support.phantoms import geometry_of, painted, rotation
from tests.support.scenes import STACK, STUDY, hung, stack_of

GEOMETRY = geometry_of(rotation((0, 0, 0)))
COUNT = GEOMETRY.shape[0]


def volume() -> Volume:
    return painted(GEOMETRY, lambda p: p[..., 0] * 10, unit="HU")


def other(name: str, *, is_volume: bool = True) -> Stack:
    return replace(stack_of(None, is_volume=is_volume, frames=COUNT), id=StackId(name))


def many(count: int) -> Workspace:
    return hang(EMPTY, STUDY, (stack_of(volume()), *(other(f"s{n}") for n in range(count))), STACK)


def stacks(workspace: Workspace) -> list[str | None]:
    return [view.stack for view in workspace.views]


def in_order(workspace: Workspace) -> bool:
    return tuple(view.id for view in workspace.views) == workspace.layout.cells


def test_a_grid_keeps_the_views_and_its_new_cells_get_the_next_series() -> None:
    before = many(3)
    after = arranging.in_grid(before, 2, 3)
    assert after.views[:4] == before.views and stacks(after)[4:] == ["s0", "s1"]
    assert all(view.kind is ViewKind.ACQUIRED and view.voi is PENDING for view in after.views[4:])
    assert after.layout.as_grid == (2, 3) and in_order(after)
    assert stacks(arranging.in_grid(before, 3, 3))[4:] == ["s0", "s1", "s2", None, None]


def test_a_smaller_grid_keeps_the_view_that_the_keyboard_speaks_to() -> None:
    after = arranging.in_grid(replace(many(0), active=ViewId(3)), 1, 2)
    assert [view.kind for view in after.views] == [ViewKind.AXIAL, ViewKind.THREE_D] and after.active == 3


def test_a_cell_is_split_into_itself_and_an_empty_one_and_closed_again() -> None:
    before = many(0)
    after = arranging.split(before, ViewId(1), Way.BELOW)
    assert stacks(after) == [STACK, STACK, None, STACK, STACK] and after.active == after.views[2].id
    assert in_order(after)
    assert arranging.without_cell(after, after.active).views == before.views
    alone = in_kinds(before, (ViewKind.ACQUIRED,))
    assert stacks(arranging.without_cell(alone, alone.active)) == [None]


def test_cells_that_change_places_keep_their_views() -> None:
    after = arranging.swapped(many(0), ViewId(0), ViewId(3))
    assert [view.kind for view in after.views][::3] == [ViewKind.THREE_D, ViewKind.AXIAL]
    assert (after.active, in_order(after)) == (0, True)


def test_a_cell_looks_at_its_stack_in_every_way_that_the_stack_allows() -> None:
    workspace = many(0)
    sagittal = arranging.with_kind(workspace, ViewId(0), ViewKind.SAGITTAL)
    assert sagittal.views[0].kind is ViewKind.SAGITTAL and sagittal.views[0].voi == workspace.views[0].voi
    flat = hung(volume(), is_volume=False)
    assert arranging.with_kind(flat, ViewId(0), ViewKind.AXIAL) is flat
    assert arranging.possible_kinds(flat, flat.views[0]) == (ViewKind.ACQUIRED,)
    empty = arranging.without_stack(flat, ViewId(0))
    assert arranging.possible_kinds(empty, empty.views[0]) == ()


def test_a_stack_in_a_cell_waits_for_its_pixels_and_then_has_its_window_and_its_planes() -> None:
    dropped = arranging.with_stack_in(many(1), StackId("s0"), ViewId(2))
    assert dropped.views[2].kind is ViewKind.SAGITTAL and dropped.views[2].voi is PENDING and dropped.active == 2
    arrived = with_filled(dropped, replace(other("s0"), volume=volume(), loaded_count=COUNT))
    assert arrived.views[2].voi.name == "Soft tissue" and StackId("s0") in arrived.focus
    flat = with_filled(dropped, replace(other("s0", is_volume=False), volume=volume()))
    assert flat.views[2].kind is ViewKind.ACQUIRED
    with pytest.raises(KeyError):
        arranging.with_stack_in(many(0), StackId("gone"), ViewId(0))


def test_a_sheet_shows_consecutive_images_and_scrolls_as_one() -> None:
    single = at_slice(in_kinds(many(0), SINGLE), in_kinds(many(0), SINGLE).views[0], 5)
    sheet = arranging.tiled(single, 2, 3)
    assert [view.frame for view in sheet.views] == [5, 6, 7, 8, 9, 10]
    assert [view.tile for view in sheet.views] == list(range(6))
    on = stepped(sheet, sheet.views[2], 1)
    assert [view.frame for view in on.views] == [6, 7, 8, 9, 10, 11]
    first = at_slice(on, on.views[4], 0)
    assert [view.frame for view in first.views] == [0, 1, 2, 3, 4, 5]
    last = at_slice(on, on.views[0], COUNT - 1)
    assert [view.frame for view in last.views] == list(range(COUNT - 6, COUNT))
    assert stepped(last, last.views[0], 1) is last
    assert arranging.page_size(sheet, sheet.views[0]) == 6


def test_all_tiles_look_from_one_camera() -> None:
    sheet = arranging.tiled(many(0), 2, 2)
    near = sheet.with_view(replace(sheet.views[1], camera=Camera(2.0, (3, 4))))
    assert {view.camera for view in near.views} == {Camera(2.0, (3, 4))}


def test_a_sheet_of_more_cells_than_images_leaves_the_others_empty() -> None:
    few = hung(painted(geometry_of(rotation((0, 0, 0)), shape=(5, 8, 8)), lambda p: p[..., 0]), is_volume=False)
    sheet = arranging.tiled(few, 3, 3)
    assert [view.frame for view in sheet.views[:5]] == [0, 1, 2, 3, 4] and stacks(sheet)[5:] == [None] * 4


def test_the_sheet_ends_with_its_active_image_alone() -> None:
    sheet = replace(arranging.tiled(many(0), 2, 2), active=ViewId(2))
    alone = arranging.untiled(sheet)
    assert [(view.id, view.frame, view.tile) for view in alone.views] == [(2, sheet.views[2].frame, None)]
    assert arranging.untiled(alone) is alone


def test_a_sheet_gives_back_the_panes_that_it_took_the_place_of() -> None:
    """Two series beside each other, as a prior hangs: the sheet of one must not lose the other."""
    beside = arranging.in_grid(in_kinds(many(1), (ViewKind.ACQUIRED,)), 1, 2)
    assert stacks(beside) == [STACK, "s0"]
    sheet = arranging.tiled(arranging.tiled(beside, 1, 2), 2, 2)
    on = replace(stepped(sheet, sheet.views[0], 2), active=ViewId(1))
    back = arranging.before_sheet(on)
    assert (stacks(back), back.layout, back.active) == ([STACK, "s0"], beside.layout, ViewId(0))
    assert back.views[0].frame == on.view(ViewId(1)).frame and not arranging.is_tiled(back)
    assert back.views[1] == beside.views[1] and back.before_tiles is None
    edit = edit_between(sheet, back)
    assert edit is not None and edit.reversed(back)[0].before_tiles == sheet.before_tiles


def test_a_sheet_of_planes_gives_them_back() -> None:
    quad = many(0)
    back = arranging.before_sheet(arranging.tiled(quad, 3, 3))
    assert back.views == quad.views and back.layout == quad.layout
    assert arranging.before_sheet(back) is back


def test_a_sheet_over_what_was_closed_meanwhile_ends_with_its_image_alone() -> None:
    sheet = arranging.tiled(arranging.in_grid(in_kinds(many(1), (ViewKind.ACQUIRED,)), 1, 2), 2, 2)
    gone = replace(sheet, stacks=tuple(one for one in sheet.stacks if one.id != "s0"))
    assert stacks(arranging.before_sheet(gone)) == [STACK]


def test_every_change_of_the_cells_is_one_step_that_undo_takes_back() -> None:
    before = many(2)
    for change in (
        lambda w: arranging.in_grid(w, 4, 4),
        lambda w: arranging.split(w, ViewId(0), Way.BESIDE),
        lambda w: arranging.without_cell(w, ViewId(1)),
        lambda w: arranging.swapped(w, ViewId(0), ViewId(2)),
        lambda w: arranging.with_kind(w, ViewId(0), ViewKind.CORONAL),
        lambda w: arranging.tiled(w, 2, 2),
        lambda w: arranging.with_stack_in(w, StackId("s1"), ViewId(2)),
        lambda w: arranging.with_layout(w, w.layout.with_divider(w.layout.dividers[0], 0.3)),
        lambda w: replace(w, maximised=ViewId(2)),
    ):
        after = change(before)
        edit = edit_between(before, after)
        assert edit is not None
        back, again = edit.reversed(after)
        assert (back.views, back.layout, back.maximised) == (before.views, before.layout, before.maximised)
        assert again.reversed(back)[0].views == after.views


def test_sixteen_cells_and_a_change_of_one_leave_the_other_views_the_same_objects() -> None:
    wide = arranging.in_grid(many(16), 4, 4)
    moved = at_slice(wide, wide.views[7], 3)
    assert sum(a is not b for a, b in zip(wide.views, moved.views, strict=True)) <= 1
    assert Layout.grid(4, 4, [view.id for view in wide.views]) == wide.layout


SINGLE = (ViewKind.ACQUIRED,)

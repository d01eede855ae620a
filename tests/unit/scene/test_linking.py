"""Panes together: scrolling by position and by an offset, windows and cameras shared, one point in every pane."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from medscan_desktop.imaging.window import Window
from medscan_desktop.scene.changes import with_voi
from medscan_desktop.scene.linking import cursor_at, cursor_in, link_state, with_camera, with_link, with_scroll_toggled
from medscan_desktop.scene.links import LinkKind, Links, SpaceId, SpaceLink, rigid
from medscan_desktop.scene.navigation import at_slice, pane_of, slice_position, stepped
from medscan_desktop.scene.view import ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.linked_scenes import LEFT, RIGHT, a_geometry, a_stack, side_by_side
from tests.support.phantoms import rotation

FEET_FIRST = np.diag([1.0, 1.0, -1.0])  # stored from the head down


def shown(workspace: Workspace, view: ViewId) -> int:
    position = slice_position(workspace, workspace.view(view))
    assert position is not None
    return position[0]


def away(workspace: Workspace, view: ViewId, point: np.ndarray) -> tuple[float, float]:
    """How far a point is from the plane that a view shows, and half of that stack's spacing."""
    pane = pane_of(workspace, workspace.view(view), (1, 1))
    assert pane is not None
    return abs(float((point - pane.origin) @ pane.normal)), pane.step_mm / 2


def on_plane(workspace: Workspace, view: ViewId) -> np.ndarray:
    pane = pane_of(workspace, workspace.view(view), (1, 1))
    assert pane is not None
    return pane.to_patient((0.5, 0.5))


OTHERS = {
    "thicker slices": a_geometry(spacing=(0.5, 0.5, 5.0), shape=(14, 20, 20)),
    "thinner slices": a_geometry(spacing=(1.0, 1.0, 0.7), shape=(90, 16, 16)),
    "stored the other way": a_geometry(FEET_FIRST, origin=(-20.0, -30.0, 160.0)),
    "from elsewhere": a_geometry(origin=(5.0, 40.0, 91.3), spacing=(1.0, 1.0, 3.1), shape=(25, 16, 16)),
    "tilted a little": a_geometry(rotation((8.0, 0.0, 0.0)), origin=(-20.0, -28.0, 97.0), shape=(34, 16, 16)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_scrolling_by_position_shows_the_slice_that_holds_the_same_place(name: str) -> None:
    workspace = side_by_side(a_stack("1.1", a_geometry()), a_stack("1.2", OTHERS[name]))

    for index in range(30):
        workspace = at_slice(workspace, workspace.view(LEFT), index)
        off, half = away(workspace, RIGHT, on_plane(workspace, LEFT))
        is_at_end = shown(workspace, RIGHT) in (0, OTHERS[name].shape[0] - 1)
        assert off <= half + 1e-6 or is_at_end, (index, off, half)


def test_the_planes_of_a_volume_go_along_with_an_acquired_stack_and_it_with_them() -> None:
    stacks = a_stack("1.1", a_geometry()), a_stack("1.2", OTHERS["thicker slices"])
    workspace = side_by_side(*stacks, kinds=(ViewKind.ACQUIRED, ViewKind.AXIAL))

    scrolled = stepped(workspace, workspace.view(LEFT), 6)
    back = stepped(scrolled, scrolled.view(RIGHT), -2)

    for moved, leader, follower in ((scrolled, LEFT, RIGHT), (back, RIGHT, LEFT)):
        off, half = away(moved, follower, on_plane(moved, leader))
        assert off <= half + 1e-6


def test_planes_across_each_other_do_not_scroll_together() -> None:
    stacks = a_stack("1.1", a_geometry()), a_stack("1.2", a_geometry())
    workspace = side_by_side(*stacks, kinds=(ViewKind.AXIAL, ViewKind.SAGITTAL))

    assert shown(stepped(workspace, workspace.view(LEFT), 5), RIGHT) == shown(workspace, RIGHT)
    assert link_state(workspace, workspace.view(RIGHT)) is None


def test_stacks_of_other_frames_stay_until_they_are_linked_and_then_keep_the_offset_of_the_slices_shown() -> None:
    stacks = a_stack("1.1", a_geometry()), a_stack("1.2", OTHERS["from elsewhere"], frame="f2")
    workspace = side_by_side(*stacks)
    alone = at_slice(workspace, workspace.view(LEFT), 3)
    assert shown(alone, RIGHT) == shown(workspace, RIGHT)
    state = link_state(alone, alone.view(RIGHT))
    assert state is not None
    assert not state.is_linked

    linked = with_scroll_toggled(alone)
    offset = on_plane(linked, RIGHT) - on_plane(linked, LEFT)
    told = link_state(linked, linked.view(RIGHT))
    assert told is not None
    assert told.text == f"offset {abs(offset[2]):.1f} mm"
    for index in range(3, 20):
        linked = at_slice(linked, linked.view(LEFT), index)
        off, half = away(linked, RIGHT, on_plane(linked, LEFT) + np.array([0, 0, offset[2]]))
        assert off <= half + 1e-6


def test_a_pane_that_has_reached_its_end_says_that_the_other_is_further() -> None:
    short = a_geometry(shape=(10, 16, 16))  # up to z = 118, the other to 158
    workspace = side_by_side(a_stack("1.1", a_geometry()), a_stack("1.2", short))

    within, beyond = (at_slice(workspace, workspace.view(LEFT), index) for index in (8, 20))

    states = [link_state(one, one.view(RIGHT)) for one in (within, beyond)]
    assert [state.text if state else "" for state in states] == ["same frame", "same frame · beyond its end"]
    assert shown(beyond, RIGHT) == 9
    back = at_slice(beyond, beyond.view(LEFT), 4)
    assert shown(back, RIGHT) == 4


def test_x_links_unlinks_and_links_anew_where_the_slices_are_now() -> None:
    stacks = a_stack("1.1", a_geometry()), a_stack("1.2", a_geometry(), frame="f2")
    linked = with_scroll_toggled(side_by_side(*stacks))
    assert linked.links.scroll
    assert len(linked.links.spaces) == 1

    off = with_scroll_toggled(linked)
    assert not off.links.scroll
    assert shown(stepped(off, off.view(LEFT), 4), RIGHT) == shown(off, RIGHT)

    moved = stepped(off, off.view(RIGHT), 5)
    again = with_scroll_toggled(moved)
    state = link_state(again, again.view(RIGHT))
    assert state is not None
    assert state.text == "offset 10.0 mm"


def test_with_one_frame_of_reference_x_only_turns_it_off_and_on() -> None:
    workspace = side_by_side(a_stack("1.1", a_geometry()), a_stack("1.2", a_geometry()))

    off = with_scroll_toggled(workspace)

    assert not off.links.scroll
    assert with_scroll_toggled(off).links == Links()


def test_registered_stacks_scroll_by_the_transform_and_say_how_well_they_fit() -> None:
    turn, shift = rotation((4.0, -3.0, 6.0)), np.array([12.0, -7.0, 20.0])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn, shift
    moved = a_geometry(turn, origin=tuple(turn @ a_geometry().affine[:3, 3] + shift))
    workspace = side_by_side(a_stack("1.1", a_geometry()), a_stack("1.2", moved, frame="f2"))
    link = SpaceLink(SpaceId("f1"), SpaceId("f2"), rigid(matrix), LinkKind.REGISTERED, 0.93)

    linked = with_link(workspace, link)

    for index in range(30):
        linked = at_slice(linked, linked.view(LEFT), index)
        assert shown(linked, RIGHT) == index
    state = link_state(linked, linked.view(LEFT))
    assert state is not None
    assert state.text == "registered, 0.93"


def test_a_third_stack_is_reached_over_the_second() -> None:
    one = SpaceLink(SpaceId("a"), SpaceId("b"), rigid(np.eye(4)), LinkKind.REGISTERED, 0.9)
    matrix = np.eye(4)
    matrix[:3, 3] = (0, 0, 5)
    other = SpaceLink(SpaceId("c"), SpaceId("b"), rigid(matrix), LinkKind.REGISTERED, 0.8)

    way = Links(spaces=(one, other)).between(SpaceId("a"), SpaceId("c"))

    assert way is not None
    assert way.quality == 0.8
    assert way.to(np.zeros(3)).tolist() == [0, 0, -5]


def test_the_3d_cursor_takes_every_pane_of_the_same_frame_to_the_point_and_across_a_registration() -> None:
    matrix = np.eye(4)
    matrix[:3, 3] = (0.0, 0.0, 40.0)
    registered = a_stack("1.3", a_geometry(origin=(-20.0, -30.0, 140.0)), frame="f2")
    unlinked = a_stack("1.4", a_geometry(), frame="f3")
    sagittal = a_stack("1.2", a_geometry(spacing=(1.5, 1.0, 1.0), shape=(60, 16, 16)))
    kinds = (ViewKind.ACQUIRED, ViewKind.SAGITTAL, ViewKind.ACQUIRED, ViewKind.ACQUIRED)
    link = SpaceLink(SpaceId("f1"), SpaceId("f2"), rigid(matrix), LinkKind.REGISTERED, 0.9)
    stacks = a_stack("1.1", a_geometry()), sagittal, registered, unlinked
    workspace = side_by_side(*stacks, kinds=kinds, links=Links(spaces=(link,)))
    target = (-11.3, -24.0, 131.0)

    pointed = cursor_at(workspace, workspace.view(LEFT), target)

    for view, there in ((RIGHT, target), (ViewId(2), (-11.3, -24.0, 171.0))):
        off, half = away(pointed, view, np.array(there))
        assert off <= half + 1e-6
    assert shown(pointed, ViewId(3)) == shown(workspace, ViewId(3))
    assert cursor_in(pointed, registered) == pytest.approx([-11.3, -24.0, 171.0])
    assert cursor_in(pointed, unlinked) is None
    assert stepped(pointed, pointed.view(LEFT), 1).cursor is None


def test_a_window_goes_to_stacks_of_the_same_kind_only_where_windows_are_linked() -> None:
    stacks = (
        a_stack("1.1", a_geometry()),
        a_stack("1.2", a_geometry(), frame="f2"),
        a_stack("1.3", a_geometry(), modality="MR", unit=""),
    )
    lung = Window(-600, 1500)
    for links, expected in ((Links(), [True, False, False]), (Links(window=True), [True, True, False])):
        workspace = side_by_side(*stacks, links=links)
        after = with_voi(workspace, workspace.view(LEFT), lung)
        assert [view.voi == lung for view in after.views] == expected


def test_zoom_and_pan_are_shared_by_as_much_and_rotation_never() -> None:
    stored_backwards = a_stack("1.2", a_geometry(np.diag([-1.0, 1.0, 1.0]), origin=(20.0, -30.0, 100.0)))
    workspace = side_by_side(a_stack("1.1", a_geometry()), stored_backwards, links=Links(zoom=True, pan=True))
    right = workspace.view(RIGHT)
    workspace = workspace.with_view(replace(right, camera=replace(right.camera, zoom=2.0)))
    view = workspace.view(LEFT)

    camera = replace(view.camera, zoom=1.5, centre=(4.0, 6.0), rotation=30.0)
    after = with_camera(workspace, view, camera).view(RIGHT).camera

    assert after.zoom == pytest.approx(3.0)
    assert after.centre == pytest.approx((-4.0, 6.0))  # the same way in the patient
    assert after.rotation == 0


@pytest.mark.parametrize(("zoom", "pan"), list(product((False, True), repeat=2)))
def test_zoom_and_pan_are_switched_apart(*, zoom: bool, pan: bool) -> None:
    stacks = a_stack("1.1", a_geometry()), a_stack("1.2", a_geometry())
    workspace = side_by_side(*stacks, links=Links(zoom=zoom, pan=pan))
    view = workspace.view(LEFT)

    after = with_camera(workspace, view, replace(view.camera, zoom=2.0, centre=(5.0, 0.0))).view(RIGHT).camera

    assert after.zoom == (2.0 if zoom else 1.0)
    assert after.centre == ((5.0, 0.0) if pan else (0.0, 0.0))

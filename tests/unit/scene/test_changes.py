"""What keys do to the workspace."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.measurement import MeasurementId
from medscan_desktop.imaging.voi import Window
from medscan_desktop.scene import changes
from medscan_desktop.scene.display import CornerTexts
from medscan_desktop.scene.letters import edge_letters
from medscan_desktop.scene.navigation import at_slice, focused_at, pane_of, slice_position, stepped
from medscan_desktop.scene.stack import Corners
from medscan_desktop.scene.view import Camera, Camera3D, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry, signed_permutations
from tests.support.scenes import PANE, STACK, hung, view_of, with_camera

GEOMETRY = geometry_of(rotation((12, -8, 10)))
PLANES = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)


@pytest.fixture
def workspace() -> Workspace:
    return hung(painted(GEOMETRY, lambda p: p[..., 0], unit="HU"))


@pytest.mark.parametrize("kind", PLANES)
def test_a_step_moves_one_plane_by_one_slice_and_no_other(workspace: Workspace, kind: ViewKind) -> None:
    moved = stepped(workspace, view_of(workspace, kind), 3)
    for other in PLANES:
        before, after = (slice_position(one, view_of(one, other)) for one in (workspace, moved))
        assert before is not None and after is not None
        assert after[0] - before[0] == (3 if other is kind else 0)


@pytest.mark.parametrize("kind", PLANES)
def test_a_step_is_a_whole_slice_in_every_orientation_and_when_sheared(kind: ViewKind) -> None:
    geometries = [*map(geometry_of, signed_permutations()), sheared_geometry(20)]
    for geometry in geometries:
        scene = hung(painted(geometry, lambda p: p[..., 0]))
        for _ in range(4):
            before = slice_position(scene, view_of(scene, kind))
            scene = stepped(scene, view_of(scene, kind), -1)
            after = slice_position(scene, view_of(scene, kind))
            assert before is not None and after is not None and after[0] == before[0] - 1


@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
def test_home_and_end_reach_the_ends_and_no_step_goes_beyond(workspace: Workspace, kind: ViewKind) -> None:
    view = view_of(workspace, kind)
    workspace = workspace.with_view(view)
    for change, step in ((changes.at_first, -5), (changes.at_last, 5)):
        at_end = change(workspace, view)
        position = slice_position(at_end, at_end.view(view.id))
        assert position is not None and position[0] == (0 if step < 0 else position[1] - 1)
        assert slice_position(*[(w := stepped(at_end, at_end.view(view.id), step)), w.view(view.id)]) == position


def test_acquired_frames_step_without_moving_the_focus(workspace: Workspace) -> None:
    view = replace(workspace.views[0], kind=ViewKind.ACQUIRED)
    scene = workspace.with_view(view)
    moved = at_slice(scene, view, 4)
    assert moved.view(view.id).frame == 4 and moved.focus == scene.focus


def test_a_step_on_3d_or_without_pixels_changes_nothing(workspace: Workspace) -> None:
    assert stepped(workspace, view_of(workspace, ViewKind.THREE_D), 1) is workspace
    empty = hung(None, frames=3)
    assert stepped(empty, empty.views[0], 1) is empty


def test_the_focus_stays_within_the_stack(workspace: Workspace) -> None:
    away = focused_at(workspace, workspace.views[0], (1e4, -1e4, 1e4))
    index = GEOMETRY.to_index(away.focus[STACK])
    assert (index >= -1e-6).all() and (index <= np.array(GEOMETRY.size_ijk) - 1 + 1e-6).all()


def test_a_window_is_for_all_planes_of_a_stack(workspace: Workspace) -> None:
    changed = changes.with_voi(workspace, workspace.views[1], Window(7, 8))
    assert {view.voi for view in changed.views} == {Window(7, 8)}


def test_true_colour_takes_no_window() -> None:
    volume = painted(GEOMETRY, lambda p: np.zeros((*p.shape[:-1], 3)), dtype=np.uint8)
    scene = hung(volume, modality="US", is_volume=False)
    assert changes.with_voi(scene, scene.views[0], Window(7, 8)) is scene


def test_inverting_twice_is_nothing(workspace: Workspace) -> None:
    once = changes.inverted(workspace, workspace.views[2])
    assert all(view.inverted for view in once.views)
    assert changes.inverted(once, once.views[0]) == workspace


def test_reset_shows_the_whole_image_with_its_first_window_and_keeps_the_place(workspace: Workspace) -> None:
    scene = stepped(workspace, workspace.views[0], 4)
    scene = with_camera(scene, ViewId(0), zoom=3.0, rotation=40.0, flip_vertical=True)
    scene = changes.with_voi(scene, scene.views[0], Window(7, 8))
    back = changes.reset(scene, scene.views[0])
    assert back.views[0].camera == Camera() and back.views[0].camera_3d == Camera3D()
    assert back.views[0].voi == workspace.views[0].voi and back.focus == scene.focus


@pytest.mark.parametrize("horizontally", [True, False])
@pytest.mark.parametrize("turn", [0.0, 90.0, 30.0])
def test_a_flip_mirrors_what_is_on_screen(workspace: Workspace, turn: float, horizontally: bool) -> None:
    scene = with_camera(workspace, ViewId(0), rotation=turn)

    def letters(of: Workspace) -> tuple[str, ...]:
        pane = pane_of(of, of.views[0], PANE)
        assert pane is not None
        return edge_letters(pane, of.views[0], Corners())

    left, right, top, bottom = letters(scene)
    expected = (right, left, top, bottom) if horizontally else (left, right, bottom, top)
    flipped = changes.flipped(scene, scene.views[0], horizontally=horizontally)
    assert letters(flipped) == expected
    assert changes.flipped(flipped, flipped.views[0], horizontally=horizontally) == scene


def test_turning_goes_round(workspace: Workspace) -> None:
    turned = workspace
    for _ in range(4):
        turned = changes.rotated(turned, turned.views[0], 90)
    assert turned == workspace


def test_corner_texts_go_from_full_over_less_to_minimal_and_are_full_again(workspace: Workspace) -> None:
    steps = [workspace]
    for _ in range(3):
        steps.append(changes.with_overlay_toggled(steps[-1]))

    assert [one.overlay for one in steps] == [
        CornerTexts.FULL,
        CornerTexts.LESS,
        CornerTexts.MINIMAL,
        CornerTexts.FULL,
    ]


def test_maximising_and_overlays_are_switches(workspace: Workspace) -> None:
    big = changes.maximised(workspace, ViewId(2))
    assert (big.maximised, big.active) == (ViewId(2), ViewId(2))
    assert changes.maximised(big, ViewId(2)).maximised is None
    for change, field in (
        (changes.with_masks_toggled, "masks_visible"),
        (changes.with_overlay_planes_toggled, "overlay_planes"),
        (changes.with_shutters_toggled, "shutters"),
        (changes.with_crosshair_toggled, "crosshair"),
    ):
        assert getattr(change(workspace), field) is False
        assert change(change(workspace)) == workspace


def test_tab_goes_round_the_views(workspace: Workspace) -> None:
    scene = changes.activated(workspace, ViewId(2))
    assert [scene := changes.next_activated(scene)][0].active == ViewId(3)
    assert changes.next_activated(scene).active == ViewId(0)
    assert changes.next_activated(Workspace()) == Workspace()
    assert changes.next_activated(changes.maximised(workspace, ViewId(0))).maximised == ViewId(1)


def test_a_tool_and_a_measurement_are_chosen(workspace: Workspace) -> None:
    assert changes.with_tool(workspace, "length").tool == "length"
    assert changes.selected(workspace, MeasurementId("m")).selected == "m"

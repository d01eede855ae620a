"""The crosshair's lines are dragged and turned: what is held follows the hand, all else stays where it is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_desktop.imaging.geometry import orientation_letters
from medscan_desktop.scene.arrangement import edit_between
from medscan_desktop.scene.camera import OBLIQUE, PLANES, PaneMap
from medscan_desktop.scene.gesture import Phase
from medscan_desktop.scene.letters import edge_letters
from medscan_desktop.scene.navigation import acquired_slice, at_slice, pane_of, slice_position, stepped
from medscan_desktop.scene.oblique import STRAIGHT, Turn, about, tilted, turn_of
from medscan_desktop.scene.plane_lines import grip_at, plane_lines, plane_texts
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.slabs import next_slab, straightened, thicker, with_slab
from medscan_desktop.scene.stack import Corners
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import GripPart, Workspace
from medscan_desktop.tools import tool_named
from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry
from tests.support.scenes import PANE, STACK, drag, hung, pointer, view_of

CROSSHAIR = tool_named("crosshair")
ANGLES = st.floats(-179, 179).filter(lambda angle: abs(angle) > 1)


def scene(geometry=None) -> Workspace:
    geometry = geometry if geometry is not None else geometry_of(np.eye(3), spacing=(1, 1, 2), shape=(30, 60, 64))
    return hung(painted(geometry, lambda p: p[..., 0], unit="HU"))


def pane(workspace: Workspace, kind: ViewKind) -> PaneMap:
    found = pane_of(workspace, view_of(workspace, kind), PANE)
    assert found is not None
    return found


def turned(workspace: Workspace, kind: ViewKind, degrees: float) -> Workspace:
    """A handle in plane `kind` dragged clockwise by so many degrees around the crossing."""
    view = view_of(workspace, kind)
    line = plane_lines(workspace, view, pane(workspace, kind))[0]
    start = line.handles(PANE)[1]
    steps = np.radians(np.linspace(0, degrees, 9))
    away = start - line.centre
    path = [
        tuple((line.centre + np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) @ away).tolist())
        for a in steps
    ]
    return drag(CROSSHAIR, workspace, view.id, *path).workspace


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize("degrees", [23.0, -40.0, 130.0])
def test_a_handle_turns_the_two_other_planes_about_this_planes_normal(kind: ViewKind, degrees: float) -> None:
    before = scene()
    after = turned(before, kind, degrees)
    own = pane(before, kind)
    axis = np.cross(own.right, own.down)

    for other in PLANES:
        expected = pane(before, other).onward if other is kind else about(axis, degrees) @ pane(before, other).onward
        assert abs(float(pane(after, other).onward @ expected)) == pytest.approx(1)
        assert pane(after, other).is_oblique == (other is not kind)
    assert after.focus == before.focus
    assert np.allclose(pane(after, kind).right, own.right) and np.allclose(pane(after, kind).origin, own.origin)


@given(st.lists(st.tuples(st.sampled_from(PLANES), ANGLES), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_however_they_are_turned_the_planes_are_perpendicular_and_cross_in_the_focus(turns) -> None:
    workspace = scene()
    for kind, angle in turns:
        axis = pane(workspace, kind).onward
        workspace = workspace.with_turn(STACK, workspace.turn_of(STACK).then(axis, angle))
    focus = np.asarray(workspace.focus[STACK])
    panes = [pane(workspace, kind) for kind in PLANES]

    normals = np.stack([one.onward for one in panes])
    assert np.allclose(normals @ normals.T, np.eye(3), atol=1e-6)
    for one in panes:
        assert abs(float(one.right @ one.down)) < 1e-9
        assert np.linalg.norm(one.right) == pytest.approx(one.mm_per_pixel)
        away = abs(float((focus - one.origin) @ one.normal))
        assert away < 1e-6 if one.is_oblique else away <= one.step_mm / 2 + 1e-6
        at = np.array([123.0, 45.0])
        assert np.allclose(one.to_pane(one.to_patient(at)), at)


def test_a_line_moves_its_own_plane_and_no_other() -> None:
    for turn in (STRAIGHT, Turn().then((0, 0, 1), 30), turn_of(rotation((20, 30, -40)))):
        workspace = scene().with_turn(STACK, turn)
        for kind in PLANES:
            view, before = view_of(workspace, kind), pane(workspace, kind)
            for line in plane_lines(workspace, view, before):
                across = np.array([-line.direction[1], line.direction[0]])
                start = line.centre + line.direction * 60
                end = start + across * 12 + line.direction * 7
                after = drag(CROSSHAIR, workspace, view.id, tuple(start.tolist()), tuple(end.tolist())).workspace
                moved = np.asarray(after.focus[STACK]) - np.asarray(workspace.focus[STACK])
                still = next(other for other in PLANES if other not in (kind, line.kind))

                assert abs(float(moved @ pane(workspace, line.kind).onward)) == pytest.approx(
                    12 * before.mm_per_pixel, rel=0.02
                )
                assert abs(float(moved @ pane(workspace, still).onward)) < 1e-6
                assert abs(float(moved @ before.onward)) < 1e-6
                assert after.turns == workspace.turns


def test_the_crossing_moves_both_planes_to_the_pointer() -> None:
    workspace = scene().with_turn(STACK, Turn().then((0, 0, 1), 30))
    view, before = view_of(workspace, ViewKind.AXIAL), pane(workspace, ViewKind.AXIAL)
    x, y = plane_lines(workspace, view, before)[0].centre.tolist()
    after = drag(CROSSHAIR, workspace, view.id, (x, y), (x + 20, y - 11)).workspace

    assert np.allclose(before.to_pane(after.focus[STACK]), (x + 20, y - 11))
    assert after.grip is None


def test_what_is_under_the_pointer_is_known_by_its_line() -> None:
    workspace = scene()
    view, shown = view_of(workspace, ViewKind.AXIAL), pane(workspace, ViewKind.AXIAL)
    line = next(one for one in plane_lines(workspace, view, shown) if one.kind is ViewKind.CORONAL)
    away = np.array([-line.direction[1], line.direction[0]])

    def part(at) -> tuple[GripPart, ViewKind] | None:
        grip = grip_at(workspace, view, shown, tuple(np.asarray(at).tolist()), PANE)
        return (grip.part, grip.kind) if grip is not None else None

    assert part(line.centre + line.direction * 50 + away * 3) == (GripPart.LINE, ViewKind.CORONAL)
    assert part(line.handles(PANE)[0] + 2) == (GripPart.HANDLE, ViewKind.CORONAL)
    assert part(line.centre + 3)[0] is GripPart.CENTRE
    assert part(line.centre + line.direction * 50 + away * 40) is None
    hidden = replace(workspace, crosshair=False)
    assert grip_at(hidden, view, shown, tuple(line.centre.tolist()), PANE) is None


def test_while_it_is_held_the_workspace_says_so_and_panes_draw_quickly() -> None:
    workspace = scene()
    view = view_of(workspace, ViewKind.AXIAL)
    step = CROSSHAIR.step(workspace, view, pointer(Phase.PRESS, (10.0, 10.0)))
    assert step.workspace.grip is not None and step.workspace.grip.is_held
    assert CROSSHAIR.step(step.workspace, view, pointer(Phase.RELEASE, (10.0, 10.0))).workspace.grip is None


def test_a_plane_turned_a_quarter_is_a_plane_of_the_stack_again() -> None:
    workspace = turned(scene(), ViewKind.AXIAL, 90.0)

    assert {pane(workspace, kind).axes.through for kind in PLANES} == {0, 1, 2}
    assert pane(workspace, ViewKind.SAGITTAL).axes.through == 1


@pytest.mark.parametrize("degrees", [30.0, 60.0])
def test_letters_of_a_turned_plane_have_a_second_side(degrees: float) -> None:
    """Turned about the head-feet axis the coronal plane looks to the right and to the front."""
    workspace = scene().with_turn(STACK, Turn().then((0, 0, 1), degrees))
    view = view_of(workspace, ViewKind.CORONAL)
    left, right, top, bottom = edge_letters(pane(workspace, ViewKind.CORONAL), view, Corners())

    towards = (np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0)
    assert right == orientation_letters(towards) and len(right) == 2
    assert left == orientation_letters(-np.asarray(towards))
    assert (top, bottom) == ("H", "F")
    assert plane_texts(workspace, view, pane(workspace, ViewKind.CORONAL)) == (f"oblique {degrees:.1f}°",)
    assert edge_letters(pane(workspace, ViewKind.AXIAL), view_of(workspace, ViewKind.AXIAL), Corners()) == (
        "R",
        "L",
        "A",
        "P",
    )


@pytest.mark.parametrize("shear", [False, True])
def test_scrolling_an_oblique_plane_goes_by_the_voxel_spacing_along_its_normal(shear: bool) -> None:
    geometry = sheared_geometry(shape=(30, 60, 64)) if shear else None
    workspace = scene(geometry).with_turn(STACK, turn_of(rotation((25, 10, 35))))
    view = view_of(workspace, ViewKind.CORONAL)
    before = pane(workspace, ViewKind.CORONAL)
    index, count = slice_position(workspace, view)
    after = stepped(workspace, view, 3)
    way = (pane(after, ViewKind.CORONAL).origin - before.origin) @ before.onward

    assert before.axes.through == OBLIQUE and acquired_slice(workspace, view) is None
    assert way == pytest.approx(3 * before.step_mm)
    assert np.linalg.norm(workspace.stacks[0].volume.geometry.inverse[:3, :3] @ before.onward) == pytest.approx(
        1 / before.step_mm
    )
    assert slice_position(after, view) == (index + 3, count)
    for end in (0, count - 1):
        there = at_slice(workspace, view, end)
        assert slice_position(there, view) == (end, count)
        assert stepped(there, view, -1 if end == 0 else 1) == there
        assert (there.focus[STACK] != workspace.focus[STACK]) and np.isfinite(there.focus[STACK]).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_every_step_through_an_oblique_plane_is_one_step(seed: int) -> None:
    random = np.random.default_rng(seed)
    workspace = scene().with_turn(STACK, turn_of(rotation(tuple(random.uniform(-180, 180, 3)))))
    view = view_of(workspace, PLANES[int(random.integers(3))])
    start, count = slice_position(workspace, view)
    for step in range(1, count - start):
        workspace = stepped(workspace, view, 1)
        assert slice_position(workspace, view)[0] == start + step


def test_turning_and_slabs_are_steps_that_undo_reverses() -> None:
    before = scene()
    view = view_of(before, ViewKind.AXIAL)
    after = with_slab(turned(before, ViewKind.AXIAL, 30.0), view, SlabMode.MIP)
    edit = edit_between(before, after)
    assert edit is not None
    back, again = edit.reversed(after)

    assert (back.turns, back.views) == (before.turns, before.views)
    forth, _ = again.reversed(back)
    assert (forth.turns, forth.views) == (after.turns, after.views)


def test_straightened_planes_are_the_stacks_own_and_cross_where_they_did() -> None:
    before = scene()
    view = view_of(before, ViewKind.AXIAL)
    after = straightened(turned(before, ViewKind.AXIAL, 30.0), view)

    assert not after.turns and after.focus == before.focus
    assert straightened(before, view) is before


def test_a_slab_goes_through_its_modes_and_keeps_its_thickness() -> None:
    workspace = scene()
    view_id = view_of(workspace, ViewKind.CORONAL).id
    seen = []
    for _ in range(4):
        workspace = next_slab(workspace, workspace.view(view_id))
        workspace = thicker(workspace, workspace.view(view_id), 5)
        seen.append(workspace.view(view_id).slab)
    assert [slab.text for slab in seen] == ["MIP 15.0 mm", "MinIP 20.0 mm", "Mean 25.0 mm", "MIP 5.0 mm"]
    assert thicker(workspace, workspace.view(view_id), -100).view(view_id).slab.thickness_mm == 1.0


def test_a_slab_is_offered_where_slices_lie_at_equal_distances_alone() -> None:
    volume = scene().stacks[0].volume
    flat = hung(volume, is_volume=False)
    view = flat.views[0]
    assert with_slab(flat, view, SlabMode.MIP) is flat
    forced = replace(view, slab=Slab(SlabMode.MIP))
    shown = pane_of(flat.with_view(forced), forced, PANE)
    assert shown is not None and shown.slab is None


def test_alt_and_the_wheel_make_a_slab_thicker() -> None:
    workspace = scene()
    view = view_of(workspace, ViewKind.AXIAL)
    tool = tool_named("slab")
    once = tool.step(workspace, view, pointer(Phase.WHEEL, (5.0, 5.0), wheel_steps=1)).workspace
    twice = tool.step(once, once.view(view.id), pointer(Phase.WHEEL, (5.0, 5.0), wheel_steps=2)).workspace

    assert once.view(view.id).slab == Slab(SlabMode.MIP, 5.0)
    assert twice.view(view.id).slab == Slab(SlabMode.MIP, 7.0)


@pytest.mark.parametrize("half_turn", [0.0, 180.0, -180.0])
def test_a_plane_turned_right_over_stays_upright(half_turn: float) -> None:
    right, down, normal = tilted(np.array([1.0, 0, 0]), np.array([0, 0, -1.0]), Turn().then((0, 0, 1), half_turn))

    assert np.allclose(down, (0, 0, -1))
    assert np.allclose(normal, np.cross(right, down))
    assert View(ViewId(0), ViewKind.AXIAL).slab is None

"""A curve has its true length, the straightened picture the values beside it, and nothing untrue is measured on it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_desktop.imaging.curved import course_of
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.curved import straightened
from medscan_desktop.scene.arrangement import edit_between
from medscan_desktop.scene.camera import point
from medscan_desktop.scene.curve import Curve, course_on, letters_across, paper, place_on
from medscan_desktop.scene.curving import cursor_mm, curve_texts, with_plane_across, without_curve, without_last_point
from medscan_desktop.scene.gesture import Phase
from medscan_desktop.scene.navigation import pane_of, stepped
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import tool_named
from tests.support.phantoms import Floats, geometry_of, painted, rotation
from tests.support.scenes import PANE, STACK, drag, hung, pointer, view_of

GEOMETRY = geometry_of(rotation((8, -12, 20)), spacing=(1.0, 1.2, 1.5), shape=(60, 70, 80))


def arc(radius: float, degrees: float, count: int) -> Floats:
    """Points on a circle about the middle of the volume, in a plane tilted in the patient."""
    angle = np.radians(np.linspace(0, degrees, count))
    flat = np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros(count)], axis=1)
    return GEOMETRY.centre + flat @ rotation((30, 10, 0)).T


def normal() -> Floats:
    return rotation((30, 10, 0))[:, 2]


def ramp(at: Floats) -> Floats:
    return 40 + 2.0 * at[..., 0] - 1.5 * at[..., 1] + 0.7 * (at[..., 2] - 400)


def curve_along(points: Floats, angle: float = 0.0) -> Curve:
    return Curve(tuple(point(one) for one in points), point(normal()), angle)


@pytest.mark.parametrize("degrees", [90.0, 180.0, 270.0])
def test_the_length_of_a_curve_is_that_of_its_arc(degrees: float) -> None:
    found = course_of(arc(25, degrees, 24), normal(), 1.0)

    assert found is not None
    assert found.length_mm == pytest.approx(25 * np.radians(degrees), rel=2e-3)
    gaps = np.linalg.norm(np.diff(found.points, axis=0), axis=1)
    assert np.allclose(gaps, 1.0, atol=2e-3)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_what_is_across_a_curve_is_perpendicular_to_it_everywhere(seed: int) -> None:
    random = np.random.default_rng(seed)
    knots = np.cumsum(random.uniform(-8, 12, (random.integers(2, 9), 3)), axis=0)
    found = course_of(knots, random.normal(size=3), 0.8)

    assert found is not None
    up, through = found.across(float(random.uniform(0, 360)))
    for one in (up, through):
        assert np.abs((one * found.tangents).sum(axis=1)).max() < 1e-6
        assert np.allclose(np.linalg.norm(one, axis=1), 1)
    assert np.abs((up * through).sum(axis=1)).max() < 1e-6
    assert np.allclose(course_of(knots, (0, 0, 1), 0.8).points[0], knots[0])


def test_a_curve_in_a_plane_has_that_planes_normal_beside_it_all_along() -> None:
    found = course_of(arc(25, 200, 15), normal(), 1.0)
    assert found is not None and np.allclose(np.abs(found.sides @ normal()), 1, atol=1e-6)


@pytest.mark.parametrize("angle", [0.0, 35.0, 90.0])
def test_each_pixel_is_the_value_at_its_place_in_the_patient(angle: float) -> None:
    volume = painted(GEOMETRY, ramp, dtype=np.float32)
    curve = curve_along(arc(18, 150, 9), angle)
    picture, found = straightened(volume, curve), course_on(curve, GEOMETRY)
    assert picture is not None and found is not None
    rows, columns = picture.values.shape[1:]

    seen = 0
    for row, column in np.random.default_rng(1).integers(0, (rows, columns), (200, 2)):
        down = (row - (rows - 1) / 2) * found.step_mm
        place = np.asarray(place_on(found, angle, column * found.step_mm, down))
        index = GEOMETRY.to_index(place)
        if (index < 0).any() or (index > np.asarray(GEOMETRY.size_ijk) - 1).any():
            continue
        seen += 1
        assert picture.values[0, row, column] == pytest.approx(float(ramp(place)), abs=0.05)
    assert seen > 50


def test_distances_along_the_curve_are_true() -> None:
    """Two bright beads on a bent wire are as far apart in the picture as along the wire."""
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(50, 90, 90))
    wire = arc(28, 180, 40) - GEOMETRY.centre
    wire = geometry.centre + wire @ rotation((30, 10, 0)) + 0.0
    beads = geometry.centre + 28 * np.array([(np.cos(a), np.sin(a), 0) for a in np.radians((30, 140))])
    volume = painted(
        geometry,
        lambda at: sum(900 * np.exp(-(np.linalg.norm(at - bead, axis=-1) ** 2) / 8) for bead in beads),
        dtype=np.float32,
    )
    picture = straightened(volume, Curve(tuple(point(one) for one in wire), (0.0, 0.0, 1.0)))
    assert picture is not None
    profile = np.nan_to_num(picture.values[0]).max(axis=0)
    half = len(profile) // 2
    first, second = int(profile[:half].argmax()), half + int(profile[half:].argmax())

    assert (second - first) * 1.0 == pytest.approx(28 * np.radians(110), abs=1.0)


@pytest.mark.parametrize("mode", list(SlabMode))
def test_a_slab_of_a_straightened_picture_is_the_formula_across_it(mode: SlabMode) -> None:
    volume = painted(GEOMETRY, ramp, dtype=np.float32)
    curve = curve_along(arc(18, 120, 9))
    found = course_on(curve, GEOMETRY)
    picture = straightened(volume, curve, Slab(mode, 6.0))
    assert picture is not None and found is not None
    middle, column = picture.values.shape[1] // 2, picture.values.shape[2] // 2
    _, through = found.across(0.0)
    reach = int(3.0 / found.step_mm)
    along = [float(ramp(found.points[column] + through[column] * n * found.step_mm)) for n in range(-reach, reach + 1)]
    wanted = {SlabMode.MIP: max, SlabMode.MIN_IP: min, SlabMode.MEAN: np.mean}[mode](along)

    assert picture.values[0, middle, column] == pytest.approx(float(wanted), abs=0.1)


def test_padding_and_what_has_not_arrived_are_left_free() -> None:
    volume = painted(GEOMETRY, ramp)
    volume.values[:, :, 40:] = -2000
    loaded = np.arange(60) < 30
    volume = Volume(volume.values, GEOMETRY, loaded, padding=(-2000.0, -2000.0))
    picture = straightened(volume, curve_along(arc(18, 300, 30)))
    assert picture is not None
    shown = picture.values[0][np.isfinite(picture.values[0])]

    assert np.isnan(picture.values).any() and shown.size
    assert shown.min() > -1000


def drawn() -> Workspace:
    workspace = hung(painted(geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(60, 70, 80)), ramp, unit="HU"))
    tool, view = tool_named("curve"), view_of(workspace, ViewKind.SAGITTAL)
    for at in ((180.0, 60.0), (190.0, 120.0), (205.0, 180.0), (200.0, 240.0)):
        workspace = drag(tool, workspace, view.id, at).workspace
    return workspace


def test_clicks_draw_a_curve_and_the_straightened_view_opens_in_place_of_3d() -> None:
    workspace = drawn()
    kinds = [view.kind for view in workspace.views]

    assert len(workspace.curves[STACK].points) == 4
    assert ViewKind.CURVED in kinds and ViewKind.THREE_D not in kinds
    view = view_of(workspace, ViewKind.CURVED)
    pane = pane_of(workspace, view, PANE)
    assert pane is not None and pane.acquired_index is None and not pane.geometry.spatial
    assert curve_texts(workspace, view)[0].startswith("curved · length ")


def test_a_drag_draws_the_curve_anew() -> None:
    workspace = drawn()
    view = view_of(workspace, ViewKind.CORONAL)
    path = [(150.0 + 6 * n, 80.0 + 9 * n) for n in range(15)]
    after = drag(tool_named("curve"), workspace, view.id, *path).workspace
    curve = after.curves[STACK]
    pane = pane_of(workspace, view, PANE)

    assert np.allclose(pane.to_pane(curve.points[0]), path[0])
    assert 5 < len(curve.points) <= len(path)
    assert abs(float(np.dot(curve.normal, pane.normal))) == pytest.approx(1)


def test_the_planes_go_where_the_straightened_view_is_clicked() -> None:
    workspace = drawn()
    view = view_of(workspace, ViewKind.CURVED)
    pane = pane_of(workspace, view, PANE)
    found, curve = course_on(workspace.curves[STACK], workspace.stacks[0].volume.geometry), workspace.curves[STACK]
    along = found.length_mm * 0.6
    at = tuple(pane.to_pane((along, 0.0, 0.0)).tolist())
    after = drag(tool_named("crosshair"), workspace, view.id, at).workspace

    assert np.allclose(after.focus[STACK], place_on(found, curve.angle, along, 0.0), atol=0.05)
    assert cursor_mm(after, view) == pytest.approx(along, abs=1.0)
    assert cursor_mm(stepped(after, view, 5), view) == pytest.approx(cursor_mm(after, view) + 5 * found.step_mm)


def test_a_straightened_view_is_turned_about_its_curve() -> None:
    workspace = drawn()
    view = view_of(workspace, ViewKind.CURVED)
    after = drag(tool_named("rotate"), workspace, view.id, (200.0, 200.0), (200.0, 140.0)).workspace

    assert after.curves[STACK].angle == 30.0
    assert after.views == workspace.views
    edit = edit_between(workspace, after)
    assert edit is not None and edit.reversed(after)[0].curves == workspace.curves


@pytest.mark.parametrize("name", ["length", "ellipse", "angle", "probe"])
def test_nothing_is_measured_on_a_straightened_picture_and_the_user_is_told(name: str) -> None:
    workspace = drawn()
    view = view_of(workspace, ViewKind.CURVED)
    step = tool_named(name).step(workspace, view, pointer(Phase.PRESS, (200.0, 150.0)))

    assert step.refused.startswith("Nothing is measured on a straightened picture")
    assert step.workspace is workspace and step.save is None


def test_letters_are_given_where_they_hold_all_along_the_curve() -> None:
    straight = course_of(np.array([(0, 0, 0), (0, 0, 50.0)]), (1, 0, 0), 1.0)
    bent = course_of(np.array([(0, 0, 0), (30, 0, 30), (60, 0, 0.0)]), (0, 1, 0), 1.0)

    assert letters_across(straight, 0.0) == ("L", "R")
    assert letters_across(bent, 0.0) == ("P", "A")
    assert letters_across(bent, 90.0) == ("", "")


def test_points_are_taken_back_and_the_curve_removed() -> None:
    workspace = drawn()
    view = view_of(workspace, ViewKind.SAGITTAL)
    fewer = without_last_point(workspace, view)

    assert fewer.curves[STACK].points == workspace.curves[STACK].points[:-1]
    assert STACK not in without_curve(workspace, view).curves
    one = replace(workspace.curves[STACK], points=workspace.curves[STACK].points[:1])
    lone = workspace.with_curve(STACK, one)
    assert pane_of(lone, view_of(lone, ViewKind.CURVED), PANE) is None
    assert paper(course_on(workspace.curves[STACK], workspace.stacks[0].volume.geometry)).shape[0] == 1


def test_a_plane_across_the_curve_is_perpendicular_to_it_where_the_cursor_is() -> None:
    """There diameters are true."""
    workspace = stepped(drawn(), view_of(drawn(), ViewKind.CURVED), 25)
    view = view_of(workspace, ViewKind.CURVED)
    found = course_on(workspace.curves[STACK], workspace.stacks[0].volume.geometry)
    at = cursor_mm(workspace, view)
    across = with_plane_across(workspace, view)
    plane = pane_of(across, view_of(across, ViewKind.AXIAL), PANE)

    assert abs(float(plane.onward @ found.tangents[round(at / found.step_mm)])) == pytest.approx(1)
    assert np.allclose(across.focus[STACK], found.points[round(at / found.step_mm)])
    assert abs(float((np.asarray(across.focus[STACK]) - plane.origin) @ plane.onward)) < 1e-6

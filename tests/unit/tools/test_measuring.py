"""Lengths and ellipses drawn by a drag, under anisotropy, turns, flips and zoom."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.domain.study import Patient, Study, StudyUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.changes import with_tool
from medscan_desktop.scene.gesture import Phase, Tool
from medscan_desktop.scene.navigation import pane_of, slice_position, stepped
from medscan_desktop.scene.view import ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import tool_named
from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry, signed_permutations
from tests.support.scenes import PANE, drag, hung, pointer, view_of, with_camera

LENGTH, ELLIPSE = tool_named("length"), tool_named("ellipse")
PLANES = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)
GEOMETRIES = [geometry_of(np.eye(3)), geometry_of(rotation((15, -25, 40))), sheared_geometry(20)]
CAMERAS = [
    {"zoom": zoom, "rotation": turn, "flip_horizontal": flip, "centre": (2.0, -3.0)}
    for zoom, turn, flip in product((0.8, 3.7), (0.0, 35.0, 90.0), (False, True))
]


def scene_of(geometry: Geometry, kind: ViewKind, camera: dict[str, object]) -> tuple[Workspace, ViewId]:
    rng = np.random.default_rng(4)
    workspace = hung(painted(geometry, lambda p: rng.integers(-200, 200, p.shape[:-1]), unit="HU"))
    view = view_of(workspace, kind)
    return with_camera(workspace.with_view(view), view.id, **camera), view.id


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_a_length_is_right_to_a_twentieth_of_a_millimetre(
    geometry: Geometry, kind: ViewKind, camera: dict[str, object]
) -> None:
    workspace, view_id = scene_of(geometry, kind, camera)
    pane = pane_of(workspace, workspace.view(view_id), PANE)
    assert pane is not None
    one, other = np.array([20.0, 15, 10]), np.array([20.0, 15, 10])
    one[pane.axes.through] = other[pane.axes.through] = pane.slice_index
    one[pane.axes.right], one[pane.axes.down] = 3, 4
    other[pane.axes.right] += 4
    ends = geometry.to_patient([one, other])
    start, end = (tuple(map(float, at)) for at in pane.to_pane(ends))
    step = drag(LENGTH, workspace, view_id, start, (50.0, 60.0), end)
    assert step.save is not None and step.save.length is not None
    assert abs(step.save.length - np.linalg.norm(ends[1] - ends[0])) < 0.05
    assert np.asarray(step.save.points) == pytest.approx(ends, abs=1e-6)
    assert step.save.unit == "mm" and step.save.calibration == ""


@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
@pytest.mark.parametrize("geometry", [*GEOMETRIES, *list(map(geometry_of, signed_permutations()))[::9]])
def test_an_ellipses_statistics_equal_a_brute_force_count(geometry: Geometry, kind: ViewKind) -> None:
    for camera in CAMERAS[1::4]:
        workspace, view_id = scene_of(geometry, kind, camera)
        pane = pane_of(workspace, workspace.view(view_id), PANE)
        assert pane is not None
        start, end = (120.0, 90.0), (260.0, 210.0)
        step = drag(ELLIPSE, workspace, view_id, start, end)
        values = workspace.stacks[0].volume.values  # type: ignore[union-attr]
        index = np.array(list(np.ndindex(*geometry.shape)))[:, ::-1]  # every voxel of the stack, i, j, k
        x, y = pane.to_pane(geometry.to_patient(index)).T
        on_slice = index[:, pane.axes.through] == pane.slice_index
        counted = values.ravel()[on_slice & (((x - 190) / 70) ** 2 + ((y - 150) / 60) ** 2 <= 1)]
        found = step.save.statistics if step.save is not None else None
        if not counted.size:
            assert found is None
            continue
        assert found is not None and found.count == len(counted)
        assert (found.mean, found.standard_deviation) == pytest.approx((np.mean(counted), np.std(counted)))
        assert (found.minimum, found.maximum) == (counted.min(), counted.max())
        assert found.area_mm2 == pytest.approx(np.pi * 70 * 60 * pane.mm_per_pixel**2)


def test_shift_draws_a_circle_from_the_corner_where_the_drag_began() -> None:
    workspace, view_id = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})
    step = drag(ELLIPSE, workspace, view_id, (200.0, 150.0), (150.0, 160.0), shift=True)
    assert step.save is not None
    centre, one, other = (np.array(at) for at in step.save.points)
    assert np.linalg.norm(one - centre) == pytest.approx(np.linalg.norm(other - centre))
    pane = pane_of(workspace, workspace.view(view_id), PANE)
    assert pane is not None and pane.to_pane(centre) == pytest.approx((175, 175))


@pytest.mark.parametrize("tool", [LENGTH, ELLIPSE])
def test_a_draft_is_there_from_the_press_and_stays_until_it_is_saved(tool: object) -> None:
    workspace, view_id = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})
    view = workspace.view(view_id)
    pressed = tool.step(workspace, view, pointer(Phase.PRESS, (150, 150))).workspace  # type: ignore[attr-defined]
    assert len(pressed.drafts) == 1
    moved = tool.step(pressed, view, pointer(Phase.MOVE, (250, 200), (150, 150)))  # type: ignore[attr-defined]
    assert moved.save is None and len(moved.workspace.drafts) == 1
    if tool is ELLIPSE:
        assert moved.workspace.drafts[0].measurement.statistics is not None  # live
    done = tool.step(moved.workspace, view, pointer(Phase.RELEASE, (250, 200), (150, 150)))  # type: ignore[attr-defined]
    (draft,) = done.workspace.drafts
    assert draft.is_saving and draft.measurement == done.save and done.draft_key == draft.key
    assert draft.measurement.id == pressed.drafts[0].measurement.id


def test_a_second_measurement_can_be_drawn_while_the_first_is_being_saved() -> None:
    workspace, view_id = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})
    first = drag(LENGTH, workspace, view_id, (100.0, 100.0), (200.0, 200.0))
    second = drag(LENGTH, first.workspace, view_id, (120.0, 100.0), (220.0, 200.0))
    assert [draft.key for draft in second.workspace.drafts] == [first.draft_key, second.draft_key]
    assert first.draft_key != second.draft_key
    assert first.save is not None and second.save is not None and first.save.id != second.save.id


@pytest.mark.parametrize("tool", [LENGTH, ELLIPSE])
def test_an_escape_and_another_tool_give_up_what_is_drawn(tool: Tool) -> None:
    workspace, view_id = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})
    click = drag(tool, workspace, view_id, (100.0, 100.0), (101.0, 101.0))
    assert click.save is None and not with_tool(click.workspace, "length").drafts
    pressed = tool.step(workspace, workspace.view(view_id), pointer(Phase.PRESS, (150, 150))).workspace
    cancelled = tool.step(pressed, workspace.view(view_id), pointer(Phase.CANCEL, (150, 150)))
    assert not cancelled.workspace.drafts and not with_tool(pressed, "pan").drafts


@pytest.mark.parametrize("tool", [LENGTH, ELLIPSE])
def test_two_clicks_draw_what_a_drag_draws(tool: Tool) -> None:
    workspace, view_id = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})
    dragged = drag(tool, workspace, view_id, (100.0, 100.0), (200.0, 170.0)).save
    first = drag(tool, workspace, view_id, (100.0, 100.0))
    hovered = tool.step(first.workspace, workspace.view(view_id), pointer(Phase.HOVER, (150.0, 120.0)))
    assert first.save is hovered.save is None and len(hovered.workspace.drafts) == 1
    second = drag(tool, hovered.workspace, view_id, (200.0, 170.0)).save
    assert dragged is not None and second is not None
    assert replace(second, id=dragged.id) == dragged


def test_a_measurement_names_its_image_where_the_plane_is_an_acquired_one() -> None:
    workspace, view_id = scene_of(GEOMETRIES[1], ViewKind.AXIAL, {})
    axial = drag(LENGTH, workspace, view_id, (150.0, 150.0), (250.0, 150.0)).save
    position = slice_position(workspace, workspace.view(view_id))
    assert axial is not None and position is not None
    assert (axial.frame, axial.sop_instance_uid) == (position[0], f"1.2.3.{position[0]}")
    assert (axial.kind, axial.series_instance_uid) == (MeasurementKind.LENGTH, "1.2.3")
    workspace, view_id = scene_of(GEOMETRIES[1], ViewKind.CORONAL, {})
    coronal = drag(LENGTH, workspace, view_id, (150.0, 100.0), (250.0, 100.0)).save
    assert coronal is not None and coronal.sop_instance_uid is None
    nearest = GEOMETRIES[1].to_index(np.mean(coronal.points, axis=0))[2]
    assert abs(coronal.frame - nearest) <= 0.5


def test_without_a_calibration_a_length_is_in_pixels() -> None:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1), spatial=False)
    workspace = hung(painted(geometry, lambda p: p[..., 0], calibration="px"), modality="CR", is_volume=False)
    pane = pane_of(workspace, workspace.views[0], PANE)
    assert pane is not None
    start, end = (tuple(map(float, at)) for at in pane.to_pane(geometry.to_patient([(2, 3, 0), (32, 3, 0)])))
    saved = drag(LENGTH, workspace, workspace.views[0].id, start, end).save
    assert saved is not None and saved.length == pytest.approx(30)
    assert (saved.unit, saved.calibration) == ("px", "px")


def test_nothing_is_drawn_in_3d_or_without_pixels() -> None:
    workspace, _ = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})
    assert drag(LENGTH, workspace, ViewId(3), (10.0, 10.0), (90.0, 90.0)).save is None
    empty = hung(None, frames=3)
    assert drag(LENGTH, empty, empty.views[0].id, (10.0, 10.0), (90.0, 90.0)).workspace == empty


def test_what_is_drawn_on_a_prior_belongs_to_the_prior() -> None:
    workspace, view_id = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})
    prior = Study(StudyUid("0.9"), Patient("P1", "Doe^Jane"))
    old = replace(workspace.stacks[0], study_instance_uid=prior.study_instance_uid)
    beside = replace(workspace.with_stack(old), priors=(prior,))

    here = drag(LENGTH, workspace, view_id, (100.0, 100.0), (200.0, 170.0)).save
    there = drag(LENGTH, beside, view_id, (100.0, 100.0), (200.0, 170.0)).save

    assert here is not None and here.study_instance_uid == "1.2"
    assert there is not None and there.study_instance_uid == "0.9"


def test_a_sphere_is_refused_where_there_is_no_volume_and_says_why() -> None:
    geometry = geometry_of(np.eye(3), spatial=False)
    flat = hung(painted(geometry, lambda p: p[..., 0]), modality="CR", is_volume=False)
    gap = hung(painted(GEOMETRIES[0], lambda p: p[..., 0]))
    gap = gap.with_stack(replace(gap.stacks[0], volume_refusal="a gap of 7 mm"))

    for workspace, reason in ((flat, "it is no volume"), (gap, "a gap of 7 mm")):
        step = drag(tool_named("sphere"), workspace, workspace.views[0].id, (150.0, 150.0), (190.0, 150.0))
        assert step.save is None and not step.workspace.drafts
        assert reason in step.refused


def test_a_draft_left_open_on_another_slice_or_view_is_given_up_by_the_next_press() -> None:
    workspace, view_id = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})
    opened = drag(LENGTH, workspace, view_id, (100.0, 100.0)).workspace
    further = stepped(opened, opened.view(view_id), 3)

    elsewhere = drag(LENGTH, further, view_id, (150.0, 100.0)).workspace
    other_view = drag(LENGTH, opened, view_of(opened, ViewKind.CORONAL).id, (150.0, 100.0)).workspace

    for scene in (elsewhere, other_view):
        (draft,) = scene.drafts
        assert len(draft.placed) == 1 and draft.placed != opened.drafts[0].placed


def test_a_freehand_line_without_an_inside_leaves_nothing() -> None:
    workspace, view_id = scene_of(GEOMETRIES[0], ViewKind.AXIAL, {})

    straight = drag(tool_named("freehand"), workspace, view_id, (100.0, 100.0), (150.0, 100.0), (200.0, 100.0))
    click = drag(tool_named("freehand"), workspace, view_id, (100.0, 100.0))

    assert straight.save is click.save is None
    assert not straight.workspace.drafts and not click.workspace.drafts

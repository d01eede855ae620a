"""Reference lines: where the active slice cuts another pane, against the intersection by formula."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.scene.links import LinkKind, Links, SpaceId, SpaceLink, rigid
from medscan_desktop.scene.navigation import at_slice, pane_of
from medscan_desktop.scene.reference_lines import ReferenceLine, reference_lines
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.linked_scenes import LEFT, RIGHT, a_geometry, a_stack, side_by_side
from tests.support.phantoms import rotation

SIZE = (640, 480)
SAGITTAL = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])  # columns: along the row, the column, on


def lines(workspace: Workspace) -> tuple[ReferenceLine, ...]:
    pane = pane_of(workspace, workspace.view(RIGHT), SIZE)
    assert pane is not None
    return reference_lines(workspace, workspace.view(RIGHT), pane)


def in_patient(workspace: Workspace, line: ReferenceLine) -> np.ndarray:
    pane = pane_of(workspace, workspace.view(RIGHT), SIZE)
    assert pane is not None
    return pane.to_patient(np.array([line.start, line.end]))


def test_an_axial_slice_is_a_level_line_on_a_sagittal_one_as_long_as_it_is_deep() -> None:
    axial = a_stack("1.1", a_geometry())  # y from -30.5 to -14.5 at its pixels' edges
    sagittal = a_stack("1.2", a_geometry(SAGITTAL, origin=(-15.0, -60.0, 180.0), shape=(8, 100, 90)))
    workspace = at_slice(side_by_side(axial, sagittal), side_by_side(axial, sagittal).view(LEFT), 7)

    first, last, shown = lines(workspace)

    assert [one.is_edge for one in (first, last, shown)] == [True, True, False]
    ends = in_patient(workspace, shown)
    assert sorted(ends[:, 1].tolist()) == pytest.approx([-30.5, -14.5])
    assert ends[:, 2].tolist() == pytest.approx([114.0, 114.0])  # z = 100 + 7 * 2
    assert shown.start[1] == pytest.approx(shown.end[1])  # level on screen
    assert in_patient(workspace, first)[:, 2].tolist() == pytest.approx([100.0, 100.0])
    assert in_patient(workspace, last)[:, 2].tolist() == pytest.approx([158.0, 158.0])


@pytest.mark.parametrize("degrees", [(20.0, 0.0, 0.0), (35.0, 15.0, 0.0), (-25.0, 30.0, 40.0)])
def test_an_oblique_cut_lies_on_both_planes(degrees: tuple[float, float, float]) -> None:
    oblique = a_stack("1.1", a_geometry(rotation(degrees), shape=(30, 40, 40)))
    workspace = side_by_side(oblique, a_stack("1.2", a_geometry(SAGITTAL, origin=(-5.0, -60, 180), shape=(8, 100, 90))))
    source, target = (pane_of(workspace, workspace.view(view), SIZE) for view in (LEFT, RIGHT))
    assert source is not None
    assert target is not None

    ends = in_patient(workspace, lines(workspace)[-1])

    assert (ends - source.origin) @ source.normal == pytest.approx([0, 0], abs=1e-6)
    assert (ends - target.origin) @ target.normal == pytest.approx([0, 0], abs=1e-6)
    direction = np.cross(source.normal, target.normal)
    along = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    assert abs(float(along @ direction) / float(np.linalg.norm(direction))) == pytest.approx(1.0)


def test_parallel_planes_other_frames_and_the_active_pane_itself_have_no_lines() -> None:
    sagittal = a_geometry(SAGITTAL, origin=(-15.0, -60.0, 180.0), shape=(8, 100, 90))
    parallel = side_by_side(a_stack("1.1", a_geometry()), a_stack("1.2", a_geometry(rotation((5.0, 0, 0)))))
    apart = side_by_side(a_stack("1.1", a_geometry()), a_stack("1.2", sagittal, frame="f2"))
    active = side_by_side(a_stack("1.1", a_geometry()), a_stack("1.2", sagittal))

    assert lines(parallel) == ()
    assert lines(apart) == ()
    assert lines(replace(active, active=RIGHT)) == ()
    assert lines(replace(active, reference_lines=False)) == ()


def test_a_registration_carries_the_lines_over() -> None:
    matrix = np.eye(4)
    matrix[:3, 3] = (3.0, 0.0, 50.0)
    link = SpaceLink(SpaceId("f1"), SpaceId("f2"), rigid(matrix), LinkKind.REGISTERED, 0.9)
    sagittal = a_geometry(SAGITTAL, origin=(-15.0, -60.0, 230.0), shape=(8, 100, 90))
    stacks = a_stack("1.1", a_geometry()), a_stack("1.2", sagittal, frame="f2")
    workspace = side_by_side(*stacks, links=Links(spaces=(link,)))

    ends = in_patient(workspace, lines(workspace)[-1])

    assert ends[:, 2].tolist() == pytest.approx([180.0, 180.0])  # slice 15 at z = 130, 50 mm further up


def test_planes_of_one_stack_have_the_crosshair_instead() -> None:
    stack = a_stack("1.1", a_geometry())
    workspace = side_by_side(stack, stack, kinds=(ViewKind.AXIAL, ViewKind.SAGITTAL))
    workspace = replace(workspace, stacks=(stack,))

    assert lines(workspace) == ()
    assert len(lines(replace(workspace, crosshair=False))) == 3

"""Jumping to a measurement: wherever one has gone meanwhile, it is on screen again."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.scene.looking import looking_at, middle_of
from medscan_desktop.scene.navigation import at_slice, pane_of, slice_position
from medscan_desktop.scene.oblique import STRAIGHT
from medscan_desktop.scene.showing import is_on_plane
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import tool_named
from tests.support.measured import REGION
from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry, signed_permutations
from tests.support.scenes import PANE, drag, hung, view_of

Kind = MeasurementKind
GEOMETRIES = [
    geometry_of(rotation((15, -25, 40))),
    sheared_geometry(),
    *list(map(geometry_of, signed_permutations()))[::11],
]
TURN = STRAIGHT.then((1, 2, 3), 33.0)


def drawn(number: int, kind: ViewKind, tool: str, *, is_turned: bool) -> tuple[Workspace, Measurement]:
    geometry = GEOMETRIES[number]
    workspace = hung(painted(geometry, lambda p: p[..., 0], unit="HU"))
    view = view_of(workspace, kind)
    workspace = workspace.with_view(view)
    if is_turned:
        workspace = workspace.with_turn(workspace.stacks[0].id, TURN)
    step = drag(tool_named(tool), workspace, view.id, (180.0, 130.0), (215.0, 165.0))
    assert step.save is not None
    return replace(step.workspace, drafts=(), measurements=(step.save,)), step.save


def shows(workspace: Workspace, view: View, one: Measurement) -> bool:
    pane = pane_of(workspace, view, PANE)
    return pane is not None and is_on_plane(one, pane, workspace.stacks[0])


@pytest.mark.parametrize("number", range(len(GEOMETRIES)))
@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("tool", ["length", "ellipse", "sphere", "probe"])
@pytest.mark.parametrize("kind", [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL])
def test_it_is_on_screen_again_after_scrolling_and_turning(
    number: int, kind: ViewKind, tool: str, *, is_turned: bool
) -> None:
    workspace, one = drawn(number, kind, tool, is_turned=is_turned)
    stack = workspace.stacks[0].id
    away = workspace.with_turn(stack, STRAIGHT if is_turned else TURN)
    for view in away.views:
        position = slice_position(away, view)
        away = at_slice(away, view, 1) if position is not None and view.kind is not ViewKind.THREE_D else away

    back = looking_at(away, one)

    assert any(shows(back, view, one) for view in back.views if view.kind is not ViewKind.THREE_D)


def test_what_lies_on_screen_turns_nothing() -> None:
    workspace, one = drawn(0, ViewKind.AXIAL, "ellipse", is_turned=True)

    assert looking_at(workspace, one).turns == workspace.turns


def test_an_acquired_view_goes_to_its_frame_and_a_large_one_that_shows_it_stays_large() -> None:
    workspace, one = drawn(0, ViewKind.ACQUIRED, "length", is_turned=False)
    view = workspace.views[0]
    away = replace(at_slice(workspace, view, 1), maximised=view.id)

    back = looking_at(away, one)

    assert back.view(view.id).frame == one.frame and back.maximised == view.id


def test_the_middle_of_a_round_one_is_its_own_not_that_of_its_points() -> None:
    points = ((1.0, 2.0, 3.0), (9.0, 2.0, 3.0), (1.0, 7.0, 3.0))

    assert middle_of(replace(REGION, points=points)) == (1, 2, 3)
    assert middle_of(replace(REGION, kind=Kind.FREEHAND, points=points)) == pytest.approx(np.mean(points, axis=0))

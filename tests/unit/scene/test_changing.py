"""Changing what was drawn: what the pointer takes hold of, what a drag from there moves, and what stays."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.imaging.measure import measured
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.changing import moved_by, touched
from medscan_desktop.scene.drawing import finished, written
from medscan_desktop.scene.gesture import Phase
from medscan_desktop.scene.navigation import at_slice, pane_of
from medscan_desktop.scene.outlines import handles_of, lines_of
from medscan_desktop.scene.showing import is_on_plane, shown_measurements
from medscan_desktop.scene.view import ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import CHANGE, tool_named
from tests.support.phantoms import geometry_of, painted, rotation
from tests.support.scenes import PANE, drag, hung, pointer, view_of, with_camera

Kind = MeasurementKind
VIEW = ViewId(0)
GEOMETRY = geometry_of(rotation((15, -25, 40)))
PLACES: dict[MeasurementKind, tuple[tuple[float, float], ...]] = {
    Kind.LENGTH: ((120, 90), (230, 160)),
    Kind.ANGLE: ((120, 90), (180, 150), (260, 120)),
    Kind.COBB: ((120, 90), (220, 95), (120, 190), (220, 160)),
    Kind.BIDIRECTIONAL: ((120, 90), (230, 160)),
    Kind.POLYLINE: ((120, 90), (180, 150), (260, 120), (280, 200)),
    Kind.ELLIPSE: ((130, 90), (270, 190)),
    Kind.RECTANGLE: ((130, 90), (270, 190)),
    Kind.SPHERE: ((200, 150), (240, 160)),
    Kind.ARROW: ((120, 90), (230, 160)),
    Kind.TEXT: ((180, 130),),
    Kind.PROBE: ((180, 130),),
    Kind.FREEHAND: tuple((200 + 60 * np.cos(t), 150 + 45 * np.sin(t)) for t in np.linspace(0, 6.2, 50)),
}


def drawn(kind: MeasurementKind) -> tuple[Workspace, PaneMap, Measurement]:
    """A workspace with one measurement of this kind, as the tool draws it, on a turned and flipped pane."""
    rng = np.random.default_rng(4)
    workspace = hung(painted(GEOMETRY, lambda p: rng.integers(-200, 200, p.shape[:-1]), unit="HU"))
    view = view_of(workspace, ViewKind.AXIAL)
    workspace = with_camera(workspace.with_view(view), view.id, rotation=25.0, flip_horizontal=True, zoom=1.3)
    tool, places = tool_named(kind.value), PLACES[kind]
    if kind is Kind.FREEHAND:
        step = drag(tool, workspace, VIEW, *places)
    else:
        for place in places:
            step = drag(tool, workspace, VIEW, place)
            workspace = step.workspace
    if kind is Kind.POLYLINE:
        done = finished(workspace)
        assert done is not None
        step = done
    if kind in (Kind.ARROW, Kind.TEXT):
        step = written(workspace, workspace.drafts[0].key, "here")
    assert step.save is not None
    pane = pane_of(workspace, workspace.view(VIEW), PANE)
    assert pane is not None
    return replace(step.workspace, drafts=(), measurements=(step.save,)), pane, step.save


def changed(workspace: Workspace, start: tuple[float, float], end: tuple[float, float]) -> Measurement | None:
    return drag(CHANGE, workspace, VIEW, start, end).save


def between_handles(one: Measurement, pane: PaneMap) -> np.ndarray:
    """The place on its line that is furthest from all handles."""
    line = lines_of(one, pane)[0]
    if len(line) == 1:
        return line[0]
    spots = np.concatenate([line[:-1] * (1 - share) + line[1:] * share for share in (0.2, 0.35, 0.5)])
    away = np.linalg.norm(spots[:, None] - handles_of(one, pane), axis=2).min(axis=1)
    return np.asarray(spots[away.argmax()])


def moved(start: np.ndarray, right: float, down: float) -> tuple[float, float]:
    return float(start[0]) + right, float(start[1]) + down


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_found_by_its_handles_and_lines_and_nowhere_else(kind: MeasurementKind) -> None:
    workspace, pane, one = drawn(kind)
    view = workspace.view(VIEW)

    for number, (x, y) in enumerate(handles_of(one, pane).tolist()):
        touch = touched(workspace, view, PANE, (x + 2.0, y - 1.0))
        assert touch is not None and (touch.measurement.id, touch.handle) == (one.id, number)
    for line in lines_of(one, pane):
        x, y = line[: len(line) // 2 + 1].mean(axis=0) if len(line) == 2 else line[len(line) // 3]
        assert touched(workspace, view, PANE, (float(x), float(y))) is not None
    assert touched(workspace, view, PANE, (20.0, 280.0)) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_its_line_moves_the_whole_and_every_number_is_measured_anew(kind: MeasurementKind) -> None:
    workspace, pane, one = drawn(kind)
    start = between_handles(one, pane)

    after = changed(workspace, tuple(start), moved(start, 12.0, -7.0))

    assert after is not None and after.id == one.id
    way = pane.to_pane(after.points) - pane.to_pane(one.points)
    assert way == pytest.approx(np.tile((12.0, -7.0), (len(one.points), 1)))
    volume = workspace.stacks[0].volume
    assert volume is not None and after == measured(after, volume)
    assert replace(after, points=one.points) == replace(one, **_numbers(after))


def _numbers(one: Measurement) -> dict[str, object]:
    names = ("length", "width", "angle", "statistics", "frame", "sop_instance_uid", "anchor_instance", "anchor_frame")
    return {name: getattr(one, name) for name in names}


@pytest.mark.parametrize(
    ("kind", "handle", "stays"),
    [
        *((Kind.ELLIPSE, handle, (handle ^ 1,)) for handle in range(4)),
        *((Kind.RECTANGLE, handle, ((handle + 2) % 4,)) for handle in range(4)),
        *((Kind.LENGTH, handle, (1 - handle,)) for handle in range(2)),
        *((Kind.ANGLE, handle, tuple({0, 1, 2} - {handle})) for handle in range(3)),
        *((Kind.COBB, handle, tuple({0, 1, 2, 3} - {handle})) for handle in range(4)),
        *((Kind.POLYLINE, handle, tuple({0, 1, 2, 3} - {handle})) for handle in range(4)),
        *((Kind.BIDIRECTIONAL, handle, (1 - handle,)) for handle in range(2)),
        *((Kind.SPHERE, handle, (0,)) for handle in range(1, 5)),
        *((Kind.ARROW, handle, (1 - handle,)) for handle in range(2)),
    ],
)
def test_a_handle_goes_with_the_pointer_and_the_others_stay(
    kind: MeasurementKind, handle: int, stays: tuple[int, ...]
) -> None:
    workspace, pane, one = drawn(kind)
    before = handles_of(one, pane)
    way = (before[handle] - before[stays[0]]) * 0.3  # outwards: along an ellipse's axis it goes the whole way

    after = changed(workspace, tuple(before[handle]), tuple(before[handle] + way))

    assert after is not None
    now = handles_of(after, pane)
    assert now[handle] == pytest.approx(before[handle] + way)
    for number in stays:
        assert now[number] == pytest.approx(before[number])


def test_a_rectangle_stays_one_wherever_its_corner_goes() -> None:
    workspace, pane, one = drawn(Kind.RECTANGLE)
    start = handles_of(one, pane)[0]

    after = changed(workspace, tuple(start), moved(start, -31.0, 22.0))

    assert after is not None
    middle, first, second = np.asarray(after.points)
    assert float((first - middle) @ (second - middle)) == pytest.approx(0, abs=1e-9)
    assert after.statistics is not None
    sides = 4 * np.linalg.norm(first - middle) * np.linalg.norm(second - middle)
    assert after.statistics.area_mm2 == pytest.approx(sides)


@pytest.mark.parametrize("handle", [2, 3])
def test_the_short_axis_slides_and_grows_but_stays_across(handle: int) -> None:
    workspace, pane, one = drawn(Kind.BIDIRECTIONAL)
    start = handles_of(one, pane)[handle]

    after = changed(workspace, tuple(start), moved(start, 17.0, 9.0))

    assert after is not None and np.asarray(after.points[:2]) == pytest.approx(np.asarray(one.points[:2]))
    a, b, c, d = np.asarray(after.points)
    assert float((b - a) @ (d - c)) == pytest.approx(0, abs=1e-9)
    assert handles_of(after, pane)[handle] == pytest.approx(np.asarray(moved(start, 17.0, 9.0)))
    still = 5 - handle
    assert abs(float(np.cross(b - a, (c, d)[still - 2] - a) @ pane.normal)) == pytest.approx(
        abs(float(np.cross(b - a, np.asarray(one.points[still]) - a) @ pane.normal))
    )


def test_an_outline_is_pulled_and_far_from_there_it_stays() -> None:
    workspace, pane, one = drawn(Kind.FREEHAND)
    start = handles_of(one, pane)[0]

    after = changed(workspace, tuple(start), moved(start, 25.0, 0.0))

    assert after is not None
    way = pane.to_pane(after.points) - pane.to_pane(one.points)
    assert way[0] == pytest.approx((25, 0))
    assert way[len(way) // 2] == pytest.approx((0, 0), abs=1e-9)
    assert 0 < way[2][0] < 25


def test_a_click_selects_and_saves_nothing_and_a_press_beside_it_selects_none() -> None:
    workspace, pane, one = drawn(Kind.LENGTH)
    place = tuple(handles_of(one, pane)[0])

    step = drag(CHANGE, workspace, VIEW, place)

    assert step.save is None and step.workspace.selected == one.id and not step.workspace.drafts


def test_a_change_given_up_leaves_what_is_saved() -> None:
    workspace, pane, one = drawn(Kind.LENGTH)
    x, y = handles_of(one, pane)[0].tolist()
    view = workspace.view(VIEW)
    pressed = CHANGE.step(workspace, view, pointer(Phase.PRESS, (x, y))).workspace
    moving = CHANGE.step(pressed, view, pointer(Phase.MOVE, (x + 20, y), (x, y))).workspace
    assert len(moving.drafts) == 1 and moving.drafts[0].is_changing

    given_up = CHANGE.step(moving, view, pointer(Phase.CANCEL, (x + 20, y), (x, y))).workspace

    assert not given_up.drafts and given_up.measurements == (one,)


@pytest.mark.parametrize("kind", list(Kind))
def test_each_point_keeps_its_depth(kind: MeasurementKind) -> None:
    """A measurement half a slice off the plane shown stays there; nothing is flattened by a change."""
    _, pane, one = drawn(kind)
    off = np.asarray(one.normal) * 0.3
    deep = replace(one, points=tuple(tuple(np.asarray(at) + off) for at in one.points))

    for handle in (None, *range(len(handles_of(deep, pane)))):
        points = moved_by(deep, handle, pane, (9.0, 4.0))
        depths = (np.asarray(points) - pane.origin) @ pane.normal
        if kind is Kind.SPHERE and handle:
            depths = depths[:1]  # its surface may be anywhere
        assert depths == pytest.approx(np.full(len(depths), 0.3 * float(np.asarray(one.normal) @ pane.normal)))


def test_what_lies_on_another_slice_is_not_touched_but_a_sphere_is_wherever_it_is_cut() -> None:
    for kind, reaches in ((Kind.ELLIPSE, False), (Kind.SPHERE, True)):
        workspace, pane, one = drawn(kind)
        view = workspace.view(VIEW)
        further = at_slice(workspace, view, pane.slice_index + 1)
        other = pane_of(further, further.view(VIEW), PANE)
        assert other is not None and further.stacks[0].volume is not None
        assert is_on_plane(one, other, further.stacks[0]) is reaches


def test_two_measurements_of_one_place_the_selected_one_is_taken() -> None:
    workspace, pane, one = drawn(Kind.LENGTH)
    twin = replace(one, id=type(one.id)("twin"))
    place = tuple(handles_of(one, pane)[1])
    for chosen in (one.id, twin.id):
        both = replace(workspace, measurements=(one, twin), selected=chosen)
        touch = touched(both, both.view(VIEW), PANE, (place[0], place[1]))
        assert touch is not None and touch.measurement.id == chosen


def test_what_is_changed_in_one_view_changes_in_every_view_that_shows_it() -> None:
    workspace, pane, one = drawn(Kind.LENGTH)
    x, y = handles_of(one, pane)[0].tolist()
    view = workspace.view(VIEW)
    twin = replace(view, id=ViewId(77))
    both = replace(workspace, views=(*workspace.views, twin))
    moving = CHANGE.step(both, view, pointer(Phase.MOVE, (x + 20, y), (x, y))).workspace

    seen = [list(shown_measurements(moving, each, pane)) for each in (view, twin)]

    assert seen[0] == seen[1]
    ((shown, draft),) = seen[1]
    assert draft is not None and shown.id == one.id and shown.length != one.length

"""Changing a measurement by hand: what the pointer is on, and what a drag from there makes of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import Measurement, MeasurementKind, Point
from medscan_desktop.imaging.measure import measured
from medscan_desktop.scene.calibrating import distance_scale
from medscan_desktop.scene.camera import PaneMap, point
from medscan_desktop.scene.drawing import SHORTEST_DRAG, next_key, noted, open_draft, refusal_of, saving, with_draft
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.outlines import corners_of, cut_radius, handle_numbers, handles_of, lines_of
from medscan_desktop.scene.showing import anchored, shown_measurements
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Draft, Workspace

Floats = NDArray[np.float64]
_NEAR_HANDLE, _NEAR_LINE = 7.0, 5.0  # pixels from the pointer
_CORNERS = 1.5  # the corner of a square is not quite so many times as far from its middle as its sides
_PULL = 0.12  # of an outline's points to either side that follow the one pulled


@dataclass(frozen=True, slots=True)
class Touch:
    """What is under the pointer: a handle of the measurement, or (None) the whole."""

    measurement: Measurement
    handle: int | None


def touched(workspace: Workspace, view: View, size: tuple[int, int], position: tuple[float, float]) -> Touch | None:
    """The handle or line nearest to the pointer, the selected measurement's first; None where nothing is near."""
    pane = pane_of(workspace, view, size)
    if pane is None or open_draft(workspace) is not None:
        return None
    best: tuple[tuple[bool, bool, float], Touch] | None = None
    for one, _ in shown_measurements(workspace, view, pane):
        touch = _touch_of(one, pane, position)
        if touch is None:
            continue
        rank = (touch[0].handle is None, one.id != workspace.selected, touch[1])
        if best is None or rank < best[0]:
            best = rank, touch[0]
    return best[1] if best is not None else None


def change(workspace: Workspace, view: View, pointer: Pointer) -> Step:
    """One pointer event of a drag that began on a measurement: a click selects it, a drag moves what was touched."""
    held = _held(workspace, view)
    stack, pane = workspace.stack(view.stack), pane_of(workspace, view, pointer.pane)
    if pointer.phase is Phase.CANCEL or stack is None or stack.volume is None or pane is None:
        return Step(_dropped(workspace, held))
    touch = touched(_dropped(workspace, held), view, pointer.pane, pointer.start)
    if touch is None:
        return Step(workspace)
    if pointer.phase is Phase.PRESS:
        return Step(replace(workspace, selected=touch.measurement.id))
    if pointer.phase not in (Phase.MOVE, Phase.RELEASE):
        return Step(workspace)
    if held is None and math.dist(pointer.start, pointer.position) < SHORTEST_DRAG:
        return Step(workspace)
    is_done = pointer.phase is Phase.RELEASE
    moved = _moved(touch, pane, pointer)
    placed = anchored(moved, stack)
    scale = distance_scale(workspace, stack, placed.frame)
    whole = measured(placed, stack.volume, refusal=refusal_of(stack), live=not is_done, scale=scale)
    whole = noted(whole, pane)
    key = held.key if held is not None else next_key(workspace)
    draft = Draft(key, view.id, whole, is_changing=True)
    return saving(workspace, draft, whole) if is_done else Step(with_draft(workspace, draft))


def rewritten(workspace: Workspace, view: View, one: Measurement) -> tuple[Workspace, Draft]:
    """A saved text or arrow as a draft whose words the user writes anew."""
    draft = Draft(next_key(workspace), view.id, one, is_written=True, is_changing=True)
    return with_draft(workspace, draft), draft


def moved_by(one: Measurement, handle: int | None, pane: PaneMap, way: tuple[float, float]) -> tuple[Point, ...]:
    """The points once a handle (None: the whole) was dragged `way` pixels in the pane; each keeps its depth."""
    points = np.asarray(one.points, float)
    shift = pane.right * way[0] + pane.down * way[1]
    if handle is None or (one.kind is MeasurementKind.SPHERE and handle == 0):
        return _plain(points + shift)
    if one.kind is MeasurementKind.SPHERE:
        return _plain(_sized(points, handle, shift, one, pane))
    bend = _BENDS.get(one.kind)
    if bend is not None:
        return _plain(bend(points, handle, shift, np.asarray(one.normal)))
    points[handle] += shift
    return _plain(points)


def _moved(touch: Touch, pane: PaneMap, pointer: Pointer) -> Measurement:
    way = pointer.position[0] - pointer.start[0], pointer.position[1] - pointer.start[1]
    return replace(touch.measurement, points=moved_by(touch.measurement, touch.handle, pane, way))


def _touch_of(one: Measurement, pane: PaneMap, position: tuple[float, float]) -> tuple[Touch, float] | None:
    """And how far away it is."""
    at = np.asarray(position)
    if _is_far(one, pane, at):
        return None
    handles = handles_of(one, pane)
    if len(handles):
        apart = np.linalg.norm(handles - at, axis=1)
        if apart.min() <= _NEAR_HANDLE:
            return Touch(one, int(apart.argmin())), float(apart.min())
    near = min((_distance(line, at) for line in lines_of(one, pane)), default=math.inf)
    return (Touch(one, None), near) if near <= _NEAR_LINE else None


def _is_far(one: Measurement, pane: PaneMap, at: Floats) -> bool:
    """Whether the pointer is nowhere near: most are not, and this is asked at every move of the mouse."""
    points = pane.to_pane(one.points)
    middle = points[0]
    away = np.asarray(one.points) - one.points[0]
    reach = float(np.sqrt((away * away).sum(axis=1).max())) / pane.mm_per_pixel * _CORNERS + _NEAR_HANDLE
    return bool(np.abs(at - middle).max() > reach)


def _distance(line: Floats, at: Floats) -> float:
    """From a point to the nearest of a line's pieces, in pixels."""
    if len(line) == 1:
        return float(np.linalg.norm(line[0] - at))
    start, way = line[:-1], np.diff(line, axis=0)
    share = ((at - start) * way).sum(axis=1) / np.maximum((way * way).sum(axis=1), 1e-12)
    nearest = start + np.clip(share, 0, 1)[:, None] * way
    return float(np.linalg.norm(nearest - at, axis=1).min())


def _with_half_axis(points: Floats, handle: int, shift: Floats, _normal: Floats) -> Floats:
    """One end of an axis moved along it; the other end stays, so the middle follows."""
    own = 1 + handle // 2
    axis = points[own] - points[0]
    side = 1.0 if handle % 2 == 0 else -1.0
    by = float(shift @ axis) / max(float(axis @ axis), 1e-12) * axis / 2
    moved = points.copy()
    moved += by  # the whole by half of the way,
    moved[own] += by * side  # and half of it the axis grows
    return moved


def _with_corner(points: Floats, handle: int, shift: Floats, _normal: Floats) -> Floats:
    """One corner moved; the opposite one stays, and the sides keep their directions."""
    corner = corners_of(points)[handle] + shift
    opposite = corners_of(points)[(handle + 2) % 4]
    middle = (corner + opposite) / 2
    sides = np.stack([points[1] - points[0], points[2] - points[0]], axis=1)
    shares = np.linalg.pinv(sides) @ (corner - middle)
    signs = np.array(((1, 1), (1, -1), (-1, -1), (-1, 1))[handle], float)
    grown = sides * (shares * signs)
    return np.stack([middle, middle + grown[:, 0], middle + grown[:, 1]])


def _pulled(points: Floats, handle: int, shift: Floats, _normal: Floats) -> Floats:
    """One point of an outline moved, its neighbours with it, less and less."""
    count = len(points)
    number = int(handle_numbers(count)[handle])
    apart = np.abs(np.arange(count) - number)
    apart = np.minimum(apart, count - apart) / max(count * _PULL, 1.0)
    return np.asarray(points + np.where(apart < 1, (1 + np.cos(np.pi * apart)) / 2, 0)[:, None] * shift)


def _sized(points: Floats, handle: int, shift: Floats, one: Measurement, pane: PaneMap) -> Floats:
    """A sphere through the place that a point of its circle in this pane was dragged to."""
    signs = ((1, 0), (-1, 0), (0, 1), (0, -1))[handle - 1]
    away = float((points[0] - pane.origin) @ pane.normal)
    edge = (pane.right * signs[0] + pane.down * signs[1]) / pane.mm_per_pixel * cut_radius(one, pane)
    surface = points[0] - pane.normal * away + edge + shift
    return np.stack([points[0], surface])


def _with_axis_end(points: Floats, handle: int, shift: Floats, normal: Floats) -> Floats:
    """The short axis stays across the long one, at the same share of it; its own ends move along and across."""
    start, end, one, other = points
    long = end - start
    size = max(float(np.linalg.norm(long)), 1e-9)
    along, across = long / size, np.cross(normal, long / size)
    foot, reach = float((one - start) @ along) / size, [float((at - start) @ across) for at in (one, other)]
    if handle < 2:
        ends = [start, end]
        ends[handle] = ends[handle] + shift
        long = ends[1] - ends[0]
        size = max(float(np.linalg.norm(long)), 1e-9)
        start, along, across = ends[0], long / size, np.cross(normal, long / size)
    else:
        foot = min(max(foot + float(shift @ along) / size, 0.0), 1.0)
        reach[handle - 2] += float(shift @ across)
    middle = start + along * size * foot
    return np.stack([start, start + along * size, *(middle + across * by for by in reach)])


_BENDS: dict[MeasurementKind, Callable[[Floats, int, Floats, Floats], Floats]] = {
    MeasurementKind.ELLIPSE: _with_half_axis,
    MeasurementKind.RECTANGLE: _with_corner,
    MeasurementKind.FREEHAND: _pulled,
    MeasurementKind.BIDIRECTIONAL: _with_axis_end,
}


def _plain(points: Floats) -> tuple[Point, ...]:
    return tuple(point(at) for at in points)


def _held(workspace: Workspace, view: View) -> Draft | None:
    return next(
        (one for one in workspace.drafts if one.view == view.id and one.is_changing and not one.is_saving), None
    )


def _dropped(workspace: Workspace, held: Draft | None) -> Workspace:
    if held is None:
        return workspace
    return replace(workspace, drafts=tuple(one for one in workspace.drafts if one.key != held.key))

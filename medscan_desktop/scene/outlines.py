"""What a measurement looks like in a pane: its lines in pane pixels, and the places where it can be taken hold of."""

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import REGIONS, Measurement, MeasurementKind
from medscan_desktop.scene.camera import PaneMap

Floats = NDArray[np.float64]
_ROUND_STEPS = 96
_MOST_HANDLES = 12  # on an outline drawn by hand
_HEAD, _HEAD_WIDTH = 14.0, 5.0  # pixels of an arrow's head


def lines_of(one: Measurement, pane: PaneMap) -> list[Floats]:
    """Its lines, each (n, 2) in pane pixels; one without lines gives its single point."""
    if not one.points:
        return []
    at = pane.to_pane(np.asarray(one.points, float))
    if one.kind in (MeasurementKind.COBB, MeasurementKind.BIDIRECTIONAL):
        return [at[start : start + 2] for start in range(0, len(at), 2)]
    return [_closed_line(one, at, pane) if is_closed(one) else at]


def _closed_line(one: Measurement, at: Floats, pane: PaneMap) -> Floats:
    if one.kind is MeasurementKind.SPHERE and len(at) == 2:
        return _circle(at[0], cut_radius(one, pane) / pane.mm_per_pixel)
    if one.kind is MeasurementKind.ELLIPSE and len(at) == 3:
        return _ellipse(at)
    if one.kind is MeasurementKind.RECTANGLE and len(at) == 3:
        return corners_of(at)[[0, 1, 2, 3, 0]]
    return np.concatenate([at, at[:1]])


def arrow_head(tip: Floats, tail: Floats) -> Floats | None:
    """The three corners of the head, None where tip and tail are one."""
    way = tail - tip
    size = float(np.linalg.norm(way))
    if size < 1e-6:
        return None
    along = way / size * min(_HEAD, size)
    across = np.array([-along[1], along[0]]) * (_HEAD_WIDTH / _HEAD)
    return np.stack([tip, tip + along + across, tip + along - across])


def is_closed(one: Measurement) -> bool:
    """Whether its line has an inside."""
    return one.kind in REGIONS


def handles_of(one: Measurement, pane: PaneMap) -> Floats:
    """The places to drag it by, (n, 2) in pane pixels; `moved_by` knows what each of them moves."""
    points = np.asarray(one.points, float).reshape(-1, 3)
    if not len(points):
        return np.empty((0, 2))
    at = pane.to_pane(points)
    if one.kind is MeasurementKind.ELLIPSE and len(at) == 3:
        first, second = at[1] - at[0], at[2] - at[0]
        return np.stack([at[0] + first, at[0] - first, at[0] + second, at[0] - second])
    if one.kind is MeasurementKind.RECTANGLE and len(at) == 3:
        return corners_of(at)
    if one.kind is MeasurementKind.FREEHAND:
        return at[handle_numbers(len(at))]
    if one.kind is MeasurementKind.SPHERE and len(at) == 2:
        radius = cut_radius(one, pane) / pane.mm_per_pixel
        ends = [(radius, 0.0), (-radius, 0.0), (0.0, radius), (0.0, -radius)]
        return np.stack([at[0], *(at[0] + end for end in np.asarray(ends))])
    return at


def handle_numbers(count: int) -> NDArray[np.int64]:
    """Which points of an outline drawn by hand are handles: some, evenly spread."""
    return np.unique(np.linspace(0, count, min(count, _MOST_HANDLES), endpoint=False).astype(np.int64))


def cut_radius(sphere: Measurement, pane: PaneMap) -> float:
    """The radius in mm of the circle in which the pane's plane cuts a sphere; 0 where it does not."""
    centre, surface = (np.asarray(at, float) for at in sphere.points)
    away = float((centre - pane.origin) @ pane.normal)
    return float(np.sqrt(max(float((surface - centre) @ (surface - centre)) - away**2, 0.0)))


def corners_of(at: Floats) -> Floats:
    """The four corners in turn from the middle and the ends of the two half axes."""
    first, second = at[1] - at[0], at[2] - at[0]
    return np.stack([at[0] + one * first + other * second for one, other in ((1, 1), (1, -1), (-1, -1), (-1, 1))])


def _ellipse(at: Floats) -> Floats:
    turn = np.linspace(0, 2 * np.pi, _ROUND_STEPS + 1)[:, None]
    return np.asarray(at[0] + np.cos(turn) * (at[1] - at[0]) + np.sin(turn) * (at[2] - at[0]))


def _circle(centre: Floats, radius: float) -> Floats:
    turn = np.linspace(0, 2 * np.pi, _ROUND_STEPS + 1)
    return np.asarray(centre + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1))

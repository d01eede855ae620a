"""From the places that a hand chooses in a pane to a measurement's points, for every kind."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import MeasurementKind, Point
from medscan_desktop.scene.camera import PaneMap, point

Floats = NDArray[np.float64]
_SHORT_AXIS = 0.5  # of the long one, until it is dragged

# How many places the hand chooses; what is not here takes as many as it likes.
PLACES = {
    MeasurementKind.LENGTH: 2,
    MeasurementKind.ANGLE: 3,
    MeasurementKind.COBB: 4,
    MeasurementKind.BIDIRECTIONAL: 2,
    MeasurementKind.ELLIPSE: 2,
    MeasurementKind.RECTANGLE: 2,
    MeasurementKind.SPHERE: 2,
    MeasurementKind.ARROW: 2,
    MeasurementKind.TEXT: 1,
    MeasurementKind.PROBE: 1,
}


def shape_of(kind: MeasurementKind, chosen: Sequence[Point], pane: PaneMap, *, even: bool = False) -> tuple[Point, ...]:
    """The points of what is drawn from these places (patient mm).

    An ellipse or rectangle spans from one corner to the other, as the pane stands; `even` makes it a circle or square.
    """
    if kind in (MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE):
        return _between_corners(chosen, pane, even=even)
    if kind is MeasurementKind.BIDIRECTIONAL:
        return _with_short_axis(chosen, pane)
    return tuple(chosen)


def _between_corners(chosen: Sequence[Point], pane: PaneMap, *, even: bool) -> tuple[Point, ...]:
    (left, top), (right, bottom) = pane.to_pane(np.asarray((chosen[0], chosen[-1]))).tolist()
    if even:
        side = max(abs(right - left), abs(bottom - top))
        right, bottom = left + math.copysign(side, right - left), top + math.copysign(side, bottom - top)
    x, y = (left + right) / 2, (top + bottom) / 2
    return tuple(point(pane.to_patient(at)) for at in ((x, y), (right, y), (x, bottom)))


def _with_short_axis(chosen: Sequence[Point], pane: PaneMap) -> tuple[Point, ...]:
    """The long axis, and one across its middle."""
    one, other = np.asarray(chosen[0], float), np.asarray(chosen[-1], float)
    half = np.cross(pane.normal, other - one) * _SHORT_AXIS / 2
    middle = (one + other) / 2
    return tuple(point(at) for at in (one, other, middle - half, middle + half))

"""Where a measurement lies, as SR says it: on its image in pixels, else in its frame of reference in mm.

In an image (PS3.3 C.18.6) column and row are counted from the top left corner of the first pixel, whose centre is at
(0.5, 0.5); an index is counted from that centre. Numbers are 32-bit floats: a ten-thousandth of a pixel.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.measurement import Measurement, MeasurementKind, Point
from medscan_desktop.domain.study import InstanceUid

Floats = NDArray[np.float64]
_RIGHT_ANGLE = 1e-4  # cosine; axes of an ellipse further off it are no axes of one in the image's pixels
_BETWEEN = 0.001  # of a slice distance: a point further off lies beside the image


@dataclass(frozen=True, slots=True)
class Lines:
    """A graphic type of SR with the measurement's points, in its order, patient mm; and what names it closed."""

    graphic: str
    points: tuple[Point, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """The image that a measurement belongs to. `frame` is counted from 0. `in_pixels`: drawn on it, else in space."""

    plan: StackPlan
    header: Header
    frame: int
    in_pixels: bool
    frame_of_reference: str
    k: int

    def pixels(self, points: Sequence[Point]) -> Floats:
        """(n, 2) column and row of SR."""
        index = self.plan.geometry.to_index(np.asarray(points, float))
        return np.asarray(index[:, :2] + 0.5)


def lines_of(one: Measurement) -> tuple[Lines, ...]:
    """Everything that was drawn."""
    points = one.points
    match one.kind:
        case MeasurementKind.COBB | MeasurementKind.BIDIRECTIONAL:
            drawn = [Lines("POLYLINE", points[:2]), Lines("POLYLINE", points[2:])]
        case MeasurementKind.ELLIPSE:
            drawn = [Lines("ELLIPSE", _ends(*points))]
        case MeasurementKind.RECTANGLE:
            drawn = [Lines("POLYGON", _corners(*points))]
        case MeasurementKind.FREEHAND:
            drawn = [Lines("POLYGON", (*points, points[0]))]
        case MeasurementKind.SPHERE:
            drawn = [Lines("ELLIPSOID", _sphere(one))]
        case MeasurementKind.TEXT | MeasurementKind.PROBE:
            drawn = [Lines("POINT", points[:1])]
        case _:
            drawn = [Lines("POLYLINE", points)]
    return tuple(drawn)


def place_of(one: Measurement, plans: Sequence[StackPlan]) -> Place | None:
    """Where it lies; None where its image is in none of the stacks."""
    instance = one.anchor_instance or one.sop_instance_uid
    found = None
    for plan in plans:
        if plan.series_instance_uid != one.series_instance_uid:
            continue
        found = _found(plan, instance, one.anchor_frame) or found
        if instance is None and found is None and one.frame in plan.slices:
            found = plan, plan.slices.index(one.frame)
    if found is None:
        return None
    plan, n = found
    ref = plan.frames[n]
    header, k = plan.headers[ref.header], plan.slices[n]
    space = header.text("FrameOfReferenceUID") if plan.geometry.spatial else ""
    in_pixels = not space or (one.sop_instance_uid is not None and _lies_on(one, plan, k))
    return Place(plan, header, ref.frame, in_pixels, space, k)


def _found(plan: StackPlan, instance: InstanceUid | None, frame: int) -> tuple[StackPlan, int] | None:
    refs = ((n, ref) for n, ref in enumerate(plan.frames) if ref.instance == instance)
    return next(((plan, n) for n, ref in refs if ref.frame == frame), None)


def _lies_on(one: Measurement, plan: StackPlan, k: int) -> bool:
    """Whether its outline can be said in the pixels of slice k."""
    if one.kind is MeasurementKind.SPHERE:
        return False
    index = plan.geometry.to_index(np.asarray(one.points, float))
    if np.abs(index[:, 2] - k).max() > _BETWEEN:
        return False
    if one.kind is not MeasurementKind.ELLIPSE:
        return True
    centre, first, second = index[:, :2]
    across, along = first - centre, second - centre
    return abs(float(across @ along)) <= _RIGHT_ANGLE * math.hypot(*across) * math.hypot(*along)


def _ends(centre: Point, first: Point, second: Point) -> tuple[Point, ...]:
    """Both ends of the longer axis, then of the shorter; each the drawn one first."""
    longer, shorter = (first, second) if _is_longer(centre, first, second) else (second, first)
    return longer, _mirrored(longer, centre), shorter, _mirrored(shorter, centre)


def _is_longer(centre: Point, first: Point, second: Point) -> bool:
    return math.dist(centre, first) >= math.dist(centre, second)


def is_turned(one: Measurement) -> bool:
    """Whether an ellipse's second axis is its longer one, so that SR has them the other way round."""
    return one.kind is MeasurementKind.ELLIPSE and not _is_longer(*one.points)


def _corners(centre: Point, first: Point, second: Point) -> tuple[Point, ...]:
    c, a, b = (np.asarray(point) for point in (centre, first, second))
    a, b = a - c, b - c
    ring = [c + a + b, c - a + b, c - a - b, c + a - b, c + a + b]
    return tuple((float(x), float(y), float(z)) for x, y, z in ring)


def _mirrored(point: Point, centre: Point) -> Point:
    x, y, z = (2 * c - p for p, c in zip(point, centre, strict=True))
    return x, y, z


def _sphere(one: Measurement) -> tuple[Point, ...]:
    """The ends of three perpendicular axes, the drawn point first."""
    centre, surface = (np.asarray(point) for point in one.points)
    first = surface - centre
    radius = float(np.linalg.norm(first))
    unit = first / radius
    aside = np.cross(unit, np.eye(3)[int(np.argmin(np.abs(unit)))])
    aside = aside / np.linalg.norm(aside) * radius
    third = np.cross(unit, aside)
    ends = (sign * axis + centre for axis in (first, aside, third) for sign in (1, -1))
    return tuple((float(x), float(y), float(z)) for x, y, z in ends)

"""A curve drawn along a structure, and the straightened view of it.

The view's picture is paper: right is the way along the curve, down is across it, both in true mm. Between two places
off the curve itself it says nothing true of the distance along, so nothing is measured on it.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import Point
from medscan_desktop.imaging.curved import Course, course_of
from medscan_desktop.imaging.geometry import Geometry, orientation_letters

HALF_WIDTH_MM = 40.0  # across the curve, to either side
_LONGEST = 4000  # samples along a curve
_SAME_WAY = 0.9  # cosine up to which a direction across the curve has the same letter all along it


@dataclass(frozen=True, slots=True)
class Curve:
    """`points` in patient mm, drawn on a plane of this normal; turned by `angle` degrees about its own length."""

    points: tuple[Point, ...]
    normal: Point
    angle: float = 0.0


@lru_cache(maxsize=8)
def course(points: tuple[Point, ...], normal: Point, geometry: Geometry) -> Course | None:
    """The curve at steps of the finest spacing, its side on the screen's upper edge; None until it has two points."""
    if not points:
        return None
    step = min(geometry.spacing)
    up = np.asarray(normal, float)
    axis = int(np.argmax(np.abs(up)))
    wanted = (-1.0, -1.0, 1.0)[axis]  # right, front, head are up
    found = course_of(points, up * (np.sign(up[axis]) or 1.0) * wanted, step)
    if found is not None and len(found.points) > _LONGEST:
        found = course_of(points, up * (np.sign(up[axis]) or 1.0) * wanted, found.length_mm / (_LONGEST - 1))
    return found


def course_on(curve: Curve | None, geometry: Geometry) -> Course | None:
    """The course of a curve in a volume, None where there is none."""
    return course(curve.points, curve.normal, geometry) if curve is not None else None


@lru_cache(maxsize=8)
def paper(found: Course) -> Geometry:
    """The straightened picture's own plane: i along the curve, j across it, in mm; no place in the patient."""
    rows = 2 * int(HALF_WIDTH_MM / found.step_mm) + 1
    start = (0.0, -(rows - 1) / 2 * found.step_mm, 0.0)
    step = found.step_mm
    return Geometry.from_axes(
        start, (1, 0, 0), (0, 1, 0), (step, step, step), (1, rows, len(found.points)), spatial=False
    )


def place_on(found: Course, angle: float, along_mm: float, down_mm: float) -> Point:
    """The patient point that the straightened picture shows so far along the curve and below its middle."""
    at = min(max(along_mm / found.step_mm, 0.0), len(found.points) - 1.0)
    low = min(int(at), len(found.points) - 2)
    share = at - low
    up, _ = found.across(angle)
    centre = found.points[low] * (1 - share) + found.points[low + 1] * share
    side = up[low] * (1 - share) + up[low + 1] * share
    x, y, z = (centre - side / np.linalg.norm(side) * down_mm).tolist()
    return x, y, z


def letters_across(found: Course, angle: float, *, quadruped: bool = False) -> tuple[str, str]:
    """(top, bottom) of the straightened picture; "" where the side is another one from place to place."""
    up, _ = found.across(angle)
    middle: NDArray[np.float64] = up[len(up) // 2]
    if float((up @ middle).min()) < _SAME_WAY:
        return "", ""
    return orientation_letters(middle, quadruped=quadruped), orientation_letters(-middle, quadruped=quadruped)


def lengthened(curve: Curve | None, point_mm: Point, normal: Point) -> Curve:
    """The curve with a point more; the first one begins it."""
    return Curve((point_mm,), normal) if curve is None else replace(curve, points=(*curve.points, point_mm))

"""A line through the patient as a curve with true lengths, and the values on the surface that it spans.

Nothing here knows of views: points are patient mm, values come from one volume.
"""

from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medscan_desktop.imaging.volume import Volume

Floats = NDArray[np.float64]
Pixels = NDArray[np.integer[Any] | np.floating[Any]]
_DENSE = 64  # places a part of the curve is measured at: its length is right to a thousandth
_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Course:
    """A curve at equal steps of its own length.

    `points` and `tangents` (unit) are (n, 3); `sides` (n, 3) is perpendicular to the curve everywhere and turns about
    it as little as it can: for a curve within a plane it is that plane's normal.
    """

    points: Floats
    tangents: Floats
    sides: Floats
    length_mm: float
    step_mm: float

    def nearest(self, point_mm: ArrayLike) -> tuple[float, float]:
        """(mm along the curve, mm away from it) of its place nearest to a point."""
        away = np.linalg.norm(self.points - np.asarray(point_mm, float), axis=1)
        place = int(np.argmin(away))
        return place * self.step_mm, float(away[place])

    def across(self, angle_degrees: float) -> tuple[Floats, Floats]:
        """Two perpendicular directions (n, 3) across the curve: in the picture, and through it, once turned."""
        angle = np.radians(angle_degrees)
        other = np.cross(self.tangents, self.sides)
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        return self.sides * cos + other * sin, other * cos - self.sides * sin


def course_of(points: ArrayLike, normal: ArrayLike, step_mm: float) -> Course | None:
    """The smooth curve through points (n, 3) at steps of `step_mm` of its length; None where they are one place."""
    knots = _apart(np.asarray(points, float))
    if len(knots) < 2:
        return None
    dense = _smooth(knots)
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))])
    count = max(2, int(lengths[-1] / step_mm + _EDGE) + 1)
    at = np.arange(count) * step_mm
    places = np.stack([np.interp(at, lengths, column) for column in dense.T], axis=1)
    ahead = np.stack([np.interp(at + step_mm / 2, lengths, column) for column in dense.T], axis=1)
    behind = np.stack([np.interp(at - step_mm / 2, lengths, column) for column in dense.T], axis=1)
    tangents = ahead - behind
    tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), _EDGE)
    return Course(places, tangents, _carried(tangents, np.asarray(normal, float)), float(lengths[-1]), step_mm)


def values_across(volume: Volume, points: Floats) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Trilinear values at points (..., 3) and which of them are tissue: not outside, padding, or still to arrive.

    Padding and what is no number never mix with tissue: a value is the mean of the tissue around it.
    """
    index = volume.geometry.to_index(points)
    size = np.asarray(volume.geometry.size_ijk)
    inside = np.asarray(((index >= -0.5 - _EDGE) & (index <= size - 0.5 + _EDGE)).all(axis=-1))
    at = np.clip(index, 0, size - 1)
    low = np.floor(at).astype(np.int32)
    share = (at - low).astype(np.float32)
    values = cast(Pixels, volume.values)
    sums, weight = np.zeros(inside.shape, np.float32), np.zeros(inside.shape, np.float32)
    for corner in product((0, 1), repeat=3):
        part = np.prod(np.where(corner, share, 1 - share), axis=-1)
        i, j, k = np.moveaxis(np.minimum(low + np.asarray(corner, np.int32), (size - 1).astype(np.int32)), -1, 0)
        found = values[k, j, i]
        padding = volume.padding_mask(found)
        tissue = np.isfinite(found) & volume.loaded[k]
        part = part * (tissue if padding is None else tissue & ~padding)
        sums += np.where(part > 0, found, 0) * part
        weight += part
    valid = inside & (weight >= 0.5 - 1e-3)
    return np.divide(sums, weight, out=np.zeros(sums.shape, np.float32), where=valid), valid


def _apart(points: Floats) -> Floats:
    """Without points that are at the one before."""
    keep = np.concatenate([[True], np.linalg.norm(np.diff(points, axis=0), axis=1) > 1e-3])
    return np.asarray(points[keep])


def _smooth(knots: Floats) -> Floats:
    """A centripetal Catmull-Rom curve through all knots, densely: it neither overshoots nor loops."""
    if len(knots) == 2:
        return np.linspace(knots[0], knots[1], _DENSE + 1)
    ends = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    parts = [_part(ends[n : n + 4]) for n in range(len(knots) - 1)]
    return np.concatenate([*(part[:-1] for part in parts), knots[-1:]])


def _part(four: Floats) -> Floats:
    """From the second to the third of four knots (Barry and Goldman's pyramid)."""
    gaps = np.sqrt(np.linalg.norm(np.diff(four, axis=0), axis=1))
    t0, t1, t2, t3 = np.concatenate([[0.0], np.cumsum(np.maximum(gaps, 1e-6))])
    t = np.linspace(t1, t2, _DENSE + 1)[:, None]
    p0, p1, p2, p3 = four
    a1 = ((t1 - t) * p0 + (t - t0) * p1) / (t1 - t0)
    a2 = ((t2 - t) * p1 + (t - t1) * p2) / (t2 - t1)
    a3 = ((t3 - t) * p2 + (t - t2) * p3) / (t3 - t2)
    b1 = ((t2 - t) * a1 + (t - t0) * a2) / (t2 - t0)
    b2 = ((t3 - t) * a2 + (t - t1) * a3) / (t3 - t1)
    return np.asarray(((t2 - t) * b1 + (t - t1) * b2) / (t2 - t1))


def _carried(tangents: Floats, normal: Floats) -> Floats:
    """The normal carried along the curve by the least turn from each step to the next."""
    side = normal - tangents[0] * float(normal @ tangents[0])
    if float(np.linalg.norm(side)) < 1e-3:  # drawn along the normal: any direction across will do
        other = np.eye(3)[int(np.argmin(np.abs(tangents[0])))]
        side = other - tangents[0] * float(other @ tangents[0])
    side = side / np.linalg.norm(side)
    sides = [side]
    for before, after in pairwise(tangents):
        axis, cosine = np.cross(before, after), float(before @ after)
        side = side * cosine + np.cross(axis, side) + axis * float(axis @ side) / (1 + max(cosine, -0.999))
        side = side - after * float(side @ after)
        side = side / np.linalg.norm(side)
        sides.append(side)
    return np.stack(sides)

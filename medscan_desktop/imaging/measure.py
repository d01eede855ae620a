"""Lengths and region statistics: points in patient mm, values in modality units."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medscan_desktop.domain.measurement import Statistics
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume

Floats = NDArray[np.float64]
_ON_THE_LINE = 1e-9  # a pixel centre that lies on the outline is inside, whatever its last bit


def length(points: ArrayLike) -> float:
    """The length of the line through `points` (n, 3), in their unit."""
    return float(np.linalg.norm(np.diff(np.asarray(points, float), axis=0), axis=1).sum())


def ellipse_statistics(volume: Volume, points: ArrayLike, normal: ArrayLike) -> Statistics | None:
    """Of the pixels whose centre lies inside the ellipse on the slice it was drawn on.

    `points` are the centre and the ends of the two half axes in mm; `normal` is the drawing plane's. The pixels are
    those of the slice across the index axis nearest to the normal, at the centre; the ellipse is seen along the
    normal. Padding and what is no number are left out. The area is the drawn ellipse's own; the deviation is the
    population's. None where no pixel counts, in true colour, and while a slice that it needs has not arrived.
    """
    if volume.is_colour:
        return None
    centre, first, second = np.asarray(points, float)
    half_axes = np.stack([first - centre, second - centre], axis=1)
    if np.linalg.matrix_rank(half_axes) < 2:
        return None
    pixels = _pixels_inside(volume.geometry, centre, half_axes, through_axis(volume.geometry, normal))
    if not volume.loaded[pixels[0]].all():
        return None
    values = volume.values[pixels]
    padding = volume.padding_mask(values)
    keep = np.isfinite(values) if padding is None else np.isfinite(values) & ~padding
    return _statistics(values[keep].astype(np.float64), _area(half_axes, volume), volume.unit)


def through_axis(geometry: Geometry, normal: ArrayLike) -> int:
    """The index axis (0 = i, 1 = j, 2 = k) whose slices lie nearest to the plane of this normal."""
    slice_normals = geometry.inverse[:3, :3]  # row a: the direction in which index a alone grows
    unit = slice_normals / np.linalg.norm(slice_normals, axis=1, keepdims=True)
    return int(np.argmax(np.abs(unit @ np.asarray(normal, float))))


def _pixels_inside(
    geometry: Geometry, centre: Floats, half_axes: Floats, through: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The (k, j, i) indices of the pixels inside; half axes are the columns of a 3x2 matrix."""
    at = geometry.to_index(centre)
    reach = np.linalg.norm(geometry.inverse[:3, :3] @ half_axes, axis=1)  # the ellipse's exact extent in index
    low, high = np.ceil(at - reach - 1e-6), np.floor(at + reach + 1e-6)
    low[through] = high[through] = np.floor(at[through] + 0.5)
    last = np.asarray(geometry.size_ijk) - 1
    ranges = [np.arange(max(a, 0), min(b, end) + 1, dtype=np.int64) for a, b, end in zip(low, high, last, strict=True)]
    # A pixel's place in half axes grows evenly along each index, so it is a sum of three short rows.
    to_half_axes = np.linalg.pinv(half_axes)
    steps = to_half_axes @ geometry.affine[:3, :3]
    slice_0 = geometry.to_patient((0, 0, low[2])) - low[2] * geometry.affine[:3, 2]  # slices may have origins of theirs
    start = to_half_axes @ (slice_0 - centre)
    i, j, k = np.ix_(*ranges)
    one, other = (start[n] + steps[n, 0] * i + steps[n, 1] * j + steps[n, 2] * k for n in (0, 1))
    inside = np.nonzero(one * one + other * other <= 1 + _ON_THE_LINE)
    return ranges[2][inside[2]], ranges[1][inside[1]], ranges[0][inside[0]]


def _area(half_axes: Floats, volume: Volume) -> float | None:
    if volume.length_unit == "px":
        return None
    return float(np.pi * np.linalg.norm(np.cross(half_axes[:, 0], half_axes[:, 1])))


def _statistics(values: Floats, area_mm2: float | None, unit: str) -> Statistics | None:
    if not values.size:
        return None
    mean, deviation = float(values.mean()), float(values.std())
    return Statistics(values.size, area_mm2, mean, deviation, float(values.min()), float(values.max()), unit)

"""The pixels of a region drawn on a plane, and the voxels of a sphere: which count, and their values.

A pixel counts when its centre is inside. On a slice of the stack the pixels are its own; on any other plane they are
samples of the volume, linear, as fine as its smallest voxel spacing. Padding, what has not arrived and what is no
number are left out. Nothing of this knows of panes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.imaging.contours import even_odd
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume

Floats = NDArray[np.float64]
Bits = NDArray[np.bool_]
_ON_THE_LINE = 1e-9  # a pixel centre that lies on the outline is inside, whatever its last bit
_TIES = 6  # decimals of an index: where an outline runs through centres, no last bit decides
_A_SLICE = 1 - 1e-7  # cosine between a plane and the slices: less is a plane that cuts through them
_HALF = 0.5 - 1e-3  # exactly half counts, whichever way the last bit rounds
_SCAN_LINES = 4096  # for the area of an outline that crosses itself
_SIDES_AT_ONCE = 256  # of an outline, held against all the others
_MEETS = 1e-9  # of a side: sides that only meet in a corner do not cross
_MOST_AT_ONCE = 500_000  # samples interpolated in one go


@dataclass(frozen=True, eq=False, slots=True)
class Inside:
    """The values inside, as they were taken. `is_too_large` where they were not counted for their number."""

    values: Floats
    method: str = ""
    is_too_large: bool = False


_TOO_LARGE = Inside(np.empty(0), is_too_large=True)


@dataclass(frozen=True, eq=False, slots=True)
class _Raster:
    """Rows and columns of points in a plane: the point (column, row) is `start + steps @ (column, row)`."""

    start: Floats
    steps: Floats  # 3x2, mm
    columns: int
    rows: int

    def to_pixels(self, points: Floats) -> Floats:
        """(n, 3) mm, seen along the plane's normal, to (column, row)."""
        return np.asarray((points - self.start) @ np.linalg.pinv(self.steps).T)


def pixels_inside(
    volume: Volume, kind: MeasurementKind, points: Floats, normal: ArrayLike, *, most: int | None = None
) -> Inside | None:
    """The values inside an ELLIPSE, RECTANGLE or FREEHAND outline of these points (patient mm), drawn on a plane.

    None in true colour, while a slice that it needs has not arrived, and where the points enclose nothing. `most` is
    how many pixels around it may be looked at.
    """
    if volume.is_colour or not encloses(kind, points):
        return None
    centre = points.mean(axis=0) if kind is MeasurementKind.FREEHAND else points[0]
    through = through_axis(volume.geometry, normal)
    if slice_axis(volume.geometry, normal) is not None:
        return _of_slice(volume, kind, points, centre, through, most)
    return _of_plane(volume, kind, points, centre, np.asarray(normal, float), most)


def voxels_inside(volume: Volume, points: Floats, *, most: int | None = None) -> Inside | None:
    """The values of the voxels whose centre lies in the sphere (centre, a point on its surface), in true 3D."""
    centre, geometry = points[0], volume.geometry
    radius = float(np.linalg.norm(points[1] - centre))
    if volume.is_colour or radius <= 0:
        return None
    at, reach = geometry.to_index(centre), np.linalg.norm(geometry.inverse[:3, :3], axis=1) * radius
    low = np.maximum(np.ceil(at - reach - 1e-6), 0).astype(int)
    high = np.minimum(np.floor(at + reach + 1e-6), np.asarray(geometry.size_ijk) - 1).astype(int)
    if (high < low).any():
        return Inside(np.empty(0))
    if most is not None and np.prod(high - low + 1) > most:
        return _TOO_LARGE
    if not volume.loaded[low[2] : high[2] + 1].all():
        return None
    i, j = np.ix_(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
    found = []
    for k in range(low[2], high[2] + 1):
        start = geometry.to_patient((0, 0, k)) - centre
        parts = (start[n] + geometry.affine[n, 0] * i + geometry.affine[n, 1] * j for n in range(3))
        inside = sum(part * part for part in parts) <= radius * radius * (1 + _ON_THE_LINE)
        found.append(volume.values[k, low[1] : high[1] + 1, low[0] : high[0] + 1][inside.T])
    return Inside(_tissue(volume, np.concatenate(found)))


def value_at(volume: Volume, point_mm: ArrayLike) -> float | str:
    """The value of the voxel nearest to a point; in true colour, and where there is none, words for it."""
    i, j, k = (round(float(at)) for at in volume.geometry.to_index(point_mm))
    columns, rows, slices = volume.geometry.size_ijk
    if not (0 <= i < columns and 0 <= j < rows and 0 <= k < slices) or not volume.loaded[k]:
        return "no value here"
    value = volume.values[k, j, i]
    if volume.is_colour:
        return "RGB " + " ".join(str(int(part)) for part in value)
    kept = _tissue(volume, np.asarray(value).reshape(1))
    return float(kept[0]) if kept.size else "padding"


def area_of(kind: MeasurementKind, points: Floats, normal: ArrayLike, *, live: bool = False) -> float:
    """What the outline encloses, by its own formula; where a freehand one crosses itself, by the even-odd rule.

    `live` is for one that still grows with every move of the hand: it is not looked at for crossings.
    """
    if kind is not MeasurementKind.FREEHAND:
        one, other = points[1] - points[0], points[2] - points[0]
        share = np.pi if kind is MeasurementKind.ELLIPSE else 4.0
        return float(share * np.linalg.norm(np.cross(one, other)))
    outline = (points - points[0]) @ _axes_of(np.asarray(normal, float))
    if not live and crosses_itself(outline):
        return _even_odd_area(outline)
    x, y = outline.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def crosses_itself(outline: Floats) -> bool:
    """Whether two sides of a closed (n, 2) outline that are no neighbours cut each other."""
    way = np.roll(outline, -1, axis=0) - outline
    parts = np.split(np.arange(len(outline)), range(_SIDES_AT_ONCE, len(outline), _SIDES_AT_ONCE))
    return any(_cuts_any(outline[part], way[part], outline, way) for part in parts)


def _cuts_any(start: Floats, way: Floats, others: Floats, ways: Floats) -> bool:
    """Whether one of these sides cuts another, but for its neighbours, which it only meets."""
    apart = others[None, :] - start[:, None]
    turn = way[:, None, 0] * ways[None, :, 1] - way[:, None, 1] * ways[None, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (apart[..., 0] * ways[None, :, 1] - apart[..., 1] * ways[None, :, 0]) / turn
        other = (apart[..., 0] * way[:, None, 1] - apart[..., 1] * way[:, None, 0]) / turn
        inner = (along > _MEETS) & (along < 1 - _MEETS) & (other > _MEETS) & (other < 1 - _MEETS)
    return bool(inner.any())


def encloses(kind: MeasurementKind, points: Floats) -> bool:
    """Whether the points are those of an outline that is more than a line."""
    if len(points) < 3:
        return False
    sides = points[1:] - points[0] if kind is MeasurementKind.FREEHAND else points[1:3] - points[0]
    return bool(np.linalg.matrix_rank(sides, tol=1e-6) >= 2)


def through_axis(geometry: Geometry, normal: ArrayLike) -> int:
    """The index axis (0 = i, 1 = j, 2 = k) whose slices lie nearest to the plane of this normal."""
    return int(np.argmax(np.abs(_slice_normals(geometry) @ np.asarray(normal, float))))


def slice_axis(geometry: Geometry, normal: ArrayLike) -> int | None:
    """The index axis whose slices lie in planes of this normal; None for a plane that cuts through them."""
    through = through_axis(geometry, normal)
    is_slice = abs(_slice_normals(geometry)[through] @ np.asarray(normal, float)) >= _A_SLICE
    return through if is_slice else None


def _slice_normals(geometry: Geometry) -> Floats:
    """Row a: the unit direction in which index a alone grows."""
    rows = geometry.inverse[:3, :3]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _of_slice(
    volume: Volume, kind: MeasurementKind, points: Floats, centre: Floats, through: int, most: int | None
) -> Inside | None:
    """The pixels of the stack's own slice at the centre."""
    geometry = volume.geometry
    one, other = (axis for axis in range(3) if axis != through)
    index = np.floor(geometry.to_index(centre)[through] + 0.5)
    if not 0 <= index < geometry.size_ijk[through]:
        return Inside(np.empty(0))
    base = np.zeros(3)
    base[through] = index
    sizes = geometry.size_ijk[one], geometry.size_ijk[other]
    raster = _Raster(geometry.to_patient(base), geometry.affine[:3, [one, other]], *sizes)
    box = _box(kind, points, raster)
    if most is not None and (box[1][0] - box[0][0]) * (box[1][1] - box[0][1]) > most:
        return _TOO_LARGE
    inside = _bits(kind, points, raster, box)
    found = np.nonzero(inside)
    place: list[NDArray[np.int64]] = [np.empty(0, np.int64)] * 3  # i, j, k
    place[one], place[other] = found[1] + box[0][0], found[0] + box[0][1]
    place[through] = np.full(len(found[0]), int(index))
    i, j, k = place
    if not volume.loaded[np.unique(k)].all():
        return None
    return Inside(_tissue(volume, volume.values[k, j, i]))


def _of_plane(
    volume: Volume, kind: MeasurementKind, points: Floats, centre: Floats, normal: Floats, most: int | None
) -> Inside | None:
    """Samples of the volume on a plane that is none of its slices."""
    step = min(volume.geometry.spacing)
    axes = _axes_of(normal)
    reach = float(np.abs((points - centre) @ axes).max()) * 2 + step
    count = 2 * int(np.ceil(reach / step)) + 1  # a point of the raster lies at the centre
    raster = _Raster(centre - axes @ np.full(2, (count - 1) / 2 * step), axes * step, count, count)
    box = _box(kind, points, raster)
    if most is not None and (box[1][0] - box[0][0]) * (box[1][1] - box[0][1]) > most:
        return _TOO_LARGE
    rows, columns = np.nonzero(_bits(kind, points, raster, box))
    places = raster.start + np.stack([columns + box[0][0], rows + box[0][1]], axis=1) @ raster.steps.T
    parts = [_sampled(volume, part) for part in np.split(places, range(_MOST_AT_ONCE, len(places), _MOST_AT_ONCE))]
    if any(part is None for part in parts):
        return None
    kept = [part for part in parts if part is not None]
    return Inside(np.concatenate(kept), f"sampled every {step:.2g} mm")


def _axes_of(normal: Floats) -> Floats:
    """3x2: two perpendicular unit vectors in the plane, the same for the same plane."""
    least = np.eye(3)[int(np.argmin(np.abs(normal)))]
    one = np.cross(normal, least)
    one = one / np.linalg.norm(one)
    return np.stack([one, np.cross(normal / np.linalg.norm(normal), one)], axis=1)


_Box = tuple[tuple[int, int], tuple[int, int]]  # (column, row) of the first pixel, and of the first one beyond


def _box(kind: MeasurementKind, points: Floats, raster: _Raster) -> _Box:
    """The part of the raster that the outline can reach."""
    if kind is MeasurementKind.FREEHAND:
        ends = raster.to_pixels(points)
        low, high = ends.min(axis=0), ends.max(axis=0)
    else:
        at = raster.to_pixels(points[:1])[0]
        sides = raster.to_pixels(points[1:3]) - at
        reach = np.linalg.norm(sides, axis=0) if kind is MeasurementKind.ELLIPSE else np.abs(sides).sum(axis=0)
        low, high = at - reach, at + reach
    last = np.array([raster.columns, raster.rows])
    first = np.clip(np.ceil(low - 1e-6), 0, last).astype(int)
    beyond = np.clip(np.floor(high + 1e-6) + 1, first, last).astype(int)
    return (int(first[0]), int(first[1])), (int(beyond[0]), int(beyond[1]))


def _bits(kind: MeasurementKind, points: Floats, raster: _Raster, box: _Box) -> Bits:
    """Which points of the box are inside, (rows, columns)."""
    (left, top), (right, bottom) = box
    if kind is MeasurementKind.FREEHAND:
        outline = np.round(raster.to_pixels(points), _TIES) - (left, top)
        return even_odd(outline, (bottom - top, right - left))
    # A pixel's place in half axes grows evenly along each index, so it is a sum of two short rows.
    to_half_axes = np.linalg.pinv((points[1:3] - points[0]).T)
    start, steps = to_half_axes @ (raster.start - points[0]), to_half_axes @ raster.steps
    row, column = np.ix_(np.arange(top, bottom), np.arange(left, right))
    one, other = (start[n] + steps[n, 0] * column + steps[n, 1] * row for n in (0, 1))
    if kind is MeasurementKind.ELLIPSE:
        return np.asarray(one * one + other * other <= 1 + _ON_THE_LINE)
    return np.asarray((np.abs(one) <= 1 + _ON_THE_LINE) & (np.abs(other) <= 1 + _ON_THE_LINE))


def _tissue(volume: Volume, values: NDArray[np.generic]) -> Floats:
    padding = volume.padding_mask(values)
    keep = np.isfinite(values) if padding is None else np.isfinite(values) & ~padding
    return np.asarray(values[keep], np.float64)


def _sampled(volume: Volume, places: Floats) -> Floats | None:
    """Linear between the voxels that are tissue, where they make up half; None where a slice has not arrived."""
    index = volume.geometry.to_index(places)
    last = np.asarray(volume.geometry.size_ijk) - 1
    index = index[
        ((index >= -0.5) & (index <= last + 0.5)).all(axis=1)
    ]  # the image ends half a voxel beyond its centres
    index = np.clip(index, 0, last)
    below = np.minimum(np.floor(index).astype(int), np.maximum(last - 1, 0))
    share = index - below
    sums, weights = np.zeros(len(index)), np.zeros(len(index))
    for corner in np.ndindex(2, 2, 2):
        i, j, k = np.minimum(below + corner, last).T
        weight = np.prod(np.where(corner, share, 1 - share), axis=1)
        if not volume.loaded[np.unique(k[weight > 0])].all():
            return None
        values = volume.values[k, j, i].astype(np.float64)
        padding = volume.padding_mask(values)
        is_tissue = np.isfinite(values) if padding is None else np.isfinite(values) & ~padding
        sums += np.where(is_tissue, values, 0.0) * weight
        weights += weight * is_tissue
    enough = weights >= _HALF
    return np.asarray(sums[enough] / weights[enough])


def _even_odd_area(outline: Floats) -> float:
    """The length inside each of many level lines, times their distance."""
    low, high = float(outline[:, 1].min()), float(outline[:, 1].max())
    step = (high - low) / _SCAN_LINES
    start, end = outline, np.roll(outline, -1, axis=0)
    total = 0.0
    for level in low + (np.arange(_SCAN_LINES) + 0.5) * step:
        cut = (start[:, 1] <= level) != (end[:, 1] <= level)
        one, other = start[cut], end[cut]
        at = np.sort(one[:, 0] + (level - one[:, 1]) / (other[:, 1] - one[:, 1]) * (other[:, 0] - one[:, 0]))
        total += float((at[1::2] - at[::2]).sum())
    return total * step

"""Outlines drawn by hand on slices: which slice each lies on, the area and volume they enclose, the voxels inside."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask

Points = NDArray[np.float64]
_FLAT_MM = 0.5  # a contour whose points leave its slice's plane by more is not on it
_TIES = 6  # decimals of an index: where an outline runs through centres, no last bit decides
_SAME_PLANE_MM = 0.1
_LARGEST = 1 << 20  # pixels off the image: nonsense, and too far to count


class ContourKind(StrEnum):
    """Contour Geometric Type (3006,0042); what only differs in writing is one."""

    CLOSED = "closed"
    OPEN = "open"
    POINT = "point"


@dataclass(frozen=True, eq=False, slots=True)
class Contour:
    """`points` are (n, 3) patient mm."""

    kind: ContourKind
    points: Points


def by_slice(contours: Sequence[Contour], geometry: Geometry) -> tuple[dict[int, tuple[Contour, ...]], int]:
    """The contours by the slice k that they lie on (to half a slice), and how many lie on none.

    The slice must hold the whole contour: one drawn across the slices belongs to none of them.
    """
    found: dict[int, list[Contour]] = defaultdict(list)
    strays = 0
    normal = np.cross(geometry.directions[:, 0], geometry.directions[:, 1])
    step = abs(float(geometry.affine[:3, 2] @ normal))
    for contour in contours:
        along = geometry.to_index(contour.points)[:, 2]
        middle, reach = float(along.mean()), float(np.ptp(along)) * step
        k = round(middle)
        if reach <= max(_FLAT_MM, step / 2) and 0 <= k < geometry.shape[0] and abs(middle - k) <= 0.5:
            found[k].append(contour)
        else:
            strays += 1
    return {k: tuple(kept) for k, kept in sorted(found.items())}, strays


def on_slices_of(
    outlines: Mapping[int, tuple[Contour, ...]], whole: Geometry, shown: Geometry
) -> Mapping[int, tuple[Contour, ...]]:
    """The contours of a stack that is shown with fewer slices, by those: of each slice the nearest one's."""
    if whole.shape == shown.shape:
        return outlines
    nearest = {k: round(float(whole.to_index(shown.to_patient((0, 0, k)))[2])) for k in range(shown.shape[0])}
    return {k: outlines[own] for k, own in nearest.items() if own in outlines}


def filled(contours: Mapping[int, Sequence[Contour]], geometry: Geometry) -> Mask:
    """The voxels whose centres lie inside the closed contours of their slice; one inside another is a hole."""
    planes: dict[int, list[_Patch]] = {}
    for k, kept in contours.items():
        closed = [one for one in kept if one.kind is ContourKind.CLOSED]
        outlines = [np.round(geometry.to_index(one.points)[:, :2], _TIES) for one in closed]
        patches = [patch for outline in outlines if (patch := _patch(outline, geometry.shape[1:])) is not None]
        if patches:
            planes[k] = patches
    every = [patch for patches in planes.values() for patch in patches]
    if not every:
        return Mask(geometry.shape, {})
    first = min(planes)
    top, left = min(patch.top for patch in every), min(patch.left for patch in every)
    bottom = max(patch.top + patch.bits.shape[0] for patch in every)
    right = max(patch.left + patch.bits.shape[1] for patch in every)
    values = np.zeros((max(planes) + 1 - first, bottom - top, right - left), np.bool_)
    for k, patches in planes.items():
        for patch in patches:
            rows, columns = patch.bits.shape
            y, x = patch.top - top, patch.left - left
            values[k - first, y : y + rows, x : x + columns] ^= patch.bits
    region = slice(first, first + len(values)), slice(top, bottom), slice(left, right)
    return Mask(geometry.shape, {}).replaced(region, values)


@dataclass(frozen=True, eq=False, slots=True)
class _Patch:
    """What one outline encloses: `bits` from row `top` and column `left` on."""

    top: int
    left: int
    bits: NDArray[np.bool_]


def _patch(outline: Points, shape: Sequence[int]) -> _Patch | None:
    """None for nonsense, and where it lies off the (rows, columns) of the image."""
    if float(np.abs(outline).max()) > _LARGEST:
        return None
    left, top = np.maximum(np.floor(outline.min(axis=0)).astype(int), 0).tolist()
    right, bottom = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 1, (shape[1], shape[0])).tolist()
    if right <= left or bottom <= top:
        return None
    return _Patch(top, left, even_odd(outline - (left, top), (bottom - top, right - left)))


def even_odd(outline: Points, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pixel centres (whole numbers of column, row) of a (rows, columns) array lie inside the closed outline.

    For each row the columns at which the outline crosses it; a pixel is inside after an odd number of them.
    """
    rows, columns = shape[0], shape[1]
    start, end = outline, np.roll(outline, -1, axis=0)
    # A row belongs to an edge from its upper end on, its lower end excluded: a corner is crossed once.
    first = np.ceil(np.minimum(start[:, 1], end[:, 1]))
    last = np.ceil(np.maximum(start[:, 1], end[:, 1]))
    first, last = np.clip(first, 0, rows).astype(int), np.clip(last, 0, rows).astype(int)
    counts = last - first
    edge = np.repeat(np.arange(len(outline)), counts)
    row = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    rise = np.where(end[:, 1] != start[:, 1], end[:, 1] - start[:, 1], 1.0)
    crossing = start[edge, 0] + (row - start[edge, 1]) / rise[edge] * (end[edge, 0] - start[edge, 0])
    column = np.clip(np.ceil(crossing), 0, columns).astype(int)
    flips = np.zeros((rows, columns + 1), np.int32)
    np.add.at(flips, (row, column), 1)
    return np.asarray(np.cumsum(flips[:, :columns], axis=1) % 2 == 1)


def area_mm2(contours: Sequence[Contour], geometry: Geometry) -> float:
    """The area that the closed contours of one plane enclose, by the shoelace formula; one inside another is a hole.

    Seen along the normal of `geometry`'s slices.
    """
    row, column = geometry.directions[:, 0], geometry.directions[:, 1]
    down = column - row * (row @ column)
    axes = np.stack([row, down / np.linalg.norm(down)], axis=1)
    outlines = [np.asarray(one.points @ axes) for one in contours if one.kind is ContourKind.CLOSED]
    total = 0.0
    for number, outline in enumerate(outlines):
        around = sum(_holds(other, outline[0]) for place, other in enumerate(outlines) if place != number)
        total += _shoelace(outline) * (-1 if around % 2 else 1)
    return max(total, 0.0)


def volume_ml(contours: Sequence[Contour], geometry: Geometry) -> float | None:
    """Area times the distance of the contours' own planes, in ml; None where nothing closed is there.

    Every contour counts, on a slice that is here or not. Planes are parallel to `geometry`'s slices; of a single plane
    the distance is that of the slices.
    """
    normal = np.cross(geometry.directions[:, 0], geometry.directions[:, 1])
    step = abs(float(geometry.affine[:3, 2] @ normal))
    planes: list[tuple[float, list[Contour]]] = []
    closed = [one for one in contours if one.kind is ContourKind.CLOSED]
    for along, contour in sorted(((float((one.points @ normal).mean()), one) for one in closed), key=lambda at: at[0]):
        if planes and along - planes[-1][0] < _SAME_PLANE_MM:
            planes[-1][1].append(contour)
        else:
            planes.append((along, [contour]))
    if not planes:
        return None
    apart = float(np.median(np.diff([along for along, _ in planes]))) if len(planes) > 1 else step
    return sum(area_mm2(kept, geometry) for _, kept in planes) * apart / 1000


def _shoelace(outline: Points) -> float:
    x, y = outline[:, 0], outline[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _holds(outline: Points, point: Points) -> bool:
    return cv2.pointPolygonTest(outline.astype(np.float32).reshape(-1, 1, 2), tuple(map(float, point)), False) > 0

"""Puts the frames of a segmentation onto the grid of the images it belongs to: copied where they fit, or resampled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask

Bools = NDArray[np.bool_]
Vector = NDArray[np.float64]
_SAME_MM = 0.01  # over a whole image: grids that are closer are one
_MOST_VOXELS = 2 << 30
_REACH = 0.5 + 1e-6  # of the distance of neighbouring frames


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """The part of one frame that is in the segment: `bits` from row `top` and column `left` on."""

    frame: int
    top: int
    left: int
    packed: NDArray[np.uint8]
    shape: tuple[int, int]

    @property
    def bits(self) -> Bools:
        """(rows, columns) of this part."""
        rows, columns = self.shape
        return np.unpackbits(self.packed, count=rows * columns).astype(np.bool_).reshape(self.shape)


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """Where a frame lies: the centre of its first pixel, unit row and column directions, mm along row and column."""

    origin: Vector
    row: Vector
    column: Vector
    spacing: tuple[float, float]  # along the row (x), along the column (y)
    size: tuple[int, int]  # rows, columns

    @property
    def normal(self) -> Vector:
        """Unit normal."""
        cross = np.cross(self.row, self.column)
        return np.asarray(cross / np.linalg.norm(cross))


def slice_holding(frame: Frame, geometry: Geometry) -> int | None:
    """The slice k whose pixels are this frame's, one for one; None where there is none."""
    if not geometry.spatial or frame.size != geometry.shape[1:]:
        return None
    rows, columns = frame.size
    k = round(float(geometry.to_index(frame.origin)[2]))
    if not 0 <= k < geometry.shape[0]:
        return None
    corners = np.array([(0, 0), (columns - 1, 0), (0, rows - 1)])
    ours = np.array([geometry.to_patient((x, y, k)) for x, y in corners])
    theirs = np.array(
        [frame.origin + frame.row * x * frame.spacing[0] + frame.column * y * frame.spacing[1] for x, y in corners]
    )
    off = theirs - ours
    normal = np.cross(geometry.directions[:, 0], geometry.directions[:, 1])
    across = off @ normal
    step = abs(float(geometry.affine[:3, 2] @ normal))
    within = off - across[:, None] * normal
    is_same = np.abs(within).max() <= max(_SAME_MM, 0.01 * min(geometry.spacing[:2]))
    return k if is_same and np.abs(across).max() <= max(_SAME_MM, 0.1 * step) else None


def copied(pieces: Sequence[tuple[int, Piece]], shape: tuple[int, int, int]) -> Mask:
    """The mask of pieces that lie on slice k each, pixel for pixel."""
    if not pieces:
        return Mask(shape, {})
    slices = [k for k, _ in pieces]
    low = min(slices), min(piece.top for _, piece in pieces), min(piece.left for _, piece in pieces)
    bottom = max(piece.top + piece.shape[0] for _, piece in pieces)
    right = max(piece.left + piece.shape[1] for _, piece in pieces)
    values = np.zeros((max(slices) + 1 - low[0], bottom - low[1], right - low[2]), np.bool_)
    for k, piece in pieces:
        top, left = piece.top - low[1], piece.left - low[2]
        values[k - low[0], top : top + piece.shape[0], left : left + piece.shape[1]] |= piece.bits
    region = tuple(slice(start, start + size) for start, size in zip(low, values.shape, strict=True))
    return Mask(shape, {}).replaced((region[0], region[1], region[2]), values)


def resampled(pieces: Sequence[tuple[Frame, Piece]], thickness: float, geometry: Geometry) -> Mask:
    """The mask of frames of another grid: of each voxel's centre the nearest pixel of the nearest frame.

    All frames are parallel. `thickness` (mm) is how far apart they lie: a voxel farther than half of it from every
    frame is outside.
    """
    mask = Mask(geometry.shape, {})
    if not pieces:
        return mask
    first = pieces[0][0]
    normal = first.normal
    ordered = sorted(pieces, key=lambda item: float(item[0].origin @ normal))
    block = _Block.of(ordered, normal)
    low, high = _reach(block, first, thickness, normal, geometry)
    rows, columns = np.arange(low[1], high[1]), np.arange(low[0], high[0])
    if not rows.size or not columns.size:
        return mask
    for k in range(low[2], high[2]):
        corner = geometry.to_patient((low[0], low[1], k))
        points = (
            corner
            + (rows - low[1])[:, None, None] * geometry.affine[:3, 1]
            + (columns - low[0])[None, :, None] * geometry.affine[:3, 0]
        )
        plane = block.at(points, first, thickness, normal)
        if plane.any():
            region = slice(k, k + 1), slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
            mask = mask.replaced(region, plane[None])
    return mask


def regridded(mask: Mask, source: Geometry, target: Geometry) -> Mask:
    """The mask on another grid along the same axes (a volume made smaller): of each voxel the nearest of `source`."""
    if source.shape == target.shape:
        return mask
    nearest = []
    for axis, (size, last) in enumerate(zip(target.size_ijk, source.size_ijk, strict=True)):
        along = target.to_patient(np.eye(3)[axis] * np.arange(size)[:, None])
        nearest.append(np.clip(np.rint(source.to_index(along)[:, axis]), 0, last - 1).astype(np.int64))
    columns, rows, slices = nearest
    return Mask.from_array(mask.to_array()[np.ix_(slices, rows, columns)])


@dataclass(frozen=True, eq=False, slots=True)
class _Block:
    """The frames' common part as one array, by rising position along the normal."""

    along: Vector  # (n,) mm along the normal
    origins: Vector  # (n, 3)
    values: Bools  # (n, rows, columns)
    top: int
    left: int

    @classmethod
    def of(cls, ordered: Sequence[tuple[Frame, Piece]], normal: Vector) -> "_Block":
        top, left = min(piece.top for _, piece in ordered), min(piece.left for _, piece in ordered)
        bottom = max(piece.top + piece.shape[0] for _, piece in ordered)
        right = max(piece.left + piece.shape[1] for _, piece in ordered)
        if len(ordered) * (bottom - top) * (right - left) > _MOST_VOXELS:
            raise Unsuitable("This segmentation is too large to be shown on another grid than its own.")
        values = np.zeros((len(ordered), bottom - top, right - left), np.bool_)
        for place, (_, piece) in enumerate(ordered):
            rows, columns = piece.shape
            values[place, piece.top - top : piece.top - top + rows, piece.left - left : piece.left - left + columns] = (
                piece.bits
            )
        origins = np.array([frame.origin for frame, _ in ordered])
        return cls(origins @ normal, origins, values, top, left)

    def at(self, points: Vector, frame: Frame, thickness: float, normal: Vector) -> Bools:
        """Which points (..., 3) are in the segment."""
        along = points @ normal
        after = np.clip(np.searchsorted(self.along, along), 1, max(len(self.along) - 1, 1))
        before = after - 1
        if len(self.along) == 1:
            nearest = np.zeros(along.shape, np.int64)
        else:
            nearest = np.where(along - self.along[before] <= self.along[after] - along, before, after)
        away = points - self.origins[nearest]
        column = np.rint(away @ frame.row / frame.spacing[0]).astype(np.int64) - self.left
        row = np.rint(away @ frame.column / frame.spacing[1]).astype(np.int64) - self.top
        _, rows, columns = self.values.shape
        inside = (np.abs(along - self.along[nearest]) <= thickness * _REACH) & (row >= 0) & (row < rows)
        inside &= (column >= 0) & (column < columns)
        found = np.zeros(along.shape, np.bool_)
        found[inside] = self.values[nearest[inside], row[inside], column[inside]]
        return found


def _reach(
    block: _Block, frame: Frame, thickness: float, normal: Vector, geometry: Geometry
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The index box (i, j, k), end excluded, of the voxels that the block can touch."""
    _, rows, columns = block.values.shape
    corners = [
        origin
        + frame.row * (block.left + x) * frame.spacing[0]
        + frame.column * (block.top + y) * frame.spacing[1]
        + normal * side * thickness / 2
        for origin in block.origins[[0, -1]]
        for x in (-0.5, columns - 0.5)
        for y in (-0.5, rows - 0.5)
        for side in (-1, 1)
    ]
    index = geometry.to_index(np.array(corners))
    low = np.clip(np.floor(index.min(axis=0)), 0, geometry.size_ijk).astype(np.int64)
    high = np.clip(np.ceil(index.max(axis=0)) + 1, 0, geometry.size_ijk).astype(np.int64)
    return low, high

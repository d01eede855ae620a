"""From a slice to pane pixels: linear interpolation in modality values, before any window.

The array path of every plane along the stack's axes (pan, zoom, rotation and flips included): one `cv2.warpAffine` on
float32, which OpenCV 5 interpolates exactly; so nothing is rounded before the window, and integer and float volumes
take the same road. `reslice.py` is the reference it is held to.

Four rules: the image ends half a voxel beyond its outermost centres; padding, slices that have not arrived and values
that are no number never mix with tissue; a picture made smaller averages the pixels it drops; colour has no window.
"""

from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.planes import Pixels, PlaneSource
from medscan_desktop.scene.camera import PaneMap

Floats = NDArray[np.float64]
_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_NEAREST = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
_TIE = 1e-6  # a pixel whose centre falls on the image's very edge belongs to it, whichever way the last bit rounds


@dataclass(frozen=True)
class Grid:
    """The device pixels of a pane in the coordinates of one slice.

    `matrix` (2x3) takes the device pixel (x, y), whose centre it stands for, to (column, row) of the slice's array.
    """

    axis: int  # the array axis that runs through the screen (0 = k, 1 = j, 2 = i)
    index: int
    matrix: Floats
    size: tuple[int, int]  # width, height in device pixels
    extent: tuple[int, int]  # columns, rows of the slice
    scale: float = 1.0  # device pixels to a logical one

    @classmethod
    def of(cls, pane: PaneMap, size: tuple[int, int], scale: float) -> "Grid":
        """The grid of a pane of `size` logical pixels with `scale` device pixels each."""
        column, row = sorted({0, 1, 2} - {pane.axes.through})
        linear = pane.geometry.inverse[:3, :3] @ np.stack([pane.right, pane.down], axis=1) / scale
        start = pane.geometry.to_index(pane.origin) + linear @ (0.5, 0.5)
        matrix = np.column_stack([linear, start])[[column, row]]
        sizes = pane.geometry.size_ijk
        device = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
        return cls(2 - pane.axes.through, pane.slice_index, matrix, device, (sizes[column], sizes[row]), scale)

    @property
    def key(self) -> tuple[object, ...]:
        """What must be equal for two grids to sample the same."""
        return self.axis, self.index, self.matrix.tobytes(), self.size

    @cached_property
    def _spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each row of the pane the pixels [first, last) whose centres lie on the image."""
        width, height = self.size
        rows = np.arange(height)
        low, high = np.full(height, -np.inf), np.full(height, np.inf)
        for (step, down, start), extent in zip(self.matrix, self.extent, strict=True):
            at = down * rows + start
            if abs(step) < 1e-9:
                outside = (at < -0.5 - _TIE) | (at > extent - 0.5 + _TIE)
                low[outside] = np.inf
                continue
            ends = np.sort(np.stack([(-0.5 - _TIE - at) / step, (extent - 0.5 + _TIE - at) / step]), axis=0)
            low, high = np.maximum(low, ends[0]), np.minimum(high, ends[1])
        first = np.ceil(np.clip(low, 0, width)).astype(np.int64)
        last = np.clip(np.floor(np.clip(high, -1, width)) + 1, 0, width).astype(np.int64)
        return first, np.maximum(first, last)

    @cached_property
    def _is_straight(self) -> bool:
        """Whether the slice's rows or columns run along the pane's: no turn, or one by quarters."""
        (a, b, _), (c, d, _) = np.abs(self.matrix).tolist()
        return bool(max(b, c) < 1e-9 or max(a, d) < 1e-9)

    def _straight_rectangle(self) -> tuple[int, int, int, int]:
        """The same as from the spans, in a few sums: most panes are straight, and scrolling should cost little."""
        edges = []
        for pixel_axis, size in enumerate(self.size):
            along = 0 if abs(self.matrix[0, pixel_axis]) > 1e-9 else 1
            step, start = float(self.matrix[along, pixel_axis]), float(self.matrix[along, 2])
            ends = sorted(((-0.5 - _TIE - start) / step, (self.extent[along] - 0.5 + _TIE - start) / step))
            edges.append((max(0, ceil(ends[0])), min(size, floor(ends[1]) + 1)))
        (left, right), (top, bottom) = edges
        return (left, top, right, bottom) if right > left and bottom > top else (0, 0, 0, 0)

    @cached_property
    def rectangle(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) of the pixels that show any image, right and bottom excluded."""
        if self._is_straight:
            return self._straight_rectangle()
        first, last = self._spans
        rows = np.flatnonzero(last > first)
        if not rows.size:
            return 0, 0, 0, 0
        return int(first[rows].min()), int(rows[0]), int(last[rows].max()), int(rows[-1]) + 1

    @cached_property
    def inside(self) -> NDArray[np.bool_] | None:
        """Which pixels of the rectangle lie on the image, None for all (no rotation)."""
        if self._is_straight:
            return None
        left, top, right, bottom = self.rectangle
        first, last = (span[top:bottom] for span in self._spans)
        if (first == left).all() and (last == right).all():
            return None
        columns = np.arange(left, right)
        return np.asarray((columns >= first[:, None]) & (columns < last[:, None]))

    @cached_property
    def local_matrix(self) -> Floats:
        """`matrix` for pixels counted from the rectangle's corner."""
        left, top, _, _ = self.rectangle
        moved = self.matrix.copy()
        moved[:, 2] += self.matrix[:, :2] @ (left, top)
        return moved

    def part_showing(self, column: int, row: int, columns: int, rows: int) -> tuple[int, int, int, int] | None:
        """The part of the rectangle that shows a box of slice pixels, and some around it; None where it shows none."""
        ends = np.array([(x, y) for x in (column - 1.0, column + columns) for y in (row - 1.0, row + rows)])
        pixels = (ends - self.matrix[:, 2]) @ np.linalg.inv(self.matrix[:, :2]).T
        left, top, right, bottom = self.rectangle
        first = np.maximum(np.floor(pixels.min(axis=0)), (left, top)).astype(int)
        last = np.minimum(np.ceil(pixels.max(axis=0)) + 1, (right, bottom)).astype(int)
        if (last <= first).any():
            return None
        return int(first[0]), int(first[1]), int(last[0]), int(last[1])

    @cached_property
    def reduction(self) -> tuple[int, int]:
        """(columns, rows) of slice pixels to average into one, where the picture shows fewer than there are."""
        columns, rows = (max(1, int(max(abs(step[0]), abs(step[1])) + 1e-6)) for step in self.matrix)
        return columns, rows


@dataclass(frozen=True, eq=False)
class Sampled:
    """Modality values at pane pixels: float32 (h, w), or uint8 (h, w, 3); `valid` is False where there is no tissue."""

    left: int
    top: int
    values: Pixels
    valid: NDArray[np.bool_] | None


def sample(source: PlaneSource, grid: Grid) -> Sampled | None:
    """The slice at the pane's pixels, None where no pixel shows any of it."""
    left, top, right, bottom = grid.rectangle
    if right <= left or bottom <= top:
        return None
    plane = source.plane(grid.axis, grid.index)
    if source.volume.is_colour:
        colour = _warp(_reduced(plane, grid.reduction), reduced_matrix(grid), (right - left, bottom - top))
        return Sampled(left, top, colour, grid.inside)
    tissue = tissue_mask(source, grid, plane)
    floats = np.asarray(plane, np.float32)
    size = (right - left, bottom - top)
    if tissue is None:
        values = _warp(_reduced(floats, grid.reduction), reduced_matrix(grid), size)
        return Sampled(left, top, values, grid.inside)
    weights = tissue.astype(np.float32)
    floats = np.where(tissue, floats, np.float32(0))
    sums, weight = (_warp(_reduced(part, grid.reduction), reduced_matrix(grid), size) for part in (floats, weights))
    return Sampled(left, top, *weighted(sums, weight, grid.inside))


def weighted(
    sums: Pixels, weight: Pixels, inside: NDArray[np.bool_] | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Means over tissue alone, and where tissue makes up at least half of what a pixel shows."""
    valid = np.asarray(weight >= 0.5 - 1e-3)  # exactly half counts, whichever way the last bit rounds
    if inside is not None:
        valid &= inside
    return np.divide(sums, weight, out=np.zeros(sums.shape, np.float32), where=valid), valid


def tissue_mask(source: PlaneSource, grid: Grid, plane: Pixels) -> NDArray[np.bool_] | None:
    """Which pixels of the slice hold tissue, None for all: not padding, arrived, and a number."""
    padding = source.volume.padding_mask(plane)
    tissue = None if padding is None or not padding.any() else ~padding
    if plane.dtype.kind == "f":
        finite = np.isfinite(plane)
        if not finite.all():
            tissue = finite if tissue is None else tissue & finite
    arrived = source.arrived(grid.axis, grid.index)
    if arrived is None:
        return tissue
    rows = np.broadcast_to(arrived[:, None], plane.shape)
    return rows if tissue is None else tissue & rows


def sample_label(
    plane: NDArray[np.bool_], grid: Grid, part: tuple[int, int, int, int] | None = None
) -> NDArray[np.uint8]:
    """A mask's slice at the pixels of the grid's rectangle, or a part of it: 1 where the nearest voxel is in the mask.

    `part` is (left, top, right, bottom) in the pane.
    """
    left, top, right, bottom = part or grid.rectangle
    matrix = grid.matrix.copy()
    matrix[:, 2] += grid.matrix[:, :2] @ (left, top)
    label = plane.astype(np.uint8)
    warped = cv2.warpAffine(
        label, matrix, (right - left, bottom - top), flags=_NEAREST, borderMode=cv2.BORDER_REPLICATE
    )
    if grid.inside is None:
        return np.asarray(warped, np.uint8)
    first_column, first_row, _, _ = grid.rectangle
    inside = grid.inside[top - first_row : bottom - first_row, left - first_column : right - first_column]
    return np.asarray(warped * inside, np.uint8)


def reduced_matrix(grid: Grid) -> Floats:
    """The rectangle's matrix in the coordinates of the averaged slice."""
    factors = np.asarray(grid.reduction, float)
    matrix = np.asarray(grid.local_matrix / factors[:, None])
    matrix[:, 2] += 0.5 / factors - 0.5
    return matrix


def _reduced(plane: Pixels, factors: tuple[int, int]) -> Pixels:
    """Means over blocks of (columns, rows); the last block is filled up with the edge."""
    columns, rows = factors
    if columns == rows == 1:
        return plane
    height, width = -(-plane.shape[0] // rows), -(-plane.shape[1] // columns)
    below, beside = height * rows - plane.shape[0], width * columns - plane.shape[1]
    if below or beside:
        plane = cv2.copyMakeBorder(plane, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA))


def _warp(plane: Pixels, matrix: Floats, size: tuple[int, int]) -> Pixels:
    return np.asarray(cv2.warpAffine(plane, matrix, size, flags=_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def value_text(volume: Volume, pane: PaneMap, position: tuple[float, float]) -> str:
    """The stored value under a pane's logical pixel, with its unit; "" off the image, on padding, before it arrived."""
    index = pane.geometry.to_index(pane.to_patient(position))
    index[pane.axes.through] = pane.slice_index
    i, j, k = (round(float(at)) for at in index)
    columns, rows, slices = pane.geometry.size_ijk
    if not (0 <= i < columns and 0 <= j < rows and 0 <= k < slices and volume.loaded[k]):
        return ""
    value = volume.values[k, j, i]
    if volume.is_colour:
        return "RGB " + " ".join(str(int(part)) for part in value)
    padding = volume.padding_mask(value)
    if padding is not None and padding:
        return ""
    number = f"{int(value)}" if volume.values.dtype.kind in "iu" else f"{float(value):.4g}"
    return f"{number} {volume.unit}".rstrip()

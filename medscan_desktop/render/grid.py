"""The device pixels of a pane in the coordinates of a stack: where to sample, and what lies outside."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.slab import SlabMode

Floats = NDArray[np.float64]
Voxels = tuple[NDArray[np.int32], ...]
_REACH_WHILE_DRAGGING = 4  # layers to either side of a slab on no axis of the stack: all of them at rest
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
    extent: tuple[int, ...]  # columns, rows of the slice
    scale: float = 1.0  # device pixels to a logical one
    slab: tuple[SlabMode, int] | None = None  # how many slices to either side, and what is shown of them
    apart: int = 1  # every so many of a slab's slices count: all of them, but for a rough picture

    @classmethod
    def of(cls, pane: PaneMap, size: tuple[int, int], scale: float) -> "Grid":
        """The grid of a pane of `size` logical pixels with `scale` device pixels each."""
        column, row = sorted({0, 1, 2} - {pane.axes.through})
        linear = pane.geometry.inverse[:3, :3] @ np.stack([pane.right, pane.down], axis=1) / scale
        start = pane.geometry.to_index(pane.origin) + linear @ (0.5, 0.5)
        matrix = np.column_stack([linear, start])[[column, row]]
        sizes = pane.geometry.size_ijk
        device = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
        slab = None if pane.slab is None else (pane.slab.mode, pane.slab.reach(pane.step_mm))
        return cls(2 - pane.axes.through, pane.slice_index, matrix, device, (sizes[column], sizes[row]), scale, slab)

    @property
    def slices(self) -> tuple[int, int]:
        """The first and the last slice of a slab, held to no volume yet; the one slice without a slab."""
        reach = 0 if self.slab is None else self.slab[1]
        return self.index - reach, self.index + reach

    @property
    def key(self) -> tuple[object, ...]:
        """What must be equal for two grids to sample the same."""
        return self.axis, self.index, self.matrix.tobytes(), self.size, self.slab, self.apart

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
        return self._rectangle_of_spans()

    def _rectangle_of_spans(self) -> tuple[int, int, int, int]:
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


@dataclass(frozen=True)
class ObliqueGrid(Grid):
    """The device pixels of a pane in the volume's index.

    `matrix` (3x3) takes (x, y, 1) to (i, j, k), `extent` is the size (i, j, k); `axis` and `index` say nothing.
    `across` is the way in the index from one layer of a slab to the next.
    """

    nearest: bool = False
    across: Floats = field(default_factory=lambda: np.zeros(3))

    @classmethod
    def of_plane(cls, pane: PaneMap, size: tuple[int, int], scale: float, *, nearest: bool = False) -> "ObliqueGrid":
        """The grid of a pane of `size` logical pixels with `scale` device pixels each."""
        linear = pane.geometry.inverse[:3, :3] @ np.stack([pane.right, pane.down], axis=1) / scale
        start = pane.geometry.to_index(pane.origin) + linear @ (0.5, 0.5)
        device = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
        reach = 0 if pane.slab is None else pane.slab.reach(pane.step_mm)
        layers = min(reach, _REACH_WHILE_DRAGGING) if nearest else reach
        slab = None if pane.slab is None else (pane.slab.mode, layers)
        across = pane.geometry.inverse[:3, :3] @ (pane.onward * pane.step_mm * (reach / layers if layers else 1.0))
        extent = pane.geometry.size_ijk
        matrix = np.column_stack([linear, start])
        return cls(-1, 0, matrix, device, extent, scale, slab, nearest=nearest, across=across)

    @property
    def key(self) -> tuple[object, ...]:
        """What must be equal for two grids to sample the same."""
        return -1, self.matrix.tobytes(), self.across.tobytes(), self.size, self.slab, self.nearest

    @cached_property
    def _is_straight(self) -> bool:
        return False

    @cached_property
    def rectangle(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) of the pixels that show any image, in any layer of a slab."""
        if self.slab is None or self.slab[1] == 0:
            return self._rectangle_of_spans()
        found = [layer._rectangle_of_spans() for layer in self.layers()]
        shown = np.array([one for one in found if one[2] > one[0]] or [(0, 0, 0, 0)])
        (left, top), (right, bottom) = shown[:, :2].min(axis=0).tolist(), shown[:, 2:].max(axis=0).tolist()
        return left, top, right, bottom

    def layers(self) -> list["ObliqueGrid"]:
        """The planes of a slab, each as a grid of its own; of no slab the one plane."""
        return [self] if self.slab is None else self._layers

    def index_of_pixels(self, part: tuple[int, int, int, int]) -> tuple[Floats, Floats, Floats]:
        """The fractional i, j and k of the pixels of (left, top, right, bottom)."""
        left, top, right, bottom = part
        x, y = np.arange(left, right, dtype=float)[None, :], np.arange(top, bottom, dtype=float)[:, None]
        i, j, k = (row[0] * x + (row[1] * y + row[2]) for row in self.matrix)
        return i, j, k

    def nearest_voxels(self, part: tuple[int, int, int, int]) -> tuple[Voxels, NDArray[np.bool_]]:
        """The nearest voxel (k, j, i) of each pixel, held within the volume, and which pixels lie in it."""
        if part not in self._nearest:  # asked by every mask over the same picture
            i, j, k = (np.floor(at + 0.5).astype(np.int32) for at in self.index_of_pixels(part))
            sizes = zip((k, j, i), self.extent[::-1], strict=True)
            held = tuple(np.clip(at, 0, size - 1) for at, size in sizes)
            self._nearest[part] = (held, self.inside_of(part))
        return self._nearest[part]

    def inside_of(self, part: tuple[int, int, int, int]) -> NDArray[np.bool_]:
        """Which pixels of the part lie in the volume, in any layer of a slab."""
        left, top, right, bottom = part
        found = np.zeros((bottom - top, right - left), np.bool_)
        columns = np.arange(left, right)
        for layer in self.layers():
            first, last = (span[top:bottom, None] for span in layer._spans)
            found |= (columns >= first) & (columns < last)
        return found

    @cached_property
    def _nearest(self) -> dict[tuple[int, int, int, int], tuple[Voxels, NDArray[np.bool_]]]:
        return {}

    @cached_property
    def _layers(self) -> list["ObliqueGrid"]:
        reach = 0 if self.slab is None else self.slab[1]
        return [replace(self, matrix=self._moved(step), slab=None) for step in range(-reach, reach + 1)]

    def _moved(self, steps: int) -> Floats:
        moved = self.matrix.copy()
        moved[:, 2] += self.across * steps
        return moved

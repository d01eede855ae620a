"""Planes along no axis of the stack: `vtkImageReslice` in modality values, nearest while dragging, else trilinear.

The same rules as on the stack's own planes (`sampling.py`): the image ends half a voxel beyond its outermost centres;
padding, slices that have not arrived and values that are no number never mix with tissue. What has any of these is
sampled in numpy, voxel by voxel with weights: slower, and right.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import VTK_FLOAT
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice

from medscan_desktop.imaging.mask import BLOCK, Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.grid import Floats, Grid
from medscan_desktop.render.planes import Pixels
from medscan_desktop.render.sampling import Sampled, weighted
from medscan_desktop.render.vtk_arrays import array_of, image_of
from medscan_desktop.scene.camera import PaneMap, PlaneAxes
from medscan_desktop.scene.slab import SlabMode

Voxels = tuple[NDArray[np.int32], ...]
_EDGE = 1e-6
_SHEARED = 1e-3  # mm sideways for each mm across, from which slices do not lie behind each other
_FINEST = 4  # samples a pixel to each side at most, where the picture shows fewer pixels than there are voxels
_NOTHING = {SlabMode.MIP: -np.inf, SlabMode.MIN_IP: np.inf, SlabMode.MEAN: 0.0}


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
        slab = None if pane.slab is None else (pane.slab.mode, pane.slab.reach(pane.step_mm))
        across = pane.geometry.inverse[:3, :3] @ (pane.onward * pane.step_mm)
        extent = pane.geometry.size_ijk
        return cls(-1, 0, np.column_stack([linear, start]), device, extent, scale, slab, nearest, across)

    @property
    def key(self) -> tuple[object, ...]:
        """What must be equal for two grids to sample the same."""
        return -1, self.matrix.tobytes(), self.size, self.slab, self.nearest

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
            self._nearest[part] = (held, _inside(self, part))
        return self._nearest[part]

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


def grid_of(pane: PaneMap, size: tuple[int, int], scale: float, *, nearest: bool = False) -> Grid:
    """The grid of any plane. `nearest` (while dragging) concerns what runs along no axis of the stack.

    A slab across the slices of a tilted gantry is no sum of rows of the array: it is seen along its normal.
    """
    if not pane.geometry.spatial and pane.is_oblique:  # the paper of a straightened view
        return Grid.of(replace(pane, axes=PlaneAxes(0, 1, 2, 1, 1), slab=None), size, scale)
    if not pane.is_oblique and (pane.slab is None or _is_square(pane)):
        return Grid.of(pane, size, scale)
    return ObliqueGrid.of_plane(pane, size, scale, nearest=nearest)


def _is_square(pane: PaneMap) -> bool:
    step = pane.geometry.affine[:3, pane.axes.through]
    return bool(np.linalg.norm(step - pane.onward * pane.step_mm) < _SHEARED * pane.step_mm)


@dataclass
class ObliqueSource:
    """One volume to cut planes from; VTK looks at its own memory."""

    volume: Volume
    _reslice: vtkImageReslice | None = field(default=None, repr=False)

    def resliced(self, grid: ObliqueGrid, part: tuple[int, int, int, int]) -> Pixels:
        """The values at the pixels of a part of the pane, by VTK: of all layers of a slab at once."""
        left, top, right, bottom = part
        reslice = self._filter()
        axes = vtkMatrix4x4()
        start = grid.matrix @ (left, top, 1.0)
        for row in range(3):
            columns = (grid.matrix[row, 0], grid.matrix[row, 1], grid.across[row], start[row])
            for column, value in enumerate(columns):
                axes.SetElement(row, column, float(value))
        reslice.SetResliceAxes(axes)
        reslice.SetOutputExtent(0, right - left - 1, 0, bottom - top - 1, 0, 0)
        if grid.nearest:
            reslice.SetInterpolationModeToNearestNeighbor()
        else:
            reslice.SetInterpolationModeToLinear()
        self._set_slab(reslice, grid)
        # Nearest values are the stored ones; between them a fraction counts: a narrow window has 6 greys to a HU.
        is_stored = self.volume.is_colour or (grid.nearest and (grid.slab is None or grid.slab[0] is not SlabMode.MEAN))
        reslice.SetOutputScalarType(-1 if is_stored else VTK_FLOAT)
        reslice.Modified()  # slices may have arrived in the same memory
        reslice.Update()
        found: Pixels = array_of(reslice.GetOutput())[0]
        return found

    def _filter(self) -> vtkImageReslice:
        if self._reslice is None:
            values = cast(Pixels, self.volume.values)
            reslice = self._reslice = vtkImageReslice()
            reslice.SetInputData(image_of(values, 3 if self.volume.is_colour else 1))
            reslice.BorderOn()
            reslice.SetBorderThickness(0.5001)  # a pixel on the very edge belongs to the image; the grid decides
            reslice.SetOutputSpacing(1, 1, 1)
            reslice.SetOutputOrigin(0, 0, 0)
        return self._reslice

    @staticmethod
    def _set_slab(reslice: vtkImageReslice, grid: ObliqueGrid) -> None:
        mode, reach = grid.slab or (SlabMode.MIP, 0)
        reslice.SetSlabNumberOfSlices(2 * reach + 1)
        if mode is SlabMode.MIP:
            reslice.SetSlabModeToMax()
        elif mode is SlabMode.MIN_IP:
            reslice.SetSlabModeToMin()
        else:
            reslice.SetSlabModeToMean()


def sample_oblique(source: ObliqueSource, grid: ObliqueGrid) -> Sampled | None:
    """The plane or slab at the pane's pixels, None where no pixel shows any of it."""
    part = left, top, right, bottom = grid.rectangle
    if right <= left or bottom <= top:
        return None
    volume = source.volume
    if volume.padding is not None or not volume.loaded.all() or not volume.values.flags.c_contiguous:
        return Sampled(left, top, *_by_weights(volume, grid, part))
    values = _finely(source, grid, part)
    valid = _inside(grid, part)
    if values.dtype.kind == "f" and volume.values.dtype.kind == "f" and not np.isfinite(values[valid]).all():
        return Sampled(left, top, *_by_weights(volume, grid, part))
    return Sampled(left, top, values, None if valid.all() else valid)


def sample_label_oblique(mask: Mask, index: Voxels, inside: NDArray[np.bool_]) -> NDArray[np.uint8] | None:
    """1 where the nearest voxel is in the mask, by the nearest `index` (k, j, i); None where the plane misses it."""
    blocks = [-(-size // BLOCK) for size in mask.shape]
    place = np.ravel_multi_index([at // BLOCK for at in index], blocks)
    keys = list(mask.blocks)
    slots = np.full(int(np.prod(blocks)), -1, np.int32)
    if keys:
        slots[np.ravel_multi_index(np.transpose(keys), blocks)] = np.arange(len(keys), dtype=np.int32)
    slot = np.where(inside, slots[place], -1)
    rows, columns = np.nonzero(slot >= 0)
    if not rows.size:
        return None
    hit, which = np.unique(slot[rows, columns], return_inverse=True)
    pool = np.zeros((len(hit), BLOCK, BLOCK, BLOCK), np.uint8)
    for number, one in enumerate(hit):
        block = mask.blocks[keys[one]]
        pool[number, : block.shape[0], : block.shape[1], : block.shape[2]] = block
    k, j, i = (at[rows, columns] % BLOCK for at in index)
    label = np.zeros(slot.shape, np.uint8)
    label[rows, columns] = pool[which, k, j, i]
    return label


def _inside(grid: ObliqueGrid, part: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    """Which pixels of the part lie in the volume, in any layer of a slab."""
    left, top, right, bottom = part
    found = np.zeros((bottom - top, right - left), np.bool_)
    columns = np.arange(left, right)
    for layer in grid.layers():
        first, last = (span[top:bottom, None] for span in layer._spans)
        found |= (columns >= first) & (columns < last)
    return found


def _finely(source: ObliqueSource, grid: ObliqueGrid, part: tuple[int, int, int, int]) -> Pixels:
    """By VTK; a picture made smaller averages the voxels it would drop."""
    times = min(_FINEST, int(np.linalg.norm(grid.matrix[:, :2], axis=0).max() + _EDGE))
    if times <= 1 or grid.nearest or grid.slab is not None:
        return source.resliced(grid, part)
    fine = grid.matrix.copy()
    fine[:, :2] /= times
    fine[:, 2] += grid.matrix[:, :2].sum(axis=1) * (0.5 / times - 0.5)
    left, top, right, bottom = (edge * times for edge in part)
    values = source.resliced(replace(grid, matrix=fine), (left, top, right, bottom))
    size = (part[2] - part[0], part[3] - part[1])
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA))


def _by_weights(volume: Volume, grid: ObliqueGrid, part: tuple[int, int, int, int]) -> tuple[Pixels, NDArray[np.bool_]]:
    """The values over tissue alone, and where there is any: in numpy."""
    found = [_layer(volume, layer, part) for layer in grid.layers()]
    if grid.slab is None:
        return found[0]
    mode = grid.slab[0]
    values = np.stack([np.where(_wide(valid, one), one, _NOTHING[mode]) for one, valid in found])
    valid = np.stack([valid for _, valid in found])
    shown = np.asarray(valid.any(axis=0))
    if mode is SlabMode.MEAN:
        combined = values.sum(axis=0) / np.maximum(valid.sum(axis=0), 1)
    else:
        combined = values.max(axis=0) if mode is SlabMode.MIP else values.min(axis=0)
    return np.where(shown, combined, 0).astype(np.float32), shown


def _layer(volume: Volume, grid: ObliqueGrid, part: tuple[int, int, int, int]) -> tuple[Pixels, NDArray[np.bool_]]:
    values = cast(Pixels, volume.values)
    inside = _inside(grid, part)
    i, j, k = grid.index_of_pixels(part)
    at = [np.clip(one, 0, size - 1) for one, size in zip((k, j, i), values.shape[:3], strict=True)]
    if grid.nearest or volume.is_colour:
        nearest = tuple(np.floor(one + 0.5).astype(np.int32) for one in at)
        found = values[nearest]
        tissue = inside & volume.loaded[nearest[0]]
        return found, tissue if volume.is_colour else tissue & _is_tissue(volume, found)
    low = [np.floor(one).astype(np.int32) for one in at]
    shares = [(one - first).astype(np.float32) for one, first in zip(at, low, strict=True)]
    sums, weight = np.zeros(inside.shape, np.float32), np.zeros(inside.shape, np.float32)
    for corner in product((0, 1), repeat=3):
        share = np.prod([one if step else 1 - one for one, step in zip(shares, corner, strict=True)], axis=0)
        voxel = tuple(
            np.minimum(one + step, size - 1) for one, step, size in zip(low, corner, values.shape, strict=False)
        )
        found = values[voxel]
        share = share * (_is_tissue(volume, found) & volume.loaded[voxel[0]])
        sums += np.where(share > 0, found, 0) * share
        weight += share
    return weighted(sums, weight, inside)


def _is_tissue(volume: Volume, values: Pixels) -> NDArray[np.bool_]:
    padding = volume.padding_mask(values)
    finite = np.isfinite(values)
    return finite if padding is None else finite & ~padding


def _wide(valid: NDArray[np.bool_], values: Pixels) -> NDArray[np.bool_]:
    return valid[..., None] if values.ndim == 3 else valid

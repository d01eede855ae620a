"""Planes along no axis of the stack: `vtkImageReslice` in modality values, nearest while dragging, else trilinear.

The same rules as on the stack's own planes (`sampling.py`): the image ends half a voxel beyond its outermost centres;
padding, slices that have not arrived and values that are no number never mix with tissue. What has any of these is
sampled in numpy, voxel by voxel with weights: slower, and right.
"""

from dataclasses import dataclass, field, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import VTK_FLOAT, vtkMultiThreader
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice

from medscan_desktop.imaging.mask import BLOCK, Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.grid import Grid, ObliqueGrid, Voxels
from medscan_desktop.render.planes import Pixels
from medscan_desktop.render.refining import Pause, no_pause
from medscan_desktop.render.sampling import Sampled
from medscan_desktop.render.vtk_arrays import array_of, image_of
from medscan_desktop.render.weighing import CELL, by_weights, cells_without_tissue, wide
from medscan_desktop.scene.camera import PaneMap, PlaneAxes
from medscan_desktop.scene.slab import SlabMode

_EDGE = 1e-6
_SHEARED = 1e-3  # mm sideways for each mm across, from which slices do not lie behind each other
_FINEST = 4  # samples a pixel to each side at most, where the picture shows fewer pixels than there are voxels
_SAMPLES_A_BAND = 1 << 19
_CELLS_APART = 4.0  # voxels between two looks into it: less than a cell, whichever way


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
    pause: Pause = no_pause  # called between two pieces of a long sampling
    _reslice: vtkImageReslice | None = field(default=None, repr=False)
    _kept_cells: tuple[int, NDArray[np.bool_] | None] | None = field(default=None, repr=False)

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
        if grid.slab is None or grid.slab[1] == 0:
            reslice.Update()
            found: Pixels = array_of(reslice.GetOutput())[0]
            return found
        return self._in_bands(reslice, grid, (right - left, bottom - top))

    def _in_bands(self, reslice: vtkImageReslice, grid: ObliqueGrid, size: tuple[int, int]) -> Pixels:
        """The same values, some rows at a time, with a pause between: a thick slab takes a second."""
        layers = 1 if grid.slab is None else 2 * grid.slab[1] + 1
        rows = max(1, _SAMPLES_A_BAND // (size[0] * layers))
        threads = vtkMultiThreader.GetGlobalDefaultNumberOfThreads()
        if self.pause is not no_pause:  # beside the window, which wants a core of its own
            reslice.SetNumberOfThreads(max(1, threads - 1))
        else:
            reslice.SetNumberOfThreads(threads)
        bands = []
        for top in range(0, size[1], rows):
            self.pause()
            reslice.SetOutputExtent(0, size[0] - 1, top, min(top + rows, size[1]) - 1, 0, 0)
            reslice.Update()
            bands.append(array_of(reslice.GetOutput())[0].copy())
        return np.concatenate(bands)

    @property
    def has_looked(self) -> bool:
        """Whether it is known where something else than tissue is."""
        return self._is_all_tissue or self._kept_cells is not None

    @property
    def may_need_weights(self) -> bool:
        """Whether there is, or may be, something else than tissue."""
        return not self._is_all_tissue and (self._kept_cells is None or self._kept_cells[1] is not None)

    @property
    def _is_all_tissue(self) -> bool:
        volume = self.volume
        return volume.padding is None and volume.values.dtype.kind != "f" and bool(volume.loaded.all())

    def learn_from(self, other: "ObliqueSource") -> None:
        """Where there is no tissue, as another source of the same volume has found."""
        self._kept_cells = other._kept_cells or self._kept_cells

    def near_no_tissue(self, grid: ObliqueGrid, part: tuple[int, int, int, int]) -> NDArray[np.bool_]:
        """Which pixels of a part may show padding, no number, or slices that are not there: a few too many."""
        left, top, right, bottom = part
        cells = self._cells()
        found = np.zeros((bottom - top, right - left), np.bool_)
        if cells is None:
            return found
        stride = max(1, int(_CELLS_APART / max(float(np.linalg.norm(grid.matrix[:, :2], axis=0).max()), _EDGE)))
        x = np.arange(left, right, stride)[None, :] + (stride - 1) / 2
        y = np.arange(top, bottom, stride)[:, None] + (stride - 1) / 2
        layers = grid.layers()
        apart = max(1, int(_CELLS_APART / max(float(np.linalg.norm(grid.across)), _EDGE)))
        for layer in (*layers[::apart], layers[-1]):
            place = tuple(
                np.clip(((row[0] * x + row[1] * y + row[2] + 0.5) // CELL).astype(np.int32), 0, size - 1)
                for row, size in zip(layer.matrix[::-1], cells.shape, strict=True)
            )
            hit = cells[place].repeat(stride, axis=0).repeat(stride, axis=1)
            found |= hit[: bottom - top, : right - left]
        return found

    def _cells(self) -> NDArray[np.bool_] | None:
        """The cells of the volume that hold, or are beside one that holds, anything but tissue; None for none."""
        loaded = int(np.count_nonzero(self.volume.loaded))
        if self._kept_cells is None or self._kept_cells[0] != loaded:
            self._kept_cells = (loaded, cells_without_tissue(self.volume, self.pause))
        return self._kept_cells[1]

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


def sample_oblique(source: ObliqueSource, grid: ObliqueGrid, *, settled: bool = True) -> Sampled | None:
    """The plane or slab at the pane's pixels, None where no pixel shows any of it.

    While slices still arrive (not `settled`) pixels are the nearest voxels.
    """
    part = left, top, right, bottom = grid.rectangle
    if right <= left or bottom <= top:
        return None
    volume, inside = source.volume, grid.inside_of(part)
    if not settled and not volume.is_complete:
        grid = replace(grid, nearest=True)
        mixed = inside
    elif not volume.values.flags.c_contiguous or (volume.is_colour and not volume.loaded.all()):
        mixed = inside
    else:
        mixed = source.near_no_tissue(grid, part) & inside
    if mixed is inside or mixed.all():
        values, shown = by_weights(volume, grid, part, inside, source.pause)
        return Sampled(left, top, values, shown)
    values = _finely(source, grid, part)
    valid = inside
    if mixed.any():
        found, shown = by_weights(volume, grid, part, mixed, source.pause)
        values = np.where(wide(mixed, values), found, values)
        valid = np.where(mixed, shown, inside)
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


def samples_a_pixel(grid: ObliqueGrid) -> int:
    """How many values are interpolated for each pixel of a plane, or of each layer of a slab."""
    return _times(grid) ** 2


def _times(grid: ObliqueGrid) -> int:
    if grid.nearest or grid.slab is not None:
        return 1
    return max(1, min(_FINEST, int(np.linalg.norm(grid.matrix[:, :2], axis=0).max() + _EDGE)))


def _finely(source: ObliqueSource, grid: ObliqueGrid, part: tuple[int, int, int, int]) -> Pixels:
    """By VTK; a picture made smaller averages the voxels it would drop."""
    times = _times(grid)
    if times == 1:
        return source.resliced(grid, part)
    fine = grid.matrix.copy()
    fine[:, :2] /= times
    fine[:, 2] += grid.matrix[:, :2].sum(axis=1) * (0.5 / times - 0.5)
    left, top, right, bottom = (edge * times for edge in part)
    values = source.resliced(replace(grid, matrix=fine), (left, top, right, bottom))
    size = (part[2] - part[0], part[3] - part[1])
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA))

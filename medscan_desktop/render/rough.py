"""What is drawn at once where the exact picture would keep the window waiting: fewer pixels, fewer layers of a slab.

Padding, gaps and what has not arrived stay out of it as they do of the exact one; it only invents between its pixels.
"""

from dataclasses import replace
from math import ceil, sqrt
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.grid import Grid, ObliqueGrid
from medscan_desktop.render.oblique import ObliqueSource, samples_a_pixel
from medscan_desktop.render.planes import Pixels, PlaneSource
from medscan_desktop.render.sampling import Sampled, sample
from medscan_desktop.render.weighing import COMBINED, NOTHING, by_weights, is_tissue
from medscan_desktop.scene.slab import SlabMode

_AT_ONCE = 1_200_000  # interpolated values of one oblique plane: some 25 ms; a slab's layers count twice
_BY_WEIGHTS = 3  # times as dear as by VTK
_VOXELS_AT_ONCE = 8_000_000  # of the slices that a slab is gathered from
_ALONG_ROWS = 3  # times as dear to gather: every voxel lies in another line of the memory
_ROUGH_SAMPLES = 460_000
_ROUGH_REACH = 3  # layers to either side
_COUNTABLE = 2**31 - 1  # voxels: their places are numbers of 32 bits
_LARGE = 20_000_000  # voxels, from which looking once for padding through all of them takes longer than a blink


def is_dear(source: ObliqueSource, grid: Grid, *, settled: bool) -> bool:
    """Whether the exact picture takes longer than the window should stand still."""
    volume = source.volume
    if not isinstance(grid, ObliqueGrid):
        return grid.slab is not None and _slices(volume, grid) * _voxels(volume, grid) > _VOXELS_AT_ONCE
    layers = 1 if grid.slab is None else 2 * grid.slab[1] + 1
    samples = grid.size[0] * grid.size[1] * samples_a_pixel(grid) * layers * (2 if layers > 1 else 1)
    if not settled and not volume.is_complete:
        return samples * _BY_WEIGHTS > _AT_ONCE
    if not source.has_looked and volume.values.size > _LARGE:
        return True
    return samples * (_BY_WEIGHTS if source.may_need_weights else 1) > _AT_ONCE


def rough(source: PlaneSource, grid: Grid) -> Sampled | None:
    """About the same picture, at the same place, in a fraction of the time; None where there is nothing to see."""
    if isinstance(grid, ObliqueGrid):
        return _rough_oblique(source.volume, grid)
    few = max(3, _VOXELS_AT_ONCE // _voxels(source.volume, grid))
    return sample(source, replace(grid, apart=ceil(_slices(source.volume, grid) / few)))


def _slices(volume: Volume, grid: Grid) -> int:
    first, last = grid.slices
    return int(min(last, volume.values.shape[grid.axis] - 1) - max(first, 0) + 1)


def _voxels(volume: Volume, grid: Grid) -> int:
    """Of one slice, as what it costs to gather them."""
    return int(volume.values.size // volume.values.shape[grid.axis]) * (_ALONG_ROWS if grid.axis == 2 else 1)


def _rough_oblique(volume: Volume, grid: ObliqueGrid) -> Sampled | None:
    few, step = _coarser(grid)
    part = left, top, right, bottom = few.rectangle
    if right <= left or bottom <= top:
        return None
    if volume.is_colour or not volume.values.flags.c_contiguous or volume.values.size > _COUNTABLE:
        values, shown = by_weights(volume, few, part, few.inside_of(part))
    else:
        values, shown = _nearest(volume, few, part)
    if shown.any() and not volume.is_colour:
        values[~shown] = values[shown].min()  # the edge fades to the darkest, not to a grey of nothing
    width = min((right - left) * step, grid.size[0] - left * step)
    height = min((bottom - top) * step, grid.size[1] - top * step)
    size = ((right - left) * step, (bottom - top) * step)
    values = cv2.resize(values, size, interpolation=cv2.INTER_LINEAR)[:height, :width]
    valid = cv2.resize(shown.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)[:height, :width]
    return Sampled(left * step, top * step, np.ascontiguousarray(values), np.ascontiguousarray(valid).view(np.bool_))


def _nearest(volume: Volume, grid: ObliqueGrid, part: tuple[int, int, int, int]) -> tuple[Pixels, NDArray[np.bool_]]:
    """What `by_weights` finds of the nearest voxels, to the rounding of an index, in a third of the time."""
    left, top, right, bottom = part
    x = np.arange(left, right, dtype=np.float32)[None, :]
    y = np.arange(top, bottom, dtype=np.float32)[:, None]
    flat = cast(Pixels, volume.values).reshape(-1)
    sizes = volume.values.shape
    mode = grid.slab[0] if grid.slab is not None else SlabMode.MEAN
    total: NDArray[np.floating[Any]] = np.full((bottom - top, right - left), NOTHING[mode], np.float32)
    count = np.zeros(total.shape, np.float32)
    for layer in grid.layers():
        place, inside = np.zeros(total.shape, np.int32), np.ones(total.shape, np.bool_)
        for row, size, stride in zip(layer.matrix[::-1], sizes, (sizes[1] * sizes[2], sizes[2], 1), strict=True):
            # The whole part of a positive number is its floor: nothing that lies inside is below -0.5.
            at = (row.astype(np.float32)[0] * x + (row.astype(np.float32)[1] * y + np.float32(row[2] + 1.5))).astype(
                np.int32
            )
            at -= 1
            inside &= at.view(np.uint32) < size  # one below nothing is a very large one
            at *= stride
            place += at
        found = flat.take(place, mode="clip")
        tissue = inside if _is_all_tissue(volume) else inside & _tissue(volume, found, place)
        found = np.where(tissue, found.astype(np.float32), np.float32(NOTHING[mode]))
        total = COMBINED[mode](total, found)
        count += tissue
    shown = count > 0
    total = total / np.maximum(count, 1) if mode is SlabMode.MEAN else total
    return np.where(shown, total, np.float32(0)).astype(np.float32), shown


def _is_all_tissue(volume: Volume) -> bool:
    return volume.padding is None and volume.values.dtype.kind != "f" and bool(volume.loaded.all())


def _tissue(volume: Volume, found: Pixels, place: NDArray[np.int32]) -> NDArray[np.bool_]:
    slices = np.clip(place // (volume.values.shape[1] * volume.values.shape[2]), 0, len(volume.loaded) - 1)
    return np.asarray(is_tissue(volume, found) & volume.loaded[slices])


def _coarser(grid: ObliqueGrid) -> tuple[ObliqueGrid, int]:
    """The nearest voxels at every so many pixels, and how many."""
    reach = grid.slab[1] if grid.slab is not None else 0
    layers = min(reach, _ROUGH_REACH)
    pixels = grid.size[0] * grid.size[1]
    step = max(1, ceil(sqrt(pixels * (2 * layers + 1) / _ROUGH_SAMPLES) - 1e-6))
    matrix = grid.matrix.copy()
    matrix[:, :2] *= step
    matrix[:, 2] += grid.matrix[:, :2].sum(axis=1) * ((step - 1) / 2)
    size = (-(-grid.size[0] // step), -(-grid.size[1] // step))
    slab = None if grid.slab is None else (grid.slab[0], layers)
    across = grid.across * (reach / layers) if layers else grid.across
    return replace(grid, matrix=matrix, size=size, slab=slab, across=across, nearest=True), step

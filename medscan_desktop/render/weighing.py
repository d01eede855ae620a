"""Values over tissue alone, voxel by voxel with weights, in numpy: where padding, gaps or no number lie near.

Slow, so it is asked for few pixels: `cells_without_tissue` says roughly where they are.
"""

from itertools import product
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.grid import Floats, ObliqueGrid
from medscan_desktop.render.planes import Pixels
from medscan_desktop.render.refining import Pause, no_pause
from medscan_desktop.render.sampling import weighted
from medscan_desktop.scene.slab import SlabMode

CELL = 8  # voxels to a side of the map of where there is something else than tissue
_EDGE = 1e-6
NOTHING = {SlabMode.MIP: -np.inf, SlabMode.MIN_IP: np.inf, SlabMode.MEAN: 0.0}
COMBINED = {SlabMode.MIP: np.maximum, SlabMode.MIN_IP: np.minimum, SlabMode.MEAN: np.add}


def by_weights(
    volume: Volume,
    grid: ObliqueGrid,
    part: tuple[int, int, int, int],
    wanted: NDArray[np.bool_],
    pause: Pause = no_pause,
) -> tuple[Pixels, NDArray[np.bool_]]:
    """The values over tissue alone at the `wanted` pixels, and which of them show any: in numpy."""
    rows, columns = np.nonzero(wanted)
    x, y = (columns + part[0]).astype(np.float64), (rows + part[1]).astype(np.float64)
    mode = grid.slab[0] if grid.slab is not None else SlabMode.MEAN
    count = np.zeros(len(rows), np.int32)
    total: Pixels | None = None
    for layer in grid.layers():
        pause()
        values, valid = _at(volume, layer.matrix, x, y, nearest=grid.nearest or volume.is_colour)
        count += valid
        if grid.slab is None:
            total = values
            break
        values = np.where(valid, values, NOTHING[mode]).astype(np.float32)
        total = values if total is None else COMBINED[mode](total, values)
    picture = np.zeros(
        (*wanted.shape, 3) if volume.is_colour else wanted.shape,
        volume.values.dtype if grid.nearest or volume.is_colour else np.float32,
    )
    shown = np.zeros(wanted.shape, np.bool_)
    if total is not None:
        if grid.slab is not None and mode is SlabMode.MEAN:
            total = total / np.maximum(count, 1)
        picture = picture if grid.slab is None else picture.astype(np.float32)
        picture[rows, columns] = np.where(wide(count > 0, total), total, 0)
        shown[rows, columns] = count > 0
    return picture, shown


def _at(volume: Volume, matrix: Floats, x: Floats, y: Floats, *, nearest: bool) -> tuple[Pixels, NDArray[np.bool_]]:
    """The values at pixels (x, y) by the matrix of one plane, and which of them are tissue."""
    values = cast(Pixels, volume.values)
    sizes = values.shape[:3]
    index = [row[0] * x + row[1] * y + row[2] for row in matrix[::-1]]
    inside = np.ones(len(x), np.bool_)
    for at, size in zip(index, sizes, strict=True):
        inside &= (at >= -0.5 - _EDGE) & (at <= size - 0.5 + _EDGE)
    held = [np.clip(at, 0, size - 1) for at, size in zip(index, sizes, strict=True)]
    if nearest:
        voxel = tuple(np.floor(at + 0.5).astype(np.int32) for at in held)
        found = values[voxel]
        tissue = inside & volume.loaded[voxel[0]]
        return found, tissue if volume.is_colour else tissue & is_tissue(volume, found)
    low = [np.floor(at).astype(np.int32) for at in held]
    shares = [(at - first).astype(np.float32) for at, first in zip(held, low, strict=True)]
    sums, weight = np.zeros(len(x), np.float32), np.zeros(len(x), np.float32)
    for corner in product((0, 1), repeat=3):
        share = np.ones(len(x), np.float32)
        for one, step in zip(shares, corner, strict=True):
            share *= one if step else 1 - one
        voxel = tuple(np.minimum(one + step, size - 1) for one, step, size in zip(low, corner, sizes, strict=True))
        found = values[voxel]
        share *= is_tissue(volume, found) & volume.loaded[voxel[0]]
        sums += np.where(share > 0, found, 0) * share
        weight += share
    return weighted(sums, weight, inside)


def cells_without_tissue(volume: Volume, pause: Pause = no_pause) -> NDArray[np.bool_] | None:
    """The cells (k, j, i) of a volume that hold, or are beside one that holds, anything but tissue; None for none."""
    values = cast(Pixels, volume.values)
    is_float = values.dtype.kind == "f"
    if volume.padding is None and volume.loaded.all() and not is_float:
        return None
    count, rows, columns = (-(-size // CELL) for size in values.shape[:3])
    cells = np.zeros((count, rows, columns), np.bool_)
    below, beside = rows * CELL - values.shape[1], columns * CELL - values.shape[2]
    for k, plane in enumerate(values):
        pause()
        if not volume.loaded[k]:
            cells[k // CELL] = True
        elif volume.padding is not None or is_float:
            other = (~is_tissue(volume, plane)).view(np.uint8) * np.uint8(255)
            if other.any():
                whole = cv2.copyMakeBorder(other, 0, below, 0, beside, cv2.BORDER_REPLICATE)
                cells[k // CELL] |= cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA) > 0
    if not cells.any():
        return None
    for axis in range(3):  # and beside them
        wide = np.moveaxis(cells, axis, 0)
        before = wide.copy()
        wide[1:] |= before[:-1]
        wide[:-1] |= before[1:]
    return cells


def is_tissue(volume: Volume, values: Pixels) -> NDArray[np.bool_]:
    """Which values are no padding, and a number."""
    padding = volume.padding_mask(values)
    finite = np.isfinite(values)
    return finite if padding is None else finite & ~padding


def wide(valid: NDArray[np.bool_], values: Pixels) -> NDArray[np.bool_]:
    """One flag a pixel as what `values`, which may be colour, can be chosen by."""
    return valid[..., None] if values.ndim == 3 else valid

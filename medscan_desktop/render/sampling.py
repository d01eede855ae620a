"""From a slice to pane pixels: linear interpolation in modality values, before any window.

The array path of every plane along the stack's axes (pan, zoom, rotation and flips included): one `cv2.warpAffine` on
float32, which OpenCV 5 interpolates exactly; so nothing is rounded before the window, and integer and float volumes
take the same road. `reslice.py` is the reference it is held to.

Four rules: the image ends half a voxel beyond its outermost centres; padding, slices that have not arrived and values
that are no number never mix with tissue; a picture made smaller averages the pixels it drops; colour has no window.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.grid import Floats, Grid
from medscan_desktop.render.planes import Pixels, PlaneSource
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.slab import SlabMode

_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_NEAREST = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP


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
    if source.volume.is_colour:
        plane = source.plane(grid.axis, grid.index)
        colour = _warp(_reduced(plane, grid.reduction), reduced_matrix(grid), (right - left, bottom - top))
        return Sampled(left, top, colour, grid.inside)
    plane, tissue = plane_and_tissue(source, grid)
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


def plane_and_tissue(source: PlaneSource, grid: Grid) -> tuple[Pixels, NDArray[np.bool_] | None]:
    """The values to show at the slice's own pixels, and which of them are tissue (None: all).

    A slice counts for a slab where its middle lies within it, the slab's ends included; where a slab reaches beyond
    the stack, what is there counts. Means are of the tissue at each place, however many slices that is.
    """
    if grid.slab is None:
        plane = source.plane(grid.axis, grid.index)
        return plane, tissue_mask(source, grid, plane)
    key = (grid.axis, *grid.slices, grid.apart, grid.slab[0], int(np.count_nonzero(source.volume.loaded)))
    if source.kept_slab is None or source.kept_slab[0] != key:
        source.kept_slab = (key, *_slab_values(source, grid, grid.slab[0]))
    return source.kept_slab[1], source.kept_slab[2]


def _slab_values(source: PlaneSource, grid: Grid, mode: SlabMode) -> tuple[Pixels, NDArray[np.bool_] | None]:
    first, last = (min(max(k, 0), source.volume.values.shape[grid.axis] - 1) for k in grid.slices)
    total: Pixels | None = None
    count: NDArray[np.int32] | int = 0  # of the slices with tissue, at each place where it is not the same everywhere
    for index in range(first + (grid.index - first) % grid.apart, last + 1, grid.apart):
        if grid.axis == 0 and not source.volume.loaded[index]:
            continue
        source.pause()
        plane = source.plane(grid.axis, index)
        tissue = tissue_mask(source, replace(grid, index=index, slab=None), plane)
        count = count + (1 if tissue is None else tissue.astype(np.int32))
        total = _with(total, plane, tissue, mode)
    if total is None:
        shape = [size for axis, size in enumerate(source.volume.values.shape) if axis != grid.axis]
        return np.zeros(shape, np.float32), np.zeros(shape, np.bool_)
    if mode is SlabMode.MEAN:
        total = (total / np.maximum(count, 1)).astype(np.float32)
    if isinstance(count, int):
        return total, None
    shown = np.asarray(count > 0)
    return np.where(shown, total, 0).astype(np.float32), None if shown.all() else shown


def _with(total: Pixels | None, plane: Pixels, tissue: NDArray[np.bool_] | None, mode: SlabMode) -> Pixels:
    """What was gathered so far with one slice more."""
    if mode is SlabMode.MEAN:
        part = plane.astype(np.float64) if tissue is None else np.where(tissue, plane, 0).astype(np.float64)
        return part if total is None else total + part
    if tissue is not None:
        plane = np.where(tissue, plane.astype(np.float32), -np.inf if mode is SlabMode.MIP else np.inf)
    if total is None:
        return plane
    return np.asarray(np.maximum(total, plane) if mode is SlabMode.MIP else np.minimum(total, plane))


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
    if not pane.is_oblique:
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
    return _number_text(volume, float(value))


def shown_value_text(volume: Volume, sampled: Sampled | None, pixel: tuple[float, float]) -> str:
    """The value that a pane shows at a device pixel: of a slab, which has no one voxel there."""
    if sampled is None or volume.is_colour:
        return ""
    x, y = int(pixel[0]) - sampled.left, int(pixel[1]) - sampled.top
    height, width = sampled.values.shape[:2]
    if not (0 <= x < width and 0 <= y < height) or (sampled.valid is not None and not sampled.valid[y, x]):
        return ""
    return _number_text(volume, float(sampled.values[y, x]))


def _number_text(volume: Volume, value: float) -> str:
    if not np.isfinite(value):
        return ""
    number = f"{round(value)}" if volume.values.dtype.kind in "iu" else f"{value:.4g}"
    return f"{number} {volume.unit}".rstrip()

"""A model's view of the voxels: axes x, y, z to the patient's right, front and head (RAS), with an affine.

Every step of a pipeline makes a new `Image` whose affine says where its voxels lie, so that the way back to the source
grid is one matrix whatever was cropped, resampled or padded on the way.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume

Box = tuple[slice, slice, slice]
Infer = Callable[[str, NDArray[np.float32]], NDArray[np.float32]]
"""(file name of a network, values [x, y, z]) to its scores [channel, x, y, z]; raises Cancelled."""

_RAS = np.diag([-1.0, -1.0, 1.0])  # columns: right, anterior, superior in patient LPS


@dataclass(frozen=True, eq=False, slots=True)
class Image:
    """`values` is [x, y, z]; `affine` is 4x4, index (x, y, z) to patient LPS in mm.

    `first_look` is the mask of a first, coarse network on a grid of its own, for the result to be held to.
    """

    values: NDArray[Any]
    affine: NDArray[np.float64]
    first_look: "Image | None" = None

    @property
    def spacing(self) -> NDArray[np.float64]:
        """(x, y, z) in mm."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    def cropped(self, box: Box) -> "Image":
        """The part inside `box`, as a view."""
        start = np.array([part.start for part in box], float)
        return replace(self, values=self.values[box], affine=_moved(self.affine, np.ones(3), start))

    def padded(self, before: tuple[int, int, int], after: tuple[int, int, int]) -> "Image":
        """With its outermost voxels repeated."""
        values = np.pad(self.values, tuple(zip(before, after, strict=True)), mode="edge")
        return replace(self, values=values, affine=_moved(self.affine, np.ones(3), -np.array(before, float)))

    def resampled(self, spacing_mm: float) -> "Image":
        """Linear, to cubes of `spacing_mm` around the same middle; float32."""
        step = spacing_mm / self.spacing
        size = np.asarray(self.values.shape)
        shape = np.maximum(1, np.round(size / step)).astype(int)
        start = (size - 1 - (shape - 1) * step) / 2
        values = ndimage.affine_transform(
            self.values, step, start, tuple(shape), output=np.float32, order=1, mode="nearest", prefilter=False
        )
        return replace(self, values=values, affine=_moved(self.affine, step, start))

    def resized(self, shape: tuple[int, int, int]) -> "Image":
        """Nearest voxel by voxel centres (PyTorch's "nearest-exact"), over the same extent; float32."""
        step = np.asarray(self.values.shape) / np.asarray(shape)
        index = [
            np.minimum(((np.arange(count) + 0.5) * width).astype(int), size - 1)
            for count, width, size in zip(shape, step, self.values.shape, strict=True)
        ]
        values = self.values[np.ix_(*index)].astype(np.float32)
        return replace(self, values=values, affine=_moved(self.affine, step, step / 2 - 0.5))


def canonical(volume: Volume, padding_value: float) -> Image:
    """The volume's values as a view with RAS axes; where it holds padding, a copy with `padding_value` there."""
    values = volume.values
    padding = volume.padding_mask(values)
    if padding is not None and padding.any():
        if values.dtype == np.uint16:  # which cannot be below zero
            padding_value = max(padding_value, 0.0)
        values = np.where(padding, np.asarray(padding_value, values.dtype), values)
    order, signs = _axes(volume.geometry)
    turned = values.transpose(2, 1, 0).transpose(order)  # (k, j, i) to (i, j, k) to (x, y, z)
    affine = volume.geometry.affine.copy()
    affine[:3, :3] = volume.geometry.affine[:3, list(order)]
    flip = tuple(slice(None, None, sign) for sign in signs)
    start = np.array([size - 1 if sign < 0 else 0 for size, sign in zip(turned.shape, signs, strict=True)], float)
    return Image(turned[flip], _moved(affine, np.array(signs, float), start))


def to_source(
    field: NDArray[np.float32], image: Image, geometry: Geometry, check: Callable[[], None]
) -> NDArray[np.bool_]:
    """Where `field` on the grid of `image` is above 0.5 at the voxels of `geometry`; [k, j, i].

    Linear between voxel centres; beyond the grid's extent nothing. `check` is called slab by slab and may raise.
    """
    found = np.zeros(geometry.shape, bool)
    matrix = np.linalg.inv(image.affine) @ geometry.affine
    matrix = matrix[:, [2, 1, 0, 3]]  # source index in the array's order
    if (region := _source_region(field > 0.5, matrix, geometry.shape)) is None:
        return found
    slices, rows, columns = region
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    slab = max(1, 4_000_000 // (shape[0] * shape[1]))
    for first in range(slices.start, slices.stop, slab):
        check()
        last = min(first + slab, slices.stop)
        offset = matrix[:3, :3] @ np.array([first, rows.start, columns.start], float) + matrix[:3, 3]
        part = ndimage.affine_transform(
            field, matrix[:3, :3], offset, (last - first, *shape), order=1, mode="nearest", prefilter=False
        )
        found[first:last, rows, columns] = part > 0.5
    return found


def extent(mask: NDArray[np.bool_], image: Image) -> NDArray[np.float64]:
    """How far `mask` reaches along x, y, z in mm; zeros for an empty one."""
    box = bounding_box(mask)
    return np.zeros(3) if box is None else np.array([part.stop - part.start for part in box]) * image.spacing


def agreement(mask: NDArray[np.bool_], image: Image) -> float:
    """Dice of `mask`, on the grid of `image`, with the image's first look, on its own grid; 1 where there was none."""
    if image.first_look is None:
        return 1.0
    first = np.asarray(image.first_look.values, bool)
    matrix = np.linalg.inv(image.affine) @ image.first_look.affine
    there = ndimage.affine_transform(
        mask.astype(np.float32), matrix[:3, :3], matrix[:3, 3], first.shape, order=1, prefilter=False
    )
    both, total = np.count_nonzero(first & (there > 0.5)), np.count_nonzero(first) + np.count_nonzero(there > 0.5)
    return 2 * both / total if total else 0.0


def bounding_box(mask: NDArray[np.bool_], margin: int = 0) -> Box | None:
    """The smallest box around what is set, None where nothing is."""
    box = []
    for axis, size in enumerate(mask.shape):
        hits = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != axis)))
        if hits.size == 0:
            return None
        box.append(slice(max(0, int(hits[0]) - margin), min(size, int(hits[-1]) + 1 + margin)))
    return box[0], box[1], box[2]


def _axes(geometry: Geometry) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Which of i, j, k runs most along right, anterior and superior, and whether forwards (1) or backwards (-1)."""
    along = _RAS.T @ geometry.directions  # [patient axis, array axis]
    i, j, k = max(permutations(range(3)), key=lambda order: sum(abs(along[axis, order[axis]]) for axis in range(3)))
    signs = [1 if along[axis, array_axis] > 0 else -1 for axis, array_axis in enumerate((i, j, k))]
    return (i, j, k), (signs[0], signs[1], signs[2])


def _moved(affine: NDArray[np.float64], step: NDArray[np.float64], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """The affine of a grid whose index x' lies at index start + step x' of the old one."""
    change = np.diag([*step, 1.0])
    change[:3, 3] = start
    return np.asarray(affine @ change)


def _source_region(mask: NDArray[np.bool_], matrix: NDArray[np.float64], shape: tuple[int, int, int]) -> Box | None:
    """The source voxels that may lie inside what is set: those of its box, to the outer faces of its voxels."""
    box = bounding_box(mask)
    if box is None:
        return None
    corners = np.stack(np.meshgrid(*[(part.start - 1.0, float(part.stop)) for part in box], indexing="ij"), -1)
    ends = np.array(mask.shape) - 0.5
    corners = np.clip(corners.reshape(-1, 3), -0.5, ends)
    index = np.linalg.solve(matrix[:3, :3], (corners - matrix[:3, 3]).T)
    low = np.maximum(0, np.ceil(index.min(axis=1) - 1e-6)).astype(int)
    high = np.minimum(np.array(shape) - 1, np.floor(index.max(axis=1) + 1e-6)).astype(int)
    if (low > high).any():
        return None
    k, j, i = (slice(int(first), int(last) + 1) for first, last in zip(low, high, strict=True))
    return k, j, i

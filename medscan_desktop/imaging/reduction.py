"""A volume with fewer voxels: each the mean of a block of the source's. Its grid, its values, and how it is called.

A block is whole numbers of slices, rows and columns. What is no tissue (padding, no number, beyond the last slice, row
or column) has no part in a mean; a block that is less than half tissue is padding, where the stack has such a value.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import Geometry

Floats = NDArray[np.float32]
_HALF = 0.5 - 1e-3  # exactly half counts, whichever way the last bit rounds


@dataclass(frozen=True, slots=True)
class Reduction:
    """How many slices and how many rows and columns become one."""

    slices: int = 1
    in_plane: int = 1

    @property
    def is_none(self) -> bool:
        """Whether every voxel stays."""
        return self.slices == self.in_plane == 1

    @property
    def text(self) -> str:
        """`half resolution`, `a quarter of the resolution`, or each direction's own."""
        if self.slices == self.in_plane:
            return _SHARES.get(self.slices, f"1/{self.slices} of the resolution")
        parts = (("in the plane", self.in_plane), ("along the slices", self.slices))
        said = [f"{_SHARES.get(count, f'1/{count} of the resolution')} {where}" for where, count in parts if count > 1]
        return " and ".join(said)

    def shape_of(self, shape: tuple[int, ...]) -> tuple[int, int, int]:
        """(k, j, i) of the blocks; the last one of a direction may be cut off."""
        k, j, i = shape[:3]
        return -(-k // self.slices), -(-j // self.in_plane), -(-i // self.in_plane)

    def geometry_of(self, geometry: Geometry) -> Geometry:
        """The grid of the blocks' centres."""
        steps = np.array([self.in_plane, self.in_plane, self.slices], float)
        affine = geometry.affine.copy()
        shift = affine[:3, :3] @ ((steps - 1) / 2)
        affine[:3, 3] += shift
        affine[:3, :3] *= steps
        origins = None if geometry.origins is None else geometry.origins + shift  # no volume: its slices all stay
        return replace(geometry, affine=affine, shape=self.shape_of(geometry.shape), origins=origins)

    def frames_of(self, k: int, count: int) -> range:
        """The slices of a stack of `count` that make slice `k`."""
        return range(k * self.slices, min((k + 1) * self.slices, count))


_SHARES = {2: "half resolution", 4: "a quarter of the resolution", 8: "an eighth of the resolution"}
WHOLE = Reduction()


class BlockMean:
    """Adds up slices and gives the means of their blocks; one slice of blocks at a time."""

    def __init__(self, reduction: Reduction, shape: tuple[int, ...], padding: tuple[float, float] | None) -> None:
        self._step = reduction.in_plane
        self._padding = padding
        below, beside = (-size % self._step for size in shape[:2])
        self._size = (shape[1] + beside) // self._step, (shape[0] + below) // self._step
        self._edge = (0, below, 0, beside)
        self._inside = self._area(np.ones(shape[:2], np.float32))  # how much of each block is image at all
        self._sums: Floats | None = None
        self._weights = np.zeros_like(self._inside)
        self._added, self._has_gaps = 0, False

    def add(self, plane: NDArray[Any]) -> None:
        """One slice, (j, i) or (j, i, 3)."""
        values, tissue = np.asarray(plane, np.float32), self._tissue(plane)
        if tissue is None:
            self._weights += self._inside
        else:
            self._has_gaps = True
            self._weights += self._area(tissue.astype(np.float32))
            values = np.where(tissue, values, np.float32(0))
        sums = self._area(values)
        self._sums = sums if self._sums is None else np.add(self._sums, sums, out=self._sums)
        self._added += 1

    def take(self, out: NDArray[Any]) -> None:
        """Write the means into `out`, rounded where it holds whole numbers, and begin anew."""
        if self._sums is None:
            raise ValueError("nothing was added")
        weights = self._weights if self._sums.ndim == 2 else self._weights[..., None]
        means = np.divide(self._sums, weights, out=np.zeros_like(self._sums), where=weights > 0)
        if out.dtype.kind in "iu":
            np.rint(means, out=means)
        out[...] = means
        if self._has_gaps:
            out[self._weights < _HALF * self._added * self._inside] = self._nothing(out.dtype)
        self.forget()

    def forget(self) -> None:
        """Begin anew without what was added."""
        self._sums, self._added, self._has_gaps = None, 0, False
        self._weights[...] = 0

    def _nothing(self, dtype: np.dtype[Any]) -> float:
        """The value of a block without tissue."""
        if self._padding is not None:
            return self._padding[0]
        return float("nan") if dtype.kind == "f" else 0

    def _tissue(self, plane: NDArray[Any]) -> NDArray[np.bool_] | None:
        tissue: NDArray[np.bool_] | None = None
        if self._padding is not None and plane.ndim == 2:
            tissue = ~((plane >= self._padding[0]) & (plane <= self._padding[1]))
        if plane.dtype.kind == "f":
            finite = np.isfinite(plane)
            tissue = finite if tissue is None else tissue & finite
        return None if tissue is None or tissue.all() else tissue

    def _area(self, plane: Floats) -> Floats:
        """Means over blocks of one slice, as if it were 0 beyond its edge."""
        import cv2  # noqa: PLC0415  70 ms: what knows volumes, a worker process too, starts without it

        if self._step == 1:
            return plane.copy()
        if any(self._edge):
            plane = np.asarray(cv2.copyMakeBorder(plane, *self._edge, cv2.BORDER_CONSTANT, value=(0, 0, 0)))
        return np.asarray(cv2.resize(plane, self._size, interpolation=cv2.INTER_AREA))

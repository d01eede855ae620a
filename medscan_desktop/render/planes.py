"""Two-dimensional slices out of a volume, quickly along every axis."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.refining import Pause, no_pause

Pixels = NDArray[np.integer[Any] | np.floating[Any]]

# A plane across the innermost axis touches one cache line for every voxel. Its neighbours lie in the same 16 bytes:
# gathered as one complex number they come along for nothing, and numpy copies wide items faster than narrow ones.
_WIDE = np.dtype(np.complex128)


@dataclass
class PlaneSource:
    """The slices of one volume. Keeps the last few sagittal-like planes gathered together."""

    volume: Volume
    pause: Pause = no_pause  # called between two pieces of a long gathering
    _number: int = -1  # of the block that is kept
    _block: Pixels | None = field(default=None, repr=False)
    kept_slab: tuple[object, Pixels, NDArray[np.bool_] | None] | None = field(default=None, repr=False)  # the last one

    def plane(self, axis: int, index: int) -> Pixels:
        """The slice at `index` along the array's `axis` (0 = k, 1 = j, 2 = i), contiguous, 2D (colour: 3D)."""
        if axis == 0:
            return np.ascontiguousarray(self._values[index])
        if self.volume.is_complete:
            return self._across(self._values, axis, index, keep=True)
        arrived = np.flatnonzero(self.volume.loaded)  # memory that was never written is slow to read, and nothing yet
        first, last = (int(arrived[0]), int(arrived[-1]) + 1) if arrived.size else (0, 0)
        shape = [size for place, size in enumerate(self._values.shape) if place != axis]
        plane: Pixels = np.zeros(shape, self._values.dtype)
        plane[first:last] = self._across(self._values[first:last], axis, index, keep=False)
        return plane

    @property
    def _values(self) -> Pixels:
        return cast(Pixels, self.volume.values)  # numbers, which `generic` does not say

    def arrived(self, axis: int, index: int) -> NDArray[np.bool_] | None:
        """Which rows of the slice have arrived, None when all have."""
        loaded = self.volume.loaded
        if axis == 0:
            return None if loaded[index] else np.zeros(self.volume.values.shape[1], bool)
        return None if loaded.all() else loaded.copy()

    def _across(self, values: Pixels, axis: int, index: int, *, keep: bool) -> Pixels:
        """A plane of `values` across the slices; with `keep` its neighbours stay for the next one."""
        wide = _as_wide(values) if axis == 2 else None
        if wide is None:
            return np.ascontiguousarray(values[:, index] if axis == 1 else values[:, :, index])
        together = _WIDE.itemsize // values.itemsize
        number, within = divmod(index, together)
        if not keep:
            return np.ascontiguousarray(_narrow(wide[:, :, number], values)[..., within])
        if self._block is None or self._number != number:
            self._block, self._number = _narrow(wide[:, :, number], values), number
        return np.ascontiguousarray(self._block[..., within])


def _as_wide(values: Pixels) -> NDArray[np.complex128] | None:
    """The same memory in items of 16 bytes, None where a row is not a whole number of them."""
    if values.ndim != 3 or not values.flags.c_contiguous or values.shape[2] * values.itemsize % _WIDE.itemsize:
        return None
    return values.view(_WIDE)


def _narrow(gathered: NDArray[np.complex128], values: Pixels) -> Pixels:
    """(k, j, planes): what was gathered, as what it is."""
    return np.ascontiguousarray(gathered)[..., None].view(values.dtype)

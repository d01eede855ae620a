"""Two-dimensional slices out of a volume, quickly along every axis."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume

Pixels = NDArray[np.integer[Any] | np.floating[Any]]

# A plane across the innermost axis touches one cache line for every voxel; the same lines hold its neighbours, so the
# next few planes come along almost for free. Eight make scrolling about four times faster; gathering
# them takes two to three times as long as one, so a jump gathers one alone.
_BLOCK = 8


@dataclass
class PlaneSource:
    """The slices of one volume. Keeps the last few sagittal-like planes gathered together."""

    volume: Volume
    _first: int = -1  # index of the block's first plane
    _last: int = -_BLOCK  # the plane asked for last
    _block: Pixels | None = field(default=None, repr=False)

    def plane(self, axis: int, index: int) -> Pixels:
        """The slice at `index` along the array's `axis` (0 = k, 1 = j, 2 = i), contiguous, 2D (colour: 3D)."""
        if axis == 2 and not self.volume.is_colour and self.volume.is_complete:
            return self._gathered(index)
        where = (slice(None),) * axis + (index,)
        return np.ascontiguousarray(self._values[where])

    @property
    def _values(self) -> Pixels:
        return cast(Pixels, self.volume.values)  # numbers, which `generic` does not say

    def arrived(self, axis: int, index: int) -> NDArray[np.bool_] | None:
        """Which rows of the slice have arrived, None when all have."""
        loaded = self.volume.loaded
        if axis == 0:
            return None if loaded[index] else np.zeros(self.volume.values.shape[1], bool)
        return None if loaded.all() else loaded.copy()

    def _gathered(self, index: int) -> Pixels:
        """A plane across the innermost axis: with its neighbours while scrolling, alone after a jump."""
        is_near, self._last = abs(index - self._last) <= 2, index
        block = self._block
        if block is None or not self._first <= index < self._first + block.shape[2]:
            if not is_near:
                return np.ascontiguousarray(self._values[:, :, index])
            self._first = index - index % _BLOCK
            block = self._block = np.ascontiguousarray(self._values[:, :, self._first : self._first + _BLOCK])
        return np.ascontiguousarray(block[:, :, index - self._first])

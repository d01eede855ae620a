"""A bitmap that an image brings along for itself (PS3.3 C.9.2): what somebody drew on it, or a region."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class OverlayPlane:
    """`packed` holds the pixels row by row, the lowest bit first. `origin` is the (row, column), from 0, of its first
    pixel on the image; it may lie outside."""

    packed: NDArray[np.uint8]
    rows: int
    columns: int
    origin: tuple[int, int] = (0, 0)
    name: str = ""

    @property
    def pixels(self) -> NDArray[np.bool_]:
        """(rows, columns)."""
        count = self.rows * self.columns
        flat = np.unpackbits(self.packed, count=count, bitorder="little")
        return np.asarray(flat.reshape(self.rows, self.columns), np.bool_)

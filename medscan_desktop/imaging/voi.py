"""The values that say which range of modality values is shown: a window, or a VOI LUT (PS3.3 C.11.2)."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class VoiFunction(StrEnum):
    """VOI LUT Function (0028,1056)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True)
class Window:
    """Window centre and width in modality units."""

    centre: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    name: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether the standard gives it a meaning: finite, w >= 1 for LINEAR and w > 0 for the others."""
        least = self.width >= 1 if self.function is VoiFunction.LINEAR else self.width > 0
        return math.isfinite(self.centre) and math.isfinite(self.width) and least


@dataclass(frozen=True, eq=False, slots=True)
class VoiLut:
    """A VOI LUT sequence item: `entries[0]` is for values up to `first`, scaled to 0..1."""

    first: int
    entries: NDArray[np.float64]
    name: str = ""


Voi = Window | VoiLut

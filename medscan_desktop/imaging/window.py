"""From modality values to grey (PS3.3 C.11.2): windows, VOI LUTs, presets, and the 65,536-entry table of the fast path."""

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


@dataclass(frozen=True, eq=False, slots=True)
class VoiLut:
    """A VOI LUT sequence item: `entries[0]` is for values up to `first`, scaled to 0..1."""

    first: int
    entries: NDArray[np.float64]
    name: str = ""


Voi = Window | VoiLut

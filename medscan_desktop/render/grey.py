"""From sampled modality values to 8-bit grey: 65,536 entries over the range in which the window is not flat."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.window import Voi, VoiFunction, VoiLut, apply_window
from medscan_desktop.render.planes import Pixels

_ENTRIES = 65536


@dataclass(frozen=True, eq=False, slots=True)
class GreyTable:
    """Grey for values from `low` (entry 0) to `high` (the last); beyond them the window is flat.

    Stretched over the window, the table keeps the fraction of an interpolated value: in a window of 40 HU a table of
    whole numbers would jump by 6 grey levels.
    """

    low: float
    high: float
    table: NDArray[np.uint8]

    def grey(self, values: Pixels) -> NDArray[np.uint8]:
        """uint8 of the same shape as the float32 `values`."""
        gain = (_ENTRIES - 1) / (self.high - self.low)
        entries = cv2.addWeighted(values, gain, values, 0.0, -self.low * gain, dtype=cv2.CV_16U)
        return np.asarray(cv2.LUT(entries, self.table))


@lru_cache(maxsize=256)
def grey_table(voi: Voi, inverted: bool) -> GreyTable:
    """The table of a window or VOI LUT; `inverted` is black on white."""
    low, high = _range(voi)
    values = np.linspace(low, high, _ENTRIES)
    return GreyTable(low, high, np.ascontiguousarray(apply_window(values, voi, inverted=inverted)))


def _range(voi: Voi) -> tuple[float, float]:
    """Where the function is not flat, with a margin that keeps a step inside."""
    if isinstance(voi, VoiLut):
        return voi.first - 0.5, voi.first + len(voi.entries) - 0.5
    # A sigmoid comes within half a grey level of its ends at 1.6 widths from the centre.
    half = voi.width * (1.7 if voi.function is VoiFunction.SIGMOID else 0.5) + 1.0
    return voi.centre - half, voi.centre + half

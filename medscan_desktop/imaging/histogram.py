"""How often each value occurs: of a region, for whoever wants to see what lies behind its mean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_BINS = 64


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` in equal bins from `low` to `high` (modality units)."""

    counts: tuple[int, ...]
    low: float
    high: float

    @property
    def bin_width(self) -> float:
        """In modality units."""
        return (self.high - self.low) / max(len(self.counts), 1)


def histogram_of(values: NDArray[np.float64]) -> Histogram | None:
    """Whole values never share a bin unevenly: bins are whole numbers wide and begin half a value below the least.

    None without values.
    """
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    if (values == np.round(values)).all():
        width = max(1, int(np.ceil((high - low + 1) / _MOST_BINS)))
        count = int(np.ceil((high - low + 1) / width))
        first, last = low - 0.5, low - 0.5 + count * width
    else:
        count = int(np.clip(np.sqrt(values.size), 1, _MOST_BINS)) if high > low else 1
        first, last = (low, high) if high > low else (low - 0.5, low + 0.5)
    counts, _ = np.histogram(values, bins=count, range=(first, last))
    return Histogram(tuple(int(one) for one in counts), first, last)

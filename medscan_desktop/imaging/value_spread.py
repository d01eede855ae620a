"""How often each value occurs in a whole volume, for what is drawn behind a transfer function."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume

BINS = 256
_SAMPLES = 400_000  # on a regular grid: 10 ms, and each of 256 bins known to a few per cent


@dataclass(frozen=True, eq=False)
class ValueSpread:
    """`shares` (BINS,) are 0..1 by the logarithm of how often, from `low` to `high` in modality units."""

    low: float
    high: float
    shares: NDArray[np.float64]


def value_spread(volume: Volume) -> ValueSpread:
    """Of the whole volume, padding and non-numbers left out; of a regular grid where it is large."""
    values = volume.values
    step = max(1, int(np.ceil((values.size / _SAMPLES) ** (1 / 3))))
    sample = np.asarray(values[(slice(step // 2, None, step),) * 3], np.float64).ravel()
    keep = np.isfinite(sample)
    padding = volume.padding_mask(sample)
    sample = sample[keep if padding is None else keep & ~padding]
    low, high = (float(sample.min()), float(sample.max())) if sample.size else (0.0, 1.0)
    if high <= low:
        high = low + 1.0
    counts = np.log1p(np.histogram(sample, BINS, (low, high))[0])
    return ValueSpread(low, high, np.asarray(counts / max(float(counts.max()), 1e-9), np.float64))

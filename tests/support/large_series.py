"""A series larger than memory, made slice by slice: raw CT files of any number."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.raw_series import write_slice

MARK_HU = 1500


def slices(count: int, side: int) -> Iterator[NDArray[np.int16]]:
    """A body of soft tissue with lungs, bone and noise that wanders; slice k has a bright square in its k-th place."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    body = (x / 0.85) ** 2 + (y / 0.65) ** 2 < 1
    lung = ((np.abs(x) - 0.38) / 0.25) ** 2 + (y / 0.42) ** 2 < 1
    bone = x**2 + (y - 0.45) ** 2 < 0.01
    plane = np.where(bone, 900, np.where(lung, -850, np.where(body, 40, -1000)))
    noise = np.clip(plane + rng.normal(0, 20, (side, side)), -1024, 3071).astype(np.int16)
    for k in range(count):
        values = np.roll(noise, k * 7, axis=0)
        corner = mark_corner(k, side)
        values[corner : corner + 8, corner : corner + 8] = MARK_HU
        yield values


def mark_corner(k: int, side: int) -> int:
    """Row and column where the bright square of slice `k` begins."""
    return (k * 4) % (side - 8)


def write_large_series(folder: Path, count: int, side: int = 512) -> Path:
    """The files of such a series, the next slice made only when the last is written."""
    folder.mkdir(parents=True)
    for k, values in enumerate(slices(count, side)):
        write_slice(folder / f"IM{k:05d}.dcm", values, k, "Large^Phantom")
    return folder

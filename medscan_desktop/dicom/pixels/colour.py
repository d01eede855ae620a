"""Stored colour samples to 8-bit RGB, once (PS3.3 C.7.6.3.1.2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.pixels.tables import Lut

_FULL = np.array([[1.0, 0.0, 1.402], [1.0, -0.344136, -0.714136], [1.0, 1.772, 0.0]], np.float32)
_PARTIAL = np.array([[1.1644, 0.0, 1.5960], [1.1644, -0.3917, -0.8130], [1.1644, 2.0173, 0.0]], np.float32)


def to_rgb(samples: NDArray[Any], photometric: str, bits_stored: int) -> NDArray[np.uint8]:
    """(rows, columns, 3) samples in the colour space named, as RGB."""
    shifted = samples[..., :3] >> max(bits_stored - 8, 0)
    eight: NDArray[np.uint8] = shifted.astype(np.uint8, copy=False)
    if photometric.startswith("YBR_FULL"):
        return _from_ybr(eight, _FULL, 0)
    if photometric.startswith("YBR_PARTIAL"):
        return _from_ybr(eight, _PARTIAL, 16)
    return eight


def _from_ybr(samples: NDArray[np.uint8], matrix: NDArray[np.float32], black: int) -> NDArray[np.uint8]:
    centred = samples.astype(np.float32) - np.array([black, 128, 128], np.float32)
    mixed = np.clip(np.rint(centred @ matrix.T), 0, 255)
    return np.asarray(mixed, np.uint8)


def palette_to_rgb(stored: NDArray[Any], palette: tuple[Lut, Lut, Lut]) -> NDArray[np.uint8]:
    """(rows, columns) palette indices as RGB."""
    return np.stack([lut.look_up(stored).astype(np.uint8) for lut in palette], axis=-1)

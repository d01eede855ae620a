"""The form of stored values: their type and shape in memory, and the bits that count."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.header import Pixels

_FLOATS: dict[str, np.dtype[Any]] = {"float": np.dtype(np.float32), "double": np.dtype(np.float64)}


def stored_dtype(pixels: Pixels) -> np.dtype[Any]:
    """The type of stored values, in the machine's byte order."""
    if pixels.kind in _FLOATS:
        return _FLOATS[pixels.kind]
    size = max(1, pixels.bits_allocated // 8)
    return np.dtype(f"{'i' if pixels.is_signed else 'u'}{size}")


def frame_shape(pixels: Pixels) -> tuple[int, ...]:
    """(rows, columns), with (..., samples) for colour."""
    return (pixels.rows, pixels.columns) + ((pixels.samples,) if pixels.samples > 1 else ())


def align(values: NDArray[Any], pixels: Pixels, bits: int, shift: int) -> None:
    """Keep `bits` above `shift`, in place, with the sign of PixelRepresentation."""
    width = values.itemsize * 8
    if bits >= width:
        return
    if pixels.is_signed:
        np.left_shift(values, width - bits - shift, out=values)
        np.right_shift(values, width - bits, out=values)
        return
    if shift:
        np.right_shift(values, shift, out=values)
    np.bitwise_and(values, values.dtype.type((1 << bits) - 1), out=values)

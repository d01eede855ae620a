"""An array on its way from a worker, in pieces. Whatever the worker claims is checked before it is believed."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.workers.wire import Garbled

LARGEST = 2 << 30  # bytes
_KINDS = "biuf"
_DIMENSIONS = 5


class Arriving:
    """`take` gives the array once its last piece is there: a view of the ring where one piece is all."""

    def __init__(self, message: Mapping[str, Any], ring: Sequence[memoryview]) -> None:
        self._dtype, self._shape = _form(message)
        self._ring = ring
        self._size = math.prod(self._shape) * self._dtype.itemsize
        self._filled = 0
        self._bytes: NDArray[np.uint8] | None = None

    def take(self, message: Mapping[str, Any]) -> NDArray[Any] | None:
        """One more piece; the array, where it was the last. Raises Garbled."""
        if self._size == 0:
            return np.empty(self._shape, self._dtype)
        match message:
            case {"piece": int(slot), "count": int(count)} if 0 <= slot < len(self._ring) and count > 0:
                data = self._ring[slot][:count]
            case _:
                raise Garbled
        if len(data) != count or self._filled + count > self._size:
            raise Garbled
        if count == self._size:
            return self._formed(np.frombuffer(data, np.uint8))
        if self._bytes is None:
            self._bytes = np.empty(self._size, np.uint8)  # takes up memory only as far as pieces really come
        self._bytes[self._filled : self._filled + count] = data
        self._filled += count
        return self._formed(self._bytes) if self._filled == self._size else None

    def _formed(self, data: NDArray[np.uint8]) -> NDArray[Any]:
        return data.view(self._dtype).reshape(self._shape)


def _form(message: Mapping[str, Any]) -> tuple[np.dtype[Any], tuple[int, ...]]:
    name, shape = message.get("array"), message.get("shape")
    if not isinstance(name, str) or not isinstance(shape, list) or len(shape) > _DIMENSIONS:
        raise Garbled
    if not all(isinstance(size, int) and 0 <= size <= LARGEST for size in shape):
        raise Garbled
    try:
        dtype = np.dtype(name)
    except TypeError as error:
        raise Garbled from error
    if dtype.kind not in _KINDS or dtype.subdtype is not None or math.prod(shape) * dtype.itemsize > LARGEST:
        raise Garbled
    return dtype, tuple(shape)

"""Read the weights of a TorchScript archive without PyTorch and without running anything that the archive says.

The archive is a ZIP whose data.pkl is a pickle. The unpickler knows an allow-list: tensors, their storages, ordered
dictionaries, and modules, which become inert `Node`s. Any other name in the pickle raises.
"""

import io
import pickle
from collections import OrderedDict
from typing import Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]


class Node:
    """A module of the archive: only its state, none of its code."""

    state: dict[str, Any]

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.state = state


class Storage:
    """The type tag of a float32 storage."""


def read_weights(archive: bytes) -> Weights:
    """Dotted parameter name to its array, in the order in which the modules were made."""
    with ZipFile(io.BytesIO(archive)) as stored:
        root = stored.namelist()[0].split("/")[0]
        module = _Unpickler(stored, root).load()
    found: Weights = {}
    _collect(module, "", found)
    return found


class _Unpickler(pickle.Unpickler):
    def __init__(self, stored: ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(stored.read(f"{root}/data.pkl")))
        self._stored, self._root = stored, root

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("torch", "FloatStorage"):
            return Storage
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "__torch__" or module.startswith("__torch__."):
            return Node
        raise pickle.UnpicklingError(f"the archive names {module}.{name}, which no weights need")

    def persistent_load(self, pid: Any) -> NDArray[np.float32]:
        tag, kind, key, _device, count = pid
        if tag != "storage" or kind is not Storage:
            raise pickle.UnpicklingError("the archive holds something other than float32 tensors")
        return np.frombuffer(self._stored.read(f"{self._root}/data/{key}"), "<f4", count)


def _tensor(storage: NDArray[np.float32], offset: int, shape: Any, stride: Any, *_: Any) -> NDArray[np.float32]:
    size = int(np.prod(shape, dtype=np.int64))
    values = storage[offset : offset + size].reshape(shape)
    if tuple(step // values.itemsize for step in values.strides) != tuple(stride):
        raise pickle.UnpicklingError("a tensor of the archive is not contiguous")
    return values


def _collect(module: Node, prefix: str, found: Weights) -> None:
    for name, value in module.state.items():
        if isinstance(value, np.ndarray):
            found[prefix + name] = value
        elif isinstance(value, Node):
            _collect(value, f"{prefix}{name}.", found)

"""What a worker is asked to do: the form of a task and of the handlers that do them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """One request. `file` is seekable and read-only; its bytes come from the asking process as they are wanted.

    `emit` hands one array over; it has been copied when `emit` returns.
    """

    body: Mapping[str, Any]  # JSON values
    file: BinaryIO
    emit: Callable[[NDArray[Any]], None]


Handler = Callable[[Task], Mapping[str, Any]]  # answers JSON values

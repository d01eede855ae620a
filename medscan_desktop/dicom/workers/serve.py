"""`medscan --worker`: a process that reads foreign bytes so that the program need not, until its pipe ends.

It knows no path, no key and no patient: its files are served through the pipe, and what it says of an unexpected error
is the error's type and place.
"""

import io
import os
import re
import traceback
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.workers.frames import SLOT, Frames
from medscan_desktop.dicom.workers.handlers import HANDLERS
from medscan_desktop.dicom.workers.limits import (
    close_ways_out,
    end_with,
    limit_memory_and_files,
    limit_processor,
)
from medscan_desktop.dicom.workers.served_file import ServedFile
from medscan_desktop.dicom.workers.task import Task
from medscan_desktop.dicom.workers.wire import Ended, Wire
from medscan_desktop.domain.errors import FileRefused, MedScanError

_READ_AHEAD = 64 << 10
_FRAMES_NAMED = 3


def serve() -> int:
    """Do tasks until the program is gone; the exit code."""
    wire = Wire(*_own_pipes())
    warnings.simplefilter("ignore")  # they quote values of the file
    try:
        hello = wire.receive()
        end_with(int(hello["parent"]))
        frames = Frames.of(hello["frames"])
        limit_memory_and_files(int(hello["memory"]))
        close_ways_out()
        wire.send({"ready": True})
        while True:
            _answer(wire, frames, wire.receive())
    except Ended:
        return 0


def _own_pipes() -> tuple[int, int]:
    """The pipes to the program, out of reach for libraries that print or read the terminal."""
    pipes = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    os.close(nowhere)
    return pipes


def _answer(wire: Wire, frames: Frames, asked: Mapping[str, Any]) -> None:
    limit_processor(float(asked["seconds"]))
    file = io.BufferedReader(ServedFile(wire, frames, int(asked["size"]), int(asked["count"])), _READ_AHEAD)
    task = Task(asked["body"], file, _Sender(wire, frames).emit)
    answer: dict[str, Any]
    try:
        answer = {"done": dict(dict(HANDLERS)[asked["job"]](task))}
    except Ended:
        raise
    except FileRefused as error:
        answer = {"refused": error.reason}
    except MedScanError as error:
        answer = {"refused": str(error)}
    except Malformed as error:
        answer = {"refused": f"the file {error}"}
    except MemoryError:
        answer = {"memory": True}
    except Exception as error:  # a bug, or bytes that nobody thought of: the program logs it
        answer = {"failed": type(error).__name__, "place": _place(error)}
    try:
        wire.send(answer)
    except (TypeError, ValueError) as error:
        wire.send({"failed": type(error).__name__, "place": "answer"})


def _place(error: BaseException) -> str:
    """Where it was raised, in the letters that the log lets through: `codecs.py.88.serve.py.70`."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_FRAMES_NAMED:])
    text = ".".join(f"{Path(frame.filename).name}.{frame.lineno}" for frame in frames)
    return re.sub(r"[^a-z0-9_.]", "_", text.lower())[:64]


class _Sender:
    """Hands arrays over through the ring. A slot is used again only when the program has said that it is free."""

    def __init__(self, wire: Wire, frames: Frames) -> None:
        self._wire = wire
        self._ring = frames.ring
        self._used = 0

    def emit(self, array: NDArray[Any]) -> None:
        """Copied when it returns."""
        native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
        data = native.reshape(-1).view(np.uint8)
        message: dict[str, Any] = {"array": native.dtype.str, "shape": list(array.shape)}
        for start in range(0, len(data), SLOT):
            piece = data[start : start + SLOT]
            slot = self._free_slot()
            np.frombuffer(self._ring[slot], np.uint8, len(piece))[:] = piece
            self._wire.send(message | {"piece": slot, "count": len(piece)})
            message = {}
        if message:  # an array without values
            self._wire.send(message)

    def _free_slot(self) -> int:
        if self._used == len(self._ring):
            self._wire.send({"wait": True})  # answered once all before it has been taken
            self._wire.receive()
            self._used = 0
        self._used += 1
        return self._used - 1

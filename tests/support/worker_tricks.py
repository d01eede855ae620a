"""A worker that can be made to do what no file should make it do: the program's own, with handlers of the tests."""

import ctypes
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.pixels.codecs import decode_frame
from medscan_desktop.dicom.workers import serve
from medscan_desktop.dicom.workers.task import Task

ROOT = Path(__file__).resolve().parents[2]


def command(*, decode: str = "decode") -> list[str]:
    """Starts one. `decode` names the trick that stands in for decoding."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.support.worker_tricks import main; main({decode!r})"
    )
    return [sys.executable, "-I", "-B", "-c", code]


def echo(task: Task) -> Mapping[str, Any]:
    """Reads the file in pieces, from its end and from its beginning, and sends it back as an array."""
    size = task.file.seek(0, 2)
    task.file.seek(max(0, size - 3))
    tail = task.file.read()
    task.file.seek(0)
    content = task.file.read()
    task.emit(np.frombuffer(content, np.uint8))
    return {"size": size, "tail": tail.hex(), "body": dict(task.body)}


def arrays(task: Task) -> Mapping[str, Any]:
    """Emits arrays of many forms: the tests know their values."""
    for index, (dtype, shape) in enumerate(task.body["forms"]):
        task.emit((np.arange(np.prod(shape, dtype=int)) % 251 + index).astype(dtype).reshape(shape))
    return {}


def crash(task: Task) -> Mapping[str, Any]:
    """A write to nowhere."""
    ctypes.memset(1, 0, 1)
    return {}


def hang(task: Task) -> Mapping[str, Any]:
    """Waits with its hands in its lap."""
    time.sleep(600)
    return {}


def spin(task: Task) -> Mapping[str, Any]:
    """Computes for ever; a limit of the processor's time stands in for the program's watch."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime) + 1, resource.RLIM_INFINITY))
    while True:
        pass


def eat(task: Task) -> Mapping[str, Any]:
    """Takes memory and touches it."""
    return {"bytes": len(bytearray(int(task.body["bytes"])))}


def hold(task: Task) -> Mapping[str, Any]:
    """Takes memory and keeps it for a while."""
    eaten = bytearray(int(task.body["bytes"]))
    time.sleep(float(task.body["seconds"]))
    return {"bytes": len(eaten)}


def shout(task: Task) -> Mapping[str, Any]:
    """Prints, as libraries do."""
    print("Doe^Jane")
    os.write(1, b"Doe^Jane")
    os.write(2, b"Doe^Jane")
    return {"said": True}


def lie(task: Task) -> Mapping[str, Any]:
    """Says what makes no sense, on the pipe itself."""
    for pipe in Path("/proc/self/fd").iterdir():
        if pipe.is_fifo() and os.get_blocking(int(pipe.name)):
            try:
                os.write(int(pipe.name), bytes.fromhex(task.body["bytes"]))
            except OSError:  # the pipe that is read from
                continue
    time.sleep(600)
    return {}


def escape(task: Task) -> Mapping[str, Any]:
    """Tries every way out that a hijacked decoder might; says which were open."""
    ways: dict[str, bool] = {}
    folder = Path(task.body["folder"])

    def attempt(name: str, way: Any) -> None:
        try:
            way()
        except OSError:
            ways[name] = False
        else:
            ways[name] = True

    attempt("make a file", lambda: (folder / "made").write_bytes(b"x"))
    attempt("change a file", lambda: (folder / "there").open("r+b").write(b"x"))
    attempt("remove a file", (folder / "there").unlink)
    attempt("make a folder", (folder / "made").mkdir)
    attempt("rename a file", lambda: (folder / "there").rename(folder / "gone"))
    attempt("run a program", lambda: os.execv("/bin/true", ["/bin/true"]))
    attempt("connect", lambda: socket.create_connection(("127.0.0.1", int(task.body["port"])), timeout=2))
    return ways


def surroundings(task: Task) -> Mapping[str, Any]:
    """What it can see."""
    limits = {name: resource.getrlimit(getattr(resource, name))[0] for name in ("RLIMIT_CORE", "RLIMIT_FSIZE")}
    return {
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
        "modules": sorted(sys.modules),
        "nice": os.nice(0),
        "limits": limits,
        "files": len(list(Path("/proc/self/fd").iterdir())),
    }


def stumble(task: Task) -> Mapping[str, Any]:
    """A bug that quotes the file."""
    raise KeyError("Doe^Jane")


def refuse(task: Task) -> Mapping[str, Any]:
    """An expected failure."""
    raise Malformed("is no such thing")


def stop(task: Task) -> Mapping[str, Any]:
    """Ends quietly."""
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def crash_on_jpeg_2000(task: Task) -> Mapping[str, Any]:
    """Decodes, but what begins with a JPEG 2000 codestream kills."""
    start = task.file.read(4)
    task.file.seek(0)
    return crash(task) if start == b"\xff\x4f\xff\x51" else decode_frame(task)


TRICKS = {
    name: handler
    for name, handler in list(globals().items())
    if callable(handler) and getattr(handler, "__module__", "") == __name__ and name not in ("command", "main")
}


def main(decode: str) -> None:
    """Serve."""
    serve.HANDLERS = (*TRICKS.items(), ("decode", TRICKS.get(decode, decode_frame)))  # type: ignore[misc]
    sys.exit(serve.serve())

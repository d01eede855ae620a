"""One worker process as the program sees it: started, asked, watched, and put down with the true reason."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import psutil
from numpy.typing import NDArray

from medscan_desktop.dicom.workers.arriving import Arriving
from medscan_desktop.dicom.workers.frames import FILE_SLOT, Frames
from medscan_desktop.dicom.workers.wire import Ended, Garbled, Wire
from medscan_desktop.domain.errors import FileRefused, Hostile, MedScanError

_START_SECONDS = 60.0  # a cold disk and a virus scanner
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "LC_ALL", "LC_CTYPE")
_SET = {
    "OPENBLAS_NUM_THREADS": "1",  # the pool is what uses the cores
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(64 << 20),  # glibc would give each frame's memory back and fault it in again:
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),  # RLE took four times as long
}
_MIB = 1 << 20
_NO_WINDOW = 0x08000000  # CREATE_NO_WINDOW
_TYPE_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take."""

    seconds: float = 25.0
    memory: int = 2 << 30  # bytes: of address space, or where the program watches, of memory in use
    is_watched: bool = sys.platform != "linux"  # the program looks how much is in use, since the system keeps no limit


class Bug(Exception):
    """The handler failed in a way that it did not foresee: `kind` is the exception's type, `place` where."""

    def __init__(self, kind: str, place: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.place = place


class WorkerProcess:
    """Does one task at a time. What goes wrong in a way that leaves it out of step kills it; then `is_usable` is false.

    To be made on a thread that lives as long as the program: Linux ends a worker with the thread that started it.
    """

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._limits = limits
        self._deadline: float | None = None
        self._killed_for = ""
        self.is_usable = False
        self.frames = Frames.make()
        try:
            self._process, self._wire = _start(command, self.frames)
        except BaseException:
            self.frames.close()
            raise

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def greet(self) -> None:
        """Wait until it is ready. MedScanError where it does not get there: that is no file's fault."""
        self._deadline = time.monotonic() + _START_SECONDS
        hello = {"parent": os.getpid(), "frames": self.frames.handle, "memory": self._limits.memory}
        try:
            self._wire.send(hello)
            if self._wire.receive() != {"ready": True}:
                raise Garbled
        except (Ended, Garbled) as error:
            self.end()
            raise MedScanError("The process that decodes images does not start on this computer.") from error
        self._deadline = None
        self.is_usable = True

    def watch(self, now: float) -> None:
        """Kill it where it is past its deadline. Called by another thread than the one that waits for it."""
        deadline = self._deadline
        if deadline is None:
            return
        if now > deadline:
            self.kill("time")
        elif self._limits.is_watched and _in_use(self.pid) > self._limits.memory:
            self.kill("memory")

    def kill(self, why: str = "") -> None:
        """End the process; who waits for it learns of it. Safe from any thread."""
        self._killed_for = self._killed_for or why
        self._process.kill()

    @property
    def is_alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def run(
        self,
        job: str,
        body: Mapping[str, Any],
        file: BinaryIO,
        label: str,
        received: Callable[[NDArray[Any]], None],
        seconds: float,
    ) -> Mapping[str, Any]:
        """As `Workers.run`; raises Bug besides."""
        size = file.seek(0, os.SEEK_END)
        count = self._serve(file, 0, min(size, FILE_SLOT))
        asked = {"job": job, "body": body, "size": size, "count": count, "seconds": 2 * seconds}
        self._deadline = time.monotonic() + seconds
        self.is_usable = False
        try:
            self._wire.send(asked)
            answer = self._listen(file, received)
            self.is_usable = True
        except (Ended, Garbled) as error:
            self._died(label, seconds, is_garbled=isinstance(error, Garbled), cause=error)
        finally:
            self._deadline = None
            if not self.is_usable:
                self.end()
        return self._judged(answer, label)

    def end(self) -> None:
        """Kill it and let go of everything."""
        self.is_usable = False
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._wire.close()
        self.frames.close()

    def _listen(self, file: BinaryIO, received: Callable[[NDArray[Any]], None]) -> dict[str, Any]:
        """Serve the worker until its answer."""
        arriving: Arriving | None = None
        while True:
            message = self._wire.receive()
            if "array" in message:
                arriving = Arriving(message, self.frames.ring)
            if "piece" in message or "array" in message:
                if arriving is None:
                    raise Garbled
                whole = arriving.take(message)
                if whole is not None:
                    received(whole)
                    arriving = None
            elif "read" in message:
                self._answer_read(file, message["read"])
            elif "wait" in message:
                self._wire.send({"free": True})
            elif arriving is not None:
                raise Garbled
            else:
                return message

    def _answer_read(self, file: BinaryIO, asked: object) -> None:
        """What the disk or a network takes is not the worker's time."""
        match asked:
            case [int(offset), int(count)] if offset >= 0 and count > 0:
                start = time.monotonic()
                self._wire.send({"count": self._serve(file, offset, min(count, FILE_SLOT))})
                if self._deadline is not None:
                    self._deadline += time.monotonic() - start
            case _:
                raise Garbled

    def _serve(self, file: BinaryIO, offset: int, count: int) -> int:
        """Put bytes of the file into the slot; how many there were."""
        file.seek(offset)
        target = self.frames.file[:count]
        filled = 0
        while filled < count and (got := file.readinto(target[filled:])):  # type: ignore[attr-defined]  # all have it
            filled += got
        return filled

    def _judged(self, answer: Mapping[str, Any], label: str) -> Mapping[str, Any]:
        match answer:
            case {"done": dict(done)}:
                return done
            case {"refused": str(reason)}:
                raise FileRefused(label, reason)
            case {"memory": True}:
                self.end()  # who knows what it holds
                raise Hostile(label, self._too_much)
            case {"failed": str(kind), "place": str(place)} if _TYPE_NAME.match(kind):
                raise Bug(kind, place)
            case _:
                self.end()
                raise Hostile(label, "its decoder gave an answer that makes no sense")

    def _died(self, label: str, seconds: float, *, is_garbled: bool, cause: Exception) -> NoReturn:
        if is_garbled:
            raise Hostile(label, "its decoder gave an answer that makes no sense") from cause
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.poll()
        if self._killed_for == "memory":
            raise Hostile(label, self._too_much) from cause
        if self._killed_for or (sys.platform != "win32" and code == -signal.SIGXCPU):
            raise Hostile(label, f"its decoder took longer than {seconds:g} s") from cause
        raise Hostile(label, f"its decoder crashed{_named(code)}") from cause

    @property
    def _too_much(self) -> str:
        return f"its decoder needed more than {self._limits.memory // _MIB:,} MB"


def _in_use(pid: int) -> int:
    """Bytes of memory of a process, 0 where it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _named(code: int | None) -> str:
    if code is None or code >= 0:
        return ""
    try:
        return f" ({signal.Signals(-code).name})"
    except ValueError:
        return f" (signal {-code})"


def _start(command: Sequence[str], frames: Frames) -> tuple["subprocess.Popen[bytes]", Wire]:
    """With pipes alone: no terminal, no secrets in its environment, no open files, nowhere in particular."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        pass_fds=(frames.fd,) if frames.fd >= 0 else (),
        cwd=Path(sys.executable).anchor,
        env={name: os.environ[name] for name in _KEPT if name in os.environ} | _SET,
        creationflags=_NO_WINDOW if sys.platform == "win32" else 0,
    )
    if process.stdin is None or process.stdout is None:
        raise OSError("no pipes")
    wire = Wire(os.dup(process.stdout.fileno()), os.dup(process.stdin.fileno()))
    process.stdin.close()
    process.stdout.close()
    return process, wire

"""The pool of worker processes: started when first wanted, kept warm, and outliving the death of any of them."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO

from numpy.typing import NDArray

from medscan_desktop.dicom.workers.process import Bug, Limits, WorkerProcess
from medscan_desktop.domain.errors import FileRefused, MedScanError

_log = logging.getLogger("medscan.workers")
_TICK = 0.2  # seconds between two looks at the busy ones


class ProcessWorkers:
    """At most `count` processes. `command` starts one; each task has the limits of `limits`.

    A thread of the pool starts and watches them: Linux ends a worker with the thread that started it, and the thread
    that waits for a worker cannot watch it.
    """

    def __init__(self, command: Sequence[str], count: int, limits: Limits | None = None) -> None:
        self._command = tuple(command)
        self._limits = limits or Limits()
        self._count = count
        self._turn = threading.Condition()
        self._free: list[WorkerProcess] = []  # the last used is the next: its memory is warm
        self._all: list[WorkerProcess] = []
        self._starting = 0
        self._is_closed = False
        self._is_resting = False
        self._wanted: SimpleQueue[Future[WorkerProcess] | None] = SimpleQueue()
        self._keeper: threading.Thread | None = None

    def run(
        self,
        job: str,
        body: Mapping[str, Any],
        file: BinaryIO,
        *,
        label: str,
        received: Callable[[NDArray[Any]], None] | None = None,
        seconds: float | None = None,
    ) -> Mapping[str, Any]:
        """As `Workers.run`."""
        worker = self._taken()
        try:
            limit = self._limits.seconds if seconds is None else seconds
            return worker.run(job, body, file, label, received or _ignored, limit)
        except Bug as bug:
            reference = secrets.token_hex(4)
            _log.error("task.failed", extra={"reference": reference, "command": job, "place": bug.place})
            raise FileRefused(label, f"the file cannot be read ({bug.kind}, reference {reference})") from bug
        except Exception:
            self._require_open()
            raise
        finally:
            self._put_back(worker)

    def warm(self) -> None:
        """Have one process ready, so that the first image need not wait for its start. Returns when it is."""
        self._put_back(self._taken())

    def close(self) -> None:
        """End every process; what they were doing fails."""
        with self._turn:
            self._is_closed = True
            self._turn.notify_all()
            workers, self._free = tuple(self._free), []
            busy = [worker for worker in self._all if worker not in workers]
            keeper, self._keeper = self._keeper, None
        for worker in busy:
            worker.kill()  # its caller lets go of it
        for worker in workers:
            worker.end()
        if keeper is not None:
            self._wanted.put(None)
            keeper.join()

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes there are."""
        with self._turn:
            return tuple(worker.pid for worker in self._all)

    def _taken(self) -> WorkerProcess:
        """A free worker that is alive, a new one, or the next that gets free."""
        with self._turn:
            while True:
                self._require_open()
                while self._free:
                    worker = self._free.pop()
                    if worker.is_alive:
                        self._watch_begins()
                        return worker
                    worker.end()  # died while nobody used it: no file's fault
                    self._all.remove(worker)
                if len(self._all) + self._starting < self._count:
                    self._starting += 1
                    future: Future[WorkerProcess] = Future()
                    self._wanted.put(future)
                    if self._keeper is None:
                        self._keeper = threading.Thread(target=self._keep, name="workers", daemon=True)
                        self._keeper.start()
                    break
                self._turn.wait()
        return self._started(future)

    def _started(self, future: Future[WorkerProcess]) -> WorkerProcess:
        try:
            worker = future.result()
            with self._turn:
                self._all.append(worker)
            try:
                worker.greet()
            except BaseException:
                with self._turn:
                    self._all.remove(worker)
                self._require_open()
                raise
            return worker
        finally:
            with self._turn:
                self._starting -= 1
                self._turn.notify()

    def _require_open(self) -> None:
        if self._is_closed:
            raise MedScanError("The program is closing.") from None

    def _put_back(self, worker: WorkerProcess) -> None:
        with self._turn:
            if worker.is_usable and not self._is_closed:
                self._free.append(worker)
            else:
                if worker.is_usable:
                    worker.end()
                if worker in self._all:
                    self._all.remove(worker)
            self._turn.notify()

    def _watch_begins(self) -> None:
        if self._is_resting:
            self._is_resting = False
            self._wanted.put(None)

    def _keep(self) -> None:
        """The keeper's thread: start what is wanted, kill what is over its limits. Asleep while nothing is done."""
        while True:
            with self._turn:
                self._is_resting = not self._starting and len(self._free) == len(self._all)
                if self._is_closed and self._wanted.empty():
                    return
                workers = tuple(self._all)
            for worker in workers:
                worker.watch(time.monotonic())
            try:
                future = self._wanted.get(timeout=None if self._is_resting else _TICK)
            except Empty:
                continue
            if future is not None:
                _start(future, self._command, self._limits)


def _start(future: "Future[WorkerProcess]", command: Sequence[str], limits: Limits) -> None:
    try:
        future.set_result(WorkerProcess(command, limits))
    except OSError as error:
        future.set_exception(MedScanError(f"The process that decodes images does not start ({error.strerror})."))
    except BaseException as error:
        future.set_exception(error)


def _ignored(array: NDArray[Any]) -> None:
    """The asker does not want arrays."""

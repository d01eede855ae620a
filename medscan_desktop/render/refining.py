"""Exact pictures off the window's thread: a pane asks for one, shows a rough one meanwhile, and is told when it came.

One piece of work at a time for each window. What is no longer wanted is given up at its next pause, and what it made
reaches nobody: a pane gets what it asked for last, or nothing.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from medscan_desktop.imaging.turns import give_way, let_the_window
from medscan_desktop.workstation.jobs import Jobs

Pause = Callable[[], None]  # called between two pieces of long work; may raise to end it
T = TypeVar("T")


class _GivenUp(Exception):
    pass


def no_pause() -> None:
    """For work that nobody waits beside: snapshots, exports, and what is quickly done."""


@dataclass(eq=False)
class _Request:
    key: object
    make: Callable[[Pause], Any]
    take: Callable[["_Request", Any], None]
    fail: Callable[["_Request"], None]
    is_dropped: bool = False

    def pause(self) -> None:
        """The window first; then, if somebody still wants it, on."""
        let_the_window()
        if self.is_dropped:
            raise _GivenUp


class Refiner:
    """A window's worker. `ask` and what it calls back are of the main thread; `make` runs on one of the jobs'."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._lock = threading.Lock()
        self._waiting: deque[_Request] = deque()
        self._is_running = False

    def ask(self, request: _Request) -> None:
        """Make this after what waits already."""
        with self._lock:
            self._waiting.append(request)
            if self._is_running:
                return
            self._is_running = True
        self._jobs.start(self._run)

    def _run(self) -> None:
        """On a thread of its own below the window's: one of the jobs' could not be lifted up again."""
        if threading.current_thread() is threading.main_thread():  # jobs that run inline
            self._serve_all()
            return
        thread = threading.Thread(target=self._serve_below, name="refiner")
        thread.start()
        thread.join()

    def _serve_below(self) -> None:
        give_way()  # VTK's own threads come from this one
        self._serve_all()

    def _serve_all(self) -> None:
        while (request := self._next()) is not None:
            self._serve(request)
            del request  # its pixels must not outlive the pane that asked

    def _next(self) -> _Request | None:
        with self._lock:
            while self._waiting:
                request = self._waiting.popleft()
                if not request.is_dropped:
                    return request
            self._is_running = False
            return None

    def _serve(self, request: _Request) -> None:
        try:
            made = request.make(request.pause)
        except _GivenUp:
            return
        except Exception:  # not lost: the pane makes it itself at its next paint, which raises it
            self._jobs.post(lambda: request.fail(request))
        else:
            self._jobs.post(lambda: request.take(request, made))


class Later(Generic[T]):
    """What one picture waits for: the newest of its wishes. Main thread only."""

    def __init__(self, refiner: Refiner, arrived: Callable[[], None]) -> None:
        self._refiner = refiner
        self._arrived = arrived
        self._asked: _Request | None = None
        self._made: tuple[object, T] | None = None
        self._failed: object = None  # the key that could not be made behind the window
        self._is_closed = False

    def get(self, key: object, make: Callable[[Pause], T]) -> tuple[T] | None:
        """What was made for `key`; None while it is being made, which `arrived` then tells the end of."""
        if self._made is None or self._made[0] != key:
            if self._failed == key:
                return (make(no_pause),)
            if self._asked is None or self._asked.key != key:
                self._ask(key, make)
        return (self._made[1],) if self._made is not None and self._made[0] == key else None

    def drop(self) -> None:
        """Nothing is waited for any more, and nothing kept."""
        if self._asked is not None:
            self._asked.is_dropped = True
        self._asked = self._made = self._failed = None

    def close(self) -> None:
        """For good: nothing is asked for or told from now on."""
        self.drop()
        self._is_closed = True

    def _ask(self, key: object, make: Callable[[Pause], T]) -> None:
        self.drop()
        if not self._is_closed:
            self._asked = request = _Request(key, make, self._take, self._fail)
            self._refiner.ask(request)

    def _take(self, request: _Request, made: T) -> None:
        if request is self._asked:  # another was wanted meanwhile, or none
            self._asked, self._made = None, (request.key, made)
            self._arrived()

    def _fail(self, request: _Request) -> None:
        if request is self._asked:
            self._asked, self._failed = None, request.key
            self._arrived()

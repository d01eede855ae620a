"""Work off the main thread, behind a Protocol: Qt's thread pool in the window, inline in the CLI and tests."""

from collections.abc import Callable
from threading import Event, RLock
from typing import Any, Protocol

from medscan_desktop.domain.errors import Cancelled, MedScanError


class Job:
    """A running use case as the user sees it: how far it is, and the way to stop it. Safe from any thread."""

    def __init__(self, name: str, on_progress: Callable[["Job"], None] | None = None) -> None:
        self.name = name
        self.fraction = 0.0
        self.text = ""
        self.is_finished = False
        self.effect: Any = None  # the use case's Effect, once it is done
        self.error: MedScanError | None = None  # why it failed, once it has
        self._cancelled = Event()
        self._on_progress = on_progress
        self._on_cancel: list[Callable[[], None]] = []

    def finish(self, effect: object) -> None:
        """The work is done. Main thread only."""
        self.is_finished, self.effect, self.fraction = True, effect, 1.0

    def fail(self, error: MedScanError) -> None:
        """The work ended without an effect. Main thread only."""
        self.is_finished, self.error = True, error

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask to stop: the work notices at its next step, and what registered with `on_cancel` is called at once."""
        self._cancelled.set()
        for callback in self._on_cancel:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call this from `cancel`, to wake what cannot poll; at once where that was called already."""
        self._on_cancel.append(callback)
        if self.is_cancelled:  # asked after the callback is in the list: it may be called twice, and never not at all
            callback()

    def report(self, fraction: float, text: str = "") -> None:
        """Say how far the work is (0..1); raises Cancelled where it was asked to stop."""
        if self.is_cancelled:
            raise Cancelled(f"{self.name} was cancelled.")
        self.fraction, self.text = min(max(fraction, 0.0), 1.0), text
        if self._on_progress:
            self._on_progress(self)


class Jobs(Protocol):
    """Where use cases run."""

    def start(self, work: Callable[[], None]) -> None:
        """Run `work` off the main thread; it never raises."""
        ...

    def post(self, callback: Callable[[], None]) -> None:
        """Run `callback` on the main thread, in the order posted."""
        ...


class InlineJobs:
    """Everything at once on the caller's thread: the CLI and the tests. A lock keeps a loader's posts in turn."""

    def __init__(self) -> None:
        self._turn = RLock()

    def start(self, work: Callable[[], None]) -> None:
        """Run `work` now."""
        work()

    def post(self, callback: Callable[[], None]) -> None:
        """Run `callback` now."""
        with self._turn:
            callback()

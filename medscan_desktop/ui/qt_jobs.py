"""The Jobs protocol on Qt: work on a thread pool, what it tells on the main thread. Nothing else crosses threads."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from medscan_desktop.imaging.turns import window_turn

MINIMUM_THREADS = 3  # a model and an import may run, and a study still opens at once
_SHUTDOWN_MS = 5000


class QtJobs(QObject):
    """Runs use cases on a pool of its own. Make it on the main thread: what is posted arrives there, in order."""

    _posted = Signal(object)

    def __init__(self, threads: int = 4, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(max(MINIMUM_THREADS, threads))
        self._is_closed = False
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self, work: Callable[[], None]) -> None:
        """Run `work` on a pool thread. It handles its own errors; after `close` nothing starts."""
        if not self._is_closed:
            self._pool.start(work)

    def post(self, callback: Callable[[], None]) -> None:
        """Run `callback` on the main thread, in the order posted. From any thread."""
        if not self._is_closed:
            self._posted.emit(callback)

    def close(self) -> bool:
        """Wait for what was started (cancel it first); whether it ended in time. What it still posts is dropped."""
        self._is_closed = True
        return self._pool.waitForDone(_SHUTDOWN_MS)

    def _deliver(self, callback: Callable[[], None]) -> None:
        if not self._is_closed:
            with window_turn():
                callback()

"""Collects cyclic garbage on the main thread alone, between two events.

Python collects on whichever thread happens to allocate, and at any point of it. A widget in a cycle (a lambda that
knows its own widget is one) is then destroyed on a worker's thread, or while Qt is in the middle of using it, and the
process ends: seen as a segmentation fault inside a database call, with PySide6 6.11.3.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 500


class MainThreadGarbage(QObject):
    """Turns Python's own collection off, and collects from the event loop until `close`. Make it on the main thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due, as Python itself would."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def spare(self) -> None:
        """What is alive now (the imported modules) will not be looked at again: a full collection stays short."""
        gc.collect()
        gc.freeze()

    def close(self) -> None:
        """Back to what was before."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

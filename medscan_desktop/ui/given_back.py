"""Gives memory back to the system a moment after a study has left the screen."""

import ctypes
import gc
import sys

from PySide6.QtCore import QObject, QTimer

from medscan_desktop.scene.store import Store
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.jobs import Jobs

_AFTER_MS = 600  # the panes are gone by then, and their 3D threads


class GivenBack(QObject):
    """Pixels go at once with what held them; this is for the rest: circles of widgets, and what malloc keeps."""

    def __init__(self, store: Store, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AFTER_MS)
        self._timer.timeout.connect(self._give_back)
        store.listen(self._changed)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if old.study is not None and new.study is not old.study:
            self._timer.start()

    def _give_back(self) -> None:
        gc.collect()  # on the main thread alone: there may be widgets in it
        self._jobs.start(trim)


def trim() -> None:
    """Have glibc return its free pages; other systems' allocators do so by themselves."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "malloc_trim"):
            libc.malloc_trim(0)

"""Keeps how the screen stands while its user works: a little after a change, never while a button is down."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from medscan_desktop.scene.desktop import desktop_of
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.desktop import keep_desktop
from medscan_desktop.workstation.workstation import Workstation

_EVERY_MS = 3000
_WATCHED = (
    "study",
    "priors",
    "views",
    "layout",
    "active",
    "maximised",
    "focus",
    "turns",
    "curves",
    "hung",
    "tool",
    "overlay",
    "crosshair",
    "masks_visible",
)


class DeskKeeper(QObject):
    """At most one writing in a few seconds, on a worker. `keep_now` before the screen goes dark."""

    def __init__(self, workstation: Workstation, parent: QObject, every_ms: int = _EVERY_MS) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._kept: Mapping[str, Any] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(every_ms)
        self._soon.timeout.connect(self._keep_at_rest)
        workstation.store.listen(self._changed)

    def keep_now(self) -> Mapping[str, Any] | None:
        """Keep how it stands, and give it; None without a study."""
        self._soon.stop()
        body = desktop_of(self._workstation.store.workspace)
        if body != self._kept and self._workstation.user is not None:
            self._kept = body
            self._workstation.do(keep_desktop, body=body)
        return body

    def forget(self) -> None:
        """The session ends: what was kept stays in the records."""
        self._soon.stop()
        self._kept = None

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if self._soon.isActive() or self._workstation.user is None:
            return
        if any(getattr(old, name) is not getattr(new, name) for name in _WATCHED):
            self._soon.start()

    def _keep_at_rest(self) -> None:
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._soon.start()
        else:
            self.keep_now()

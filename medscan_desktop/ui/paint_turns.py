"""Panes that take turns to be painted: all of them show another step of a 4D series at once, and no turn is long.

Painted in one turn, four panes kept the window from answering for 50 to 90 ms on two cores while 3D was drawn too.
"""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from medscan_desktop.scene.workspace import Workspace


class PaintTurns(QObject):
    """One widget a turn of the event loop, in the order in which they came; each is painted whole."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[QWidget] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._next)

    def wait(self, widget: QWidget) -> None:
        """Paint this one when its turn comes, and not before."""
        if widget not in self._waiting:
            widget.setUpdatesEnabled(False)
            self._waiting.append(widget)
            self._timer.start()

    def leave(self, widget: QWidget) -> None:
        """This one waits no longer: it goes."""
        if widget in self._waiting:
            self._waiting.remove(widget)
            widget.setUpdatesEnabled(True)

    def _next(self) -> None:
        if self._waiting:
            self._waiting.pop(0).setUpdatesEnabled(True)  # which asks for its painting
        if not self._waiting:
            self._timer.stop()


def goes_to_another_phase(old: Workspace, new: Workspace) -> bool:
    """Whether the active view goes from one step of a 4D series to another."""
    if old.views is new.views or old.active != new.active:
        return False
    before, after = _active_phase(old), _active_phase(new)
    return before is not None and after is not None and before[0] == after[0] and before != after


def _active_phase(workspace: Workspace) -> tuple[str, int] | None:
    view = next((view for view in workspace.views if view.id == workspace.active), None)
    stack = workspace.stack(view.stack) if view is not None else None
    return (stack.phase.axis, stack.phase.number) if stack is not None and stack.phase is not None else None

"""The hand on the lines where planes cross: what is under the pointer lights up, the cursor says what a drag does."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from medscan_desktop.scene.gesture import Pointer
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.plane_lines import grip_at, plane_lines
from medscan_desktop.scene.store import Store
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Grip, GripPart
from medscan_desktop.tools.measuring import MEASURING_TOOLS

# Where one of these is chosen a press is the first point of what is drawn, on a line too.
_PLACES = frozenset(tool.name for tool in MEASURING_TOOLS) | {"curve"}
_STEEP = 0.7  # how much of a line's way must be up and down for the cursor to point sideways


class PlaneHand:
    """Of one pane."""

    def __init__(self, pane: QWidget, store: Store, view: Callable[[], View | None]) -> None:
        self._pane = pane
        self._store = store
        self._view = view

    def grip(self, position: tuple[float, float]) -> Grip | None:
        """What of the lines a press here takes; None also while something is drawn."""
        workspace, view = self._store.workspace, self._view()
        if view is None or workspace.tool in _PLACES:
            return None
        size = (self._pane.width(), self._pane.height())
        pane = pane_of(workspace, view, size)
        return grip_at(workspace, view, pane, position, size) if pane is not None else None

    def hover(self, pointer: Pointer) -> None:
        """Light up what is under the pointer."""
        grip = self.grip(pointer.position)
        self._light(grip)
        if grip is not None:
            self._pane.setCursor(self._cursor(grip))
        elif self._store.workspace.tool == "curve":
            self._pane.setCursor(Qt.CursorShape.CrossCursor)

    def leave(self) -> None:
        """The pointer has left the pane."""
        grip, view = self._store.workspace.grip, self._view()
        if grip is not None and not grip.is_held and view is not None and grip.view == view.id:
            self._light(None)

    def _light(self, grip: Grip | None) -> None:
        if self._store.workspace.grip != grip:
            self._store.update(lambda workspace: replace(workspace, grip=grip))

    def _cursor(self, grip: Grip) -> Qt.CursorShape:
        if grip.part is GripPart.CENTRE:
            return Qt.CursorShape.SizeAllCursor
        if grip.part is GripPart.HANDLE:
            return Qt.CursorShape.OpenHandCursor
        workspace, view = self._store.workspace, self._view()
        pane = pane_of(workspace, view, (self._pane.width(), self._pane.height())) if view is not None else None
        lines = plane_lines(workspace, view, pane) if view is not None and pane is not None else ()
        is_steep = any(abs(float(line.direction[1])) > _STEEP for line in lines if line.kind is grip.kind)
        return Qt.CursorShape.SplitHCursor if is_steep else Qt.CursorShape.SplitVCursor

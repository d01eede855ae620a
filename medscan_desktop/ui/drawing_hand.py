"""The hand on a pane's measurements: what is under the pointer, what is drawn between clicks, what is written."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QWidget

from medscan_desktop.domain.measurement import Measurement, MeasurementId
from medscan_desktop.scene.changing import Touch, rewritten, touched
from medscan_desktop.scene.drawing import WRITTEN, finished, open_draft, written
from medscan_desktop.scene.gesture import Pointer, Tool
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Draft, Workspace
from medscan_desktop.tools import CHANGE, tool_named
from medscan_desktop.tools.measuring import MEASURING_TOOLS
from medscan_desktop.ui.carry_out import carry_out
from medscan_desktop.ui.text_entry import TextEntry
from medscan_desktop.workstation.workstation import Workstation

_MEANT = 2  # places chosen: a quick click more is no wish to maximise
_DRAWS = frozenset(tool.name for tool in MEASURING_TOOLS)


class DrawingHand:
    """Of one pane. `labels` says where the words of its measurements stand."""

    def __init__(
        self,
        pane: QWidget,
        workstation: Workstation,
        view: Callable[[], View | None],
        labels: Callable[[], Mapping[MeasurementId, QRectF]],
    ) -> None:
        self._pane = pane
        self._workstation = workstation
        self._store = workstation.store
        self._view = view
        self._labels = labels
        self._entry: TextEntry | None = None
        self._written: int | None = None  # the key of the draft that is written on

    def touch(self, at: QPointF) -> Touch | None:
        """The measurement at a place of the pane, by its handles, its lines or its words."""
        view, workspace = self._view(), self._store.workspace
        if view is None:
            return None
        size = self._pane.width(), self._pane.height()
        found = touched(workspace, view, size, (at.x(), at.y()))
        if found is not None or open_draft(workspace) is not None:
            return found
        named = next((key for key, place in self._labels().items() if place.contains(at)), None)
        one = next((one for one in workspace.measurements if one.id == named), None)
        return Touch(one, None) if one is not None else None

    def take(self, at: QPointF) -> bool:
        """Whether a press here is for a measurement; on its words it selects it, on its lines `CHANGE` does."""
        touch = self.touch(at)
        if touch is not None:
            self._store.update(lambda workspace: replace(workspace, selected=touch.measurement.id))
        return touch is not None

    def hover(self, pointer: Pointer) -> bool:
        """The open end of what is drawn follows; what lies under the pointer is lit. Whether there was either."""
        view, workspace = self._view(), self._store.workspace
        if view is None or view.stack is None:
            return False
        draft = open_draft(workspace, view)
        if draft is not None:
            if not draft.is_written and not draft.is_changing:
                carry_out(self._workstation, tool_named(workspace.tool).step(workspace, view, pointer))
            return True
        touch = self.touch(QPointF(*pointer.position))
        self._show_cursor(touch)
        self._light(touch.measurement.id if touch is not None else None)
        return touch is not None

    def leave(self) -> None:
        """The pointer has left the pane."""
        self._light(None)

    def deselect(self, tool: Tool | None) -> None:
        """A click beside every measurement, which draws none either."""
        is_free = tool is None or (tool is not CHANGE and tool.name not in _DRAWS)
        if is_free and self._store.workspace.selected is not None:
            self._store.update(lambda workspace: replace(workspace, selected=None))

    def double_click(self, at: QPointF) -> bool:
        """A polyline ends; a text or arrow is written anew. Whether it was one of those."""
        view, workspace = self._view(), self._store.workspace
        if view is None:
            return False
        draft = open_draft(workspace, view)
        if draft is not None:
            step = finished(workspace)
            if step is not None:
                carry_out(self._workstation, step)
            elif len(draft.placed) < _MEANT:
                self._give_up(draft.key)
                return False
            return True
        touch = self.touch(at)
        if touch is not None and touch.measurement.kind in WRITTEN:
            self._store.update(lambda scene: rewritten(scene, view, touch.measurement)[0])
        return touch is not None  # a picture that jumps to full size is not what was meant

    def workspace_changed(self, workspace: Workspace) -> None:
        """The line to write in comes and goes with the draft that is written on."""
        view = self._view()
        here = [draft for draft in workspace.drafts if draft.is_written and view is not None and draft.view == view.id]
        key = here[0].key if here else None
        if key == self._written:
            return
        self._close()
        self._written = key
        if here and view is not None:
            self._open(here[0], workspace, view)

    def put_down(self) -> None:
        """What is being written is taken as it stands."""
        if self._entry is not None:
            self._entry.take()

    def _open(self, draft: Draft, workspace: Workspace, view: View) -> None:
        pane = pane_of(workspace, view, (self._pane.width(), self._pane.height()))
        if pane is None:
            return
        x, y = pane.to_pane(_written_at(draft.measurement)).tolist()
        entry = TextEntry(self._pane, QPointF(x, y), draft.measurement.text)
        entry.ended.connect(lambda text: carry_out(self._workstation, written(self._store.workspace, draft.key, text)))
        entry.given_up.connect(lambda: self._give_up(draft.key))
        self._entry = entry

    def _close(self) -> None:
        entry, self._entry = self._entry, None
        if entry is None:
            return
        had_focus = entry.hasFocus()
        entry.blockSignals(True)  # losing the keyboard would end it a second time, while the screen is being told
        entry.dismiss()
        if had_focus:
            page = self._pane.parentWidget()
            while page is not None and page.focusPolicy() == Qt.FocusPolicy.NoFocus:
                page = page.parentWidget()
            if page is not None:
                page.setFocus()

    def _give_up(self, key: int) -> None:
        self._store.update(
            lambda workspace: replace(workspace, drafts=tuple(one for one in workspace.drafts if one.key != key))
        )

    def _light(self, measurement: MeasurementId | None) -> None:
        if self._store.workspace.touched != measurement:
            self._store.update(lambda workspace: replace(workspace, touched=measurement))

    def _show_cursor(self, touch: Touch | None) -> None:
        if touch is not None:
            moves_all = touch.handle is None
            self._pane.setCursor(Qt.CursorShape.SizeAllCursor if moves_all else Qt.CursorShape.PointingHandCursor)
        elif self._store.workspace.tool in _DRAWS:
            self._pane.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._pane.unsetCursor()


def _written_at(one: Measurement) -> tuple[float, float, float]:
    """Where the words of a text or arrow begin."""
    return one.points[-1]

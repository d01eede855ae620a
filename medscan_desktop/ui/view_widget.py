"""What 2D and 3D panes share: a pointer event goes to the tool it is bound to, the tool's answer to the store."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QElapsedTimer, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from medscan_desktop.scene.changes import activated
from medscan_desktop.scene.gesture import Phase, Pointer, Tool
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import tool_named
from medscan_desktop.tools.bindings import Button, bound_tool
from medscan_desktop.ui import theme
from medscan_desktop.ui.carry_out import carry_out
from medscan_desktop.workstation.history import Edit
from medscan_desktop.workstation.workstation import Workstation

_BUTTONS = {
    Qt.MouseButton.LeftButton: Button.LEFT,
    Qt.MouseButton.MiddleButton: Button.MIDDLE,
    Qt.MouseButton.RightButton: Button.RIGHT,
}
_WHEEL_STEP = 120  # eighths of a degree; finer wheels and touch pads are summed up to whole steps
_BURST_MS = 1000  # between two steps of the wheel that still are one movement
_CLICK_PX = 4  # less way than this between press and release is a click


@dataclass(frozen=True, slots=True)
class _Drag:
    """The tool of the press keeps the drag until the release."""

    button: Qt.MouseButton
    tool: Tool | None
    start: QPointF
    previous: QPointF
    before: Workspace  # as it was at the press: the whole drag is one step of undo


class ViewWidget(QWidget):
    """A pane. `menu_wanted` gives the global position of a right click."""

    menu_wanted = Signal(QPoint)
    maximise_wanted = Signal(int)

    def __init__(self, workstation: Workstation, view_id: ViewId) -> None:
        super().__init__()
        self.view_id = view_id
        self._workstation = workstation
        self._store = workstation.store
        self._drag: _Drag | None = None
        self._wheel = 0
        self._burst: tuple[str, Edit | None] | None = None  # the tool that the wheel works, and its step of undo
        self._burst_timer = QElapsedTimer()
        self.setMouseTracking(True)
        self.setMinimumSize(64, 64)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def view(self) -> View | None:
        """The view shown, None once it has left the screen."""
        return next((view for view in self._store.workspace.views if view.id == self.view_id), None)

    @property
    def is_dragging(self) -> bool:
        """Whether a button is down."""
        return self._drag is not None

    def cancel_drag(self) -> None:
        """Give the drag up: what it was drawing goes."""
        drag, self._drag = self._drag, None
        if drag is not None:
            self._step(drag.tool, self._pointer(Phase.CANCEL, drag.previous, drag))
            self._remember(drag)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None or event.button() not in _BUTTONS:
            return
        self._store.update(lambda workspace: activated(workspace, self.view_id))
        at = event.position()
        tool = self._tool_at(at, _BUTTONS[event.button()], event.modifiers())
        self._drag = _Drag(event.button(), tool, at, at, self._store.workspace)
        if event.button() is not Qt.MouseButton.RightButton:  # a right click is the menu: nothing moves before it drags
            self._step(tool, self._pointer(Phase.PRESS, at, self._drag, event.modifiers()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        drag, at = self._drag, event.position()
        self.pointer_moved(at)
        if drag is not None:
            self._step(drag.tool, self._pointer(Phase.MOVE, at, drag, event.modifiers()))
            self._drag = replace(drag, previous=at)
            return
        tool = self._tool(Button.NONE, event.modifiers())
        if tool is not None:
            self._step(tool, self._pointer(Phase.MOVE, at, None, event.modifiers()))
        else:
            self.hovered(at, event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag = self._drag
        if drag is None or event.button() is not drag.button:
            return
        self._drag = None
        self._step(drag.tool, self._pointer(Phase.RELEASE, event.position(), drag, event.modifiers()))
        self._remember(drag)
        is_click = (event.position() - drag.start).manhattanLength() < _CLICK_PX
        if is_click and event.button() is Qt.MouseButton.RightButton:
            self.menu_wanted.emit(event.globalPosition().toPoint())
        elif is_click and event.button() is Qt.MouseButton.LeftButton:
            self.clicked(drag.tool)
        self.rested()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and not self.double_clicked(event.position()):
            self.cancel_drag()
            self.maximise_wanted.emit(self.view_id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        self._wheel += turned.y() or turned.x()  # with Alt or Shift some systems turn the wheel sideways
        steps = int(self._wheel / _WHEEL_STEP)
        event.accept()
        if steps == 0:
            return
        self._wheel -= steps * _WHEEL_STEP
        self._store.update(lambda workspace: activated(workspace, self.view_id))
        pointer = self._pointer(Phase.WHEEL, event.position(), None, event.modifiers())
        tool, before = self._tool(Button.WHEEL, event.modifiers()), self._store.workspace
        self._step(tool, replace(pointer, wheel_steps=float(steps)))
        if tool is not None and tool.undo_name:
            self._remember_burst(tool, before)

    def pointer_moved(self, at: QPointF) -> None:
        """The pointer is at `at`; for what reads the value below it."""

    def rested(self) -> None:
        """A drag has ended."""

    def hovered(self, at: QPointF, held: Qt.KeyboardModifier) -> None:
        """The pointer is at `at` with no button down, and no tool has it."""

    def clicked(self, tool: Tool | None) -> None:
        """The left button went down and up in one place; the tool that it belonged to."""

    def double_clicked(self, at: QPointF) -> bool:
        """Whether a double click here means something else than to maximise."""
        return False

    def paint_frame(self, painter: QPainter) -> None:
        """The line around the pane that the keyboard speaks to; nothing where it is the only one."""
        workspace = self._store.workspace
        if workspace.active == self.view_id and len(workspace.views) > 1:
            painter.setPen(QPen(QColor(theme.ACCENT), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _tool_at(self, at: QPointF, button: Button, held: Qt.KeyboardModifier) -> Tool | None:
        """The tool of a press here: what is drawn there may come before the button's own."""
        return self._tool(button, held)

    def _tool(self, button: Button, held: Qt.KeyboardModifier) -> Tool | None:
        view = self.view
        if view is None:
            return None
        name = bound_tool(
            button,
            self._store.workspace.tool,
            profile=self._store.workspace.mouse,
            is_3d=view.kind is ViewKind.THREE_D,
            shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
            control=bool(held & Qt.KeyboardModifier.ControlModifier),
            alt=bool(held & Qt.KeyboardModifier.AltModifier),
        )
        return tool_named(name) if name else None

    def _pointer(
        self,
        phase: Phase,
        at: QPointF,
        drag: _Drag | None,
        held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> Pointer:
        start, previous = (drag.start, drag.previous) if drag else (at, at)
        return Pointer(
            phase,
            (at.x(), at.y()),
            (self.width(), self.height()),
            (start.x(), start.y()),
            (previous.x(), previous.y()),
            shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
            control=bool(held & Qt.KeyboardModifier.ControlModifier),
        )

    def _step(self, tool: Tool | None, pointer: Pointer) -> None:
        workspace, view = self._store.workspace, self.view
        if tool is None or view is None:
            return
        carry_out(self._workstation, tool.step(workspace, view, pointer))

    def _remember_burst(self, tool: Tool, before: Workspace) -> None:
        """Steps of the wheel soon after each other are one step of undo: it leads back to before the first of them."""
        last, is_burst = self._workstation.history.last_done, self._burst_timer.isValid()
        goes_on = is_burst and self._burst_timer.elapsed() < _BURST_MS and self._burst == (tool.name, last)
        self._burst_timer.start()
        if goes_on:
            return
        self._workstation.remember_edit(tool.undo_name, before)
        now = self._workstation.history.last_done
        self._burst = (tool.name, now) if now is not last else None

    def _remember(self, drag: _Drag) -> None:
        if drag.tool is not None and drag.tool.undo_name:
            self._workstation.remember_edit(drag.tool.undo_name, drag.before)

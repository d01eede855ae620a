"""The line between two cells: dragged it resizes them, with Shift in this row alone; double-clicked all are equal."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from medscan_desktop.scene.arranging import with_layout
from medscan_desktop.scene.layout import Divider, Way
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import theme
from medscan_desktop.workstation.workstation import Workstation

_REACH = 4  # px to either side of the gap that can be taken hold of
_SMALLEST = 72  # px that every cell keeps


class DividerHandle(QWidget):
    """Lies over one gap. `whole` gives the area that the layout's shares are of."""

    def __init__(self, parent: QWidget, workstation: Workstation, whole: Callable[[], QRect]) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._whole = whole
        self._divider: Divider | None = None
        self._before: Workspace | None = None
        self.setToolTip("Drag to resize; with Shift this row alone; double click for equal sizes")

    def show_at(self, divider: Divider, line: QRect) -> None:
        """Lie over `line`, the gap of this divider."""
        self._divider = divider
        is_beside = divider.way is Way.BESIDE
        self.setCursor(Qt.CursorShape.SplitHCursor if is_beside else Qt.CursorShape.SplitVCursor)
        across, along = (_REACH, 0) if is_beside else (0, _REACH)
        self.setGeometry(line.adjusted(-across, -along, across, along))
        self.show()
        self.raise_()

    def give_up(self) -> None:
        """The drag ends where it is: a key was pressed, or the screen goes dark."""
        self._before = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._before = self._workstation.store.workspace
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        before, divider = self._before, self._divider
        if before is None or divider is None or self._workstation.store.workspace.study is not before.study:
            return
        at, length = self._share(self.mapToParent(event.position()), divider)
        is_alone = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        # From the layout of the press: lines that are passed on the way are not taken along.
        own = next((one for one in before.layout.dividers if one[:2] == divider[:2]), divider)
        layout = before.layout.with_divider(own, at, least=_SMALLEST / max(length, 1), alone=is_alone)
        self._workstation.store.update(lambda workspace: with_layout(workspace, layout))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        before, self._before = self._before, None
        if before is not None:
            self._workstation.remember_edit("cell sizes", before)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._workstation.edit("equal cells", lambda workspace: with_layout(workspace, workspace.layout.even()))

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.underMouse() and self._before is None:
            return
        middle = self.rect().center()
        line = QRect(middle.x(), 0, 2, self.height()) if self.width() < self.height() else QRect(0, middle.y(), 0, 2)
        if line.width() == 0:
            line.setWidth(self.width())
        painter = QPainter(self)
        painter.fillRect(line, QColor(theme.ACCENT))
        painter.end()

    def _share(self, at: QPointF, divider: Divider) -> tuple[float, int]:
        whole = self._whole()
        if divider.way is Way.BESIDE:
            return (at.x() - whole.left()) / max(whole.width(), 1), whole.width()
        return (at.y() - whole.top()) / max(whole.height(), 1), whole.height()

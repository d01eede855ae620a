"""The small handle that a cell shows while the pointer is near its top: its menu on a click, the cell itself on a drag.

It stands below the orientation letter, where no text is, so that it hides nothing.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from medscan_desktop.scene.view import ViewId
from medscan_desktop.ui.icons import icon

_NEAR_TOP, _BELOW_LETTER = 56, 28  # px from the cell's top
_SIZE = QSize(40, 22)
_STYLE = "QToolButton { background: rgba(23, 27, 32, 220); border: 1px solid #2b333c; padding: 1px; }"


class CellHandle(QToolButton):
    """One for all cells: it goes to the cell that the pointer is over."""

    def __init__(
        self, parent: QWidget, on_menu: Callable[[ViewId, QPoint], object], on_drag: Callable[[ViewId], object]
    ) -> None:
        super().__init__(parent)
        self._on_menu = on_menu
        self._on_drag = on_drag
        self._view: ViewId | None = None
        self._pressed_at: QPoint | None = None
        self.setIcon(icon("grip"))
        self.setIconSize(QSize(16, 16))
        self.setFixedSize(_SIZE)
        self.setStyleSheet(_STYLE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip("Drag: change places with another cell. Click: the cell's menu.")
        self.setAccessibleName("Cell menu")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.hide()

    def follow(self, pane: QWidget, view_id: ViewId) -> None:
        """Look at this pane's pointer from now on."""
        pane.setProperty("cell", int(view_id))
        pane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseMove and isinstance(watched, QWidget) and isinstance(event, QMouseEvent):
            at = event.position().toPoint()
            near = at.y() < _NEAR_TOP and abs(at.x() - watched.width() // 2) < max(60, watched.width() // 5)
            if near and event.buttons() == Qt.MouseButton.NoButton and watched.width() > 2 * _SIZE.width():
                self._show_in(watched)
            else:
                self.hide()
        elif event.type() is QEvent.Type.Leave and not self._is_over():
            self.hide()
        return False

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at
        if start is None or self._view is None:
            return
        if (event.position().toPoint() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.hide()
            self._on_drag(self._view)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        start, self._pressed_at = self._pressed_at, None
        if start is not None and self._view is not None:
            self._on_menu(self._view, self.mapToGlobal(QPoint(0, self.height())))

    def _show_in(self, pane: QWidget) -> None:
        self._view = ViewId(int(pane.property("cell")))
        left = pane.x() + (pane.width() - self.width()) // 2
        self.move(left, pane.y() + _BELOW_LETTER)
        self.show()
        self.raise_()

    def _is_over(self) -> bool:
        return QRect(QPoint(), self.size()).contains(self.mapFromGlobal(self.cursor().pos()))


def cell_picture(pane: QWidget) -> QPixmap:
    """What is dragged with a cell: the cell, small."""
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return pane.grab().scaled(140, 140, keep, smooth)

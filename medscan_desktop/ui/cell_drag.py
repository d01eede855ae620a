"""What is dragged onto a cell: a stack from the strip, or another cell; and the mark on the cell that would take it."""

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QDrag, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import ViewId
from medscan_desktop.ui import theme

_STACK = "application/x-medscan-stack"
_CELL = "application/x-medscan-cell"


def drag_stack(source: QWidget, stack_id: str, picture: QPixmap) -> None:
    """Drag a stack until it is let go, with its thumbnail under the pointer."""
    _drag(source, stack_data(stack_id), picture)


def drag_cell(source: QWidget, view_id: ViewId, picture: QPixmap) -> None:
    """Drag a cell until it is let go."""
    _drag(source, cell_data(view_id), picture)


def stack_data(stack_id: str) -> QMimeData:
    """What a drag of a stack carries: its id alone, which says nothing outside this window."""
    return _data(_STACK, stack_id)


def cell_data(view_id: ViewId) -> QMimeData:
    """What a drag of a cell carries."""
    return _data(_CELL, str(view_id))


def dragged_stack(data: QMimeData) -> StackId | None:
    """The stack of a drag, None where it holds something else."""
    text = _text(data, _STACK)
    return StackId(text) if text else None


def dragged_cell(data: QMimeData) -> ViewId | None:
    """The cell of a drag, None where it holds something else."""
    text = _text(data, _CELL)
    return ViewId(int(text)) if text.isdecimal() else None


class DropMark(QWidget):
    """Lies over the cell that takes what is let go now; says what happens then."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self, area: QRect, text: str) -> None:
        """Mark this area."""
        self.text = text
        self.setGeometry(area)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tint = QColor(theme.ACCENT)
        tint.setAlpha(46)
        painter.fillRect(self.rect(), tint)
        painter.setPen(QPen(QColor(theme.ACCENT), 3))
        painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.PANEL))
        width = min(painter.fontMetrics().horizontalAdvance(self.text) + 24, self.width() - 8)
        label = QRect(0, 0, width, 28)
        label.moveCenter(QPoint(self.width() // 2, self.height() - min(44, self.height() // 2)))  # not below the hand
        painter.drawRoundedRect(label, 5, 5)
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, self.text)
        painter.end()


def _drag(source: QWidget, data: QMimeData, picture: QPixmap) -> None:
    drag = QDrag(source)
    drag.setMimeData(data)
    drag.setPixmap(picture)
    drag.setHotSpot(QPoint(picture.width() // 2, picture.height() // 2))
    drag.exec()


def _data(kind: str, text: str) -> QMimeData:
    made = QMimeData()
    made.setData(kind, QByteArray(text.encode()))
    return made


def _text(data: QMimeData, kind: str) -> str:
    return bytes(data.data(kind).data()).decode(errors="replace") if data.hasFormat(kind) else ""

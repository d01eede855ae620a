"""A small picture of how the cells of a stage lie; a press chooses one."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from medscan_desktop.scene.layout import Layout
from medscan_desktop.ui import theme

_GAP = 3


class LayoutPicture(QWidget):
    """Cells with a line or two of text each. `chosen` comes with the number of a pressed cell."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(240, 150)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Cells of the stage")
        self._layout = Layout()
        self._texts: tuple[str, ...] = ()
        self.current = 0

    def sizeHint(self) -> QSize:
        return QSize(330, 206)

    def show_layout(self, layout: Layout, texts: Sequence[str], current: int) -> None:
        """Show these cells, numbered from 0 by their ids."""
        self._layout, self._texts, self.current = layout, tuple(texts), current
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, rect in self._rects().items():
            if rect.contains(event.position()):
                self.chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif 0 <= self.current + step < len(self._texts):
            self.chosen.emit(self.current + step)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, rect in self._rects().items():
            is_current = number == self.current
            painter.setPen(QPen(QColor(theme.ACCENT if is_current else theme.LINE), 2 if is_current else 1))
            painter.setBrush(QColor(theme.ACCENT_DIM if is_current else theme.RAISED))
            painter.drawRoundedRect(rect, 4, 4)
            painter.setPen(QColor(theme.TEXT))
            text = self._texts[number] if number < len(self._texts) else ""
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(rect.adjusted(6, 4, -6, -4), int(flags), text)
        painter.end()

    def _rects(self) -> dict[int, QRectF]:
        width, height = self.width(), self.height()
        return {
            int(view): QRectF(
                one.left * width + _GAP,
                one.top * height + _GAP,
                one.width * width - 2 * _GAP,
                one.height * height - 2 * _GAP,
            )
            for view, one in self._layout.rects.items()
        }

"""What stands in a cell that holds nothing yet: how something comes into it."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from medscan_desktop.ui import theme
from medscan_desktop.ui.icons import pixmap

_LINES = ("Drop a series here", "or double-click one in the strip")
_ICON, _GAP, _LINE = 32, 10, 20


def paint_empty(painter: QPainter, area: QRect) -> None:
    """The hint in the middle of `area`, as much of it as has room."""
    painter.fillRect(area, QColor(theme.IMAGE))
    font = painter.font()
    font.setPointSizeF(9.5)
    painter.setFont(font)
    has_icon = area.height() >= _ICON + _GAP + 3 * _LINE
    widths = [painter.fontMetrics().horizontalAdvance(line) for line in _LINES]
    shown = [line for line, width in zip(_LINES, widths, strict=True) if width <= area.width() - 2 * theme.GAP]
    top = area.center().y() - (len(shown) * _LINE + has_icon * (_ICON + _GAP)) // 2
    if has_icon:
        painter.drawPixmap(area.center().x() - _ICON // 2, top, pixmap("drop", _ICON, theme.FAINT))
        top += _ICON + _GAP
    for number, line in enumerate(shown):
        painter.setPen(QColor(theme.FAINT if number else theme.MUTED))
        room = QRect(area.left(), top + number * _LINE, area.width(), _LINE)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, line)

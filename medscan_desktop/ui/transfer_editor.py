"""Opacity and colour over the volume's histogram, by points that are dragged. It knows no workspace: it tells looks."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from medscan_desktop.imaging.value_spread import BINS, ValueSpread
from medscan_desktop.scene.look import Look
from medscan_desktop.ui import theme

_HEIGHT, _STRIP, _BASE, _MARGIN = 168, 12, 16, 8  # pixels: in all, the colours, the words, beside the curve
_RADIUS, _HIT = 5.0, 9.0
_ROOM = 0.06  # of the span, left free at both ends
_WIDEN = 0.006  # a pixel up


class TransferEditor(QWidget):
    """Drag a point; double click for a new one; a right click takes it away.

    A drag beside the points shifts (sideways) and widens (up) the whole look, as a window is dragged.

    `edited` brings each new look and whether the hand is still down; `chosen` the number of the point.
    """

    edited = Signal(object, bool)
    chosen = Signal(int)
    began = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Opacity and colour by value")
        self.setToolTip("Drag a point; double click: a new one; right click: take it away; drag beside: shift, widen")
        self.look: Look | None = None
        self.number = 0
        self._spread: ValueSpread | None = None
        self._scale = (0.0, 1.0)  # offset and factor from the look's own values to those of the data
        self._span = (0.0, 1.0)
        self._held: int | None = None
        self._last: QPointF | None = None

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def show_look(self, look: Look | None, spread: ValueSpread | None, scale: tuple[float, float]) -> None:
        """Another look, over this histogram; `scale` are offset and factor from its values to the data's."""
        is_other = spread is not self._spread
        self.look, self._spread, self._scale = look, spread, scale
        if look is not None:
            self.number = min(self.number, len(look.points) - 1)
            if self._last is None or is_other:
                self._span = self._whole_span(look)
        self.update()

    def value_of(self, number: int) -> float:
        """A point's value in the data's unit."""
        return 0.0 if self.look is None else self._data(self.look.points[number].value)

    def place(self, number: int) -> QPointF:
        """Where a point is drawn."""
        if self.look is None:
            return QPointF()
        point = self.look.points[number]
        return QPointF(self._x(self._data(point.value)), self._y(point.opacity))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        look = self.look
        if look is None:
            return
        hit = self._hit(event.position())
        if event.button() is Qt.MouseButton.RightButton and hit is not None:
            self._take(look.without(hit), moving=False)
        elif event.button() is Qt.MouseButton.LeftButton:
            self._held, self._last = hit, event.position()
            self.began.emit()
            if hit is not None:
                self._choose(hit)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.look is not None and self._hit(event.position()) is None:
            value = self._own(self._value_at(event.position().x()))
            look = self.look.with_point(value, self._opacity_at(event.position().y()))
            self._choose(min(range(len(look.points)), key=lambda number: abs(look.points[number].value - value)))
            self._take(look, moving=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        look, last = self.look, self._last
        if look is None or last is None:
            return
        at = event.position()
        if self._held is not None:
            moved = look.moved(self._held, self._own(self._value_at(at.x())), self._opacity_at(at.y()))
        else:
            by = (self._value_at(at.x()) - self._value_at(last.x())) / self._scale[1]
            moved = look.shifted(by, 1 + (last.y() - at.y()) * _WIDEN)
        self._last = at
        self._take(moved, moving=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._last is not None and self.look is not None:
            self._last = self._held = None
            self._take(self.look, moving=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self._area(), QColor(theme.FIELD))
        if self._spread is not None:
            self._draw_histogram(painter, self._spread)
        if self.look is not None:
            self._draw_colours(painter, self.look)
            self._draw_curve(painter, self.look)
        self._draw_ends(painter)
        painter.end()

    def _draw_histogram(self, painter: QPainter, spread: ValueSpread) -> None:
        area = self._area()
        step = (spread.high - spread.low) / BINS
        outline = [QPointF(self._x(spread.low), area.bottom())]
        outline += [
            QPointF(self._x(spread.low + (number + 0.5) * step), area.bottom() - float(share) * (area.height() - 4))
            for number, share in enumerate(spread.shares)
        ]
        outline.append(QPointF(self._x(spread.high), area.bottom()))
        painter.save()
        painter.setClipRect(area)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(140, 156, 176, 90))
        painter.drawPolygon(QPolygonF(outline))
        painter.restore()

    def _draw_colours(self, painter: QPainter, look: Look) -> None:
        strip = QRectF(_MARGIN, self.height() - _BASE - _STRIP, self.width() - 2 * _MARGIN, _STRIP - 3)
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        for number, point in enumerate(look.points):
            share = (self.place(number).x() - strip.left()) / max(strip.width(), 1.0)
            gradient.setColorAt(min(max(share, 0.0), 1.0), QColor.fromRgbF(*point.colour))
        painter.fillRect(strip, QBrush(gradient))

    def _draw_curve(self, painter: QPainter, look: Look) -> None:
        places = [self.place(number) for number in range(len(look.points))]
        ends = QPointF(_MARGIN, places[0].y()), QPointF(self.width() - _MARGIN, places[-1].y())
        painter.save()
        painter.setClipRect(self._area().adjusted(-_RADIUS, -_RADIUS, _RADIUS, _RADIUS))
        painter.setPen(QPen(QColor(theme.TEXT), 1.4))
        painter.drawPolyline(QPolygonF([ends[0], *places, ends[1]]))
        for number, place in enumerate(places):
            is_chosen = number == self.number
            painter.setPen(QPen(QColor(theme.ACCENT if is_chosen else theme.GROUND), 2.2 if is_chosen else 1.2))
            painter.setBrush(QColor.fromRgbF(*look.points[number].colour))
            painter.drawEllipse(place, _RADIUS + is_chosen, _RADIUS + is_chosen)
        painter.restore()

    def _draw_ends(self, painter: QPainter) -> None:
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(theme.MUTED))
        area = QRectF(_MARGIN, self.height() - _BASE, self.width() - 2 * _MARGIN, _BASE)
        for share, side in ((0.0, Qt.AlignmentFlag.AlignLeft), (1.0, Qt.AlignmentFlag.AlignRight)):
            value = self._span[0] + share * (self._span[1] - self._span[0])
            painter.drawText(area, int(side | Qt.AlignmentFlag.AlignVCenter), f"{value:.4g}")

    def _take(self, look: Look, *, moving: bool) -> None:
        self.look = look
        self.number = min(self.number, len(look.points) - 1)
        self.update()
        self.edited.emit(look, moving)

    def _choose(self, number: int) -> None:
        self.number = number
        self.chosen.emit(number)
        self.update()

    def _hit(self, at: QPointF) -> int | None:
        if self.look is None:
            return None
        away = {number: (self.place(number) - at).manhattanLength() for number in range(len(self.look.points))}
        nearest = min(away, key=lambda number: away[number])
        return nearest if away[nearest] <= _HIT * 1.4 else None

    def _whole_span(self, look: Look) -> tuple[float, float]:
        """From the least to the greatest of what is to be seen: the histogram and the points."""
        values = [self._data(point.value) for point in look.points]
        if self._spread is not None:
            values += [self._spread.low, self._spread.high]
        low, high = min(values), max(values)
        room = max(high - low, 1e-6) * _ROOM
        return low - room, high + room

    def _area(self) -> QRectF:
        return QRectF(_MARGIN, _MARGIN, self.width() - 2 * _MARGIN, self.height() - _BASE - _STRIP - 2 * _MARGIN + 4)

    def _x(self, value: float) -> float:
        area = self._area()
        return area.left() + (value - self._span[0]) / (self._span[1] - self._span[0]) * area.width()

    def _value_at(self, x: float) -> float:
        area = self._area()
        return self._span[0] + (x - area.left()) / max(area.width(), 1.0) * (self._span[1] - self._span[0])

    def _y(self, opacity: float) -> float:
        area = self._area()
        return area.bottom() - math.sqrt(opacity) * area.height()  # small opacities matter most: they have the room

    def _opacity_at(self, y: float) -> float:
        area = self._area()
        return min(max((area.bottom() - y) / max(area.height(), 1.0), 0.0), 1.0) ** 2

    def _data(self, own: float) -> float:
        return self._scale[0] + own * self._scale[1]

    def _own(self, data: float) -> float:
        return (data - self._scale[0]) / self._scale[1]

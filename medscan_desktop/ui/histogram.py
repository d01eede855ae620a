"""The histogram of a region's values as a small picture: bars, the least and the greatest value, the mean as a line."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from medscan_desktop.domain.measurement import Measurement, value_text
from medscan_desktop.imaging.histogram import Histogram, histogram_of
from medscan_desktop.imaging.measure import values_of
from medscan_desktop.scene.showing import belongs
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import theme

_HEIGHT, _BASE = 72, 16  # pixels; of them for the words below
_LEAST_BAR = 1.0  # a value that occurs at all is seen


class HistogramWidget(QWidget):
    """Shows nothing until it is given a histogram."""

    def __init__(self, histogram: Histogram | None = None, unit: str = "", mean: float | None = None) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Histogram of the values inside")
        self._unit, self._mean = unit, mean
        self.histogram: Histogram | None = None
        self.show_histogram(histogram, unit, mean)

    def show_histogram(self, histogram: Histogram | None, unit: str = "", mean: float | None = None) -> None:
        """Another one; None for none, which takes no room."""
        self.histogram, self._unit, self._mean = histogram, unit, mean
        self.setVisible(histogram is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Says the values and the number of the bar under the pointer."""
        found = self.histogram
        if found is None or self.width() == 0:
            return
        number = min(int(event.position().x() / self.width() * len(found.counts)), len(found.counts) - 1)
        low = found.low + number * found.bin_width
        text = f"{low:.4g} to {low + found.bin_width:.4g} {self._unit}".rstrip() + f": {found.counts[number]:,}"
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self.histogram
        if found is None:
            return
        painter = QPainter(self)
        height, width = self.height() - _BASE, self.width() / len(found.counts)
        most = max(found.counts)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.ACCENT))
        for number, count in enumerate(found.counts):
            bar = max(height * count / most, _LEAST_BAR) if count else 0.0
            painter.drawRect(QRectF(number * width, height - bar, max(width - 0.5, 0.5), bar))
        painter.setPen(QColor(theme.FAINT))
        painter.drawLine(QPointF(0, height), QPointF(self.width(), height))
        self._draw_mean(painter, found, height)
        self._draw_ends(painter, found, height)
        painter.end()

    def _draw_mean(self, painter: QPainter, found: Histogram, height: float) -> None:
        if self._mean is None or found.high <= found.low:
            return
        x = (self._mean - found.low) / (found.high - found.low) * self.width()
        painter.setPen(QPen(QColor(theme.TEXT), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 0), QPointF(x, height))

    def _draw_ends(self, painter: QPainter, found: Histogram, height: float) -> None:
        """The least value, the greatest, and between them how often the most frequent bin occurs."""
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(theme.MUTED))
        area = QRectF(0, height + 1, self.width(), _BASE - 1)
        is_whole = found.low % 1 == 0.5
        low, high = (found.low + 0.5, found.high - 0.5) if is_whole else (found.low, found.high)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft, value_text(low, self._unit))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight, value_text(high, self._unit))
        painter.drawText(area, Qt.AlignmentFlag.AlignHCenter, f"most {max(found.counts):,}")


def histogram_in(workspace: Workspace, measurement: Measurement) -> Histogram | None:
    """Of a region whose stack is open and loaded; None for what is none, and where the pixels are not there."""
    for stack in workspace.stacks:
        if stack.volume is not None and belongs(measurement, stack):
            return histogram_of(values_of(measurement, stack.volume))
    return None

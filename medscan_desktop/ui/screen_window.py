"""True size: a card or a ruler held against the screen says how large its pixels are. One for each screen."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QDialog, QSlider, QWidget

from medscan_desktop.ui import make, theme
from medscan_desktop.ui.screens import reported_mm, screen_key

# What everybody has at hand (ISO/IEC 7810 ID-1), and what measures best: width, height in mm.
_THINGS = (("A bank card or identity card (85.6 mm)", 85.6, 53.98), ("A ruler, 100 mm", 100.0, 0.0))
_LEAST, _MOST, _STEPS = 0.05, 0.6, 4000  # mm of a device pixel at the slider's ends
Changed = Callable[[str, float | None], object]


class _Shape(QWidget):
    """The thing's outline at the size that is set."""

    def __init__(self) -> None:
        super().__init__()
        self.size_mm = (85.6, 53.98)
        self.mm_per_pixel = 0.25  # of a logical pixel
        self.setMinimumSize(560, 330)

    def sizeHint(self) -> QSize:
        return QSize(720, 380)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.FIELD))
        width, height = (length / self.mm_per_pixel for length in self.size_mm)
        area = QRectF(16, 16, width, max(height, 60))
        painter.setPen(QPen(QColor(theme.ACCENT), 1.5))
        if height:
            painter.drawRoundedRect(area, 3.2 / self.mm_per_pixel, 3.2 / self.mm_per_pixel)
        else:
            self._draw_ruler(painter, area)
        painter.end()

    def _draw_ruler(self, painter: QPainter, area: QRectF) -> None:
        painter.drawLine(area.topLeft(), area.topRight())
        for mm in range(int(self.size_mm[0]) + 1):
            left = area.left() + mm / self.mm_per_pixel
            length = 30 if mm % 10 == 0 else 20 if mm % 5 == 0 else 10
            painter.drawLine(round(left), round(area.top()), round(left), round(area.top() + length))
            if mm % 10 == 0:
                painter.drawText(round(left) + 3, round(area.top()) + 44, str(mm))


class ScreenWindow(QDialog):
    """Not modal. It measures the screen that it stands on; drag it to another one to measure that."""

    def __init__(self, known: Callable[[str], float | None], changed: Changed, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Size of this screen")
        self._known, self._changed = known, changed
        self.thing = QComboBox()
        for name, width, height in _THINGS:
            self.thing.addItem(name, (width, height))
        self.shape = _Shape()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.said = make.label("", "small", wrap=True)
        self._build()
        self.thing.activated.connect(lambda _: self._show_size())
        self.slider.valueChanged.connect(lambda _: self._show_size())
        self.begin()

    def begin(self) -> None:
        """From what is known of the screen that the window is on."""
        screen = self.screen()
        mm = self._known(screen_key(screen)) or reported_mm(screen) or 0.25
        self.slider.setValue(_slider_of(mm))
        self._show_size()

    @property
    def mm_per_pixel(self) -> float:
        """Of a device pixel, as the slider says: each step is the same share, so that each is as fine."""
        return float(_LEAST * (_MOST / _LEAST) ** (self.slider.value() / _STEPS))

    def _build(self) -> None:
        layout = make.column(self, margin=14, gap=10)
        text = "Hold it against the screen and move the slider until it fits exactly. The arrow keys move it finely."
        layout.addWidget(make.label(text, wrap=True))
        layout.addWidget(self.thing)
        layout.addWidget(self.shape, 1)
        layout.addWidget(self.slider)
        layout.addWidget(self.said)
        row = make.row(gap=8)
        row.addWidget(make.button("As the screen says", self._forget))
        row.addStretch()
        row.addWidget(make.button("Keep this size", self._keep, "primary"))
        row.addWidget(make.button("Close", self.close))
        layout.addLayout(row)

    def _show_size(self) -> None:
        self.shape.size_mm = self.thing.currentData()
        self.shape.mm_per_pixel = self.mm_per_pixel * self.devicePixelRatioF()
        self.shape.update()
        measured = self._known(screen_key(self.screen()))
        state = "calibrated" if measured is not None else "not calibrated"
        self.said.setText(f"{screen_key(self.screen())}: {self.mm_per_pixel:.4f} mm a pixel here; it is {state}.")

    def _keep(self) -> None:
        self._changed(screen_key(self.screen()), self.mm_per_pixel)
        self._show_size()

    def _forget(self) -> None:
        self._changed(screen_key(self.screen()), None)
        self.begin()


def _slider_of(mm: float) -> int:
    from_least = _LEAST
    steps = 0
    step = (_MOST / _LEAST) ** (1 / _STEPS)
    while from_least < mm and steps < _STEPS:
        from_least *= step
        steps += 1
    return steps

"""Text that reads on any image: light letters with a dark halo, elided rather than clipped.

Lines are drawn once and kept as small pictures, since most of them stay the same while scrolling.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from medscan_desktop.render.colours import PALE
from medscan_desktop.render.fonts import text_font

_KEPT_LINES, _KEPT_SIZES = 512, 4096
_MARGIN = 3  # pixels around a line for its halo
_HALO_OPACITY = 0.9


@dataclass(frozen=True, slots=True)
class Style:
    """How a line looks: letter height in logical pixels, weight and colour (0xRRGGBB)."""

    pixels: float
    colour: int = PALE
    bold: bool = False


class _Kept(threading.local):
    """What was drawn and measured on this thread: the panes of a window say the same things of the same patient."""

    def __init__(self) -> None:
        self.lines: OrderedDict[tuple[str, Style, float], QImage] = OrderedDict()
        self.metrics: dict[Style, QFontMetricsF] = {}
        self.widths: dict[tuple[str, Style], float] = {}


_kept = _Kept()


def forget_texts() -> None:
    """Let go of every line kept on this thread: when the screen locks, no patient's name stays behind."""
    _kept.lines.clear()
    _kept.widths.clear()


class TextPainter:
    """Draws lines of text. Not shared between threads."""

    def __init__(self) -> None:
        self.occupied: list[QRectF] = []  # where lines were drawn since it was last cleared

    def line_height(self, style: Style) -> float:
        """The distance between two lines in logical pixels."""
        return self._metric(style).height()

    def width(self, text: str, style: Style) -> float:
        """The width of `text` in logical pixels."""
        key = text, style
        if key not in _kept.widths:
            if len(_kept.widths) > _KEPT_SIZES:
                _kept.widths.clear()
            _kept.widths[key] = self._metric(style).horizontalAdvance(text)
        return _kept.widths[key]

    def elided(self, text: str, style: Style, width: float) -> str:
        """`text`, or as much of it as fits into `width` with an ellipsis."""
        if self.width(text, style) <= width:
            return text
        return self._metric(style).elidedText(text, Qt.TextElideMode.ElideRight, width)

    def wrapped(self, text: str, style: Style, width: float, lines: int) -> tuple[str, ...]:
        """`text` broken at spaces into at most `lines` lines of `width`; the last one is elided."""
        rows: list[str] = []
        words = text.split(" ")
        while words and len(rows) < lines - 1:
            taken = 1
            while taken < len(words) and self.width(" ".join(words[: taken + 1]), style) <= width:
                taken += 1
            rows.append(self.elided(" ".join(words[:taken]), style, width))
            words = words[taken:]
        if words:
            rows.append(self.elided(" ".join(words), style, width))
        return tuple(rows)

    def draw(self, painter: QPainter, left: float, top: float, text: str, style: Style) -> None:
        """One line whose top left corner is (left, top)."""
        if not text:
            return
        ratio = painter.device().devicePixelRatioF()
        image = self._line(text, style, ratio)
        self.occupied.append(QRectF(left, top, self.width(text, style), self.line_height(style)))
        # On whole device pixels, so that the kept picture is not blurred.
        x, y = (round((at - _MARGIN) * ratio) / ratio for at in (left, top))
        painter.drawImage(QPointF(x, y), image)

    def draw_right(self, painter: QPainter, right: float, top: float, text: str, style: Style) -> None:
        """One line whose top right corner is (right, top)."""
        self.draw(painter, right - self.width(text, style), top, text, style)

    def draw_centred(self, painter: QPainter, area: QRectF, text: str, style: Style) -> None:
        """One line in the middle of `area`, elided to its width."""
        shown = self.elided(text, style, area.width())
        left = area.center().x() - self.width(shown, style) / 2
        self.draw(painter, left, area.center().y() - self.line_height(style) / 2, shown, style)

    def _metric(self, style: Style) -> QFontMetricsF:
        if style not in _kept.metrics:
            _kept.metrics[style] = QFontMetricsF(text_font(style.pixels, bold=style.bold))
        return _kept.metrics[style]

    def _line(self, text: str, style: Style, ratio: float) -> QImage:
        key = text, style, ratio
        if key in _kept.lines:
            _kept.lines.move_to_end(key)
            return _kept.lines[key]
        image = _kept.lines[key] = self._drawn(text, style, ratio)
        if len(_kept.lines) > _KEPT_LINES:
            _kept.lines.popitem(last=False)
        return image

    def _drawn(self, text: str, style: Style, ratio: float) -> QImage:
        metric = self._metric(style)
        width, height = metric.horizontalAdvance(text) + 2 * _MARGIN, metric.height() + 2 * _MARGIN
        size = max(1, round(width * ratio + 1)), max(1, round(height * ratio + 1))
        image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setFont(text_font(style.pixels, bold=style.bold))
        painter.setPen(QColor.fromRgb(style.colour))
        painter.drawText(QPointF(_MARGIN, _MARGIN + metric.ascent()), text)
        painter.end()
        _add_halo(image, ratio)
        return image


def _add_halo(image: QImage, ratio: float) -> None:
    """Darken around the letters, in place. Stroking their outlines would take twenty times as long."""
    pixels = np.frombuffer(image.bits(), np.uint8).reshape(image.height(), image.width(), 4)
    letters = np.ascontiguousarray(pixels[..., 3])
    reach = 2 * max(1, round(1.6 * ratio)) + 1
    around = cv2.dilate(letters, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    soft = cv2.GaussianBlur(around, (3, 3), 0).astype(np.float32) * _HALO_OPACITY
    # Premultiplied: black adds to the opacity alone.
    pixels[..., 3] = np.rint(letters + soft * (1 - letters.astype(np.float32) / 255)).astype(np.uint8)

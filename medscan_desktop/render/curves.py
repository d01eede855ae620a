"""Curves on paper: an ECG's grid at 25 mm a second and 10 mm a millivolt, other channels each in its own range.

Lines are drawn by OpenCV into the canvas's memory: a hundred times faster than QPainter's polygons, which are Python
objects point by point, and a snapshot needs no widget. pyqtgraph would bring a second way of panning and none of this.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from medscan_desktop.render.fonts import text_font
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.document import (
    LABEL_MM,
    MM_PER_MILLIVOLT,
    MM_PER_SECOND,
    Curves,
    paper_mm,
)

PAPER = (0xFB, 0xF7, 0xF4)
_FINE, _COARSE = (0xF6, 0xDE, 0xDA), (0xE9, 0xB4, 0xAC)
_INK = (0x16, 0x1B, 0x22)
_LEAST_FINE_PIXELS = 3.5  # a millimetre smaller than that has no line of its own
_SUBPIXEL = 4  # bits behind the point in OpenCV's coordinates
_LABEL, _NOTE = 0x2B4C73, 0x8A5A12
_USED = 0.8  # of a row's height, for a channel in its own range
Floats = NDArray[np.float64]
_Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is under the pointer."""

    seconds: float
    label: str
    value: float
    unit: str

    @property
    def text(self) -> str:
        """`1.234 s · II 0.35 mV`."""
        value = "" if np.isnan(self.value) else f" · {self.label} {self.value:.4g} {self.unit}".rstrip()
        return f"{self.seconds:.3f} s{value}"


def paper_to_pane(pane: PaneMap) -> Floats:
    """2x3: mm right and down from the page's top left corner to logical pixels."""
    geometry = pane.geometry
    corners = pane.to_pane(geometry.to_patient(np.array([(-0.5, -0.5, 0.0), (0.5, -0.5, 0.0), (-0.5, 0.5, 0.0)])))
    right, down = (corners[1] - corners[0]) / geometry.spacing[0], (corners[2] - corners[0]) / geometry.spacing[1]
    return np.stack([right, down, corners[0]], axis=1)


def reading_at(curves: Curves, pane: PaneMap, position: tuple[float, float]) -> Reading | None:
    """Time and value of the channel nearest to a pane's logical pixel; None off the recording."""
    matrix = paper_to_pane(pane)
    x, y = np.linalg.solve(matrix[:, :2], np.asarray(position, float) - matrix[:, 2])
    row = round(y / curves.row_mm - 0.75)
    if not 0 <= row < len(curves.channels):
        return None
    channel = curves.channels[row]
    seconds = (float(x) - LABEL_MM) / MM_PER_SECOND
    sample = round((seconds - channel.offset_s) * curves.hz)
    if not 0 <= sample < curves.values.shape[1]:
        return None
    return Reading(seconds + curves.offset_s, channel.label, float(curves.values[row, sample]), channel.unit)


def draw_curves(canvas: QImage, texts: TextPainter, curves: Curves, pane: PaneMap, ratio: float, pixels: float) -> None:
    """The whole paper onto an RGB32 canvas whose device pixel ratio is still 1; `ratio` is what it will be."""
    matrix = paper_to_pane(pane) * ratio
    image = np.frombuffer(canvas.bits(), np.uint8).reshape(canvas.height(), canvas.width(), 4)
    size = np.array(paper_mm(curves))
    corners = np.array([(0, 0), (size[0], 0), size, (0, size[1])], float)
    cv2.fillConvexPoly(image, _fixed(_moved(matrix, corners)), _bgra(PAPER), cv2.LINE_AA, _SUBPIXEL)
    scale = float(np.linalg.norm(matrix[:, 0]))
    visible = _visible(matrix, canvas, size)
    _draw_grid(image, matrix, visible, float(size[1]), scale)
    thickness = max(1, round(1.2 * ratio))
    for row in range(len(curves.channels)):
        _draw_channel(image, matrix, curves, row, visible, scale, thickness)
    canvas.setDevicePixelRatio(ratio)
    painter = QPainter(canvas)
    _draw_words(painter, texts, curves, matrix / ratio, visible, pixels)
    painter.end()


def channel_points(curves: Curves, row: int, first: int, last: int, steps: int) -> Floats:
    """Samples `first` .. `last` of a channel as points in mm of paper; lowest and highest of each of `steps` parts
    where there are more samples than that, so that no peak is lost."""
    values = _in_paper(curves, row)[first:last].astype(np.float64)
    numbers = np.arange(first, first + len(values), dtype=np.float64)
    each = len(values) // steps if steps else 1
    if each > 2:
        whole = values[: len(values) // each * each].reshape(-1, each)
        with np.errstate(all="ignore"):
            filled = np.where(np.isnan(whole), np.inf, whole).min(1), np.where(np.isnan(whole), -np.inf, whole).max(1)
        values = np.stack(filled, axis=1).reshape(-1)
        values[~np.isfinite(values)] = np.nan
        numbers = np.repeat(numbers[: whole.size : each] + each / 2, 2)
    x = LABEL_MM + (numbers / curves.hz + curves.channels[row].offset_s) * MM_PER_SECOND
    return np.stack([x, (row + 0.75) * curves.row_mm - values], axis=1)


def _in_paper(curves: Curves, row: int) -> NDArray[np.float32]:
    """A channel's values in mm above its line."""
    values, millivolts = curves.values[row], curves.channels[row].in_millivolts
    if millivolts is not None:
        return np.asarray(values * np.float32(millivolts * MM_PER_MILLIVOLT))
    low, high = channel_range(curves, row)
    return np.asarray(
        (values - np.float32((low + high) / 2)) * np.float32(_USED * curves.row_mm / ((high - low) or 1.0))
    )


def channel_range(curves: Curves, row: int) -> tuple[float, float]:
    """Lowest and highest value, 0 and 0 where there is none."""
    values = curves.values[row]
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)


def _draw_channel(
    image: NDArray[np.uint8],
    matrix: Floats,
    curves: Curves,
    row: int,
    visible: tuple[float, float],
    scale: float,
    thickness: int,
) -> None:
    start = (visible[0] - LABEL_MM) / MM_PER_SECOND - curves.channels[row].offset_s
    end = (visible[1] - LABEL_MM) / MM_PER_SECOND - curves.channels[row].offset_s
    first = max(0, int(start * curves.hz) - 2)
    last = min(curves.values.shape[1], int(end * curves.hz) + 3)
    if last <= first:
        return
    columns = max(1, round((visible[1] - visible[0]) * scale))
    points = channel_points(curves, row, first, last, columns)
    gaps = np.flatnonzero(np.isnan(points[:, 1]))
    for part in np.split(points, gaps):
        known = part[~np.isnan(part[:, 1])]
        if len(known) > 1:
            line = _fixed(_moved(matrix, known))
            cv2.polylines(image, [line], False, _bgra(_INK), thickness, cv2.LINE_AA, _SUBPIXEL)


def _draw_grid(
    image: NDArray[np.uint8], matrix: Floats, visible: tuple[float, float], height: float, scale: float
) -> None:
    for step, colour in ((1, _FINE), (5, _COARSE)):
        if scale * step < _LEAST_FINE_PIXELS:
            continue
        for x in np.arange(np.ceil(visible[0] / step) * step, visible[1] + 1e-6, step):
            _line(image, matrix, [(x, 0), (x, height)], colour)
        for y in np.arange(0, height + 1e-6, step):
            _line(image, matrix, [(visible[0], y), (visible[1], y)], colour)


def _line(image: NDArray[np.uint8], matrix: Floats, ends: list[tuple[float, float]], colour: _Colour) -> None:
    start, end = _fixed(_moved(matrix, np.array(ends, float)))
    cv2.line(image, start.tolist(), end.tolist(), _bgra(colour), 1, cv2.LINE_AA, _SUBPIXEL)


def _visible(matrix: Floats, canvas: QImage, size: Floats) -> tuple[float, float]:
    """The paper's mm from left to right that lie on the canvas."""
    width, height = canvas.width(), canvas.height()
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    on_paper = np.linalg.solve(matrix[:, :2], (corners - matrix[:, 2]).T).T
    return float(np.clip(on_paper[:, 0].min(), 0, size[0])), float(np.clip(on_paper[:, 0].max(), 0, size[0]))


def _draw_words(
    painter: QPainter, texts: TextPainter, curves: Curves, matrix: Floats, visible: tuple[float, float], pixels: float
) -> None:
    for row, channel in enumerate(curves.channels):
        x, y = _moved(matrix, np.array([(visible[0] + 1.0, (row + 0.75) * curves.row_mm)]))[0]
        name = channel.label
        if channel.in_millivolts is None:
            low, high = channel_range(curves, row)
            name = f"{name}  {low:.4g} to {high:.4g} {channel.unit}".rstrip()
        painter.fillRect(_word_area(texts, name, x, y, pixels), 0xD0FBF7F4)
        _plain(painter, name, x + 2, y - pixels * 0.5, pixels, _LABEL)
    for at, text in curves.marks:
        if at >= 0:
            x, y = _moved(matrix, np.array([(LABEL_MM + at * MM_PER_SECOND, 4.5)]))[0]
            _plain(painter, text, x, y, pixels * 0.9, _NOTE)


def _word_area(texts: TextPainter, text: str, x: float, y: float, pixels: float) -> QRectF:
    return QRectF(x, y - pixels * 1.7, texts.width(text, Style(pixels)) + 5, pixels * 1.5)


def _plain(painter: QPainter, text: str, x: float, y: float, pixels: float, colour: int) -> None:
    """Dark letters for light paper; they need no halo."""
    painter.setFont(text_font(pixels))
    painter.setPen(QColor.fromRgb(colour))
    painter.drawText(QPointF(x, y), text)


def _moved(matrix: Floats, points: Floats) -> Floats:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def _fixed(points: Floats) -> NDArray[np.int32]:
    """With OpenCV's bits behind the point; far outside is far enough."""
    return np.asarray(np.rint(np.clip(points, -30_000, 30_000) * (1 << _SUBPIXEL)), np.int32)


def _bgra(colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    return colour[2], colour[1], colour[0], 255

"""Draws what a presentation state puts on an image: graphics and texts (PS3.3 C.10.5), and its shutter (C.7.6.11)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from medscan_desktop.render.contours import slice_transform
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.presentation import FrameLook, Graphic, GraphicKind, Place, Shutter, TextNote

Points = NDArray[np.float64]
_COLOUR = (255, 215, 94)
_STEPS = 96
_SPLINE_STEPS = 12
_DOT = 4.0


def draw_shutter(painter: QPainter, shutter: Shutter, pane: PaneMap) -> None:
    """Cover what lies outside of all its shapes, over the whole pane."""
    if pane.axes.through != 2:
        return
    to_pane = slice_transform(pane)
    everything = QPainterPath()
    everything.addRect(QRectF(-1, -1, 1e5, 1e5).translated(-5e4, -5e4))
    open_part: QPainterPath | None = None
    for shape in _shapes(shutter):
        mapped = to_pane.map(shape)
        open_part = mapped if open_part is None else open_part.intersected(mapped)
    if open_part is not None:
        painter.fillPath(everything.subtracted(open_part), QColor(*(shutter.grey,) * 3))


def _shapes(shutter: Shutter) -> list[QPainterPath]:
    """The open parts, in (column, row); the pixels on an edge are whole inside."""
    shapes = []
    if shutter.rectangle is not None:
        left, top, right, bottom = shutter.rectangle
        path = QPainterPath()
        path.addRect(QRectF(left - 0.5, top - 0.5, right - left + 1, bottom - top + 1))
        shapes.append(path)
    if shutter.circle is not None:
        column, row, radius = shutter.circle
        path = QPainterPath()
        path.addEllipse(QPointF(column, row), radius, radius)
        shapes.append(path)
    if shutter.polygon is not None:
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in shutter.polygon]))
        path.closeSubpath()
        shapes.append(path)
    return shapes


@dataclass(frozen=True, slots=True)
class _Paper:
    """Where positions of the object come to lie on the pane."""

    to_pane: QTransform
    display: tuple[QPointF, QPointF]  # on the pane: the displayed area's top left and bottom right

    def at(self, x: float, y: float, on_display: bool) -> QPointF:
        if not on_display:
            return self.to_pane.map(QPointF(x, y))
        first, last = self.display
        return QPointF(first.x() + (last.x() - first.x()) * x, first.y() + (last.y() - first.y()) * y)


def draw_look(painter: QPainter, texts: TextPainter, look: FrameLook, pane: PaneMap, pixels: float) -> None:
    """The graphics and texts of one slice."""
    if pane.axes.through != 2:
        return
    paper = _paper(look, pane)
    for graphic in look.graphics:
        _draw_graphic(painter, graphic, paper)
    for note in look.texts:
        _draw_text(painter, texts, note, paper, pixels)


def _paper(look: FrameLook, pane: PaneMap) -> _Paper:
    to_pane = slice_transform(pane)
    columns, rows, _ = pane.geometry.size_ijk
    first, last = (0.0, 0.0), (columns - 1.0, rows - 1.0)
    if look.area is not None:
        first, last = look.area.top_left, look.area.bottom_right
    corners = []
    for (x, y), (other_x, other_y) in ((first, last), (last, first)):  # outwards by half a pixel
        corners.append(to_pane.map(QPointF(x + (0.5 if x > other_x else -0.5), y + (0.5 if y > other_y else -0.5))))
    return _Paper(to_pane, (corners[0], corners[1]))


def _draw_graphic(painter: QPainter, graphic: Graphic, paper: _Paper) -> None:
    colour = QColor(*(graphic.colour or _COLOUR))
    ends = [paper.at(x, y, graphic.on_display) for x, y in _outline(graphic)]
    if graphic.kind is GraphicKind.POINT:
        painter.setPen(QPen(QColor(0, 0, 0, 160), 1.0))
        painter.setBrush(colour)
        for end in ends:
            painter.drawEllipse(end, _DOT, _DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return
    polygon = QPolygonF(ends)
    if graphic.is_filled:
        path = QPainterPath()
        path.addPolygon(polygon)
        painter.fillPath(path, colour)
    for pen in (QPen(QColor(0, 0, 0, 160), 3.4), QPen(colour, 1.6)):
        painter.setPen(pen)
        painter.drawPolyline(polygon)


def _outline(graphic: Graphic) -> Points:
    """The points of the line to draw, in the object's own units."""
    points = graphic.points
    if graphic.kind is GraphicKind.CIRCLE and len(points) >= 2:
        radius = float(np.linalg.norm(points[1] - points[0]))
        return _around(points[0], np.array([radius, 0.0]), np.array([0.0, radius]))
    if graphic.kind is GraphicKind.ELLIPSE and len(points) >= 4:
        return _around((points[0] + points[1]) / 2, (points[1] - points[0]) / 2, (points[3] - points[2]) / 2)
    if graphic.kind is GraphicKind.INTERPOLATED and len(points) >= 3:
        return _spline(points)
    return points


def _around(centre: Points, first: Points, second: Points) -> Points:
    angle = np.linspace(0, 2 * np.pi, _STEPS + 1)[:, None]
    return np.asarray(centre + np.cos(angle) * first + np.sin(angle) * second)


def _spline(points: Points) -> Points:
    """A Catmull-Rom curve through all points, closed where the last is the first."""
    is_closed = bool(np.allclose(points[0], points[-1]))
    before, after = (points[-2], points[1]) if is_closed else (2 * points[0] - points[1], 2 * points[-1] - points[-2])
    padded = np.vstack([before, points, after])
    t = (np.arange(_SPLINE_STEPS) / _SPLINE_STEPS)[:, None]
    parts = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )
    return np.vstack([*parts, points[-1:]])


def _draw_text(painter: QPainter, texts: TextPainter, note: TextNote, paper: _Paper, pixels: float) -> None:
    red, green, blue = note.colour or _COLOUR
    style = Style(pixels, red << 16 | green << 8 | blue, bold=True)
    line = texts.line_height(style)
    anchor = None if note.anchor is None else _at(paper, note.anchor)
    if note.box is None:
        if anchor is not None:
            _draw_lines(painter, texts, note.lines, anchor + QPointF(8, -line / 2), style)
            _draw_anchor(painter, note, anchor, None, style)
        return
    first, last = (_at(paper, corner) for corner in note.box)
    box = QRectF(first, last).normalized()
    for row, text in enumerate(note.lines):
        free = box.width() - texts.width(text, style)
        share = {"CENTER": 0.5, "RIGHT": 1.0}.get(note.justification, 0.0)
        texts.draw(painter, box.left() + free * share, box.top() + row * line, text, style)
    if anchor is not None:
        _draw_anchor(painter, note, anchor, box, style)


def _draw_lines(painter: QPainter, texts: TextPainter, lines: Sequence[str], at: QPointF, style: Style) -> None:
    for row, text in enumerate(lines):
        texts.draw(painter, at.x(), at.y() + row * texts.line_height(style), text, style)


def _draw_anchor(painter: QPainter, note: TextNote, anchor: QPointF, box: QRectF | None, style: Style) -> None:
    """A visible anchor has a dot, and a line to its box."""
    if not note.anchor_is_visible:
        return
    painter.setPen(QPen(QColor.fromRgb(style.colour), 1.2))
    painter.setBrush(QColor.fromRgb(style.colour))
    painter.drawEllipse(anchor, 2.0, 2.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if box is not None:
        near = QPointF(
            min(max(anchor.x(), box.left()), box.right()),
            min(max(anchor.y(), box.top()), box.bottom()),
        )
        painter.drawLine(near, anchor)


def _at(paper: _Paper, place: Place) -> QPointF:
    return paper.at(place.x, place.y, place.on_display)

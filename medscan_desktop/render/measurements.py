"""Draws measurements of every kind, saved or still being drawn, with their numbers beside them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind
from medscan_desktop.render.label_places import LED_FROM, Obstacles, free_place, nearest_point
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.outlines import arrow_head, handles_of, lines_of
from medscan_desktop.scene.showing import shown_measurements
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

Floats = NDArray[np.float64]
_SAVED, _SELECTED, _DRAFT = 0xFFD75E, 0x63E6FF, 0xFFE9A8
_RIM = QColor(0, 0, 0, 160)
_BARRED = (MeasurementKind.LENGTH, MeasurementKind.BIDIRECTIONAL)  # short bars show the exact ends
_WITHOUT_HANDLES = (MeasurementKind.TEXT,)
_CROSS_PX = 9.0  # reach of a probe's cross
_ARC_PX = 22.0  # radius of the arc in an angle
_LONGEST_TEXT = 0.6  # of the pane's width, for words that the user wrote


@dataclass
class MeasurementPainter:
    """Draws the measurements of one pane; keeps their labels off all texts and shapes that are already there.

    `labels` says afterwards where the words of each stand.
    """

    painter: QPainter
    texts: TextPainter
    pane: PaneMap
    area: QRectF
    pixels: float
    labels: dict[MeasurementId, QRectF] = field(default_factory=dict)

    def draw_all(self, workspace: Workspace, view: View) -> None:
        """All that lies on the plane shown, drafts last: first every shape, then the words around them."""
        shown = []
        for one, draft in shown_measurements(workspace, view, self.pane):
            is_chosen = one.id == workspace.selected
            is_open = draft is not None and not draft.is_saving
            colour = _DRAFT if is_open and draft is not None and not draft.is_changing else _SAVED
            colour = _SELECTED if is_chosen or (is_open and colour is _SAVED) else colour
            lines = lines_of(one, self.pane)
            self._draw_shape(one, lines, colour, strong=is_chosen or is_open or one.id == workspace.touched)
            shown.append((one, lines, colour, draft is not None and draft.is_written))
        if not shown:
            return
        obstacles = Obstacles.of([line for _, lines, _, _ in shown for line in lines])
        # What the user wrote has its place; the numbers go around it.
        for one, lines, colour, is_written in sorted(shown, key=lambda each: each[0].kind is not MeasurementKind.TEXT):
            if lines and not is_written:  # what is being written stands in its field
                self._draw_label(one, lines, obstacles, colour)

    def _draw_shape(self, one: Measurement, lines: list[Floats], colour: int, *, strong: bool) -> None:
        if one.kind is MeasurementKind.PROBE and lines:
            self._stroke(_cross(lines[0][0]), colour)
        elif one.kind is not MeasurementKind.TEXT:
            self._stroke(lines, colour, width=2.2 if strong else 1.6)
        if one.kind in _BARRED:
            self._stroke([bar for line in lines for bar in _end_bars(line)], colour)
        elif one.kind is MeasurementKind.ARROW and lines and len(lines[0]) > 1:
            self._draw_head(lines[0], colour)
        elif one.kind is MeasurementKind.ANGLE and lines:
            self._stroke(_arc(lines[0]), colour, width=1.2)
        elif one.kind is MeasurementKind.COBB and len(lines) > 1:
            self._stroke([np.stack([line.mean(axis=0) for line in lines])], colour, width=1.0, dashed=True)
        if strong and one.kind not in _WITHOUT_HANDLES:
            self._draw_handles(handles_of(one, self.pane), colour)

    def _stroke(self, lines: list[Floats], colour: int, *, width: float = 1.6, dashed: bool = False) -> None:
        """With a dark rim, so that it reads on white too."""
        polygons = [QPolygonF([QPointF(x, y) for x, y in line.tolist()]) for line in lines if len(line) > 1]
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(_RIM, width + 1.8), QPen(QColor.fromRgb(colour), width)):
            if dashed:
                pen.setDashPattern([4.0, 4.0])
            self.painter.setPen(pen)
            for polygon in polygons:
                self.painter.drawPolyline(polygon)

    def _draw_head(self, line: Floats, colour: int) -> None:
        head = arrow_head(line[0], line[1])
        if head is not None:
            self.painter.setPen(QPen(_RIM, 1.2))
            self.painter.setBrush(QColor.fromRgb(colour))
            self.painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in head.tolist()]))
            self.painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_handles(self, handles: Floats, colour: int) -> None:
        self.painter.setPen(QPen(QColor(0, 0, 0, 200), 1.0))
        self.painter.setBrush(QColor.fromRgb(colour))
        for x, y in handles.tolist():
            self.painter.drawEllipse(QPointF(x, y), 3.5, 3.5)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_label(self, one: Measurement, lines: list[Floats], obstacles: Obstacles, colour: int) -> None:
        style = Style(self.pixels, colour, bold=True)
        rows = self._rows(one, style)
        if not rows:
            return
        line = self.texts.line_height(style)
        size = max(self.texts.width(row, style) for row in rows), line * len(rows)
        if one.kind is MeasurementKind.TEXT:
            x, y = lines[0][0].tolist()
            place = None
            if not self._fits(x, y, size):
                place = free_place(QRectF(x, y, 0, 0), size, self.area, (), Obstacles.of(()))
            place = place or QRectF(x, y, *size)
        else:
            around = lines[0][1:2] if one.kind is MeasurementKind.ARROW else np.concatenate(lines)
            low, high = around.min(axis=0), around.max(axis=0)
            reach = _CROSS_PX if one.kind is MeasurementKind.PROBE else 0.0
            frame = QRectF(QPointF(*(low - reach).tolist()), QPointF(*(high + reach).tolist()))
            place = free_place(frame, size, self.area, self.texts.occupied, obstacles)
            self._draw_leader([around], place, colour)
        self.labels[one.id] = place
        for number, row in enumerate(rows):
            self.texts.draw(self.painter, place.left(), place.top() + number * line, row, style)

    def _rows(self, one: Measurement, style: Style) -> tuple[str, ...]:
        """The user's name for it and its numbers; what is wider than the pane is broken, then elided, never cut."""
        most = max(self.area.width() - 2.0, 1.0)
        is_prose = one.kind in (MeasurementKind.TEXT, MeasurementKind.ARROW)
        words = (one.label, *one.lines) if one.label else one.lines
        if not is_prose:
            return tuple(self.texts.elided(row, style, most) for row in words)
        room = min(most, self.area.width() * _LONGEST_TEXT)
        return tuple(part for row in words for part in self.texts.wrapped(row, style, room, 4))

    def _draw_leader(self, lines: list[Floats], place: QRectF, colour: int) -> None:
        """From words that stand apart to their shape."""
        near = nearest_point(lines, place)
        if near[2] < LED_FROM:
            return
        pen = QPen(QColor.fromRgb(colour), 1.0)
        pen.setDashPattern([2.0, 3.0])
        self.painter.setPen(pen)
        self.painter.drawLine(near[0], near[1])

    def _fits(self, x: float, y: float, size: tuple[float, float]) -> bool:
        return self.area.contains(QRectF(x, y, *size))


def _end_bars(ends: Floats) -> list[Floats]:
    """Short bars across the ends, which show the exact point better than a dot does."""
    along = ends[-1] - ends[0]
    length = float(np.linalg.norm(along))
    if length < 1e-6:
        return []
    bar = np.array([-along[1], along[0]]) / length * 4.0
    return [np.stack([end - bar, end + bar]) for end in (ends[0], ends[-1])]


def _cross(at: Floats) -> list[Floats]:
    """A cross that leaves the pixel itself free."""
    ways = np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
    return [np.stack([at + way * 3.0, at + way * _CROSS_PX]) for way in ways]


def _arc(legs: Floats) -> list[Floats]:
    """The arc between the legs of an angle (end, vertex, end), within the shorter one."""
    if len(legs) != 3:
        return []
    one, other = legs[0] - legs[1], legs[2] - legs[1]
    radius = min(_ARC_PX, float(np.linalg.norm(one)) * 0.8, float(np.linalg.norm(other)) * 0.8)
    if radius < 3.0:
        return []
    start = float(np.arctan2(one[1], one[0]))
    turn = float(np.arctan2(one[0] * other[1] - one[1] * other[0], one @ other))
    angles = start + np.linspace(0, turn, 24)
    return [legs[1] + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)]

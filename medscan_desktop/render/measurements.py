"""Draws lengths and ellipses, saved or still being drawn, with their numbers beside them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.drawing import slice_of
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

_SAVED, _SELECTED, _DRAFT = 0xFFD75E, 0x63E6FF, 0xFFE9A8
_PARALLEL = 0.999  # cosine between the plane drawn on and the plane shown
_ELLIPSE_STEPS = 96


@dataclass
class MeasurementPainter:
    """Draws the measurements of one pane; keeps their labels off all texts that are already there."""

    painter: QPainter
    texts: TextPainter
    pane: PaneMap
    area: QRectF
    pixels: float

    def draw_all(self, workspace: Workspace, view: View, stack: Stack) -> None:
        """All that lies on the plane shown, drafts last."""
        for measurement in workspace.measurements:
            if _belongs(measurement, stack) and is_on_plane(measurement, self.pane, stack):
                selected = measurement.id == workspace.selected
                self._draw(measurement, _SELECTED if selected else _SAVED, handles=selected)
        for draft in workspace.drafts:
            if draft.view == view.id and is_on_plane(draft.measurement, self.pane, stack):
                self._draw(draft.measurement, _DRAFT, handles=True)

    def _draw(self, measurement: Measurement, colour: int, *, handles: bool) -> None:
        ends = self.pane.to_pane(measurement.points)
        outline = ends if measurement.kind is MeasurementKind.LENGTH else _ellipse(ends)
        polygon = QPolygonF([QPointF(*point) for point in outline])
        rim, pen = QPen(QColor(0, 0, 0, 160), 3.4), QPen(QColor.fromRgb(colour), 1.6)
        for each in (rim, pen):
            self.painter.setPen(each)
            self.painter.drawPolyline(polygon)
        if measurement.kind is MeasurementKind.LENGTH:
            self._draw_ends(ends, colour)
        if handles:
            self._draw_handles(ends, colour)
        self._draw_label(measurement, polygon.boundingRect(), colour)

    def _draw_ends(self, ends: NDArray[np.float64], colour: int) -> None:
        """Short bars across the ends, which show the exact point better than a dot does."""
        along = ends[1] - ends[0]
        length = float(np.linalg.norm(along))
        if length < 1e-6:
            return
        bar = np.array([-along[1], along[0]]) / length * 4.0
        for pen in (QPen(QColor(0, 0, 0, 160), 3.4), QPen(QColor.fromRgb(colour), 1.6)):
            self.painter.setPen(pen)
            for end in ends:
                self.painter.drawLine(QPointF(*(end - bar)), QPointF(*(end + bar)))

    def _draw_handles(self, ends: NDArray[np.float64], colour: int) -> None:
        self.painter.setPen(QPen(QColor(0, 0, 0, 200), 1.0))
        self.painter.setBrush(QColor.fromRgb(colour))
        for end in ends:
            self.painter.drawEllipse(QPointF(*end), 3.5, 3.5)
        self.painter.setBrush(QColor(0, 0, 0, 0))

    def _draw_label(self, measurement: Measurement, shape: QRectF, colour: int) -> None:
        rows = measurement.lines
        style = Style(self.pixels, colour, bold=True)
        line = self.texts.line_height(style)
        width = max((self.texts.width(row, style) for row in rows), default=0.0)
        place = self._free_place(shape, width, line * len(rows))
        for row, text in enumerate(rows):
            self.texts.draw(self.painter, place.left(), place.top() + row * line, text, style)

    def _free_place(self, shape: QRectF, width: float, height: float) -> QRectF:
        """Right, left, below or above the shape: the first place in the pane that no other label has."""
        gap, middle = 8.0, shape.center()
        corners = (
            (shape.right() + gap, middle.y() - height / 2),
            (shape.left() - gap - width, middle.y() - height / 2),
            (middle.x() - width / 2, shape.bottom() + gap),
            (middle.x() - width / 2, shape.top() - gap - height),
        )
        places = [QRectF(left, top, width, height) for left, top in corners]
        free = [place for place in places if self.area.contains(place) and not self._is_taken(place)]
        return free[0] if free else self._pushed_inside(places[0])

    def _is_taken(self, place: QRectF) -> bool:
        return any(place.intersects(other) for other in self.texts.occupied)

    def _pushed_inside(self, place: QRectF) -> QRectF:
        left = max(self.area.left(), min(place.left(), self.area.right() - place.width()))
        top = max(self.area.top(), min(place.top(), self.area.bottom() - place.height()))
        return QRectF(left, top, place.width(), place.height())


def _belongs(measurement: Measurement, stack: Stack) -> bool:
    """Whether it was drawn on this stack: a series may hold several in the same place (echoes, phases)."""
    if measurement.series_instance_uid != stack.series_instance_uid:
        return False
    if measurement.anchor_instance is not None and stack.instance_uids:
        return stack.slice_of(measurement.anchor_instance, measurement.anchor_frame) is not None
    image = measurement.sop_instance_uid
    return image is None or not stack.instance_uids or image in stack.instance_uids


def is_on_plane(measurement: Measurement, pane: PaneMap, stack: Stack) -> bool:
    """Whether it was drawn on the slice shown: parallel planes, less than half a slice apart."""
    if not pane.geometry.spatial:
        return slice_of(measurement, stack) == pane.slice_index
    if abs(float(np.asarray(measurement.normal) @ pane.normal)) < _PARALLEL:
        return False
    step = abs(float(pane.geometry.affine[:3, pane.axes.through] @ pane.normal))
    middle = np.asarray(measurement.points[0]) if measurement.points else pane.origin
    return abs(float((middle - pane.origin) @ pane.normal)) <= step / 2 + 1e-6


def _ellipse(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points around the ellipse of (centre, end of one half axis, end of the other)."""
    if len(ends) < 3:
        return ends
    angle = np.linspace(0, 2 * np.pi, _ELLIPSE_STEPS + 1)[:, None]
    centre, first, second = ends[:3]
    return np.asarray(centre + np.cos(angle) * (first - centre) + np.sin(angle) * (second - centre))

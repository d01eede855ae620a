"""Draws outlines on the slice they lie on: lines at their true positions, filled faintly, points as crosses."""

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from medscan_desktop.imaging.contours import Contour, ContourKind
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.overlay import ContourLayer

_KEPT = 512  # slices' paths; a structure set has some ten on each
_CROSS = 5.0


@dataclass(frozen=True, slots=True)
class _Paths:
    """The contours of a slice in (column, row) of that slice."""

    contours: tuple[Contour, ...]  # held, so that its identity stays its own
    closed: QPainterPath
    open: QPainterPath
    points: tuple[NDArray[np.float64], ...]


@dataclass
class ContourPainter:
    """Keeps the paths it made: a slice that is scrolled over again costs only the drawing. Not shared by threads."""

    _paths: OrderedDict[int, _Paths] = field(default_factory=OrderedDict)

    def draw(self, painter: QPainter, layers: tuple[ContourLayer, ...], pane: PaneMap) -> None:
        """The outlines on the slice shown; none in a plane across the slices."""
        if pane.axes.through != 2:
            return
        to_pane = slice_transform(pane)
        for layer in layers:
            contours = layer.outlines.get(pane.slice_index)
            if contours:
                self._draw(painter, layer, self._of(contours, pane.geometry), to_pane)

    def _draw(self, painter: QPainter, layer: ContourLayer, paths: _Paths, to_pane: QTransform) -> None:
        colour = QColor(*layer.colour)
        inside = QColor(*layer.colour)
        inside.setAlphaF(min(max(layer.opacity, 0.0), 1.0))
        closed, opened = to_pane.map(paths.closed), to_pane.map(paths.open)
        if layer.opacity > 0:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # the line covers the steps of the edge
            painter.fillPath(closed, inside)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        crosses = [to_pane.map(QPointF(x, y)) for points in paths.points for x, y in points]
        # Lines of one pixel, with a shadow so that they read on white: wider ones take Qt fifty times as long.
        shadow, line = QPen(QColor(0, 0, 0, 140), 1.0), QPen(colour, 1.0)
        for pen, shift in ((shadow, 1.0), (line, 0.4), (line, 0.0)):
            painter.setPen(pen)
            painter.drawPath(closed.translated(shift, shift))
            painter.drawPath(opened.translated(shift, shift))
            for cross in crosses:
                at = cross + QPointF(shift, shift)
                painter.drawLine(at - QPointF(_CROSS, 0), at + QPointF(_CROSS, 0))
                painter.drawLine(at - QPointF(0, _CROSS), at + QPointF(0, _CROSS))

    def _of(self, contours: tuple[Contour, ...], geometry: Geometry) -> _Paths:
        key = id(contours)
        if key in self._paths:
            self._paths.move_to_end(key)
            return self._paths[key]
        paths = self._paths[key] = _made(contours, geometry)
        if len(self._paths) > _KEPT:
            self._paths.popitem(last=False)
        return paths


def slice_transform(pane: PaneMap) -> QTransform:
    """From (column, row) of the slice shown, whole numbers at pixel centres, to the pane's logical pixels."""
    k = pane.slice_index
    corners = pane.geometry.to_patient(np.array([(0, 0, k), (1, 0, k), (0, 1, k)], float))
    origin, across, down = pane.to_pane(corners)
    (a, b), (c, d) = (across - origin).tolist(), (down - origin).tolist()
    return QTransform(a, b, c, d, float(origin[0]), float(origin[1]))


def _made(contours: tuple[Contour, ...], geometry: Geometry) -> _Paths:
    closed, opened, points = QPainterPath(), QPainterPath(), []
    for contour in contours:
        flat = geometry.to_index(contour.points)[:, :2]
        if contour.kind is ContourKind.POINT or len(flat) < 2:
            points.append(flat)
            continue
        polygon = QPolygonF([QPointF(x, y) for x, y in flat])
        if contour.kind is ContourKind.CLOSED:
            closed.addPolygon(polygon)
            closed.closeSubpath()
        else:
            opened.addPolygon(polygon)
    return _Paths(contours, closed, opened, tuple(points))

"""Draws the box that is being dragged in a view."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.display import Marquee


def draw_marquee(painter: QPainter, marquee: Marquee, pane: PaneMap) -> None:
    """A dashed box along the pane's edges, or a line, on a dark one, so that it reads on white."""
    start, end = pane.to_pane([marquee.start, marquee.end]).tolist()
    area = QRectF(QPointF(*start), QPointF(*end)).normalized()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, style in ((QColor(0, 0, 0, 180), Qt.PenStyle.SolidLine), (QColor(255, 233, 168), Qt.PenStyle.DashLine)):
        painter.setPen(QPen(colour, 1.4, style))
        if marquee.is_line:
            painter.drawLine(QPointF(*start), QPointF(*end))
        else:
            painter.drawRect(area)

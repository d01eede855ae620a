"""Draws where the active pane's slice cuts another pane, and the 3D cursor's cross."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.linking import cursor_in
from medscan_desktop.scene.reference_lines import reference_lines
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

_LINE, _CURSOR = 0x5AC8FA, 0xFFB454
_GAP, _ARM = 5.0, 13.0  # of the cross: open in the middle, so that what it points at is seen


def draw_reference_lines(painter: QPainter, workspace: Workspace, view: View, pane: PaneMap) -> None:
    """The slice of the active pane as a line, its first and last slices faint."""
    for line in reference_lines(workspace, view, pane):
        ends = QLineF(QPointF(*line.start), QPointF(*line.end))
        colour = QColor.fromRgb(_LINE)
        colour.setAlpha(90 if line.is_edge else 230)
        if not line.is_edge:
            painter.setPen(QPen(QColor(0, 0, 0, 120), 3.0))
            painter.drawLine(ends)
        painter.setPen(
            QPen(colour, 1.0 if line.is_edge else 1.4, Qt.PenStyle.DashLine if line.is_edge else Qt.PenStyle.SolidLine)
        )
        painter.drawLine(ends)


def draw_cursor(painter: QPainter, workspace: Workspace, view: View, pane: PaneMap, area: QRectF) -> None:
    """A cross at the 3D cursor; faint where the pane's slice does not contain it."""
    stack = workspace.stack(view.stack)
    target = cursor_in(workspace, stack) if stack is not None else None
    if target is None:
        return
    x, y = pane.to_pane(target).tolist()
    if not area.contains(QPointF(x, y)):
        return
    away = abs(float((target - pane.origin) @ pane.normal))
    colour = QColor.fromRgb(_CURSOR)
    colour.setAlpha(255 if away <= pane.step_mm / 2 + 1e-6 else 90)
    arms = [
        QLineF(x + way[0] * _GAP, y + way[1] * _GAP, x + way[0] * _ARM, y + way[1] * _ARM)
        for way in np.array([(1, 0), (-1, 0), (0, 1), (0, -1)]).tolist()
    ]
    for pen in (QPen(QColor(0, 0, 0, colour.alpha() * 2 // 3), 3.6), QPen(colour, 1.8)):
        painter.setPen(pen)
        painter.drawLines(arms)

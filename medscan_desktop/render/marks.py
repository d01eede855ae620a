"""The marks of a plane: orientation letters, the ruler, and where the other planes cross it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from medscan_desktop.imaging.distance_scale import DistanceScale
from medscan_desktop.render.colours import PALE
from medscan_desktop.render.corners import PLANE_COLOURS
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.letters import EdgeLetters
from medscan_desktop.scene.plane_lines import HANDLE_PX, OPEN_PX, plane_lines
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import GripPart, Workspace

_LETTER_COLOUR = 0x8FD3FF
_RULER_MM = (500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0)
_FREE = 0.28  # of the height, between the corners
_EDGE = 6.0  # pixels between an edge and what stands there


def draw_letters(painter: QPainter, texts: TextPainter, letters: EdgeLetters, area: QRectF, pixels: float) -> None:
    """The letters (left, right, top, bottom) in the middle of the area's edges."""
    style = Style(pixels * 1.2, _LETTER_COLOUR, bold=True)
    line = texts.line_height(style)
    left, right, top, bottom = letters
    middle = area.center()
    ruler = 2.2 * pixels  # the ruler stands at the right edge, outside the letter
    texts.draw(painter, area.left() + _EDGE, middle.y() - line / 2, left, style)
    texts.draw_right(painter, area.right() - _EDGE - ruler, middle.y() - line / 2, right, style)
    texts.draw(painter, middle.x() - texts.width(top, style) / 2, area.top() + 2, top, style)
    texts.draw(painter, middle.x() - texts.width(bottom, style) / 2, area.bottom() - line - 2, bottom, style)


def draw_ruler(
    painter: QPainter, texts: TextPainter, scale: DistanceScale, mm_per_pixel: float, area: QRectF, pixels: float
) -> None:
    """A ruler with ten parts at the right edge, and how far to trust it; none where nothing calibrates the image.

    `mm_per_pixel` is in the geometry's unit.
    """
    mm_per_pixel *= scale.factor
    style = Style(pixels * 0.9)
    words = texts.line_height(style) * (2 if scale.calibration else 1)
    room = min(area.height() * 0.24, area.height() * _FREE - words)  # its words stand above and below it
    length = next((mm for mm in _RULER_MM if mm / mm_per_pixel <= room), None)
    if scale.unit == "px" or length is None or length / mm_per_pixel < 20:
        return
    height = length / mm_per_pixel
    right, top = area.right() - _EDGE, area.center().y() - height / 2
    steps = 10 if height > 60 else 5
    lines = [QLineF(right, top, right, top + height)]
    for step in range(steps + 1):
        tick = 9.0 if step in (0, steps) else 6.0 if step * 2 == steps else 4.0
        lines.append(QLineF(right - tick, top + height * step / steps, right, top + height * step / steps))
    draw_haloed(painter, lines, QColor.fromRgb(PALE), 1.2)
    label = f"{length / 10:g} cm" if length >= 10 else f"{length:g} mm"
    texts.draw_right(painter, right, top - texts.line_height(style) - 1, label, style)
    trust = texts.elided(scale.calibration, style, area.width() * 0.45)
    texts.draw_right(painter, right, top + height + 1, trust, style)


def draw_crosshair(painter: QPainter, workspace: Workspace, view: View, pane: PaneMap, area: QRectF) -> None:
    """Where the other planes on screen cross this one, each in its colour, open around the crossing.

    Handles to turn them show while the crosshair is the tool or the hand is on a line.
    """
    grip = workspace.grip if workspace.grip is not None and workspace.grip.view == view.id else None
    size = (round(area.width()), round(area.height()))
    for line in plane_lines(workspace, view, pane):
        is_touched = grip is not None and (grip.kind is line.kind or grip.part is GripPart.CENTRE)
        colour = QColor.fromRgb(PLANE_COLOURS[line.kind])
        reach = area.width() + area.height() + float(np.abs(line.centre).sum())
        ends = [
            QLineF(
                QPointF(*(line.centre + line.direction * OPEN_PX * side)),
                QPointF(*(line.centre + line.direction * reach * side)),
            )
            for side in (-1.0, 1.0)
        ]
        colour.setAlpha(255 if is_touched else 170)
        painter.setPen(QPen(colour, 2.0 if is_touched else 1.0))
        painter.drawLines(ends)
        if grip is not None or workspace.tool == "crosshair":
            is_held = is_touched and grip is not None and grip.part is GripPart.HANDLE
            _draw_handles(painter, line.handles(size), colour, filled=is_held)


def _draw_handles(painter: QPainter, handles: NDArray[np.float64], colour: QColor, *, filled: bool) -> None:
    for at in handles.tolist():
        painter.setPen(QPen(QColor(0, 0, 0, 160), 3.4))
        painter.setBrush(colour if filled else QColor(0, 0, 0, 90))
        painter.drawEllipse(QPointF(*at), HANDLE_PX, HANDLE_PX)
        painter.setPen(QPen(colour, 1.6))
        painter.drawEllipse(QPointF(*at), HANDLE_PX, HANDLE_PX)
    painter.setBrush(QColor(0, 0, 0, 0))


def draw_haloed(painter: QPainter, lines: list[QLineF], colour: QColor, width: float) -> None:
    """Lines with a dark rim, so that they read on white too."""
    for pen in (QPen(QColor(0, 0, 0, 150), width + 2.0), QPen(colour, width)):
        painter.setPen(pen)
        painter.drawLines(lines)

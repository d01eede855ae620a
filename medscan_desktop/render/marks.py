"""The marks of a plane: orientation letters, the ruler, and where the other planes cross it."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from medscan_desktop.domain.measurement import Point
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.colours import PALE
from medscan_desktop.render.corners import PLANE_COLOURS
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap, plane_axes
from medscan_desktop.scene.letters import EdgeLetters
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

_LETTER_COLOUR = 0x8FD3FF
_RULER_MM = (500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0)
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
    painter: QPainter, texts: TextPainter, volume: Volume, mm_per_pixel: float, area: QRectF, pixels: float
) -> None:
    """A ruler with ten parts at the right edge; none where nothing calibrates the image."""
    room = area.height() * 0.24  # what the corners leave free, with space for its label
    length = next((mm for mm in _RULER_MM if mm / mm_per_pixel <= room), None)
    if volume.calibration == "px" or length is None or length / mm_per_pixel < 20:
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
    style = Style(pixels * 0.9)
    texts.draw_right(painter, right, top - texts.line_height(style) - 1, label, style)


def draw_crosshair(painter: QPainter, workspace: Workspace, view: View, pane: PaneMap, area: QRectF) -> None:
    """Where the other planes on screen cross this one, each in its colour, open around the crossing."""
    focus = workspace.focus.get(view.stack) if view.stack is not None else None
    if focus is None or not workspace.crosshair or view.kind not in PLANE_COLOURS:
        return
    for kind in PLANE_COLOURS:
        if kind is view.kind or not any(other.kind is kind and other.stack == view.stack for other in workspace.views):
            continue
        along = pane.axes.down if plane_axes(pane.geometry, kind).through == pane.axes.right else pane.axes.right
        _draw_crossing(painter, pane, focus, along, QColor.fromRgb(PLANE_COLOURS[kind]), area)


def _draw_crossing(painter: QPainter, pane: PaneMap, focus: Point, along: int, colour: QColor, area: QRectF) -> None:
    """A line through the focus along one index axis, across the whole area."""
    centre, ahead = pane.to_pane(np.stack([focus, np.asarray(focus) + pane.geometry.directions[:, along]]))
    step = (ahead - centre) / np.linalg.norm(ahead - centre)
    reach, gap = area.width() + area.height() + float(np.abs(centre).sum()), 14.0
    lines = [
        QLineF(QPointF(*(centre + step * gap * side)), QPointF(*(centre + step * reach * side))) for side in (-1.0, 1.0)
    ]
    colour.setAlpha(170)
    painter.setPen(QPen(colour, 1.0))
    painter.drawLines(lines)


def draw_haloed(painter: QPainter, lines: list[QLineF], colour: QColor, width: float) -> None:
    """Lines with a dark rim, so that they read on white too."""
    for pen in (QPen(QColor(0, 0, 0, 150), width + 2.0), QPen(colour, width)):
        painter.setPen(pen)
        painter.drawLines(lines)

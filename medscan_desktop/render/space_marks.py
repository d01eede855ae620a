"""The marks of a 3D pane: the crop box with its handles, the clip plane's handle, and a cube that shows the sides."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from medscan_desktop.imaging.geometry import Geometry, orientation_letters
from medscan_desktop.render.fonts import text_font
from medscan_desktop.scene.orbit import Orbit
from medscan_desktop.scene.space import FACES, corner_points, face_name
from medscan_desktop.scene.space_handles import HANDLE_PX, handles, view_orbit
from medscan_desktop.scene.view import View

_LINE, _HELD, _HANDLE = QColor(255, 215, 94), QColor(255, 255, 255), QColor(255, 190, 40)
_PLANE = QColor(110, 205, 255)
_CUBE_SHARE, _CUBE_LEAST, _CUBE_MOST = 0.05, 16.0, 28.0  # half an edge, of the pane's shorter side, in pixels
_CUBE_FACE, _CUBE_EDGE, _CUBE_TEXT = QColor(38, 46, 58, 225), QColor(120, 136, 156), QColor(225, 232, 240)
# The cube's faces: the way they look (LPS), and the patient's way that is up on them.
_SIDES = (((1, 0, 0), (0, 0, 1)), ((-1, 0, 0), (0, 0, 1)), ((0, 1, 0), (0, 0, 1)), ((0, -1, 0), (0, 0, 1)))
_ENDS = (((0, 0, 1), (0, 1, 0)), ((0, 0, -1), (0, -1, 0)))


def draw_box(painter: QPainter, geometry: Geometry, view: View, size: tuple[int, int]) -> None:
    """The crop box and the handles, where they are shown."""
    if not view.space.box_shown:
        return
    seen = view_orbit(geometry, view, size)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    corners = seen.to_pane(corner_points(geometry, view.space.crop), size)
    lines = []
    for axis in range(3):
        for start, end in zip(
            np.take(corners, 0, axis=axis).reshape(-1, 2), np.take(corners, 1, axis=axis).reshape(-1, 2), strict=True
        ):
            lines.append(QLineF(_point(start), _point(end)))
    for width, colour in ((3.0, QColor(0, 0, 0, 150)), (1.2, _LINE)):
        painter.setPen(QPen(colour, width))
        painter.drawLines(lines)
    font = text_font(11, bold=True)
    painter.setFont(font)
    shown = handles(geometry, view)
    for number in sorted(shown, key=lambda one: -float(seen.depth(shown[one]))):
        name = "" if number == FACES else face_name(geometry, number)
        _draw_handle(painter, seen.to_pane(shown[number], size), name, number, held=view.space.held == number)


def _draw_handle(painter: QPainter, at: NDArray[np.float64], name: str, number: int, *, held: bool) -> None:
    fill = _HELD if held else _PLANE if number == FACES else _HANDLE
    place = _point(at)
    painter.setPen(QPen(QColor(0, 0, 0, 190), 1.5))
    painter.setBrush(fill)
    painter.drawEllipse(place, HANDLE_PX, HANDLE_PX)
    painter.setPen(QColor(20, 20, 20))
    area = QRectF(place.x() - 10, place.y() - 10, 20, 20)
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), name[:1] or "↕")
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_cube(painter: QPainter, seen: Orbit, area: QRectF, *, above: float) -> None:
    """A cube turned as the patient is, each face named by its side; in the lower left, `above` pixels over the edge."""
    half = min(max(min(area.width(), area.height()) * _CUBE_SHARE, _CUBE_LEAST), _CUBE_MOST)
    middle = QPointF(area.left() + half * 1.9 + 4, area.bottom() - above - half * 1.9)
    if middle.y() < area.center().y():
        return  # the words take the room in a small pane, and they go first
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(text_font(half * 1.05, bold=True))
    for way, up in (*_SIDES, *_ENDS):
        normal, upright = np.asarray(way, float), np.asarray(up, float)
        facing = float(normal @ seen.towards_viewer)
        if facing > 0.03:
            _draw_face(painter, seen, middle, half, normal, upright, facing)
    painter.restore()


def _draw_face(
    painter: QPainter,
    seen: Orbit,
    middle: QPointF,
    half: float,
    normal: NDArray[np.float64],
    up: NDArray[np.float64],
    facing: float,
) -> None:
    """One face with its letter, drawn as it lies in space."""
    across = np.cross(up, normal)

    def on_screen(place: NDArray[np.float64]) -> QPointF:
        return QPointF(middle.x() + float(place @ seen.right) * half, middle.y() - float(place @ seen.up) * half)

    outline = [on_screen(normal + a * across + b * up) for a, b in ((-1, 1), (1, 1), (1, -1), (-1, -1))]
    fill = QColor(_CUBE_FACE)
    painter.setBrush(fill.lighter(100 + round(70 * facing)))
    painter.setPen(QPen(_CUBE_EDGE, 1.2))
    painter.drawPolygon(QPolygonF(outline))
    origin, right, down = on_screen(normal - across + up), outline[1] - outline[0], outline[3] - outline[0]
    painter.save()
    side = 2 * half
    flat = QTransform(right.x() / side, right.y() / side, down.x() / side, down.y() / side, origin.x(), origin.y())
    painter.setTransform(flat, True)
    painter.setPen(_CUBE_TEXT)
    painter.drawText(QRectF(0, 0, side, side), int(Qt.AlignmentFlag.AlignCenter), orientation_letters(normal))
    painter.restore()


def _point(at: NDArray[np.float64]) -> QPointF:
    return QPointF(float(at[0]), float(at[1]))

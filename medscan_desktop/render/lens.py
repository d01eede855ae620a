"""The magnifier: a round glass over the pane, filled from the volume's own values and not from the picture below it."""

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.canvas import black
from medscan_desktop.render.oblique import grid_of
from medscan_desktop.render.plane_image import PlaneImage, Sampler
from medscan_desktop.render.refining import Later
from medscan_desktop.render.sampling import Sampled
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.view import View

TIMES = 3  # larger than the picture around it
_SHARE, _LARGEST = 0.45, 260  # of the pane's shorter side, and logical pixels at most


class Lens:
    """One pane's magnifier. Not shared between threads."""

    def __init__(self, sampler: Sampler, later: Later[Sampled | None] | None = None) -> None:
        self._image = PlaneImage(sampler, later)
        self._texts = TextPainter()

    def draw(
        self,
        painter: QPainter,
        volume: Volume,
        view: View,
        pane: PaneMap,
        pointer: tuple[float, float],
        size: tuple[int, int],
    ) -> None:
        """The glass around `pointer` (logical pixels) in a pane of `size`; what is under the pointer stays there."""
        side = max(16, round(min(min(size) * _SHARE, _LARGEST)))
        near = under_lens(pane, pointer, side)
        ratio = painter.device().devicePixelRatioF()
        picture = black((side, side), ratio)
        k = near.acquired_index
        if k is None or volume.loaded[k]:
            grid = grid_of(near, (side, side), ratio)
            target = picture if grid.size == (picture.width(), picture.height()) else black(grid.size)
            self._image.draw(target, volume, grid, view)
            picture = target
        picture.setDevicePixelRatio(ratio)
        area = QRectF(pointer[0] - side / 2, pointer[1] - side / 2, side, side)
        circle = QPainterPath()
        circle.addEllipse(area)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(circle)
        painter.drawImage(area.topLeft(), picture)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, colour in ((4.0, QColor(0, 0, 0, 160)), (1.6, QColor(230, 234, 238))):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(area)
        centre = QPointF(*pointer)
        painter.setPen(QPen(QColor(255, 215, 94, 200), 1.0))
        for way in (QPointF(6, 0), QPointF(0, 6)):
            painter.drawLine(centre - way, centre + way)
        painter.restore()
        style = Style(11.0, bold=True)
        text = f"{TIMES}×"
        self._texts.draw(
            painter,
            area.center().x() - self._texts.width(text, style) / 2,
            area.bottom() - self._texts.line_height(style) - 4,
            text,
            style,
        )


def under_lens(pane: PaneMap, pointer: tuple[float, float], side: int) -> PaneMap:
    """The map of a small pane of `side` pixels, nearer than `pane`, whose middle is what lies under the pointer."""
    right, down = pane.right / TIMES, pane.down / TIMES
    origin = pane.to_patient(pointer) - (right + down) * (side / 2)
    return replace(pane, origin=origin, right=right, down=down, mm_per_pixel=pane.mm_per_pixel / TIMES)

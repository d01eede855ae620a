"""Draws the bitmaps that an image brings along, where they lie on it."""

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from medscan_desktop.imaging.overlay_plane import OverlayPlane
from medscan_desktop.render.contours import slice_transform
from medscan_desktop.scene.camera import PaneMap

_COLOUR = 0xFFFFD75E  # as the graphics of a presentation state


class OverlayPlanePainter:
    """Keeps the pictures of the last slice's planes. Not shared between threads."""

    def __init__(self) -> None:
        self._planes: tuple[OverlayPlane, ...] = ()
        self._pictures: tuple[QImage, ...] = ()

    def draw(self, painter: QPainter, planes: tuple[OverlayPlane, ...], pane: PaneMap) -> None:
        """The planes of the slice shown."""
        if planes is not self._planes:
            self._planes, self._pictures = planes, tuple(map(_picture, planes))
        is_smaller = pane.mm_per_pixel > min(pane.geometry.spacing[:2])
        painter.save()
        painter.setTransform(slice_transform(pane))
        # Made smaller, thin lines would fall between the pixels; made larger, they keep their edges.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smaller)
        for plane, picture in zip(self._planes, self._pictures, strict=True):
            row, column = plane.origin
            painter.drawImage(QPointF(column - 0.5, row - 0.5), picture)
        painter.restore()


def _picture(plane: OverlayPlane) -> QImage:
    pixels = np.where(plane.pixels, np.uint32(_COLOUR), np.uint32(0))
    image = QImage(pixels.tobytes(), plane.columns, plane.rows, 4 * plane.columns, QImage.Format.Format_ARGB32)
    return image.copy()  # Qt does not keep the bytes

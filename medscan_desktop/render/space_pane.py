"""One 3D pane: the picture from `volume3d` under its words and letters."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from medscan_desktop.render.canvas import black
from medscan_desktop.render.colours import MUTED
from medscan_desktop.render.corners import space_words
from medscan_desktop.render.fonts import application
from medscan_desktop.render.layout import base_pixels, draw_words
from medscan_desktop.render.marks import draw_letters
from medscan_desktop.render.orbit import orbit
from medscan_desktop.render.presets_3d import preset_of
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.letters import NONE
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace


class SpacePainter:
    """Paints one 3D pane. Not shared between threads."""

    def __init__(self) -> None:
        self._texts = TextPainter()

    def picture(
        self,
        workspace: Workspace,
        view: View,
        size: tuple[int, int],
        rgba: NDArray[np.uint8] | None,
        *,
        device_pixel_ratio: float = 1.0,
        texts: bool = True,
        note: str = "",
    ) -> QImage:
        """The pane at `size` logical pixels; `rgba` (h, w, 4) is the last picture drawn, None while there is none.

        `note` is what the renderer says of it, never hidden.
        """
        application()
        canvas = black(size, device_pixel_ratio)
        canvas.setDevicePixelRatio(device_pixel_ratio)
        painter = QPainter(canvas)
        if rgba is not None:
            rows, columns = rgba.shape[:2]
            drawn = QImage(rgba.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(0, 0, *size), drawn)
        stack = workspace.stack(view.stack)
        if texts and stack is not None:
            self._draw_texts(painter, workspace, view, stack, size, has_picture=rgba is not None, note=note)
        painter.end()
        return canvas

    def _draw_texts(
        self,
        painter: QPainter,
        workspace: Workspace,
        view: View,
        stack: Stack,
        size: tuple[int, int],
        *,
        has_picture: bool,
        note: str,
    ) -> None:
        pixels = base_pixels(size)
        volume = stack.volume
        preset = "" if volume is None else preset_of(volume, stack.modality, view.preset_3d).name
        area = draw_words(painter, self._texts, space_words(workspace, view, stack, preset, note), size)
        if volume is not None and has_picture:
            in_patient = volume.geometry.in_patient
            letters = orbit(volume.geometry, view.camera_3d, size).letters if in_patient else NONE
            draw_letters(painter, self._texts, letters, area, pixels)
            return
        waiting = "3D needs every image of the series" if stack.failures else "loading"
        reason = stack.refusal if not stack.is_volume and stack.refusal else waiting
        self._texts.draw_centred(painter, area, reason, Style(pixels, MUTED))

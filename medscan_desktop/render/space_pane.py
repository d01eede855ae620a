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
from medscan_desktop.render.presets_3d import preset_of
from medscan_desktop.render.space_marks import draw_box, draw_cube
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.letters import NONE
from medscan_desktop.scene.space_handles import view_orbit
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
        failure: str = "",
    ) -> QImage:
        """The pane at `size` logical pixels; `rgba` (h, w, 4) is the last picture drawn, None while there is none.

        `note` is what the renderer says of it, never hidden; `failure` why there is no picture.
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
            self._draw_texts(painter, workspace, view, stack, size, has_picture=rgba is not None, said=(note, failure))
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
        said: tuple[str, str],
    ) -> None:
        note, failure = said
        pixels = base_pixels(size)
        volume = stack.volume
        space = view.space
        look = space.look or (None if volume is None else preset_of(volume, stack.modality, view.preset_3d))
        words = space_words(workspace, view, stack, look_text(view, look.name if look is not None else ""), note)
        if volume is not None and has_picture:
            draw_box(painter, volume.geometry, view, size)
        area = draw_words(painter, self._texts, words, size)
        if volume is not None and has_picture:
            seen = view_orbit(volume.geometry, view, size)
            in_patient = volume.geometry.in_patient
            draw_letters(painter, self._texts, seen.letters if in_patient else NONE, area, pixels)
            if in_patient:
                above = (len(words.bottom_left) + 0.6) * self._texts.line_height(Style(pixels))
                draw_cube(painter, seen, area, above=above)
            return
        waiting = "3D needs every image of the series" if stack.failures else failure or "loading"
        reason = stack.refusal if not stack.is_volume and stack.refusal else waiting
        self._texts.draw_centred(painter, area, reason, Style(pixels, MUTED))


def look_text(view: View, name: str) -> str:
    """The look's name and what the user has done to the view that a reader of the picture must know."""
    space = view.space
    parts = [name if space.volume_visible else "surfaces alone"]
    parts += ["cropped"] if not space.crop.is_whole else []
    parts += ["cut by a plane"] if space.clip is not None else []
    parts += ["perspective"] if space.perspective else []
    return " · ".join(parts)

"""A page, a frame or curves, from a frozen view to the finished picture: what the window shows and a snapshot keeps."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter, QTransform

from medscan_desktop.domain import notices
from medscan_desktop.render.canvas import black
from medscan_desktop.render.colours import MUTED, PALE
from medscan_desktop.render.compared_words import study_banner
from medscan_desktop.render.corners import PaneWords, Strip
from medscan_desktop.render.curves import draw_curves, paper_to_pane, reading_at
from medscan_desktop.render.fonts import application
from medscan_desktop.render.layout import base_pixels, draw_words
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.document import MM_PER_MILLIVOLT, MM_PER_SECOND, Curves, Document, Pages, Plot
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

Picture = NDArray[np.uint8]
_BACKDROP = 0xFF15181C
_FINEST = 8.0  # pixels a point


class DocumentPainter:
    """Draws one pane; not shared between threads."""

    def __init__(self) -> None:
        self._texts = TextPainter()

    def picture(
        self,
        workspace: Workspace,
        view: View,
        size: tuple[int, int],
        page: Picture | None = None,
        *,
        device_pixel_ratio: float = 1.0,
        pointer: tuple[float, float] | None = None,
        note: str = "",
        texts: bool = True,
    ) -> QImage:
        """The pane at `size` logical pixels, RGB32. `page` is the picture of the page or frame shown, None before it
        is there; `note` says what is the matter with it. Without `texts`: the page alone."""
        application()
        canvas = black(size, device_pixel_ratio)
        canvas.fill(_BACKDROP)
        stack = workspace.stack(view.stack)
        document = stack.document if stack is not None else None
        pane = pane_of(workspace, view, size)
        if stack is None or document is None or pane is None:
            canvas.setDevicePixelRatio(device_pixel_ratio)
            return canvas
        pixels = base_pixels(size)
        curves = shown_curves(document, view)
        if curves is not None:
            draw_curves(canvas, self._texts, curves, pane, device_pixel_ratio, pixels)
        elif page is not None:
            _draw_page(canvas, page, pane, device_pixel_ratio)
        canvas.setDevicePixelRatio(device_pixel_ratio)
        if texts:
            self._draw_words(canvas, _words(workspace, view, document, pane, pointer), size)
        if note:
            self._draw_note(canvas, note, size, pixels)
        return canvas

    def _draw_words(self, canvas: QImage, words: PaneWords, size: tuple[int, int]) -> None:
        painter = QPainter(canvas)
        draw_words(painter, self._texts, words, size)
        painter.end()

    def _draw_note(self, canvas: QImage, note: str, size: tuple[int, int], pixels: float) -> None:
        painter = QPainter(canvas)
        style = Style(pixels, MUTED)
        rows = self._texts.wrapped(note, style, size[0] * 0.8, 4)
        top = size[1] / 2 - len(rows) * self._texts.line_height(style) / 2
        for number, row in enumerate(rows):
            left = (size[0] - self._texts.width(row, style)) / 2
            self._texts.draw(painter, left, top + number * self._texts.line_height(style), row, style)
        painter.end()


def shown_curves(document: Document, view: View) -> Curves | None:
    """The group that a view of a recording shows, None for what is no recording."""
    if not isinstance(document.body, Plot) or not document.body.groups:
        return None
    return document.body.groups[min(max(view.frame, 0), len(document.body.groups) - 1)]


def wanted_scale(workspace: Workspace, view: View, size: tuple[int, int], ratio: float = 1.0) -> float:
    """Device pixels a point at which a page is to be drawn for this view, in steps, so that a small zoom keeps it."""
    pane = pane_of(workspace, view, size)
    if pane is None:
        return 1.0
    exact = ratio / pane.mm_per_pixel
    step = 2 ** (np.ceil(4 * np.log2(max(exact, 1e-3))) / 4)
    return float(min(step, _FINEST))


def _draw_page(canvas: QImage, page: Picture, pane: PaneMap, ratio: float) -> None:
    height, width = page.shape[:2]
    matrix = paper_to_pane(pane) * ratio
    columns, rows, _ = pane.geometry.size_ijk
    page_width, page_height = columns * pane.geometry.spacing[0], rows * pane.geometry.spacing[1]
    right, down = matrix[:, 0] * page_width / width, matrix[:, 1] * page_height / height
    image = QImage(page.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    numbers = (*right.tolist(), *down.tolist(), *matrix[:, 2].tolist())
    painter.setTransform(QTransform(*numbers))
    painter.drawImage(0, 0, image)
    painter.end()


def _words(
    workspace: Workspace,
    view: View,
    document: Document,
    pane: PaneMap,
    pointer: tuple[float, float] | None,
) -> PaneWords:
    """Strips at top and bottom, so that a white page takes nothing from what must be read."""
    top = [Strip(notices.DEMO, 0x7FB2FF)] if workspace.is_demo else []
    stack = workspace.stack(view.stack)
    banner = study_banner(workspace, stack) if stack is not None else None
    if banner is not None:
        top.insert(0, Strip(banner.text, banner.colour, filled=banner.is_prior))
    study = workspace.study_of(stack)
    if study is not None:
        patient = study.patient
        top.append(Strip(" · ".join(text for text in (patient.display_name, patient.patient_id) if text), PALE))
    top += [Strip(warning) for warning in document.warnings]
    bottom = [Strip(" · ".join(_position(document, view, pane, pointer)), PALE)] if workspace.overlay else []
    return PaneWords(top_strips=tuple(top), bottom_strips=tuple(bottom))


def _position(document: Document, view: View, pane: PaneMap, pointer: tuple[float, float] | None) -> list[str]:
    parts = [document.title]
    if document.count > 1 or isinstance(document.body, Pages):
        parts.append(f"{document.noun} {pane.slice_index + 1}/{document.count:,}")
    curves = shown_curves(document, view)
    if curves is None:
        return [*parts, f"Zoom {view.camera.zoom:.2f}×"]
    parts.append(f"{curves.label}, {curves.seconds:.1f} s at {curves.hz:g} Hz")
    parts.append(f"{MM_PER_SECOND:g} mm/s" + (f", {MM_PER_MILLIVOLT:g} mm/mV" if curves.is_voltage else ""))
    found = reading_at(curves, pane, pointer) if pointer is not None else None
    return [*parts, found.text] if found is not None else parts

"""One 2D pane: from a frozen view to the finished picture, as the window shows it and the exporters keep it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from medscan_desktop.domain.measurement import MeasurementId
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.canvas import black
from medscan_desktop.render.colours import MUTED
from medscan_desktop.render.contours import ContourPainter
from medscan_desktop.render.corners import plane_words, shown_contours, shown_masks, shown_washes
from medscan_desktop.render.curved import CurvedImage, draw_curve
from medscan_desktop.render.fonts import application
from medscan_desktop.render.grid import Grid
from medscan_desktop.render.layout import base_pixels, draw_words
from medscan_desktop.render.lens import Lens
from medscan_desktop.render.marks import draw_crosshair, draw_letters, draw_ruler
from medscan_desktop.render.marquee import draw_marquee
from medscan_desktop.render.measurements import MeasurementPainter
from medscan_desktop.render.oblique import grid_of
from medscan_desktop.render.overlay_planes import OverlayPlanePainter
from medscan_desktop.render.plane_image import PlaneImage, Sampler, draw_masks
from medscan_desktop.render.presentation import draw_look, draw_shutter
from medscan_desktop.render.reference_lines import draw_cursor, draw_reference_lines
from medscan_desktop.render.refining import Later, Refiner
from medscan_desktop.render.sampling import sample, shown_value_text, value_text
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.render.washes import draw_colour_bar, draw_washes
from medscan_desktop.scene.calibrating import distance_scale
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.curving import curve_letters
from medscan_desktop.scene.letters import edge_letters
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.presenting import as_presented, look_at
from medscan_desktop.scene.screen import Screen
from medscan_desktop.scene.shown_on_image import overlay_planes_on, shutter_on
from medscan_desktop.scene.stack import Corners, Stack
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_WAITING = QColor(20, 23, 27)  # a slice that has not arrived: dark, yet not the black of "nothing there"


class PaneRenderer:
    """Draws one pane. Keeps what it may need again, so each pane has its own; not shared between threads.

    Every picture is exact, unless there is a `refiner`: then what takes long is rough at first, and `refined` is called
    when the exact picture is there to be drawn.
    """

    def __init__(
        self,
        sampler: Sampler = sample,
        refiner: Refiner | None = None,
        refined: Callable[[], None] = lambda: None,
    ) -> None:
        self._waits: list[Later[Any]] = [] if refiner is None else [Later(refiner, refined) for _ in range(3)]
        of_image, of_lens, of_curve = self._waits or (None, None, None)
        self._image = PlaneImage(sampler, of_image)
        self._texts = TextPainter()
        self._contours = ContourPainter()
        self._planes = OverlayPlanePainter()
        self.is_rough = False  # whether what was drawn last shows less than there is, and better will come
        self._lens = Lens(sampler, of_lens)
        self._curved = CurvedImage(of_curve)
        self.labels: dict[MeasurementId, QRectF] = {}  # where the words of each measurement stood in the last picture

    def close(self) -> None:
        """Wait for nothing more, and keep no pixels that were waited for."""
        for wait in self._waits:
            wait.close()

    def picture(
        self,
        workspace: Workspace,
        view: View,
        size: tuple[int, int],
        *,
        device_pixel_ratio: float = 1.0,
        moving: bool = False,
        pointer: tuple[float, float] | None = None,
        texts: bool = True,
        screen: Screen | None = None,
    ) -> QImage:
        """The pane at `size` logical pixels, RGB32 with its device pixel ratio set.

        `moving` (during a drag) samples one value for each logical pixel. The stored value under `pointer` (logical
        pixels) stands in the corner. Without `texts`: the image and its masks alone. `screen` is what the scale is said
        of.
        """
        application()
        canvas = black(size, device_pixel_ratio)
        stack = workspace.stack(view.stack)
        if stack is None:
            canvas.setDevicePixelRatio(device_pixel_ratio)
            return canvas
        pane = pane_of(workspace, view, size)
        value, self.is_rough = "", False
        if pane is not None and pane.axes.through == 2:
            view = as_presented(workspace, view, pane.slice_index)
        if pane is not None and stack.volume is not None:
            if view.kind is ViewKind.CURVED:
                curve = workspace.curves.get(stack.id)
                stack = replace(stack, volume=self._curved.picture(stack.volume, curve, pane.slab))
                self.is_rough = self._curved.is_rough
            grid = grid_of(pane, size, 1.0 if moving else device_pixel_ratio, nearest=moving)
            self._draw_pixels(canvas, workspace, view, stack, grid, pane)
            self.is_rough |= self._image.is_rough
            if pointer is not None and texts and stack.volume is not None:
                value = self._value(stack.volume, pane, pointer, grid.scale)
        canvas.setDevicePixelRatio(device_pixel_ratio)
        if pane is not None:
            self._draw_objects(canvas, workspace, view, pane)
        if texts:
            shown_on = screen or Screen(device_pixel_ratio)
            self._draw_marks(canvas, workspace, view, stack, pane, size, value, shown_on)
        if workspace.lens and texts and pointer is not None and pane is not None and stack.volume is not None:
            painter = QPainter(canvas)
            self._lens.draw(painter, stack.volume, view, pane, pointer, size)
            painter.end()
        return canvas

    def _value(self, volume: Volume, pane: PaneMap, pointer: tuple[float, float], scale: float) -> str:
        """The stored value under the pointer; of a slab the value that is shown there, once it is exact."""
        if self.is_rough and (pane.slab is not None or not pane.geometry.spatial):
            return ""
        if pane.slab is None:
            return value_text(volume, pane, pointer)
        return shown_value_text(volume, self._image.last, (pointer[0] * scale, pointer[1] * scale))

    def _draw_objects(self, canvas: QImage, workspace: Workspace, view: View, pane: PaneMap) -> None:
        """The outlines and bitmaps on the slice, and what a presentation state or the image's own shutter covers."""
        contours, shutter = shown_contours(workspace, view), shutter_on(workspace, view, pane)
        planes = overlay_planes_on(workspace, view, pane)
        if not contours and shutter is None and not planes:
            return
        painter = QPainter(canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._contours.draw(painter, contours, pane)
        self._planes.draw(painter, planes, pane)
        if shutter is not None:
            draw_shutter(painter, shutter, pane)
        painter.end()

    def _draw_pixels(
        self, canvas: QImage, workspace: Workspace, view: View, stack: Stack, grid: Grid, pane: PaneMap
    ) -> None:
        volume = stack.volume
        if volume is None:
            return
        if grid.axis == 0 and volume.window is not None:
            volume.window.look_at(grid.index)
        if grid.axis == 0 and grid.slab is None and not volume.loaded[grid.index]:
            canvas.fill(_WAITING)
            return
        size = (canvas.width(), canvas.height())
        pixels = canvas if grid.size == size else black(grid.size)  # fewer while moving on a fine screen
        self._image.draw(pixels, volume, grid, view, settled=bool(stack.failures))
        painter = QPainter(pixels)
        draw_washes(painter, shown_washes(workspace, view), pane, grid)
        draw_masks(painter, shown_masks(workspace, view), grid)
        painter.end()
        if pixels is not canvas:
            painter = QPainter(canvas)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(0, 0, *size), pixels)
            painter.end()

    def _draw_marks(
        self,
        canvas: QImage,
        workspace: Workspace,
        view: View,
        stack: Stack,
        pane: PaneMap | None,
        size: tuple[int, int],
        value: str,
        screen: Screen,
    ) -> None:
        """Everything that is drawn, in logical pixels: marks, measurements, words."""
        painter = QPainter(canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pixels = base_pixels(size)
        words = plane_words(workspace, view, stack, pane, value, screen)
        whole = QRectF(0, 0, *size)
        if pane is not None:
            draw_crosshair(painter, workspace, view, pane, whole)
            draw_curve(painter, workspace, view, pane, whole)
            draw_reference_lines(painter, workspace, view, pane)
            draw_cursor(painter, workspace, view, pane, whole)
        self._texts.occupied.clear()
        area = draw_words(painter, self._texts, words, size)
        if pane is None or stack.volume is None:
            self._texts.draw_centred(painter, area, _absence(view, stack), Style(pixels, MUTED))
            painter.end()
            return
        letters = edge_letters(pane, view, stack.corners or Corners())
        if view.kind is ViewKind.CURVED:
            letters = ("", "", *curve_letters(workspace, view))
        draw_letters(painter, self._texts, letters, area, pixels)
        if workspace.overlay:
            scale = distance_scale(workspace, stack, pane.acquired_index or 0)
            draw_ruler(painter, self._texts, scale, pane.mm_per_pixel, area, pixels)
        for wash in shown_washes(workspace, view)[:1]:
            draw_colour_bar(painter, self._texts, wash, area, pixels)
        look = look_at(workspace, view.stack, pane.slice_index)
        if look is not None:
            draw_look(painter, self._texts, look, pane, pixels)
        if pane.slab is None and pane.axes.through == 2 and not stack.volume.loaded[pane.slice_index]:
            window = stack.volume.window
            is_lost = bool(stack.failures) if window is None else window.has_failed(pane.slice_index)
            waiting = "this image could not be loaded" if is_lost else "loading"
            if pane.slice_index in stack.volume.empty:
                waiting = "no image here: a slice is missing"
            self._texts.draw_centred(painter, area, waiting, Style(pixels, MUTED))
        painter.setClipRect(area)  # nothing that is drawn lies over a banner
        if workspace.marquee is not None and workspace.marquee.view == view.id:
            draw_marquee(painter, workspace.marquee, pane)
        measurements = MeasurementPainter(painter, self._texts, pane, whole, pixels)
        measurements.draw_all(workspace, view)
        self.labels = measurements.labels
        painter.end()


def _absence(view: View, stack: Stack) -> str:
    """Why there is no picture."""
    if view.kind is ViewKind.CURVED and stack.volume is not None:
        return "no curve yet: draw along a structure with the Curve tool"
    if stack.refusal and (stack.volume is None or view.kind is not ViewKind.ACQUIRED):
        return stack.refusal
    return "loading" if stack.volume is None else "no volume: this series can only be seen as acquired"

"""Pictures for use cases: snapshots, key images, thumbnails. The same road as the window's panes, without one."""

import queue
import threading

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.surface import Surface
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Window, auto_window
from medscan_desktop.render.corners import shown_masks
from medscan_desktop.render.document import DocumentPainter, wanted_scale
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.render.plane_image import Sampler
from medscan_desktop.render.sampling import sample
from medscan_desktop.render.space_pane import SpacePainter
from medscan_desktop.render.surfaces import triangles_of
from medscan_desktop.render.volume3d import Drawn3D, Request3D, VolumeRenderer, drawn_space
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.document import Clip, Pages, Text
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace

_LONGEST_WAIT_SECONDS = 120.0


class Pictures:
    """Makes PNGs on the thread that asks; may be asked by several at once."""

    def __init__(self, sampler: Sampler = sample) -> None:
        self._sampler = sampler
        self._in_space = threading.Lock()  # one 3D window at a time: each holds the whole volume

    def png(self, workspace: Workspace, view: View, size: tuple[int, int], *, texts: bool = True) -> bytes:
        """The view as the window paints it at rest. Unsuitable where there is nothing to draw."""
        stack = workspace.stack(view.stack)
        if view.kind is ViewKind.DOCUMENT:
            return png_bytes(document_picture(workspace, view, size, texts=texts))
        if stack is None or stack.volume is None:
            raise Unsuitable("There are no pixels to make a picture of.")
        if view.kind is not ViewKind.THREE_D:
            _wait_for_slice(stack.volume, pane_of(workspace, view, size))
            return png_bytes(PaneRenderer(self._sampler).picture(workspace, view, size, texts=texts))
        if not stack.is_volume or stack.volume.is_colour:
            raise Unsuitable("This series is no volume, so it has no 3D picture.")
        request = Request3D(
            stack.volume,
            stack.modality,
            view.camera_3d,
            size,
            view.preset_3d,
            tuple(layer for layer in shown_masks(workspace, view) if layer.in_space),
            drawn_space(view.space),
            full_only=True,
        )
        with self._in_space:
            drawn = drawn_once(request)
        return png_bytes(SpacePainter().picture(workspace, view, size, drawn.rgba, texts=texts, note=drawn.note))

    def thumbnail(self, volume: Volume, side: int) -> bytes:
        """The middle slice as acquired, in the header's window or else auto, fitted into a square."""
        frame = volume.values.shape[0] // 2
        voi = volume.vois[0] if volume.vois else _auto(volume, frame)
        stack = Stack(StackId("thumbnail"), SeriesUid(""), "", "", len(volume.loaded), is_volume=False, volume=volume)
        view = View(ViewId(0), ViewKind.ACQUIRED, stack.id, frame=frame, voi=voi)
        return png_bytes(
            PaneRenderer(self._sampler).picture(Workspace(stacks=(stack,)), view, (side, side), texts=False)
        )

    def surface(self, name: str, mask: Mask, geometry: Geometry) -> Surface:
        """The closed surface of a mask, in patient mm."""
        return triangles_of(name, mask, geometry)


def document_picture(workspace: Workspace, view: View, size: tuple[int, int], *, texts: bool = True) -> QImage:
    """A page, a frame or curves, waited for. Unsuitable for text, FileRefused where the page cannot be drawn."""
    stack = workspace.stack(view.stack)
    body = stack.document.body if stack is not None and stack.document is not None else None
    if body is None or isinstance(body, Text):
        raise Unsuitable("This is text, which makes no picture; it can be read and copied as it is.")
    page = None
    if isinstance(body, Pages | Clip):
        page = body.source.picture(view.frame, wanted_scale(workspace, view, size))
    return DocumentPainter().picture(workspace, view, size, page, texts=texts)


def drawn_once(request: Request3D) -> Drawn3D:
    """One full 3D picture, waited for. Unsuitable where this machine cannot draw it."""
    answers: queue.Queue[Drawn3D | str] = queue.Queue()
    renderer = VolumeRenderer(answers.put, answers.put)
    try:
        renderer.request(request)
        answer = answers.get(timeout=_LONGEST_WAIT_SECONDS)
    except queue.Empty:
        raise Unsuitable("The 3D picture took too long to draw.") from None
    finally:
        renderer.close()
    if isinstance(answer, str):
        raise Unsuitable(answer)
    return answer


def _wait_for_slice(volume: Volume, pane: PaneMap | None) -> None:
    """A window shows that a slice is still to come; a picture waits for it."""
    if volume.window is not None and pane is not None and pane.axes.through == 2:
        volume.window.fetch(pane.slice_index)


def png_bytes(image: QImage) -> bytes:
    """The image as a PNG file's bytes."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())


def _auto(volume: Volume, frame: int) -> Window:
    return Window(128, 256) if volume.is_colour else auto_window(volume.values[frame : frame + 1], volume.padding)

"""The 3D pane: asks the renderer's thread for a picture when its view changes, and paints the last one that came."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from medscan_desktop.render.corners import shown_masks
from medscan_desktop.render.space_pane import SpacePainter
from medscan_desktop.render.volume3d import Drawn3D, Request3D, VolumeRenderer, drawn_space
from medscan_desktop.scene.gesture import Tool
from medscan_desktop.scene.space_handles import handle_at
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import ViewId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import CUT
from medscan_desktop.tools.bindings import Button
from medscan_desktop.ui.view_widget import ViewWidget
from medscan_desktop.workstation.jobs import Jobs
from medscan_desktop.workstation.workstation import Workstation


class Pane3DWidget(ViewWidget):
    """A volume in 3D. Its renderer has a thread of its own, ended by `close_worker`."""

    def __init__(self, workstation: Workstation, view_id: ViewId, jobs: Jobs) -> None:
        super().__init__(workstation, view_id)
        self._jobs = jobs
        self._painter = SpacePainter()
        self._drawn: Drawn3D | None = None
        self._failure = ""  # why there is no picture
        self._is_closed = False
        self._is_on_handle = False  # while a press on a handle of the crop box is looked at
        self._renderer = VolumeRenderer(
            lambda drawn: jobs.post(lambda: self._show_drawn(drawn)),
            lambda sentence: jobs.post(lambda: self._show_failure(sentence)),
        )

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Ask for a new picture if what it shows has changed; repaint if only the words have."""
        before, after = _shown(old, self.view_id), _shown(new, self.view_id)
        if len(before) != len(after) or any(a is not b for a, b in zip(before, after, strict=True)):
            self._ask()
            self.update()

    @property
    def is_current(self) -> bool:
        """Whether its picture is of the volume that its view is at, or none will come."""
        stack = self._store.workspace.stack(self.view.stack) if self.view is not None else None
        volume = stack.volume if stack is not None else None
        if volume is None or not volume.is_complete or self._failure or not self.isVisible():
            return True
        return self._drawn is not None and self._drawn.request.volume is volume

    def close_worker(self) -> None:
        """End the renderer's thread; a frame that it is drawing is waited for elsewhere, not here."""
        if not self._is_closed:
            self._is_closed = True
            self._drawn = None
            self._jobs.start(self._renderer.close)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        view, at = self.view, event.position()
        is_left = event.button() is Qt.MouseButton.LeftButton
        pane = (self.width(), self.height())
        hit = handle_at(self._store.workspace, view, (at.x(), at.y()), pane) if view is not None and is_left else None
        self._is_on_handle = hit is not None
        ViewWidget.mousePressEvent(self, event)
        self._is_on_handle = False

    def _tool(self, button: Button, held: Qt.KeyboardModifier) -> Tool | None:
        return CUT if self._is_on_handle else ViewWidget._tool(self, button, held)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ask()
        QWidget.resizeEvent(self, event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._ask()
        QWidget.changeEvent(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        workspace, view = self._store.workspace, self.view
        if view is None:
            painter.fillRect(self.rect(), 0xFF000000)
        else:
            stack = workspace.stack(view.stack)
            is_ours = self._drawn is not None and stack is not None and _is_of(self._drawn, stack)
            rgba = self._drawn.rgba if self._drawn is not None and is_ours else None
            ratio = self.devicePixelRatioF()
            size = (self.width(), self.height())
            note = self._drawn.note if self._drawn is not None and is_ours else ""
            picture = self._painter.picture(
                workspace, view, size, rgba, device_pixel_ratio=ratio, note=note, failure=self._failure
            )
            painter.drawImage(0, 0, picture)
            self.paint_frame(painter)
        painter.end()

    def _ask(self) -> None:
        workspace, view = self._store.workspace, self.view
        stack = workspace.stack(view.stack) if view is not None else None
        if view is None or stack is None or stack.volume is None or not stack.volume.is_complete or self._is_closed:
            return
        ratio = self.devicePixelRatioF()
        size = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        masks = tuple(layer for layer in shown_masks(workspace, view) if layer.in_space)
        self._renderer.request(
            Request3D(
                stack.volume,
                stack.modality,
                view.camera_3d,
                size,
                preset=view.preset_3d,
                masks=masks,
                space=drawn_space(view.space),
                series=stack.series_instance_uid,
            )
        )

    def _show_drawn(self, drawn: Drawn3D) -> None:
        if not self._is_closed:
            self._drawn = drawn
            self._failure = ""
            self.update()

    def _show_failure(self, sentence: str) -> None:
        if not self._is_closed:
            if sentence != self._failure:  # the same once more is no news
                self._workstation.notify(sentence)
            self._failure = sentence
            self._drawn = None
            self.update()


def _is_of(drawn: Drawn3D, stack: Stack) -> bool:
    """Whether a picture is of this stack; of a 4D series the step before stays until the next one is drawn."""
    volume, old = stack.volume, drawn.request.volume
    if volume is None or stack.phase is None:
        return volume is old
    return drawn.request.series == stack.series_instance_uid and volume.geometry.shape == old.geometry.shape


def _shown(workspace: Workspace, view_id: ViewId) -> tuple[object, ...]:
    """All that the 3D picture and its words are made of, to be compared by identity."""
    view = next((view for view in workspace.views if view.id == view_id), None)
    if view is None or view.stack is None:
        return ()
    return (
        view.camera_3d,
        view.preset_3d,
        view.space,
        workspace.stack(view.stack),
        workspace.study,
        workspace.priors,
        workspace.active == view_id,
        workspace.overlay,
        workspace.is_demo,
        workspace.masks if workspace.masks_visible else None,
        workspace.contours if workspace.masks_visible else None,
    )

"""One 2D pane: paints what the renderer gives for its view, and only when that has changed."""

from PySide6.QtCore import QEvent, QPointF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from medscan_desktop.imaging.turns import window_turn
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.render.plane_image import Sampler
from medscan_desktop.render.sampling import sample
from medscan_desktop.scene.view import ViewId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.view_widget import ViewWidget
from medscan_desktop.workstation.workstation import Workstation

_REST_MS = 90  # after the last change of a drag the picture is drawn in the screen's own pixels


class PaneWidget(ViewWidget):
    """A plane or an acquired image. `workspace_changed` is its only input from the scene."""

    def __init__(self, workstation: Workstation, view_id: ViewId, sampler: Sampler = sample) -> None:
        super().__init__(workstation, view_id)
        self._renderer = PaneRenderer(sampler)
        self._pointer_at: tuple[float, float] | None = None
        self._is_moving = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.rested)

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Repaint if anything that this pane shows is another object than before."""
        before, after = _shown(old, self.view_id), _shown(new, self.view_id)
        if len(before) != len(after) or any(a is not b for a, b in zip(before, after, strict=True)):
            if self.is_dragging and self.devicePixelRatioF() > 1:
                self._is_moving = True
                self._rest.start()
            self.update()

    def pointer_moved(self, at: QPointF) -> None:
        self._pointer_at = (at.x(), at.y())
        if self._store.workspace.overlay:
            self.update()

    def rested(self) -> None:
        self._rest.stop()
        if self._is_moving:
            self._is_moving = False
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer_at = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with window_turn():
            self._paint()

    def _paint(self) -> None:
        painter = QPainter(self)
        view = self.view
        if view is None:
            painter.fillRect(self.rect(), 0xFF000000)
        else:
            picture = self._renderer.picture(
                self._store.workspace,
                view,
                (self.width(), self.height()),
                device_pixel_ratio=self.devicePixelRatioF(),
                moving=self._is_moving,
                pointer=self._pointer_at,
            )
            painter.drawImage(0, 0, picture)
            self.paint_frame(painter)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.update()
        QWidget.changeEvent(self, event)


def _shown(workspace: Workspace, view_id: ViewId) -> tuple[object, ...]:
    """All that a 2D pane's picture is made of, to be compared by identity."""
    view = next((view for view in workspace.views if view.id == view_id), None)
    if view is None or view.stack is None:
        return ()
    return (
        view,
        workspace.stack(view.stack),
        workspace.focus.get(view.stack),
        workspace.study,
        workspace.active == view_id,
        len(workspace.views),
        workspace.overlay,
        workspace.crosshair,
        workspace.is_demo,
        workspace.masks if workspace.masks_visible else None,
        workspace.contours if workspace.masks_visible else None,
        workspace.washes if workspace.masks_visible else None,
        workspace.presentations,
        workspace.key_images,
        workspace.measurements,
        workspace.selected,
        *(draft for draft in workspace.drafts if draft.view == view_id),
    )

"""One 2D pane: paints what the renderer gives for its view, and only when that has changed."""

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from medscan_desktop.imaging.turns import window_turn
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.render.plane_image import Sampler
from medscan_desktop.render.refining import Refiner
from medscan_desktop.render.sampling import sample
from medscan_desktop.scene.common_scale import scaled_with
from medscan_desktop.scene.gesture import Phase, Tool
from medscan_desktop.scene.linking import told_of
from medscan_desktop.scene.reference_lines import drawn_from
from medscan_desktop.scene.view import ViewId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import CHANGE, CROSSHAIR
from medscan_desktop.tools.bindings import Button
from medscan_desktop.ui.drawing_hand import DrawingHand
from medscan_desktop.ui.empty_cell import paint_empty
from medscan_desktop.ui.plane_hand import PlaneHand
from medscan_desktop.ui.screens import screen_of
from medscan_desktop.ui.view_widget import ViewWidget
from medscan_desktop.workstation.workstation import Workstation

_REST_MS = 90  # after the last change of a drag the picture is drawn in the screen's own pixels


class PaneWidget(ViewWidget):
    """A plane or an acquired image. `workspace_changed` is its only input from the scene."""

    def __init__(
        self, workstation: Workstation, view_id: ViewId, sampler: Sampler = sample, refiner: Refiner | None = None
    ) -> None:
        super().__init__(workstation, view_id)
        self._renderer = PaneRenderer(sampler, refiner, self.update)
        self._pointer_at: tuple[float, float] | None = None
        self._is_moving = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.rested)
        self._left = QTimer(self)  # a pane is also left when a listener hides it, and a listener cannot write
        self._left.setSingleShot(True)
        self._left.setInterval(0)
        self._left.timeout.connect(self._leave)
        self._hand = DrawingHand(self, workstation, lambda: self.view, lambda: self._renderer.labels)
        self._planes = PlaneHand(self, workstation.store, lambda: self.view)

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Repaint if anything that this pane shows is another object than before."""
        before, after = _shown(old, self.view_id), _shown(new, self.view_id)
        if len(before) != len(after) or any(a is not b for a, b in zip(before, after, strict=True)):
            if (self.is_dragging and self.devicePixelRatioF() > 1) or (new.grip is not None and new.grip.is_held):
                self._is_moving = True
                self._rest.start()
            self.update()
        self._hand.workspace_changed(new)

    def close_worker(self) -> None:
        """Nothing that is still made for it reaches it any more."""
        self._renderer.close()

    def pointer_moved(self, at: QPointF) -> None:
        self._pointer_at = (at.x(), at.y())
        if self._store.workspace.overlay or self._store.workspace.lens:
            self.update()

    def hovered(self, at: QPointF, held: Qt.KeyboardModifier) -> None:
        pointer = self._pointer(Phase.HOVER, at, None, held)
        if self._hand.hover(pointer):
            self._planes.leave()
        else:
            self._planes.hover(pointer)

    def clicked(self, tool: Tool | None) -> None:
        self._hand.deselect(tool)

    def double_clicked(self, at: QPointF) -> bool:
        return self._hand.double_click(at)

    def cancel_drag(self) -> None:
        self._hand.put_down()
        super().cancel_drag()

    def rested(self) -> None:
        self._rest.stop()
        if self._is_moving:
            self._is_moving = False
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer_at = None
        self._left.start()
        self.update()

    def _leave(self) -> None:
        self._hand.leave()
        self._planes.leave()

    def _tool_at(self, at: QPointF, button: Button, held: Qt.KeyboardModifier) -> Tool | None:
        self._hand.put_down()
        is_plain = button is Button.LEFT and held == Qt.KeyboardModifier.NoModifier
        if is_plain and self._hand.take(at):
            return CHANGE
        if is_plain and self._planes.grip((at.x(), at.y())) is not None:
            return CROSSHAIR
        return self._tool(button, held)

    def paintEvent(self, event: QPaintEvent) -> None:
        with window_turn():
            self._paint()

    def _paint(self) -> None:
        painter = QPainter(self)
        view = self.view
        if view is None:
            painter.fillRect(self.rect(), 0xFF000000)
        elif view.stack is None:
            paint_empty(painter, self.rect())
            self.paint_frame(painter)
        else:
            picture = self._renderer.picture(
                self._store.workspace,
                view,
                (self.width(), self.height()),
                device_pixel_ratio=self.devicePixelRatioF(),
                moving=self._is_moving,
                pointer=self._pointer_at,
                screen=screen_of(self, self._store.workspace),
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
    if view is None:
        return ()
    if view.stack is None:
        return (view, workspace.active == view_id, len(workspace.views))
    return (
        view,
        workspace.stack(view.stack),
        workspace.focus.get(view.stack),
        workspace.turns.get(view.stack),
        workspace.curves.get(view.stack),
        workspace.grip if workspace.grip is not None and workspace.grip.view == view_id else None,
        workspace.tool in ("crosshair", "curve") and workspace.tool,
        workspace.study,
        workspace.active == view_id,
        len(workspace.views),
        workspace.overlay,
        workspace.overlay_planes,
        workspace.shutters,
        workspace.lens,
        workspace.marquee if workspace.marquee is not None and workspace.marquee.view == view_id else None,
        workspace.screens,
        workspace.calibrations,
        workspace.crosshair,
        workspace.is_demo,
        workspace.masks if workspace.masks_visible else None,
        workspace.contours if workspace.masks_visible else None,
        workspace.washes if workspace.masks_visible else None,
        workspace.presentations,
        workspace.key_images,
        workspace.own_key_images,
        workspace.measurements,
        workspace.selected,
        workspace.touched,
        workspace.priors,
        *(one for one in workspace.drafts if one.view == view_id or one.is_saving or one.is_changing),
        *told_of(workspace, view),
        *drawn_from(workspace, view),
        *scaled_with(workspace, view),
    )

"""The panes of the open study, laid out as the workspace says."""

from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from medscan_desktop.render.refining import Refiner
from medscan_desktop.render.reslice import sampler_by
from medscan_desktop.scene.layout import Layout, Rect, Way
from medscan_desktop.scene.screen import Screen
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.cell_drag import DropMark, drag_cell, dragged_cell, dragged_stack
from medscan_desktop.ui.cell_handle import CellHandle, cell_picture
from medscan_desktop.ui.divider import DividerHandle
from medscan_desktop.ui.document_pane import DocumentPane
from medscan_desktop.ui.paint_turns import PaintTurns, goes_to_another_phase
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.pane_3d import Pane3DWidget
from medscan_desktop.ui.screens import screen_of
from medscan_desktop.workstation.command import Settings
from medscan_desktop.workstation.jobs import Jobs
from medscan_desktop.workstation.workstation import Workstation

GAP = 2  # px between panes
Pane = PaneWidget | Pane3DWidget | DocumentPane
_SPECIAL: dict[ViewKind, type[Pane3DWidget] | type[DocumentPane]] = {
    ViewKind.THREE_D: Pane3DWidget,
    ViewKind.DOCUMENT: DocumentPane,
}


class PaneGrid(QWidget):
    """One widget a view; a widget stays while its view keeps its id and stays 2D, 3D or a document.

    What is let go over a cell is told by `stack_dropped` (stack, view) and `cell_dropped` (the cell, the one below it).
    """

    menu_wanted = Signal(QPoint)
    cell_menu_wanted = Signal(int, QPoint)
    maximise_wanted = Signal(int)
    reference_wanted = Signal(object)
    save_wanted = Signal()
    stack_dropped = Signal(str, int)
    cell_dropped = Signal(int, int)

    def __init__(self, workstation: Workstation, jobs: Jobs, settings: Settings) -> None:
        super().__init__()
        self._sampler = sampler_by(array_path=settings.array_path)
        self._workstation = workstation
        self._jobs = jobs
        self._refiner = Refiner(jobs)
        self._panes: dict[ViewId, Pane] = {}
        self._dividers: list[DividerHandle] = []
        self._mark = DropMark(self)
        self._turns = PaintTurns(self)
        self.handle = CellHandle(self, self.cell_menu_wanted.emit, self._drag_cell)
        self.setMinimumSize(160, 120)
        self.setAcceptDrops(True)
        workstation.store.listen(self._changed)

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The panes in the order of the views."""
        return tuple(self._panes.values())

    @property
    def dividers(self) -> tuple[DividerHandle, ...]:
        """The lines that can be dragged just now."""
        return tuple(one for one in self._dividers if not one.isHidden())

    def is_drawn(self) -> bool:
        """Whether every 3D pane shows the volume that its view is at."""
        return all(pane.is_current for pane in self._panes.values() if isinstance(pane, Pane3DWidget))

    def cancel_drags(self) -> None:
        """Give up every drag."""
        for pane in self._panes.values():
            pane.cancel_drag()
        for divider in self._dividers:
            divider.give_up()

    def active_pane(self) -> Pane | None:
        """The pane that the keyboard speaks to."""
        return self._panes.get(self._workstation.store.workspace.active)

    def place_of_active(self) -> tuple[tuple[int, int], Screen] | None:
        """The size of the active pane in logical pixels, and the screen it stands on."""
        workspace = self._workstation.store.workspace
        pane = self._panes.get(workspace.active)
        return ((pane.width(), pane.height()), screen_of(pane, workspace)) if pane is not None else None

    def close_workers(self) -> None:
        """End the 3D panes' threads, and what is made for the others."""
        for pane in self._panes.values():
            pane.close_worker()

    def cell_at(self, at: QPoint) -> ViewId | None:
        """The view whose cell is there, None between the cells."""
        return next(
            (view for view, pane in self._panes.items() if not pane.isHidden() and pane.geometry().contains(at)), None
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        QWidget.resizeEvent(self, event)
        self._place(self._workstation.store.workspace)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_stack(event.mimeData()) or dragged_cell(event.mimeData()) is not None:
            event.acceptProposedAction()  # files are for the page

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        over, cell = self.cell_at(event.position().toPoint()), dragged_cell(event.mimeData())
        if over is None or over == cell:
            self._mark.hide()
            event.ignore()
            return
        self._mark.show_over(self._panes[over].geometry(), "Show here" if cell is None else "Change places")
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark.hide()
        over = self.cell_at(event.position().toPoint())
        stack, cell = dragged_stack(event.mimeData()), dragged_cell(event.mimeData())
        if over is None or over == cell:
            return
        event.acceptProposedAction()
        if stack is not None:
            self.stack_dropped.emit(stack, int(over))
        elif cell is not None:
            self.cell_dropped.emit(int(cell), int(over))

    def _drag_cell(self, view_id: ViewId) -> None:
        if view_id in self._panes:
            drag_cell(self, view_id, cell_picture(self._panes[view_id]))

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if _kinds(old) != _kinds(new) or len(self._panes) != len(new.views):
            self._take_up(new)
        elif old.layout is not new.layout or old.maximised != new.maximised:
            self._place(new)
        if goes_to_another_phase(old, new):
            for pane in self._panes.values():
                self._turns.wait(pane)
        for pane in self._panes.values():
            pane.workspace_changed(old, new)

    def _take_up(self, workspace: Workspace) -> None:
        kept = {view.id: self._panes.pop(view.id) for view in workspace.views if self._fits(view)}
        for gone in self._panes.values():
            self._drop(gone)
        self._panes = {view.id: kept.get(view.id) or self._make(view) for view in workspace.views}
        self._place(workspace)

    def _place(self, workspace: Workspace) -> None:
        layout = shown_layout(workspace)
        rects = layout.rects
        for view_id, pane in self._panes.items():
            is_shown = workspace.maximised in (None, view_id)
            if is_shown:
                pane.setGeometry(self._pixels(Rect(0, 0, 1, 1) if workspace.maximised is not None else rects[view_id]))
            pane.setVisible(is_shown)
        self.handle.hide()
        self._place_dividers(layout if workspace.maximised is None and self._panes else Layout())

    def _place_dividers(self, layout: Layout) -> None:
        lines = layout.dividers
        while len(self._dividers) < len(lines):
            self._dividers.append(DividerHandle(self, self._workstation, self.rect))
        for handle, divider in zip(self._dividers, lines, strict=False):
            room = self._pixels(divider.rect)
            if divider.way is Way.BESIDE:
                handle.show_at(divider, QRect(room.left() - GAP, room.top(), GAP, room.height()))
            else:
                handle.show_at(divider, QRect(room.left(), room.top() - GAP, room.width(), GAP))
        for spare in self._dividers[len(lines) :]:
            spare.hide()

    def _pixels(self, rect: Rect) -> QRect:
        """Whole pixels, with the gap between neighbours."""
        width, height = self.width() + GAP, self.height() + GAP
        left, top = round(rect.left * width), round(rect.top * height)
        right, bottom = round((rect.left + rect.width) * width), round((rect.top + rect.height) * height)
        return QRect(left, top, max(right - left - GAP, 1), max(bottom - top - GAP, 1))

    def _fits(self, view: View) -> bool:
        pane = self._panes.get(view.id)
        return pane is not None and type(pane) is _SPECIAL.get(view.kind, PaneWidget)

    def _make(self, view: View) -> Pane:
        made: Pane
        if view.kind in _SPECIAL:
            made = _SPECIAL[view.kind](self._workstation, view.id, self._jobs)
            if isinstance(made, DocumentPane):
                made.reference_wanted.connect(self.reference_wanted)
                made.save_wanted.connect(self.save_wanted)
        else:
            made = PaneWidget(self._workstation, view.id, self._sampler, self._refiner)
        made.setParent(self)
        made.menu_wanted.connect(self.menu_wanted)
        made.maximise_wanted.connect(self.maximise_wanted)
        self.handle.follow(made, view.id)
        return made

    def _drop(self, pane: Pane) -> None:
        pane.close_worker()
        self._turns.leave(pane)
        pane.removeEventFilter(self.handle)
        pane.hide()
        pane.deleteLater()


def shown_layout(workspace: Workspace) -> Layout:
    """The workspace's layout; a grid of its views where some have no cell in it."""
    ids = [view.id for view in workspace.views]
    if set(ids) == set(workspace.layout.cells):
        return workspace.layout
    return Layout.of(ids, max(1, round(len(ids) ** 0.5)))


def _kinds(workspace: Workspace) -> tuple[object, ...]:
    return tuple((view.id, view.kind) for view in workspace.views)

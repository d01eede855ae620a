"""The panes of the open study, laid out as the workspace says."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from medscan_desktop.render.reslice import sampler_by
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.document_pane import DocumentPane
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.pane_3d import Pane3DWidget
from medscan_desktop.workstation.command import Settings
from medscan_desktop.workstation.jobs import Jobs
from medscan_desktop.workstation.workstation import Workstation

_GAP = 2  # px between panes
Pane = PaneWidget | Pane3DWidget | DocumentPane
_SPECIAL: dict[ViewKind, type[Pane3DWidget] | type[DocumentPane]] = {
    ViewKind.THREE_D: Pane3DWidget,
    ViewKind.DOCUMENT: DocumentPane,
}


class PaneGrid(QWidget):
    """One widget a view; a widget stays while its view keeps its id and stays 2D, 3D or a document."""

    menu_wanted = Signal(QPoint)
    maximise_wanted = Signal(int)
    reference_wanted = Signal(object)
    save_wanted = Signal()

    def __init__(self, workstation: Workstation, jobs: Jobs, settings: Settings) -> None:
        super().__init__()
        self._sampler = sampler_by(array_path=settings.array_path)
        self._workstation = workstation
        self._jobs = jobs
        self._panes: dict[ViewId, Pane] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)
        workstation.store.listen(self._changed)

    @property
    def panes(self) -> tuple[Pane, ...]:
        """The panes in the order of the views."""
        return tuple(self._panes.values())

    def cancel_drags(self) -> None:
        """Give up every drag."""
        for pane in self._panes.values():
            pane.cancel_drag()

    def close_workers(self) -> None:
        """End the 3D panes' threads."""
        for pane in self._panes.values():
            if not isinstance(pane, PaneWidget):
                pane.close_worker()

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if _layout(old) != _layout(new) or len(self._panes) != len(new.views):
            self._lay_out(new)
        for pane in self._panes.values():
            pane.workspace_changed(old, new)

    def _lay_out(self, workspace: Workspace) -> None:
        kept = {view.id: self._panes.pop(view.id) for view in workspace.views if self._fits(view)}
        for gone in self._panes.values():
            self._drop(gone)
        self._panes = {view.id: kept.get(view.id) or self._make(view) for view in workspace.views}
        for number, (view_id, pane) in enumerate(self._panes.items()):
            self._grid.addWidget(pane, number // workspace.columns, number % workspace.columns)
            pane.setVisible(workspace.maximised in (None, view_id))
        rows = -(-len(self._panes) // max(workspace.columns, 1))
        for place in range(max(self._grid.columnCount(), self._grid.rowCount())):  # all the same, whatever they hold
            self._grid.setColumnStretch(place, int(place < workspace.columns and workspace.maximised is None))
            self._grid.setRowStretch(place, int(place < rows and workspace.maximised is None))

    def _fits(self, view: View) -> bool:
        pane = self._panes.get(view.id)
        return pane is not None and isinstance(pane, _SPECIAL.get(view.kind, PaneWidget))

    def _make(self, view: View) -> Pane:
        made: Pane
        if view.kind in _SPECIAL:
            made = _SPECIAL[view.kind](self._workstation, view.id, self._jobs)
            if isinstance(made, DocumentPane):
                made.reference_wanted.connect(self.reference_wanted)
                made.save_wanted.connect(self.save_wanted)
        else:
            made = PaneWidget(self._workstation, view.id, self._sampler)
        made.menu_wanted.connect(self.menu_wanted)
        made.maximise_wanted.connect(self.maximise_wanted)
        return made

    def _drop(self, pane: Pane) -> None:
        if not isinstance(pane, PaneWidget):
            pane.close_worker()
        self._grid.removeWidget(pane)
        pane.hide()
        pane.deleteLater()


def _layout(workspace: Workspace) -> tuple[object, ...]:
    return (tuple((view.id, view.kind) for view in workspace.views), workspace.columns, workspace.maximised)

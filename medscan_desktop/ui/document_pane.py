"""The pane of what is read: lines of text in a tree, or pages, curves and clips on a canvas."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from medscan_desktop.scene.changes import activated
from medscan_desktop.scene.document import Document, Text
from medscan_desktop.scene.view import ViewId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.document_canvas import DocumentCanvas
from medscan_desktop.ui.tree_page import TreePage
from medscan_desktop.workstation.jobs import Jobs
from medscan_desktop.workstation.workstation import Workstation


class DocumentPane(QWidget):
    """Follows its view; `reference_wanted` gives the `Reference` of a line that was clicked."""

    menu_wanted = Signal(QPoint)
    maximise_wanted = Signal(int)
    reference_wanted = Signal(object)
    save_wanted = Signal()

    def __init__(self, workstation: Workstation, view_id: ViewId, jobs: Jobs) -> None:
        super().__init__()
        self.view_id = view_id
        self._store = workstation.store
        self._document: Document | None = None
        self.canvas = DocumentCanvas(workstation, view_id, jobs)
        self.page: TreePage | None = None
        self.canvas.menu_wanted.connect(self.menu_wanted)
        self.canvas.maximise_wanted.connect(self.maximise_wanted)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)  # as wide as the other panes
        self._stacked = QStackedLayout(self)
        self._stacked.addWidget(self.canvas)

    @property
    def is_dragging(self) -> bool:
        """Whether a button is down on the canvas."""
        return self.canvas.is_dragging

    def cancel_drag(self) -> None:
        """Give the drag up."""
        self.canvas.cancel_drag()

    def close_worker(self) -> None:
        """Nothing that still comes is shown, and no text stays."""
        self.canvas.close_worker()
        self._drop_page()

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Show what the view shows now."""
        view = next((view for view in new.views if view.id == self.view_id), None)
        stack = new.stack(view.stack) if view is not None else None
        document = stack.document if stack is not None else None
        if document is not self._document:
            self._document = document
            self._show(document)
        self.canvas.workspace_changed(old, new)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def _show(self, document: Document | None) -> None:
        self._drop_page()
        if document is None or not isinstance(document.body, Text):
            self._stacked.setCurrentWidget(self.canvas)
            return
        tree, savable = document.body.tree, bool(document.suffix)
        self.page = TreePage(tree, title=document.title, warnings=document.warnings, can_save=savable)
        self.page.save_wanted.connect(self._save)
        self.page.reference_wanted.connect(self.reference_wanted)
        self.page.touched.connect(self._activate)
        self._stacked.addWidget(self.page)
        self._stacked.setCurrentWidget(self.page)

    def _drop_page(self) -> None:
        if self.page is not None:
            self._stacked.removeWidget(self.page)
            self.page.hide()
            self.page.deleteLater()
            self.page = None

    def _save(self) -> None:
        self._activate()
        self.save_wanted.emit()

    def _activate(self) -> None:
        self._store.update(lambda workspace: activated(workspace, self.view_id))

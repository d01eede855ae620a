"""What the window does with documents: follow a line to its image, save what is encapsulated, show a header."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.domain.text_tree import Reference
from medscan_desktop.scene.document import Document
from medscan_desktop.scene.hanging import with_view_beside
from medscan_desktop.scene.navigation import at_slice, pane_of
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.documents import read_header, save_document
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.header_window import HeaderWindow
from medscan_desktop.workstation.command import Effect


class DocumentActions:
    """Speaks about the active view, as `ViewerActions` does."""

    def __init__(self, actions: ViewerActions, parent: QWidget) -> None:
        self._actions = actions
        self._parent = parent
        self.fill_tile_menu: Callable[[QMenu, Stack], object] = lambda _menu, _stack: None  # what others add to it

    @property
    def document(self) -> Document | None:
        """What the active view shows, where it is a document."""
        view, stack = self._actions.view, self._actions.stack
        return stack.document if view is not None and stack is not None and view.kind is ViewKind.DOCUMENT else None

    def open_first(self, series: SeriesUid | None) -> None:
        """The first document of a series (None: of the study), where no image is on screen."""
        workspace = self._actions.workspace
        stacks = [stack for stack in workspace.stacks if series in (None, stack.series_instance_uid)]
        if not workspace.views and stacks:
            self._actions.read_document(stacks[0])

    def follow(self, reference: Reference) -> None:
        """Show the object that a line refers to, beside the document; a notice where it is not in this study."""
        workspace = self._actions.workspace
        found = place_of(workspace.stacks, reference)
        if found is None:
            self._actions.workstation.notify("What this line refers to is not among the series of this study.")
            return
        stack, frame = found
        if stack.frame_count == 0:
            self._actions.read_document(stack)
            return
        beside, view_id = with_view_beside(workspace)
        self._actions.store.update(lambda _: beside)
        self._actions.show_stack(stack.id, view_id, on_done=lambda _: self._go_to(view_id, frame))

    def fill_menu(self, menu: QMenu) -> None:
        """What can be done with the active document or image."""
        document = self.document
        if document is not None and document.suffix:
            menu.addAction(f"Save as {document.suffix.removeprefix('.').upper()}…", self.save)
        instance = shown_instance(self._actions.workspace, self._actions.view)
        if instance:
            menu.addAction("DICOM header…", partial(self.show_header, instance))

    def show_tile_menu(self, key: str, at: QPoint) -> None:
        """What can be done with a series of the strip that is not on screen."""
        stack = self._actions.workspace.stack(StackId(key))
        if stack is None or not stack.instance_uids:
            return
        menu = QMenu(self._parent)
        if stack.frame_count == 0:
            menu.addAction("Read its contents", partial(self._actions.read_document, stack))
        middle = stack.instance_uids[len(stack.instance_uids) // 2]
        menu.addAction("DICOM header…", partial(self.show_header, middle))
        self.fill_tile_menu(menu, stack)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def save(self) -> None:
        """Ask where to, and write the document or clip itself."""
        document = self.document
        if document is None or not document.suffix:
            return
        kinds = f"{document.type_name} (*{document.suffix})"
        chosen, _ = QFileDialog.getSaveFileName(self._parent, "Save the document", f"document{document.suffix}", kinds)
        if chosen:
            self._actions.workstation.do(save_document, sop_instance_uid=document.instance, out=Path(chosen))

    def show_header(self, instance: InstanceUid) -> None:
        """Every attribute of an instance, in a window beside."""
        self._actions.workstation.do(read_header, sop_instance_uid=instance, on_done=self._show_tree)

    def close_windows(self) -> None:
        """Close what was opened: on lock."""
        for window in self._parent.findChildren(HeaderWindow):
            window.close()

    def _show_tree(self, effect: Effect) -> None:
        HeaderWindow(effect.value, self._parent).show()

    def _go_to(self, view_id: ViewId, frame: int) -> None:
        self._actions.store.update(lambda workspace: _at_frame(workspace, view_id, frame))


def place_of(stacks: Sequence[Stack], reference: Reference) -> tuple[Stack, int] | None:
    """The stack and slice of what a line refers to; None where it is not among them."""
    wanted = reference.frames[0] - 1 if reference.frames else 0
    for stack in stacks:
        places = [place for place, uid in enumerate(stack.instance_uids) if uid == reference.instance]
        if not places:
            continue
        numbers = stack.frame_numbers
        exact = [place for place in places if place < len(numbers) and numbers[place] == wanted]
        return stack, exact[0] if exact else places[0]
    return None


def shown_instance(workspace: Workspace, view: View | None) -> InstanceUid:
    """The instance that a view shows: of a plane through other slices, and of 3D, the middle one; "" for none."""
    stack = workspace.stack(view.stack) if view is not None else None
    if view is None or stack is None or not stack.instance_uids:
        return InstanceUid("")
    pane = pane_of(workspace, view, (1, 1))
    is_slice = pane is not None and pane.axes.through == 2 and view.kind is not ViewKind.DOCUMENT
    place = pane.slice_index if pane is not None and is_slice else len(stack.instance_uids) // 2
    return stack.instance_uids[min(place, len(stack.instance_uids) - 1)]


def _at_frame(workspace: Workspace, view_id: ViewId, frame: int) -> Workspace:
    view = next((view for view in workspace.views if view.id == view_id), None)
    return workspace if view is None else at_slice(workspace, view, frame)

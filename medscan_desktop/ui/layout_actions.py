"""What commands, menus and drops do to the cells of the screen: each one step that undo reverses."""

from functools import partial

from PySide6.QtWidgets import QMenu

from medscan_desktop.scene import arranging
from medscan_desktop.scene.hanging import PLANES, QUAD, SINGLE, in_kinds
from medscan_desktop.scene.layout import Way
from medscan_desktop.scene.navigation import at_slice
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import ViewId, ViewKind
from medscan_desktop.scene.workspace import SceneChange, Workspace
from medscan_desktop.ui.actions import ViewerActions

KIND_NAMES = {
    ViewKind.AXIAL: "Axial",
    ViewKind.CORONAL: "Coronal",
    ViewKind.SAGITTAL: "Sagittal",
    ViewKind.ACQUIRED: "As acquired",
    ViewKind.THREE_D: "3D",
}
HANGS = {"single": SINGLE, "planes": PLANES, "quad": QUAD}
HANG_NAMES = {"single": "One image", "planes": "Three planes", "quad": "Three planes and 3D"}
_SHEET = (3, 3)  # where the layout says nothing else


def use_grid(rows: int, columns: int, actions: ViewerActions) -> None:
    """So many equal cells; a sheet stays a sheet."""
    change = arranging.tiled if arranging.is_tiled(actions.workspace) else arranging.in_grid
    _edit(actions, "layout", lambda workspace: change(workspace, rows, columns))


def hang_as(name: str, actions: ViewerActions) -> None:
    """The active stack over the whole window: "single", "planes", "quad"."""
    _edit(actions, "layout", lambda workspace: in_kinds(workspace, HANGS[name]))


def split(way: Way, actions: ViewerActions) -> None:
    """The active cell halved."""
    _edit(actions, "split", lambda workspace: arranging.split(arranging.left_sheet(workspace), workspace.active, way))


def close_cell(actions: ViewerActions) -> None:
    """The active cell goes."""
    _edit(actions, "close a cell", lambda workspace: arranging.without_cell(workspace, workspace.active))


def empty_cell(actions: ViewerActions) -> None:
    """Nothing in the active cell."""
    _edit(actions, "empty a cell", lambda workspace: arranging.without_stack(workspace, workspace.active))


def fill_cells(actions: ViewerActions) -> None:
    """The next series in the empty cells."""
    _edit(actions, "fill the cells", arranging.filled)


def even_cells(actions: ViewerActions) -> None:
    """All cells equal."""
    _edit(actions, "equal cells", lambda workspace: arranging.with_layout(workspace, workspace.layout.even()))


def swap_cells(one: ViewId, other: ViewId, actions: ViewerActions) -> None:
    """Two cells in each other's place."""
    _edit(actions, "change places", lambda workspace: arranging.swapped(workspace, one, other))


def swap_with_next(actions: ViewerActions) -> None:
    """The active cell and the one after it in each other's place."""
    cells = actions.workspace.layout.cells
    if actions.workspace.active in cells:
        following = cells[(cells.index(actions.workspace.active) + 1) % len(cells)]
        swap_cells(actions.workspace.active, following, actions)


def use_kind(kind: ViewKind, actions: ViewerActions) -> None:
    """Another look at the active view's stack."""
    _edit(actions, "plane of a cell", lambda workspace: arranging.with_kind(workspace, workspace.active, kind))


def can_be(kind: ViewKind, actions: ViewerActions) -> bool:
    """Whether the active view's stack can be looked at so."""
    return actions.view is not None and kind in arranging.possible_kinds(actions.workspace, actions.view)


def is_kind(kind: ViewKind, actions: ViewerActions) -> bool:
    """Whether the active view looks so."""
    return actions.view is not None and actions.view.kind is kind and actions.view.stack is not None


def show_large(actions: ViewerActions) -> None:
    """The active view over the whole window, and back."""
    if actions.view is not None:
        actions.maximise(actions.view.id)


def toggle_tiles(actions: ViewerActions) -> None:
    """The active stack as a sheet of consecutive images, and back to what was there before."""
    if arranging.is_tiled(actions.workspace):
        _edit(actions, "tile mode", arranging.before_sheet)
        return
    rows, columns = actions.workspace.layout.as_grid or _SHEET
    if rows * columns == 1 or actions.workspace.maximised is not None:
        rows, columns = _SHEET
    _edit(actions, "tile mode", lambda workspace: arranging.tiled(workspace, rows, columns))


def is_tiled(actions: ViewerActions) -> bool:
    """Whether a sheet is on screen."""
    return arranging.is_tiled(actions.workspace)


def turn_page(pages: int, actions: ViewerActions) -> None:
    """So many sheets further; without a sheet, so many images."""

    def turned(workspace: Workspace) -> Workspace:
        view = workspace.view(workspace.active)
        return at_slice(workspace, view, view.frame + pages * arranging.page_size(workspace, view))

    if is_tiled(actions) and actions.view is not None and actions.view.tile is not None:
        actions.store.update(turned)


def drop_stack(stack: str, view_id: int, actions: ViewerActions) -> None:
    """What was dragged from the strip onto a cell."""
    actions.put(StackId(stack), ViewId(view_id))


def fill_cell_menu(menu: QMenu, actions: ViewerActions) -> None:
    """What can be done with the active cell."""
    for kind, name in KIND_NAMES.items():
        line = menu.addAction(name, partial(use_kind, kind, actions))
        line.setCheckable(True)
        line.setChecked(is_kind(kind, actions))
        line.setEnabled(can_be(kind, actions))
    menu.addSeparator()
    fill_split_menu(menu, actions)
    menu.addSeparator()
    large = "Show all cells" if actions.workspace.maximised is not None else "Show large"
    menu.addAction(large, partial(show_large, actions))
    menu.addAction("Empty this cell", partial(empty_cell, actions))
    menu.addAction("Close this cell", partial(close_cell, actions))


def fill_split_menu(menu: QMenu, actions: ViewerActions) -> None:
    """Dividing the active cell."""
    menu.addAction("Split side by side", partial(split, Way.BESIDE, actions))
    menu.addAction("Split one above the other", partial(split, Way.BELOW, actions))


def _edit(actions: ViewerActions, name: str, change: SceneChange) -> None:
    if actions.workspace.views:
        actions.workstation.edit(name, change)

"""What a user does to the cells of the screen, as pure changes: another grid, split, close, swap, another kind.

Every cell has a view; an empty cell's view has no stack. The order of the views is that of the cells.
"""

from collections.abc import Sequence
from dataclasses import replace

from medscan_desktop.scene.hanging import PLANES, fresh_view, view_with_stack, with_window
from medscan_desktop.scene.layout import Layout, Way
from medscan_desktop.scene.overlays import OVERLAY_KINDS
from medscan_desktop.scene.splitting import one_of_each_axis
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from medscan_desktop.scene.workspace import BeforeTiles, Workspace

KINDS_OF_VOLUMES = (*PLANES, ViewKind.ACQUIRED, ViewKind.THREE_D)


def with_layout(workspace: Workspace, layout: Layout) -> Workspace:
    """The workspace in these cells: a view keeps its cell by its id, new cells are empty, other views go."""
    if layout == workspace.layout and len(layout.cells) == len(workspace.views):
        return workspace
    known = {view.id: view for view in workspace.views}
    views = tuple(known.get(cell) or empty_view(cell) for cell in layout.cells)
    active = workspace.active if workspace.active in layout.cells else views[0].id
    drafts = tuple(draft for draft in workspace.drafts if draft.view in layout.cells)
    return replace(workspace, layout=layout, views=views, active=active, maximised=None, drafts=drafts)


def in_grid(workspace: Workspace, rows: int, columns: int) -> Workspace:
    """The workspace in equal cells: the views from the first on, the active one among them; the new cells get the
    next series of the study that are not on screen.
    """
    count = rows * columns
    kept = [view.id for view in untiled(workspace).views][:count]
    if workspace.active not in kept and any(view.id == workspace.active for view in workspace.views):
        kept[-1] = workspace.active
    return filled(with_layout(untiled(workspace), Layout.grid(rows, columns, kept)))


def split(workspace: Workspace, view_id: ViewId, way: Way) -> Workspace:
    """The workspace with a cell halved; the new half is empty and gets the keyboard."""
    new = ViewId(max((view.id for view in workspace.views), default=-1) + 1)
    layout = workspace.layout.split(view_id, way, new)
    return workspace if layout == workspace.layout else replace(with_layout(workspace, layout), active=new)


def without_cell(workspace: Workspace, view_id: ViewId) -> Workspace:
    """The workspace without a cell; the last one stays, emptied."""
    if len(workspace.views) == 1:
        return without_stack(workspace, view_id)
    return with_layout(workspace, workspace.layout.removed(view_id))


def without_stack(workspace: Workspace, view_id: ViewId) -> Workspace:
    """The workspace with an empty cell in the place of this one."""
    return workspace.with_view(empty_view(view_id)) if _has(workspace, view_id) else workspace


def swapped(workspace: Workspace, one: ViewId, other: ViewId) -> Workspace:
    """The workspace with two cells in each other's place; the first keeps the keyboard."""
    if one == other:
        return workspace
    return replace(with_layout(workspace, workspace.layout.swapped(one, other)), active=one)


def with_kind(workspace: Workspace, view_id: ViewId, kind: ViewKind) -> Workspace:
    """The workspace with a view that looks at its stack in another way; as it is where the stack cannot be."""
    view = workspace.view(view_id) if _has(workspace, view_id) else None
    if view is None or view.kind is kind or kind not in possible_kinds(workspace, view):
        return workspace
    return workspace.with_view(replace(view, kind=kind, camera=Camera(), slab=None, tile=None))


def possible_kinds(workspace: Workspace, view: View) -> tuple[ViewKind, ...]:
    """The ways in which a view can look at its stack; empty for an empty cell and for documents."""
    stack = workspace.stack(view.stack)
    if stack is None or view.kind is ViewKind.DOCUMENT:
        return ()
    return KINDS_OF_VOLUMES if stack.is_volume else (ViewKind.ACQUIRED,)


def filled(workspace: Workspace) -> Workspace:
    """The workspace with the study's next series in its empty cells, as far as there are some."""
    waiting = list(_not_shown(workspace))
    views = tuple(
        fresh_view(workspace, waiting.pop(0), view.id, ViewKind.ACQUIRED) if view.stack is None and waiting else view
        for view in workspace.views
    )
    return workspace if views == workspace.views else replace(workspace, views=views)


def with_stack_in(workspace: Workspace, stack_id: StackId, view_id: ViewId) -> Workspace:
    """The workspace with a stack in a cell, whether its pixels are here or not; the cell gets the keyboard.

    KeyError where one of them is unknown.
    """
    stack = workspace.stack(stack_id)
    if stack is None:
        raise KeyError(stack_id)
    old = workspace.view(view_id).kind
    kind = old if stack.is_volume and old is not ViewKind.DOCUMENT else ViewKind.ACQUIRED
    return replace(workspace.with_view(fresh_view(workspace, stack, view_id, kind)), active=view_id)


def is_arranged(workspace: Workspace) -> bool:
    """Whether the cells hold different things, so that a series goes into one of them and not over the window."""
    return len(workspace.views) > 1 and len({view.stack for view in workspace.views}) > 1


def is_tiled(workspace: Workspace) -> bool:
    """Whether a sheet is on screen."""
    return any(view.tile is not None for view in workspace.views)


def with_other_sheet(workspace: Workspace, stack_id: StackId) -> Workspace:
    """The workspace with another stack on its sheet, in as many cells."""
    rows, columns = workspace.layout.as_grid or (1, len(workspace.views))
    sheet = tiled(with_stack_in(workspace, stack_id, workspace.active), rows, columns)
    return replace(sheet, before_tiles=workspace.before_tiles)


def tiled(workspace: Workspace, rows: int, columns: int) -> Workspace:
    """The workspace with one stack (of `view_with_stack`) as a sheet: its consecutive images, one in each cell.

    It begins at the image shown, or so far before it that the sheet is full; without a stack nothing changes. What was
    on screen is kept for `before_sheet`; another grid of the same sheet keeps what was before the first.
    """
    active = view_with_stack(workspace)
    stack = workspace.stack(active.stack) if active is not None else None
    if active is None or stack is None or active.kind is ViewKind.DOCUMENT or stack.frame_count == 0:
        return workspace
    base = fresh_view(workspace, stack, active.id, ViewKind.ACQUIRED)
    at = active.frame if active.kind is ViewKind.ACQUIRED else base.frame
    looks_alike = active.kind is ViewKind.ACQUIRED
    voi = base.voi if active.kind is ViewKind.THREE_D else active.voi
    base = replace(base, voi=voi, inverted=active.inverted, camera=active.camera if looks_alike else Camera())
    layout = Layout.grid(rows, columns, [view.id for view in workspace.views])
    count = min(rows * columns, stack.slice_count)
    first = max(0, min(at - (active.tile or 0), stack.slice_count - count))
    views = tuple(
        replace(base, id=cell, frame=first + number, tile=number) if number < count else empty_view(cell)
        for number, cell in enumerate(layout.cells)
    )
    here = BeforeTiles(workspace.views, workspace.layout, workspace.maximised, active.id)
    before = workspace.before_tiles if is_tiled(workspace) else here
    return replace(
        workspace,
        layout=layout,
        views=views,
        active=views[0].id,
        maximised=None,
        drafts=(),
        before_tiles=before,
    )


def before_sheet(workspace: Workspace) -> Workspace:
    """The workspace as it was before its sheet, the pane that became it at the image that is active now.

    Where nothing is remembered of it, or what was there is no longer open: that image alone.
    """
    before, known = workspace.before_tiles, {stack.id for stack in workspace.stacks}
    shown = next((view for view in workspace.views if view.id == workspace.active and view.tile is not None), None)
    shown = shown or next((view for view in workspace.views if view.tile is not None), None)
    if shown is None:
        return workspace
    if before is None or any(view.stack is not None and view.stack not in known for view in before.views):
        return replace(untiled(workspace), before_tiles=None)
    views = tuple(with_window(workspace, _off_sheet(view, shown, before.of)) for view in before.views)
    return replace(
        workspace,
        views=views,
        layout=before.layout,
        active=before.of,
        maximised=before.maximised,
        drafts=(),
        before_tiles=None,
    )


def _off_sheet(view: View, shown: View, sheet_of: ViewId) -> View:
    """The pane that became a sheet shows what the sheet showed last; a plane across the images stays that plane."""
    if view.id != sheet_of:
        return view
    if view.stack != shown.stack or view.kind is ViewKind.ACQUIRED:
        return replace(shown, id=view.id, tile=None)
    return view if view.kind is ViewKind.THREE_D else replace(view, voi=shown.voi, inverted=shown.inverted)


def untiled(workspace: Workspace) -> Workspace:
    """The workspace with the sheet's first image alone in the place of a sheet; others as they are."""
    tiles = [view for view in workspace.views if view.tile is not None]
    if not tiles:
        return workspace
    shown = next((view for view in tiles if view.id == workspace.active), tiles[0])
    others = [view.id for view in workspace.views if view.tile is None and view.stack is not None]
    layout = Layout.of([shown.id, *others], max(1, len(others) + 1))
    return replace(with_layout(workspace, layout).with_view(replace(shown, tile=None)), active=shown.id)


def left_sheet(workspace: Workspace) -> Workspace:
    """The workspace with its tiles as views of their own, where a sheet is taken apart."""
    if not is_tiled(workspace):
        return workspace
    return replace(workspace, views=tuple(replace(view, tile=None) for view in workspace.views))


def page_size(workspace: Workspace, view: View) -> int:
    """How many images the sheet of a tile shows, 1 for what is no tile."""
    if view.tile is None:
        return 1
    return sum(other.tile is not None and other.stack == view.stack for other in workspace.views)


def empty_view(view_id: ViewId) -> View:
    """An empty cell's view."""
    return View(view_id, ViewKind.ACQUIRED)


def _not_shown(workspace: Workspace) -> Sequence[Stack]:
    shown = {view.stack for view in workspace.views}
    stacks = one_of_each_axis(workspace)
    images = [stack for stack in stacks if stack.frame_count > 0 and stack.object_kind not in OVERLAY_KINDS]
    return [stack for stack in images if stack.id not in shown and not stack.is_map]


def _has(workspace: Workspace, view_id: ViewId) -> bool:
    return any(view.id == view_id for view in workspace.views)

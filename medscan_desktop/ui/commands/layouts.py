"""The cells of the screen: grids, splits, what each cell shows, tile mode."""

from functools import partial

from medscan_desktop.scene.hanging import view_with_stack
from medscan_desktop.scene.layout import MOST_COLUMNS, MOST_ROWS, Way
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.ui import layout_actions as layouts
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand

_MENU, _CELL = "Layout", "Cell"
_GRID_KEYS = {(1, 1): "F2", (1, 2): "F3", (2, 2): "F4", (2, 3): "F5", (3, 3): "F6", (4, 4): "F7"}
_KIND_KEYS = {
    ViewKind.AXIAL: "Alt+A",
    ViewKind.CORONAL: "Alt+C",
    ViewKind.SAGITTAL: "Alt+S",
    ViewKind.ACQUIRED: "Alt+Q",
    ViewKind.THREE_D: "Alt+V",
}
_HANG_KEYS = {"single": "F8", "planes": "F9", "quad": "F10"}


def _has_cells(actions: ViewerActions) -> bool:
    return bool(actions.workspace.views)


def _is_grid(rows: int, columns: int, actions: ViewerActions) -> bool:
    return actions.workspace.layout.as_grid == (rows, columns) and _has_cells(actions)


def _is_volume(actions: ViewerActions) -> bool:
    view = view_with_stack(actions.workspace)
    stack = actions.workspace.stack(view.stack) if view is not None else None
    return stack is not None and stack.is_volume


def _has_any(actions: ViewerActions) -> bool:
    return view_with_stack(actions.workspace) is not None


def _has_stack(actions: ViewerActions) -> bool:
    return actions.stack is not None


def _is_large(actions: ViewerActions) -> bool:
    return actions.workspace.maximised is not None


def _grid(rows: int, columns: int) -> UiCommand:
    name, label = f"layout.grid_{rows}x{columns}", f"Layout {rows} × {columns}"
    key = _GRID_KEYS.get((rows, columns))
    use, is_on = partial(layouts.use_grid, rows, columns), partial(_is_grid, rows, columns)
    return UiCommand(name, label, _MENU, use, (key,) if key else (), is_possible=_has_cells, is_on=is_on)


def _kind(kind: ViewKind) -> UiCommand:
    return UiCommand(
        f"cell.kind_{kind.value}",
        f"This cell: {layouts.KIND_NAMES[kind].lower() if kind is not ViewKind.THREE_D else '3D'}",
        _CELL,
        partial(layouts.use_kind, kind),
        (_KIND_KEYS[kind],),
        is_possible=partial(layouts.can_be, kind),
        is_on=partial(layouts.is_kind, kind),
        why_not="Not possible in this cell: planes and 3D need a volume, and an empty cell has no images.",
    )


def _hang(name: str, label: str) -> UiCommand:
    is_possible, keys = _has_any if name == "single" else _is_volume, (_HANG_KEYS[name],)
    return UiCommand(f"layout.{name}", label, _MENU, partial(layouts.hang_as, name), keys, is_possible=is_possible)


LAYOUTS: tuple[UiCommand, ...] = (
    UiCommand("layout.choose", "Choose a layout…", _MENU, lambda actions: actions.choose_layout(), ("Shift+L",)),
    *(_hang(*named) for named in layouts.HANG_NAMES.items()),
    *(_grid(rows, columns) for rows in range(1, MOST_ROWS + 1) for columns in range(1, MOST_COLUMNS + 1)),
    UiCommand("layout.even", "Equal cells", _MENU, layouts.even_cells, is_possible=_has_cells),
    UiCommand("layout.fill", "Next series into the empty cells", _MENU, layouts.fill_cells, is_possible=_has_cells),
    UiCommand("layout.tiles", "Tile mode", _MENU, layouts.toggle_tiles, ("Shift+T",), _has_any, layouts.is_tiled),
    UiCommand(
        "layout.page_back",
        "Tile mode: page back",
        _MENU,
        partial(layouts.turn_page, -1),
        ("Shift+PgUp",),
        layouts.is_tiled,
    ),
    UiCommand(
        "layout.page_on",
        "Tile mode: page on",
        _MENU,
        partial(layouts.turn_page, 1),
        ("Shift+PgDown",),
        layouts.is_tiled,
    ),
    UiCommand("cell.large", "Show large, and back", _CELL, layouts.show_large, ("F",), _has_cells, _is_large),
    UiCommand(
        "cell.split_beside",
        "Split side by side",
        _CELL,
        partial(layouts.split, Way.BESIDE),
        ("Ctrl+Shift+Right",),
        _has_cells,
    ),
    UiCommand(
        "cell.split_below",
        "Split one above the other",
        _CELL,
        partial(layouts.split, Way.BELOW),
        ("Ctrl+Shift+Down",),
        _has_cells,
    ),
    UiCommand("cell.swap", "Change places with the next cell", _CELL, layouts.swap_with_next, (), _has_cells),
    UiCommand("cell.empty", "Empty this cell", _CELL, layouts.empty_cell, (), _has_stack),
    UiCommand("cell.close", "Close this cell", _CELL, layouts.close_cell, ("Ctrl+Shift+W",), _has_cells),
    *(_kind(kind) for kind in layouts.KIND_NAMES),
)

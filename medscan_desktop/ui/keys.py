"""The viewer's keys, by the clinical conventions: key sequence and what it does."""

from collections.abc import Callable

from medscan_desktop.ui.actions import ViewerActions

_Action = Callable[[ViewerActions], object]


def _tool(name: str) -> _Action:
    return lambda actions: actions.use_tool(name)


def _preset(number: int) -> _Action:
    return lambda actions: actions.preset(number)


KEYS: tuple[tuple[str, _Action], ...] = (
    ("Up", lambda actions: actions.scroll(-1)),
    ("Down", lambda actions: actions.scroll(1)),
    ("Shift+Up", lambda actions: actions.scroll(-10)),
    ("Shift+Down", lambda actions: actions.scroll(10)),
    ("Home", lambda actions: actions.scroll_to(0)),
    ("End", lambda actions: actions.scroll_to(-1)),
    ("PgUp", lambda actions: actions.next_series(-1)),
    ("PgDown", lambda actions: actions.next_series(1)),
    ("[", lambda actions: actions.step_phase(-1)),
    ("]", lambda actions: actions.step_phase(1)),
    ("Ctrl+PgUp", lambda actions: actions.step_phase(-1)),
    ("Ctrl+PgDown", lambda actions: actions.step_phase(1)),
    ("Tab", ViewerActions.next_view),
    ("W", _tool("window")),
    ("T", _tool("pan")),
    ("Z", _tool("zoom")),
    ("S", _tool("scroll")),
    ("R", _tool("rotate")),
    ("H", _tool("crosshair")),
    ("D", _tool("length")),
    ("E", _tool("ellipse")),
    ("I", ViewerActions.invert),
    ("C", lambda actions: actions.play()),
    ("Space", ViewerActions.toggle_overlay),
    ("G", ViewerActions.toggle_masks),
    ("Esc", ViewerActions.cancel),
    ("Del", ViewerActions.delete_selected),
    ("Ctrl+Z", ViewerActions.undo),
    ("Ctrl+Y", ViewerActions.redo),
    ("Ctrl+Shift+Z", ViewerActions.redo),
    ("0", ViewerActions.auto_window),
    *((str(number), _preset(number)) for number in range(1, 10)),
    ("Return", ViewerActions.accept),
    ("Enter", ViewerActions.accept),
    ("Backspace", ViewerActions.reject),
)

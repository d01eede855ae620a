"""A command of the viewer as its user knows it: a name, a label, its keys, its place in the menus."""

from collections.abc import Callable
from dataclasses import dataclass

from medscan_desktop.ui.actions import ViewerActions

Run = Callable[[ViewerActions], object]
Question = Callable[[ViewerActions], bool]


def _always(_actions: ViewerActions) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class UiCommand:
    """`name` is what stored keys and profiles say ("measure.length"); it never changes once released.

    `keys` are those of the default profile, as QKeySequence reads them. `is_possible` greys the menu line,
    `is_on` makes it one with a tick.
    """

    name: str
    label: str
    menu: str
    run: Run
    keys: tuple[str, ...] = ()
    is_possible: Question = _always
    is_on: Question | None = None
    why_not: str = ""  # said where its key is pressed while it is not possible

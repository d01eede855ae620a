"""Grey values: window, presets, invert."""

from functools import partial

from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand

_MENU = "Grey values"


def _preset(number: int, actions: ViewerActions) -> None:
    actions.preset(number)


GREY: tuple[UiCommand, ...] = (
    UiCommand("window.auto", "Automatic window", _MENU, ViewerActions.auto_window, ("0",)),
    *(
        UiCommand(f"window.preset_{number}", f"Preset {number}", _MENU, partial(_preset, number), (str(number),))
        for number in range(1, 10)
    ),
    UiCommand("window.invert", "Invert", _MENU, ViewerActions.invert, ("I",)),
)

"""What stands around the images."""

from medscan_desktop.ui.command import UiCommand

_MENU = "Window"

FRAME: tuple[UiCommand, ...] = (
    UiCommand("frame.strip", "Series strip", _MENU, lambda actions: actions.toggle_strip(), ("Ctrl+B",)),
    UiCommand("frame.panels", "Side panel", _MENU, lambda actions: actions.toggle_panels(), ("Ctrl+J",)),
    UiCommand("frame.images_alone", "Images alone", _MENU, lambda actions: actions.toggle_frame(), ("Shift+F11",)),
)

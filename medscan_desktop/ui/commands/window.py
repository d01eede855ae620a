"""The window itself: help, finding a command, keys, lock."""

from medscan_desktop.ui.command import UiCommand

_MENU = "Window"

WINDOW: tuple[UiCommand, ...] = (
    UiCommand("window.find_command", "Find a command…", _MENU, lambda actions: actions.show_palette(), ("Ctrl+K",)),
    UiCommand("window.hands", "Keys and mouse…", _MENU, lambda actions: actions.edit_hands()),
    UiCommand("window.help", "List of mouse and keys", _MENU, lambda actions: actions.show_help(), ("F1",)),
    UiCommand("window.full_screen", "Full screen", _MENU, lambda actions: actions.full_screen(), ("F11",)),
    UiCommand("window.search", "Search the library", _MENU, lambda actions: actions.search_library(), ("Ctrl+F",)),
    UiCommand("window.library", "Back to the library", _MENU, lambda actions: actions.show_library(), ("Ctrl+W",)),
    UiCommand("window.lock", "Lock", _MENU, lambda actions: actions.lock(), ("Ctrl+L",)),
)

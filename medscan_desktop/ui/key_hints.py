"""Tips of buttons that name the key of their command: as the user has it, not as it once was shipped."""

from PySide6.QtWidgets import QAbstractButton, QWidget

from medscan_desktop.ui.key_map import KeyMap

_COMMAND, _TIP = "command", "tip"


def hint(button: QAbstractButton, tip: str, command: str) -> None:
    """The button does what this command does; `show_keys` says with which key."""
    button.setProperty(_COMMAND, command)
    button.setProperty(_TIP, tip)
    button.setToolTip(tip)


def show_keys(page: QWidget, keys: KeyMap) -> None:
    """The tips of all buttons on a page, by the keys that hold from now on."""
    for button in page.findChildren(QAbstractButton):
        command = button.property(_COMMAND)
        if command:
            button.setToolTip(with_key(button.property(_TIP), keys.named(command)))


def with_key(text: str, key: str) -> str:
    """`Invert (I)`, or the text alone where there is no key."""
    return f"{text} ({key})" if key else text

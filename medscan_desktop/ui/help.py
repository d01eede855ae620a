"""The list of mouse and keys, laid over the page by F1."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from medscan_desktop.tools import tool_named
from medscan_desktop.tools.bindings import Button, Modifier, profile_named
from medscan_desktop.ui import make
from medscan_desktop.ui.cover import Cover
from medscan_desktop.ui.key_map import KeyMap, native


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the help: `keys` as a person reads them."""

    group: str
    keys: tuple[str, ...]
    label: str


_MOUSE_GROUP = "Mouse"
_BUTTONS = {
    (Button.LEFT, Modifier.PLAIN): ("Left drag",),
    (Button.LEFT, Modifier.SHIFT): ("Shift", "left drag"),
    (Button.LEFT, Modifier.CONTROL): ("Ctrl", "left drag"),
    (Button.LEFT, Modifier.ALT): ("Alt", "left drag"),
    (Button.MIDDLE, Modifier.PLAIN): ("Middle drag",),
    (Button.RIGHT, Modifier.PLAIN): ("Right drag",),
    (Button.WHEEL, Modifier.PLAIN): ("Wheel",),
    (Button.WHEEL, Modifier.CONTROL): ("Ctrl", "wheel"),
    (Button.WHEEL, Modifier.ALT): ("Alt", "wheel"),
    (Button.NONE, Modifier.SHIFT): ("Shift", "move"),
}
_COLUMNS = 4


def listed(keys: KeyMap) -> list[Listed]:
    """The mouse of the profile and every command that has a key, in the order of the menus."""
    return [*_mouse(keys.hands.profile), *_keyboard(keys)]


def _mouse(profile: str) -> list[Listed]:
    table = profile_named(profile).plane
    lines = []
    for hand, name in _BUTTONS.items():
        if hand in table and (table[hand] or hand[1] is Modifier.PLAIN):
            label = tool_named(table[hand]).label.lower() if table[hand] else "the tool chosen"
            lines.append(Listed(_MOUSE_GROUP, name, label))
    lines.append(Listed(_MOUSE_GROUP, ("Right click",), "menu"))
    lines.append(Listed(_MOUSE_GROUP, ("Double click",), "one view large, and back"))
    return lines


def _keyboard(keys: KeyMap) -> list[Listed]:
    """Presets stand in one line: nine would push the others off the page."""
    lines, presets = [], [command for command in keys.commands if command.name.startswith("window.preset_")]
    for command in keys.commands:
        bound = keys.keys(command)
        if not bound or command in presets[1:]:
            continue
        if command in presets:
            ends = (keys.shown(presets[0]), "…", keys.shown(presets[-1]))
            lines.append(Listed(command.menu, ends, "window presets"))
            continue
        lines.append(
            Listed(command.menu, tuple(native(bound[0]).split("+")) if bound[0] != "+" else ("+",), command.label)
        )
    return lines


class HelpOverlay(Cover):
    """Any click or key takes it away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, darkness=200)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._keys: KeyMap | None = None
        self._card: QWidget | None = None
        self._layout = make.column(self)

    def use_keys(self, keys: KeyMap) -> None:
        """The keys of the user who is here; the list is made when it is asked for."""
        self._keys = keys
        if self._card is not None:
            self._layout.removeWidget(self._card)
            self._card.deleteLater()
            self._card = None

    def toggle(self) -> None:
        """Show and take the keyboard, or give both back."""
        if self.isVisible():
            self.leave()
            return
        if self._card is None and self._keys is not None:
            self._card = _card(listed(self._keys))
            self._layout.addWidget(self._card, alignment=Qt.AlignmentFlag.AlignCenter)
        self.come(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.leave()


def _card(lines: list[Listed]) -> QWidget:
    """The lines in columns of about the same height, no group torn apart."""
    card = make.frame("card")
    body = make.column(card, margin=14, gap=8)
    body.addWidget(make.label("Mouse and keys", "heading"))
    columns = make.row(gap=24)
    groups: dict[str, list[Listed]] = {}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    wanted = sum(len(items) + 2 for items in groups.values()) / _COLUMNS
    side, filled = make.column(gap=8), 0
    for name, items in groups.items():
        if filled and filled + (len(items) + 2) / 2 > wanted:
            side.addStretch()
            columns.addLayout(side)
            side, filled = make.column(gap=8), 0
        side.addLayout(_group(name, items))
        filled += len(items) + 2
    side.addStretch()
    columns.addLayout(side)
    body.addLayout(columns)
    return card


def _group(name: str, items: list[Listed]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(1)
    grid.setColumnMinimumWidth(0, 110)
    grid.setColumnStretch(1, 1)
    grid.addWidget(make.label(name.upper(), "section"), 0, 0, 1, 2)
    for line, item in enumerate(items, start=1):
        keys = make.row(gap=4)
        for key in item.keys:
            keys.addWidget(make.label(key, "key"))
        keys.addStretch()
        grid.addLayout(keys, line, 0)
        grid.addWidget(make.label(item.label), line, 1)
    return grid

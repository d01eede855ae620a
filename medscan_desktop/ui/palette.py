"""Find a command by a few letters of its name and run it: one line to type in, a list below."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from medscan_desktop.ui import make, theme
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.cover import Cover
from medscan_desktop.ui.key_map import KeyMap

_WIDTH, _SIDE, _ROWS, _ROW = 560, 110, 12, 26
_STEPS: dict[int, int] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -_ROWS,
    Qt.Key.Key_PageDown: _ROWS,
}
_ESCAPE: int = Qt.Key.Key_Escape
_COMMAND = Qt.ItemDataRole.UserRole


class Palette(Cover):
    """Lies over its page until a command is chosen, Esc is pressed or beside it is clicked."""

    def __init__(self, parent: QWidget, actions: ViewerActions, run: Callable[[UiCommand], object]) -> None:
        super().__init__(parent)
        self._actions = actions
        self._run = run
        self._keys: KeyMap | None = None
        self.line = make.field("Type a few letters: angle, invert, layout…")
        self.line.setAccessibleName("Find a command")
        self.list = QTreeWidget()
        self.list.setColumnCount(3)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            self.list.setColumnWidth(column, _SIDE)
        self.list.setAccessibleName("Commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.empty = make.label("No command has this in its name.", "muted")
        card = make.frame("card")
        body = make.column(card, margin=12, gap=8)
        body.addWidget(self.line)
        body.addWidget(self.list)
        body.addWidget(self.empty)
        self.hold(card, _WIDTH)
        self.line.textChanged.connect(self._show)
        self.line.returnPressed.connect(self._choose)
        self.list.itemClicked.connect(lambda _item, _column: self._choose())

    def ask(self, keys: KeyMap) -> None:
        """Show it, empty, with the keyboard."""
        self._keys = keys
        self.line.clear()
        self._show("")
        self.come(self.line)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._pressed(event.key())
        return super().eventFilter(watched, event)

    def _pressed(self, key: int) -> bool:
        step = _STEPS.get(key, 0)
        if step:
            self._choose_row(self.list.currentIndex().row() + step)
            return True
        if key == _ESCAPE:
            self.leave()
            return True
        return False

    def _show(self, text: str) -> None:
        self.list.clear()
        if self._keys is None:
            return
        found = matching(self._keys.commands, text)
        for command in found:
            item = QTreeWidgetItem(self.list, [command.label, command.menu, self._keys.shown(command)])
            item.setData(0, _COMMAND, command)
            item.setSizeHint(0, QSize(0, _ROW))
            item.setForeground(1, QColor(theme.MUTED))
            if not command.is_possible(self._actions):
                item.setForeground(0, QColor(theme.MUTED))
        self._choose_row(0)
        self.list.setFixedHeight(max(1, min(len(found), _ROWS)) * _ROW + 4)
        self.list.setVisible(bool(found))
        self.empty.setVisible(not found)

    def _choose_row(self, row: int) -> None:
        held = min(max(row, 0), self.list.topLevelItemCount() - 1)
        self.list.setCurrentIndex(self.list.model().index(held, 0))

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        command: UiCommand = item.data(0, _COMMAND)
        if command.is_possible(self._actions):
            self.leave()
            self._run(command)


def matching(commands: Sequence[UiCommand], text: str) -> list[UiCommand]:
    """The commands whose menu and label hold every word of `text`; those whose label begins with it first."""
    words = text.casefold().split()
    held = [command for command in commands if all(word in _searched(command) for word in words)]
    return sorted(held, key=lambda command: not command.label.casefold().startswith(text.casefold().strip() or " "))


def _searched(command: UiCommand) -> str:
    return f"{command.menu} {command.label}".casefold()

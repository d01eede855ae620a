"""The keys of a page as Qt has them: a shortcut for each, made anew when the user's keys change."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.key_map import KeyMap


class KeyBinder:
    """Calls `perform(command)`. `everywhere` are the names that count in every window of the application."""

    def __init__(
        self,
        page: QWidget,
        commands: Sequence[UiCommand],
        perform: Callable[[UiCommand], object],
        everywhere: frozenset[str] = frozenset(),
    ) -> None:
        self._page = page
        self._commands = commands
        self._perform = perform
        self._everywhere = everywhere
        self._shortcuts: list[QShortcut] = []

    def bind(self, keys: KeyMap) -> None:
        """These keys, and no others. Of two commands with one key the first has it: no key is dead."""
        for old in self._shortcuts:
            old.setEnabled(False)
            old.deleteLater()
        self._shortcuts.clear()
        taken: set[str] = set()
        for command in self._commands:
            for sequence in keys.keys(command):
                if sequence not in taken:
                    taken.add(sequence)
                    self._shortcuts.append(self._shortcut(command, sequence))

    def _shortcut(self, command: UiCommand, sequence: str) -> QShortcut:
        made = QShortcut(QKeySequence(sequence), self._page)
        if command.name in self._everywhere:
            made.setContext(Qt.ShortcutContext.ApplicationShortcut)
        made.activated.connect(partial(self._perform, command))
        return made

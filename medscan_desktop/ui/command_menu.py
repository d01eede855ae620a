"""The menus: every command in its place, with its key, greyed where it is not possible now."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QMenu

from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.key_map import KeyMap


def fill_commands(menu: QMenu, keys: KeyMap, actions: ViewerActions) -> None:
    """A menu a group, in the order in which the groups first come."""
    groups: dict[str, list[UiCommand]] = {}
    for command in keys.commands:
        groups.setdefault(command.menu, []).append(command)
    for name, commands in groups.items():
        part = menu.addMenu(name)
        for command in commands:
            _add(part, command, keys, actions)


def fill_group(menu: QMenu, group: str, keys: KeyMap, actions: ViewerActions) -> None:
    """The commands of one group alone."""
    for command in keys.commands:
        if command.menu == group:
            _add(menu, command, keys, actions)


def fill_named(menu: QMenu, names: Sequence[str], keys: KeyMap, actions: ViewerActions) -> None:
    """The commands of these names, in this order."""
    by_name = {command.name: command for command in keys.commands}
    for name in names:
        _add(menu, by_name[name], keys, actions)


def _add(menu: QMenu, command: UiCommand, keys: KeyMap, actions: ViewerActions) -> None:
    # The key stands as text: as the action's own shortcut it would be bound a second time.
    line = menu.addAction(f"{_label(command, actions)}\t{keys.shown(command)}", partial(command.run, actions))
    line.setEnabled(command.is_possible(actions))
    if command.is_on is not None:
        line.setCheckable(True)
        line.setChecked(command.is_on(actions))


def _label(command: UiCommand, actions: ViewerActions) -> str:
    """Undo and redo name their step."""
    step = {"edit.undo": actions.workstation.undo_name, "edit.redo": actions.workstation.redo_name}.get(command.name)
    return f"{command.label}: {step}" if step else command.label

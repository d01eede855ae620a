"""Which keys a command has: the default ones, in their place a profile's, in theirs the user's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtGui import QKeySequence

from medscan_desktop.domain.hands import Hands
from medscan_desktop.ui.command import UiCommand

# The hotkeys that OHIF 3 ships, where they are others than ours; a command that loses its key here keeps its menu line.
_OHIF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "view.turn_right": ("R",),
        "view.turn_left": ("L",),
        "view.mirror_sideways": ("H",),
        "view.mirror_upside_down": ("V",),
        "view.reset": ("Space",),
        "view.next": ("Right", "Tab"),
        "view.previous": ("Left",),
        "view.corner_texts": ("O",),
        "tool.rotate": (),
        "tool.crosshair": (),
        "edit.delete": ("Del", "Backspace"),
        "finding.reject": (),
    }
)
PROFILE_KEYS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType({"ohif": _OHIF})


@dataclass(frozen=True, slots=True)
class Clash:
    """A key that two commands would share."""

    keys: str
    first: UiCommand
    second: UiCommand


class KeyMap:
    """The keys of `commands` for one user's hands. Keys are portable text, as QKeySequence writes it."""

    def __init__(self, commands: Sequence[UiCommand], hands: Hands) -> None:
        self.commands = tuple(commands)
        self.hands = hands
        self._keys = {command.name: self._of(command) for command in commands}

    def keys(self, command: UiCommand) -> tuple[str, ...]:
        """The keys of a command, the first one shown in menus; empty for none."""
        return self._keys.get(command.name, ())

    def shown(self, command: UiCommand) -> str:
        """The first key as this system writes it, "" for none."""
        keys = self.keys(command)
        return native(keys[0]) if keys else ""

    def named(self, name: str) -> str:
        """The first key of the command of this name, as `shown`; "" where there is no such command."""
        return next((self.shown(command) for command in self.commands if command.name == name), "")

    def standard(self, command: UiCommand) -> tuple[str, ...]:
        """The keys of a command in the user's profile, whatever the user changed."""
        return tuple(map(portable, PROFILE_KEYS.get(self.hands.profile, {}).get(command.name, command.keys)))

    def holder(self, keys: str) -> UiCommand | None:
        """The command that has this key."""
        return next((command for command in self.commands if portable(keys) in self.keys(command)), None)

    def clashes(self) -> tuple[Clash, ...]:
        """Every key that two commands share; what has none is bound to one command each."""
        held: dict[str, UiCommand] = {}
        found = []
        for command in self.commands:
            for keys in self.keys(command):
                if keys in held:
                    found.append(Clash(keys, held[keys], command))
                held.setdefault(keys, command)
        return tuple(found)

    def _of(self, command: UiCommand) -> tuple[str, ...]:
        own = self.hands.keys.get(command.name)
        return self.standard(command) if own is None else tuple(filter(None, map(portable, own)))


def portable(keys: str) -> str:
    """`ctrl+z` and `Ctrl+Z` are one; "" for what is no key."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def native(keys: str) -> str:
    """As the system's menus write it."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)

"""Which tool a button or the wheel means, as tables: one for each mouse profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Button(StrEnum):
    """What the hand uses. NONE is a pointer moved with no button down."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"
    WHEEL = "wheel"
    NONE = "none"


class Modifier(StrEnum):
    """The key held with it; of several the first of Control, Alt, Shift counts."""

    PLAIN = ""
    SHIFT = "shift"
    CONTROL = "control"
    ALT = "alt"


_ACTIVE = ""  # stands for the tool chosen in the toolbar
_Table = Mapping[tuple[Button, Modifier], str]


@dataclass(frozen=True, slots=True)
class MouseProfile:
    """`name` is what is stored, `label` what the user reads; the tables name the tool of each button."""

    name: str
    label: str
    plane: _Table
    three_d: _Table


_PLANE: _Table = MappingProxyType(
    {
        (Button.LEFT, Modifier.PLAIN): _ACTIVE,
        (Button.LEFT, Modifier.SHIFT): _ACTIVE,
        (Button.LEFT, Modifier.CONTROL): _ACTIVE,
        (Button.LEFT, Modifier.ALT): _ACTIVE,
        (Button.MIDDLE, Modifier.PLAIN): "pan",
        (Button.RIGHT, Modifier.PLAIN): "zoom",
        (Button.WHEEL, Modifier.PLAIN): "scroll",
        (Button.WHEEL, Modifier.SHIFT): "scroll",
        (Button.WHEEL, Modifier.CONTROL): "zoom",
        (Button.WHEEL, Modifier.ALT): "slab",
        (Button.NONE, Modifier.SHIFT): "crosshair",
    }
)
_THREE_D: _Table = MappingProxyType(
    {
        (Button.LEFT, Modifier.PLAIN): "orbit",
        (Button.MIDDLE, Modifier.PLAIN): "pan",
        (Button.RIGHT, Modifier.PLAIN): "zoom",
        (Button.WHEEL, Modifier.PLAIN): "zoom",
        (Button.WHEEL, Modifier.CONTROL): "zoom",
    }
)
# Horos and OsiriX change the left button by a held key: Command pans, Option turns, Shift zooms. Where there is no
# Command key, Control stands for it and Alt for Option.
_HOROS: _Table = MappingProxyType(
    {
        **_PLANE,
        (Button.LEFT, Modifier.SHIFT): "zoom",
        (Button.LEFT, Modifier.CONTROL): "pan",
        (Button.LEFT, Modifier.ALT): "rotate",
    }
)
_HOROS_3D: _Table = MappingProxyType(
    {**_THREE_D, (Button.LEFT, Modifier.SHIFT): "zoom", (Button.LEFT, Modifier.CONTROL): "pan"}
)
PROFILES: tuple[MouseProfile, ...] = (
    MouseProfile("default", "MedScan", _PLANE, _THREE_D),
    MouseProfile("ohif", "Like OHIF", _PLANE, _THREE_D),  # the same mouse; its keys are others
    MouseProfile("horos", "Like Horos", _HOROS, _HOROS_3D),
)


def profile_named(name: str) -> MouseProfile:
    """The profile of this name, the default one where there is none (any more)."""
    return next((profile for profile in PROFILES if profile.name == name), PROFILES[0])


def bound_tool(
    button: Button,
    active: str,
    *,
    profile: str = "default",
    is_3d: bool = False,
    shift: bool = False,
    control: bool = False,
    alt: bool = False,
) -> str | None:
    """The name of the tool that gets this button's drag (or the wheel's step), None for none.

    `active` is the tool on the left button of 2D views. The tool stays the one of the press until the release.
    """
    held = Modifier.CONTROL if control else Modifier.ALT if alt else Modifier.SHIFT if shift else Modifier.PLAIN
    table = profile_named(profile)
    name = (table.three_d if is_3d else table.plane).get((button, held))
    return active if name == _ACTIVE else name

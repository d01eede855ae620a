"""Which tool a button or the wheel means: the default mouse profile, as a table."""

from collections.abc import Mapping
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
    """The key held with it; Control comes before Shift where both are."""

    PLAIN = ""
    SHIFT = "shift"
    CONTROL = "control"


_ACTIVE = ""  # stands for the tool chosen in the toolbar

_PLANE: Mapping[tuple[Button, Modifier], str] = MappingProxyType(
    {
        (Button.LEFT, Modifier.PLAIN): _ACTIVE,
        (Button.LEFT, Modifier.SHIFT): _ACTIVE,
        (Button.LEFT, Modifier.CONTROL): _ACTIVE,
        (Button.MIDDLE, Modifier.PLAIN): "pan",
        (Button.RIGHT, Modifier.PLAIN): "zoom",
        (Button.WHEEL, Modifier.PLAIN): "scroll",
        (Button.WHEEL, Modifier.SHIFT): "scroll",
        (Button.WHEEL, Modifier.CONTROL): "zoom",
        (Button.NONE, Modifier.SHIFT): "crosshair",
    }
)
_THREE_D: Mapping[tuple[Button, Modifier], str] = MappingProxyType(
    {
        (Button.LEFT, Modifier.PLAIN): "orbit",
        (Button.MIDDLE, Modifier.PLAIN): "pan",
        (Button.RIGHT, Modifier.PLAIN): "zoom",
        (Button.WHEEL, Modifier.PLAIN): "zoom",
        (Button.WHEEL, Modifier.CONTROL): "zoom",
    }
)


def bound_tool(
    button: Button, active: str, *, is_3d: bool = False, shift: bool = False, control: bool = False
) -> str | None:
    """The name of the tool that gets this button's drag (or the wheel's step), None for none.

    `active` is the tool on the left button of 2D views. The tool stays the one of the press until the release.
    """
    modifier = Modifier.CONTROL if control else Modifier.SHIFT if shift else Modifier.PLAIN
    name = (_THREE_D if is_3d else _PLANE).get((button, modifier))
    return active if name == _ACTIVE else name

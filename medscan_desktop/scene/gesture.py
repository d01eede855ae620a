"""What the hand does, in the scene's terms, and what a tool answers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace


class Phase(StrEnum):
    """Of a drag; HOVER is a pointer moved with no button down."""

    PRESS = "press"
    MOVE = "move"
    HOVER = "hover"
    RELEASE = "release"
    WHEEL = "wheel"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Pointer:
    """One pointer event in a pane, in logical pixels from its top left."""

    phase: Phase
    position: tuple[float, float]
    pane: tuple[int, int]  # width, height
    start: tuple[float, float]  # where the drag began
    previous: tuple[float, float]  # where the last event was
    wheel_steps: float = 0.0  # positive = away from the user
    shift: bool = False
    control: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A tool's answer: the new workspace, and at a drag's end what is to be saved, or why it cannot be."""

    workspace: Workspace
    save: Measurement | None = None
    draft_key: int | None = None
    refused: str = ""  # a sentence for the user


class Tool(Protocol):
    """A mouse tool: a pure function with a name and a key."""

    @property
    def name(self) -> str:
        """What bindings and the workspace call it."""
        ...

    @property
    def label(self) -> str:
        """What the user reads."""
        ...

    @property
    def key(self) -> str:
        """The key that chooses it, "" for none."""
        ...

    @property
    def undo_name(self) -> str:
        """What undo calls a whole drag of it; "" where a drag is no step: moving about, and drawing (saving is one)."""
        ...

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """What this pointer event makes of the workspace."""
        ...

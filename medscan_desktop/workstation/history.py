"""What can be undone and done again, newest last: one list for edits of the records and of the screen."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.scene.arrangement import SceneEdit
from medscan_desktop.workstation.command import Call

BUDGET_BYTES = 64 << 20  # what all steps together may keep alive; beyond it the oldest go
STEP_BYTES = 2048  # a step without pixels: its call, its arguments, the views it touched
_POINT_BYTES = 160  # of a measurement's point: an outline drawn by hand has hundreds


Reverse = Call | SceneEdit


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """One step: what it was called, how it is reversed, and how much memory it keeps alive."""

    name: str
    reverse: Reverse
    size: int = STEP_BYTES


class History:
    """Two stacks under one budget."""

    def __init__(self, budget: int = BUDGET_BYTES) -> None:
        self.budget = budget
        self._done: deque[Edit] = deque()
        self._undone: list[Edit] = []
        self._bytes = 0

    @property
    def done(self) -> tuple[Edit, ...]:
        """What undo reverses, the next one last."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Edit, ...]:
        """What redo does again, the next one last."""
        return tuple(self._undone)

    @property
    def last_done(self) -> Edit | None:
        """What undo would reverse."""
        return self._done[-1] if self._done else None

    @property
    def last_undone(self) -> Edit | None:
        """What redo would do again."""
        return self._undone[-1] if self._undone else None

    def add(self, edit: Edit) -> int:
        """A new step: what was undone before it cannot be redone. Gives how many old steps the budget cost."""
        self._bytes -= sum(old.size for old in self._undone)
        self._undone.clear()
        return self._push(edit)

    def moved_to_undone(self, edit: Edit, reverse: Reverse | None) -> None:
        """Step `edit` was undone, and `reverse` does it again; None: it cannot be."""
        if edit not in self._done:  # forgotten meanwhile
            return
        self._done.remove(edit)
        self._bytes -= edit.size
        if reverse is not None:
            self._undone.append(Edit(edit.name, reverse, edit.size))
            self._bytes += edit.size

    def moved_to_done(self, edit: Edit, reverse: Reverse | None) -> None:
        """Step `edit` was done again, and `reverse` undoes it; None: it cannot be."""
        if edit not in self._undone:  # a new step came meanwhile
            return
        self._undone.remove(edit)
        self._bytes -= edit.size
        if reverse is not None:
            self._push(Edit(edit.name, reverse, edit.size))

    def clear(self) -> None:
        """Forget everything: another user, another study."""
        self._done.clear()
        self._undone.clear()
        self._bytes = 0

    def _push(self, edit: Edit) -> int:
        self._done.append(edit)
        self._bytes += edit.size
        dropped = 0
        while self._bytes > self.budget and len(self._done) > 1:
            self._bytes -= self._done.popleft().size
            dropped += 1
        return dropped


def bytes_of(measurements: Iterable[Measurement]) -> int:
    """What a step keeps alive that holds these measurements."""
    return sum(STEP_BYTES + _POINT_BYTES * len(one.points) for one in measurements)

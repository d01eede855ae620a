"""Go through the slices by the wheel or by dragging."""

import math

from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import slice_position, stepped
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

_LONGEST_STEP = 20.0  # pixels a slice at most, so that a short stack does not need the whole pane


class ScrollTool:
    """Towards the user and down is further into the stack; linked planes follow."""

    name = "scroll"
    label = "Scroll"
    key = "S"
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """Whole slices: a wheel step each (ten with Shift), or by where the drag stands."""
        if pointer.phase is Phase.WHEEL:
            return Step(stepped(workspace, view, -round(pointer.wheel_steps) * (10 if pointer.shift else 1)))
        position = slice_position(workspace, view)
        if pointer.phase is not Phase.MOVE or position is None:
            return Step(workspace)
        # Counted from the drag's start, so that no part of a slice is lost between two events.
        height = min(pointer.pane[1] / max(position[1], 1), _LONGEST_STEP)
        now, before = (math.floor((at[1] - pointer.start[1]) / height) for at in (pointer.position, pointer.previous))
        return Step(stepped(workspace, view, now - before))

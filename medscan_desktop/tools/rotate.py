"""Turn the picture in its plane, about the pane's middle."""

import math

from medscan_desktop.scene.changes import rotated
from medscan_desktop.scene.curving import turned_about
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace


class RotateTool:
    """The picture follows the hand around the middle."""

    name = "rotate"
    label = "Rotate"
    key = "R"
    undo_name = "turn"

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """By the angle since the last event."""
        if pointer.phase is not Phase.MOVE or view.kind is ViewKind.THREE_D:
            return Step(workspace)
        if view.kind is ViewKind.CURVED:  # what is turned is the surface that is looked at
            return Step(turned_about(workspace, view, pointer.previous[1] - pointer.position[1]))
        turn = _angle(pointer, pointer.position) - _angle(pointer, pointer.previous)
        return Step(rotated(workspace, view, turn))


def _angle(pointer: Pointer, at: tuple[float, float]) -> float:
    """Clockwise degrees of a position around the pane's middle."""
    return math.degrees(math.atan2(at[1] - pointer.pane[1] / 2, at[0] - pointer.pane[0] / 2))

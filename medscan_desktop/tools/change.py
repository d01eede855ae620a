"""What every tool gives way to: a press on a measurement selects it, and a drag from there changes it."""

from medscan_desktop.scene.changing import change
from medscan_desktop.scene.gesture import Pointer, Step
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace


class ChangeTool:
    """Never chosen by the user: the pointer is on a measurement, or it is not."""

    name = "change"
    label = "Change"
    key = ""
    undo_name = ""  # saving is the step

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """A handle moves its point, a line the whole; on release it is to be saved."""
        return change(workspace, view, pointer)

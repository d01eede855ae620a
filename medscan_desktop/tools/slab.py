"""The wheel that makes a slab thicker or thinner."""

from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.slabs import thicker
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace


class SlabTool:
    """A millimetre for each step; one plane becomes a MIP."""

    name = "slab"
    label = "Slab thickness"
    key = ""
    undo_name = "slab"

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """Away from the user is thicker."""
        if pointer.phase is not Phase.WHEEL:
            return Step(workspace)
        return Step(thicker(workspace, view, round(pointer.wheel_steps)))

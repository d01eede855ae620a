"""The 3D cursor: every plane of the stack goes to the point under the pointer."""

from medscan_desktop.scene.camera import point
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import focused_at, pane_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace


class CrosshairTool:
    """Moves the focus that the planes share."""

    name = "crosshair"
    label = "Crosshair"
    key = "H"
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """At a press and while moving; held within the stack."""
        pane = pane_of(workspace, view, pointer.pane)
        if pane is None or not pane.geometry.spatial or pointer.phase not in (Phase.PRESS, Phase.MOVE):
            return Step(workspace)
        return Step(focused_at(workspace, view, point(pane.to_patient(pointer.position))))

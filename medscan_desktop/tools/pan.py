"""Move the picture with the pointer, in 2D and 3D."""

from dataclasses import replace

from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.linking import with_camera
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace


class PanTool:
    """What is under the pointer stays under it."""

    name = "pan"
    label = "Pan"
    key = "T"
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """By the way since the last event."""
        if view.kind is ViewKind.THREE_D:
            return Step(_pan_3d(workspace, view, pointer))
        pane = pane_of(workspace, view, pointer.pane)
        if pane is None or pointer.phase is not Phase.MOVE:
            return Step(workspace)
        moved = pane.to_patient(pointer.previous) - pane.to_patient(pointer.position)
        right, down = (float(moved @ unit) for unit in pane.picture)
        centre = view.camera.centre[0] + right, view.camera.centre[1] + down
        return Step(with_camera(workspace, view, replace(view.camera, centre=centre)))


def _pan_3d(workspace: Workspace, view: View, pointer: Pointer) -> Workspace:
    camera = view.camera_3d
    if pointer.phase is Phase.MOVE:
        (x, y), (width, height) = camera.shift, pointer.pane
        shift = (
            x + (pointer.position[0] - pointer.previous[0]) / max(width, 1),
            y + (pointer.position[1] - pointer.previous[1]) / max(height, 1),
        )
        camera = replace(camera, shift=shift, moving=True)
    elif pointer.phase in (Phase.RELEASE, Phase.CANCEL):
        camera = replace(camera, moving=False)
    return workspace if camera == view.camera_3d else workspace.with_view(replace(view, camera_3d=camera))

"""Drag a handle of the crop box or of the clip plane in 3D."""

from dataclasses import replace

from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import volume_of
from medscan_desktop.scene.space_handles import dragged, handle_at
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace


class CutTool:
    """The left button on a handle; the handle of the press keeps the drag."""

    name = "cut"
    label = "Crop box and clip plane"
    key = ""
    undo_name = "crop"

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """By the way since the last event; coarse until the release."""
        volume = volume_of(workspace, view)
        if view.kind is not ViewKind.THREE_D or volume is None:
            return Step(workspace)
        space, camera = view.space, view.camera_3d
        if pointer.phase is Phase.PRESS:
            held = handle_at(workspace, view, pointer.position, pointer.pane)
            changed = replace(view, space=replace(space, held=held))
        elif pointer.phase is Phase.MOVE:
            right, down = (now - before for now, before in zip(pointer.position, pointer.previous, strict=True))
            moved = dragged(volume.geometry, view, (right, down), pointer.pane)
            changed = replace(moved, camera_3d=replace(camera, moving=space.held is not None))
        else:
            changed = replace(view, space=replace(space, held=None), camera_3d=replace(camera, moving=False))
        return Step(workspace if changed == view else workspace.with_view(changed))

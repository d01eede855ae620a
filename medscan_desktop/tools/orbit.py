"""Turn the 3D view: the body follows the hand."""

from dataclasses import replace

from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.view import Camera3D, View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_DEGREES_PER_PANE = 180.0  # a drag across the whole pane turns to the other side


class OrbitTool:
    """The left button of every 3D view; nothing in 2D."""

    name = "orbit"
    label = "Orbit"
    key = ""
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """By the way since the last event; `moving` until the release."""
        if view.kind is not ViewKind.THREE_D:
            return Step(workspace)
        camera = view.camera_3d
        if pointer.phase is Phase.MOVE:
            camera = _turned(camera, pointer)
        elif pointer.phase in (Phase.RELEASE, Phase.CANCEL):
            camera = replace(camera, moving=False)
        return Step(workspace if camera == view.camera_3d else workspace.with_view(replace(view, camera_3d=camera)))


def _turned(camera: Camera3D, pointer: Pointer) -> Camera3D:
    right, down = (now - before for now, before in zip(pointer.position, pointer.previous, strict=True))
    scale = _DEGREES_PER_PANE / max(*pointer.pane, 1)
    # The body turns with the hand, so the eye goes the other way: to the patient's right when dragged right.
    azimuth = (camera.azimuth - right * scale + 180) % 360 - 180
    elevation = min(max(camera.elevation + down * scale, -90.0), 90.0)
    return replace(camera, azimuth=azimuth, elevation=elevation, moving=True)

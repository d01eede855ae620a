"""Zoom about the pointer, by dragging (up is nearer) or by the wheel (away from the user is nearer), in 2D and 3D."""

import math
from dataclasses import replace

from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.linking import with_camera
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View, ViewKind, with_zoom
from medscan_desktop.scene.workspace import Workspace

_PER_PIXEL = 0.01
_PER_WHEEL_STEP = 0.15
_LEAST, _MOST = 0.1, 50.0


class ZoomTool:
    """What lay under the pointer when the drag began stays where it is."""

    name = "zoom"
    label = "Zoom"
    key = "Z"
    undo_name = ""

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """By the way since the last event, or by the wheel's steps."""
        if view.kind is ViewKind.THREE_D:
            return Step(_zoom_3d(workspace, view, pointer))
        pane = pane_of(workspace, view, pointer.pane)
        if pane is None or pointer.phase not in (Phase.MOVE, Phase.WHEEL):
            return Step(workspace)
        camera = view.camera
        zoom = _zoomed(camera.zoom, pointer)
        anchor = pointer.position if pointer.phase is Phase.WHEEL else pointer.start
        middle = pointer.pane[0] / 2, pointer.pane[1] / 2
        offset = pane.to_patient(anchor) - pane.to_patient(middle)
        share = 1 - camera.zoom / zoom
        right, down = (float(offset @ unit) * share for unit in pane.picture)
        centre = camera.centre[0] + right, camera.centre[1] + down
        return Step(with_camera(workspace, view, replace(with_zoom(camera, zoom), centre=centre)))


def _zoomed(zoom: float, pointer: Pointer) -> float:
    up = pointer.previous[1] - pointer.position[1]
    by = pointer.wheel_steps * _PER_WHEEL_STEP if pointer.phase is Phase.WHEEL else up * _PER_PIXEL
    return min(max(zoom * math.exp(by), _LEAST), _MOST)


def _zoom_3d(workspace: Workspace, view: View, pointer: Pointer) -> Workspace:
    camera = view.camera_3d
    if pointer.phase is Phase.MOVE:
        camera = replace(camera, zoom=_zoomed(camera.zoom, pointer), moving=True)
    elif pointer.phase is Phase.WHEEL:
        camera = replace(camera, zoom=_zoomed(camera.zoom, pointer))
    elif pointer.phase in (Phase.RELEASE, Phase.CANCEL):
        camera = replace(camera, moving=False)
    return workspace if camera == view.camera_3d else workspace.with_view(replace(view, camera_3d=camera))

"""A window from a region: the values inside a dragged box fill the grey scale."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import region_window
from medscan_desktop.scene.camera import PaneMap, point
from medscan_desktop.scene.changes import with_voi
from medscan_desktop.scene.display import Marquee
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import pane_of, volume_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

_SMALLEST = 4.0  # pixels of a side; less is a slip of the hand
_MOST = 512  # places that are asked along a side


class WindowBoxTool:
    """Drag a box: from the 1st to the 99th percentile of what lies inside, padding left out."""

    name = "window_box"
    label = "Window of a region"
    key = "Shift+W"
    undo_name = "window of a region"

    def step(self, workspace: Workspace, view: View, pointer: Pointer) -> Step:
        """The box follows the hand; the release sets the window. True colour has none."""
        pane, volume = pane_of(workspace, view, pointer.pane), volume_of(workspace, view)
        if (
            pane is None
            or volume is None
            or volume.is_colour
            or pane.geometry is not volume.geometry
            or pointer.phase is Phase.CANCEL
        ):
            return Step(replace(workspace, marquee=None) if workspace.marquee is not None else workspace)
        if pointer.phase in (Phase.PRESS, Phase.MOVE):
            start, end = (point(pane.to_patient(at)) for at in (pointer.start, pointer.position))
            return Step(replace(workspace, marquee=Marquee(view.id, start, end)))
        if pointer.phase is not Phase.RELEASE:
            return Step(workspace)
        left = replace(workspace, marquee=None)
        values = _values_inside(volume, pane, pointer)
        window = region_window(values, volume.padding) if values is not None else None
        return Step(left if window is None else with_voi(left, left.view(view.id), window))


def _values_inside(volume: Volume, pane: PaneMap, pointer: Pointer) -> NDArray[np.generic] | None:
    """The stored values at the places of the box, a place a pixel; None for a box that is too small."""
    corners = np.array([pointer.start, pointer.position])
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    if min(right - left, bottom - top) < _SMALLEST:
        return None
    columns, rows = (
        np.linspace(low, high, min(_MOST, round(high - low) + 1)) for low, high in ((left, right), (top, bottom))
    )
    places = np.stack(np.meshgrid(columns, rows), axis=-1)
    index = np.floor(pane.geometry.to_index(pane.to_patient(places)) + 0.5).astype(int).reshape(-1, 3)
    inside = ((index >= 0) & (index < np.asarray(pane.geometry.size_ijk))).all(axis=1)
    index = np.unique(index[inside], axis=0)  # each voxel once, however large it is on the screen
    index = index[volume.loaded[index[:, 2]]]
    return np.asarray(volume.values[index[:, 2], index[:, 1], index[:, 0]])

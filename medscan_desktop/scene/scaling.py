"""How large a picture is: fitted, a pixel a pixel, true size, and by steps; and moving it by keys. Pure changes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.screen import Screen
from medscan_desktop.scene.view import Camera, View, with_zoom
from medscan_desktop.scene.workspace import Workspace

LEAST_ZOOM, MOST_ZOOM = 0.1, 50.0
Size = tuple[int, int]


def fitted(workspace: Workspace, view: View) -> Workspace:
    """The whole image, in the middle of the pane."""
    return workspace.with_view(replace(view, camera=replace(view.camera, zoom=1.0, centre=(0.0, 0.0), held=0.0)))


def stepped_zoom(workspace: Workspace, view: View, factor: float) -> Workspace:
    """Nearer (above 1) or further, about the pane's middle."""
    zoom = min(max(view.camera.zoom * factor, LEAST_ZOOM), MOST_ZOOM)
    return workspace.with_view(replace(view, camera=with_zoom(view.camera, zoom)))


def shifted(workspace: Workspace, view: View, size: Size, share: tuple[float, float]) -> Workspace:
    """The window onto the image moved by a share of the pane to the right and down."""
    pane = pane_of(workspace, view, size)
    if pane is None:
        return workspace
    way = pane.right * (share[0] * size[0]) + pane.down * (share[1] * size[1])
    return workspace.with_view(replace(view, camera=_moved(view.camera, pane, way)))


def one_to_one(workspace: Workspace, view: View, size: Size, screen: Screen) -> Workspace:
    """One image pixel on one device pixel, and exactly on it: nothing is interpolated where the pixels are square."""

    def wanted(pane: PaneMap) -> float:
        return min(pane.geometry.spacing[axis] for axis in (pane.axes.right, pane.axes.down)) * ratio

    ratio = screen.device_pixel_ratio
    scaled = _scaled(workspace, view, size, wanted)
    return _on_pixels(scaled, scaled.view(view.id), size, ratio)


def true_size(workspace: Workspace, view: View, size: Size, screen: Screen, factor: float = 1.0) -> Workspace:
    """A millimetre of the patient on a millimetre of the screen. `factor` is mm to the geometry's unit."""
    return _scaled(workspace, view, size, lambda _pane: screen.mm_per_pixel / factor)


def _scaled(workspace: Workspace, view: View, size: Size, wanted: Callable[[PaneMap], float]) -> Workspace:
    """With `wanted` units of the geometry on a logical pixel, about the pane's middle, without a limit.

    The scale stays when the pane's size changes.
    """
    pane = pane_of(workspace, view, size)
    if pane is None:
        return workspace
    held = wanted(pane)
    camera = replace(view.camera, zoom=pane.zoom * pane.mm_per_pixel / held, held=held)
    return workspace.with_view(replace(view, camera=camera))


def _on_pixels(workspace: Workspace, view: View, size: Size, ratio: float) -> Workspace:
    """Moved by less than a pixel, so that image pixels come to lie on device pixels."""
    pane = pane_of(workspace, view, size)
    if pane is None or pane.is_oblique:
        return workspace
    index = pane.geometry.to_index(pane.to_patient((0.5 / ratio, 0.5 / ratio)))
    beside = np.round(index) - index
    beside[pane.axes.through] = 0.0
    return workspace.with_view(replace(view, camera=_moved(view.camera, pane, pane.geometry.affine[:3, :3] @ beside)))


def _moved(camera: Camera, pane: PaneMap, way: np.ndarray) -> Camera:
    """The camera looking `way` (mm) further."""
    right, down = (float(way @ unit) for unit in pane.picture)
    return replace(camera, centre=(camera.centre[0] + right, camera.centre[1] + down))

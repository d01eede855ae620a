"""The handles of crop box and clip plane in a 3D pane: where they are, which one is hit, what a drag does."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.navigation import volume_of
from medscan_desktop.scene.orbit import Orbit, orbit
from medscan_desktop.scene.space import FACES, cropped, face_centre, outwards
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

HANDLE_PX = 7.0  # radius
_HIT_PX = 12.0
_LEAST_SHARE = 0.12  # of a millimetre seen from the side: less, and the handle moves with the hand's way up


def handles(geometry: Geometry, view: View) -> Mapping[int, NDArray[np.float64]]:
    """The handles (patient mm) of what is shown: the faces of the box, and FACES for the clip plane."""
    space = view.space
    if not space.box_shown:
        return {}
    found = {face: face_centre(geometry, space.crop, face) for face in range(FACES)}
    if space.clip is not None:
        found[FACES] = np.asarray(space.clip.point)
    return found


def view_orbit(geometry: Geometry, view: View, pane: tuple[int, int]) -> Orbit:
    """The orbit of a view in a pane of this size."""
    return orbit(geometry, view.camera_3d, pane, perspective=view.space.perspective)


def handle_at(workspace: Workspace, view: View, position: tuple[float, float], pane: tuple[int, int]) -> int | None:
    """The handle under a position in the pane, the nearest to the viewer first; None where there is none."""
    volume = volume_of(workspace, view)
    if volume is None:
        return None
    seen = view_orbit(volume.geometry, view, pane)
    hit = {
        number: float(seen.depth(place))
        for number, place in handles(volume.geometry, view).items()
        if np.hypot(*(seen.to_pane(place, pane) - np.asarray(position))) <= _HIT_PX
    }
    return min(hit, key=lambda number: hit[number], default=None)


def dragged(geometry: Geometry, view: View, by: tuple[float, float], pane: tuple[int, int]) -> View:
    """The view with the held handle moved by so many pixels right and down, along the one way that it can go."""
    space = view.space
    if space.held is None:
        return view
    seen = view_orbit(geometry, view, pane)
    if space.held == FACES:
        if space.clip is None:
            return view
        mm = _along(seen, np.asarray(space.clip.point), np.asarray(space.clip.normal), by, pane)
        return replace(view, space=replace(space, clip=space.clip.slid(mm)))
    place = face_centre(geometry, space.crop, space.held)
    mm = _along(seen, place, outwards(geometry, space.held), by, pane)
    crop = cropped(geometry, space.crop, space.held, space.crop.cut[space.held] - mm)
    return replace(view, space=replace(space, crop=crop))


def _along(
    seen: Orbit, place: NDArray[np.float64], way: NDArray[np.float64], by: tuple[float, float], pane: tuple[int, int]
) -> float:
    """How many mm along `way` bring a handle nearest to where the hand has gone."""
    pixels_per_mm = pane[1] / 2 / seen.half_height
    step = seen.to_pane(place + way, pane) - seen.to_pane(place, pane)
    if np.hypot(*step) < _LEAST_SHARE * pixels_per_mm:
        step = np.array([0.0, -pixels_per_mm])
    return float(step @ np.asarray(by) / (step @ step))

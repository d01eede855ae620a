"""Pane pixels to patient mm and back, for every 2D view: the one place that knows which way is up.

Axial is seen from the feet (patient right on the screen's left), coronal from the front, sagittal with anterior on the
screen's left. A plane view shows the stack's own axes nearest to the patient's, so that no pixel is invented; how far
they are off reads in the second orientation letter. Right and down are always perpendicular in mm, on a stack sheared
by a tilted gantry too, so that nothing on screen is distorted.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medscan_desktop.domain.measurement import Point
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.view import Camera, View, ViewKind

# For each kind: the patient directions (LPS) that should point right, down and into the screen.
_WANTED = {
    ViewKind.AXIAL: ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ViewKind.CORONAL: ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    ViewKind.SAGITTAL: ((0, 1, 0), (0, 0, -1), (-1, 0, 0)),
}


@dataclass(frozen=True, slots=True)
class PlaneAxes:
    """Which index axis (0 = i, 1 = j, 2 = k) runs right, down and through, and with which sign."""

    right: int
    down: int
    through: int
    right_sign: int
    down_sign: int


@lru_cache(maxsize=64)  # asked several times a paint, of the few stacks on screen
def plane_axes(geometry: Geometry, kind: ViewKind) -> PlaneAxes:
    """The stack's axes that show `kind` best; ACQUIRED is rows and columns as stored."""
    if kind in (ViewKind.ACQUIRED, ViewKind.DOCUMENT):
        return PlaneAxes(0, 1, 2, 1, 1)
    patient_axis_of = _nearest_axes(geometry.directions)
    right, down, through = (patient_axis_of[int(np.argmax(np.abs(wanted)))] for wanted in _WANTED[kind])
    right_sign, down_sign = (
        1 if geometry.directions[:, axis] @ np.asarray(wanted) >= 0 else -1
        for axis, wanted in zip((right, down), _WANTED[kind][:2], strict=True)
    )
    return PlaneAxes(right, down, through, right_sign, down_sign)


def plane_directions(geometry: Geometry, axes: PlaneAxes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Perpendicular unit vectors (LPS) in the slice's plane: right and down of the unturned, unflipped picture.

    On a sheared stack the axis within the acquired slices stays and the one across them gives way.
    """
    right = geometry.directions[:, axes.right] * axes.right_sign
    down = geometry.directions[:, axes.down] * axes.down_sign
    if axes.right == 2:
        right = right - down * (right @ down)
        right = right / np.linalg.norm(right)
    else:
        down = down - right * (down @ right)
        down = down / np.linalg.norm(down)
    return right, down


def point(position_mm: ArrayLike) -> Point:
    """A patient position (3,) as plain numbers."""
    x, y, z = (float(value) for value in np.asarray(position_mm, float))
    return x, y, z


def _nearest_axes(directions: NDArray[np.float64]) -> tuple[int, int, int]:
    """For patient x, y, z the index axis that runs along it, each used once."""
    x, y, z = max(permutations(range(3)), key=lambda axes: sum(abs(directions[row, axes[row]]) for row in range(3)))
    return x, y, z


@dataclass(frozen=True, eq=False)
class PaneMap:
    """The affine map of one pane: pixel (x, y) to patient mm and to fractional index.

    Pixel (x, y) is the position in logical pixels from the pane's top left corner; a pixel's centre is at .5.
    """

    geometry: Geometry
    axes: PlaneAxes
    origin: NDArray[np.float64]  # patient mm at pixel (0, 0)
    right: NDArray[np.float64]  # mm a pixel to the right
    down: NDArray[np.float64]  # mm a pixel down
    mm_per_pixel: float

    def to_patient(self, position: ArrayLike) -> NDArray[np.float64]:
        """Pixel positions (..., 2) to patient mm (..., 3)."""
        xy = np.asarray(position, float)
        return self.origin + xy[..., :1] * self.right + xy[..., 1:] * self.down

    def to_pane(self, point_mm: ArrayLike) -> NDArray[np.float64]:
        """Patient mm (..., 3), seen along the normal, to pixel positions (..., 2)."""
        return np.asarray((np.asarray(point_mm, float) - self.origin) @ self._to_pixels)

    @cached_property
    def _to_pixels(self) -> NDArray[np.float64]:
        """3x2, mm from the origin to pixels right and down."""
        basis = np.stack([self.right, self.down, np.cross(self.right, self.down)], axis=1)
        return np.asarray(np.linalg.inv(basis).T[:, :2])

    @cached_property
    def normal(self) -> NDArray[np.float64]:
        """Unit normal of the plane; into the screen, unless one flip mirrors the picture."""
        cross = np.cross(self.right, self.down)
        return np.asarray(cross / np.linalg.norm(cross))

    @property
    def slice_index(self) -> int:
        """The slice shown, along the axis that runs through the screen."""
        index = self.geometry.to_index(self.origin)[self.axes.through]
        return int(np.clip(round(float(index)), 0, self.geometry.size_ijk[self.axes.through] - 1))


def fit_mm_per_pixel(geometry: Geometry, axes: PlaneAxes, camera: Camera, pane: tuple[int, int]) -> float:
    """mm a pixel at which the whole (turned) image, its pixels and not only their centres, just fits the pane."""
    edges = [geometry.affine[:3, axis] * geometry.size_ijk[axis] for axis in (axes.right, axes.down)]
    width, height = (
        sum(abs(float(edge @ unit)) for edge in edges) for unit in _pane_directions(geometry, axes, camera)
    )
    return max(width / max(pane[0], 1), height / max(pane[1], 1))


def _pane_directions(
    geometry: Geometry, axes: PlaneAxes, camera: Camera
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors (LPS) along the pane's right and down, after the flips and then the turn."""
    unit_right, unit_down = plane_directions(geometry, axes)
    angle = np.radians(camera.rotation)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    flip_x, flip_y = (-1 if camera.flip_horizontal else 1), (-1 if camera.flip_vertical else 1)
    # A picture turned clockwise: the pane's right runs against the turn through the picture.
    right = unit_right * cos * flip_x - unit_down * sin * flip_y
    down = unit_right * sin * flip_x + unit_down * cos * flip_y
    return right, down


def pane_map(geometry: Geometry, view: View, focus: Point | None, pane: tuple[int, int]) -> PaneMap:
    """How `view` maps a pane of this size. `focus` chooses the slice of a plane view (None = the middle)."""
    axes = plane_axes(geometry, view.kind)
    camera = view.camera
    scale = fit_mm_per_pixel(geometry, axes, camera, pane) / camera.zoom
    unit_right, unit_down = plane_directions(geometry, axes)
    right, down = (unit * scale for unit in _pane_directions(geometry, axes, camera))
    middle = _middle_of_slice(geometry, axes, _slice_of(geometry, axes, view, focus))
    centre = middle + unit_right * camera.centre[0] + unit_down * camera.centre[1]
    origin = centre - right * (pane[0] / 2) - down * (pane[1] / 2)
    return PaneMap(geometry, axes, origin, right, down, scale)


def _slice_of(geometry: Geometry, axes: PlaneAxes, view: View, focus: Point | None) -> int:
    last = geometry.size_ijk[axes.through] - 1
    if view.kind in (ViewKind.ACQUIRED, ViewKind.DOCUMENT):
        return min(max(view.frame, 0), last)
    if focus is None:
        return (last + 1) // 2
    return int(np.clip(round(float(geometry.to_index(focus)[axes.through])), 0, last))


def _middle_of_slice(geometry: Geometry, axes: PlaneAxes, slice_index: int) -> NDArray[np.float64]:
    index = (np.asarray(geometry.size_ijk, float) - 1) / 2
    index[axes.through] = slice_index
    return geometry.to_patient(index)

"""Pane pixels to patient mm and back, for every 2D view: the one place that knows which way is up.

Axial is seen from the feet (patient right on the screen's left), coronal from the front, sagittal with anterior on the
screen's left. A plane view shows the stack's own axes nearest to the patient's, so that no pixel is invented; how far
they are off reads in the second orientation letter. Right and down are always perpendicular in mm, on a stack sheared
by a tilted gantry too, so that nothing on screen is distorted.

Turned together (`oblique.py`), the planes may run along no axis of the stack: they then pass through the focus itself,
and a step through them is the distance at which one voxel gives way to the next along their normal.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations
from math import floor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medscan_desktop.domain.measurement import Point
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.oblique import STRAIGHT, Turn, tilted
from medscan_desktop.scene.slab import Slab
from medscan_desktop.scene.view import Camera, View, ViewKind

# For each kind: the patient directions (LPS) that should point right, down and into the screen.
_WANTED = {
    ViewKind.AXIAL: ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ViewKind.CORONAL: ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    ViewKind.SAGITTAL: ((0, 1, 0), (0, 0, -1), (-1, 0, 0)),
}
PLANES = tuple(_WANTED)
OBLIQUE = 3  # the axis through a plane that runs along none of the stack's: no index of any array
_ALONG = 1e-7  # sine of the angle up to which a turned plane still is one of the stack's own
_TIE = 1e-6  # of a slice: a focus half way between two belongs to the later one, whichever way its last bit rounds


@dataclass(frozen=True, slots=True)
class PlaneAxes:
    """Which index axis (0 = i, 1 = j, 2 = k) runs right, down and through, and with which sign.

    `through` is OBLIQUE for a plane along none of them; right and down are then those nearest to it.
    """

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
    if kind is ViewKind.CURVED:
        return PlaneAxes(0, 1, OBLIQUE, 1, 1)
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
    picture: tuple[NDArray[np.float64], NDArray[np.float64]]  # unit right and down of the unturned, unflipped picture
    onward: NDArray[np.float64]  # unit vector across the plane, towards the next slice
    slab: Slab | None = None
    zoom: float = 1.0  # relative to "the whole image fits"

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

    @cached_property
    def slice_index(self) -> int:
        """The slice shown, along the axis that runs through the screen; of an oblique plane the step it stands at."""
        if self.is_oblique:
            place = _steps_from_middle(self.geometry, self.origin, self.onward, self.step_mm) + (self.count - 1) / 2
            return min(max(floor(place + 0.5 + _TIE), 0), self.count - 1)
        index = float(self.geometry.to_index(self.origin)[self.axes.through])
        return min(max(round(index), 0), self.count - 1)

    @property
    def is_oblique(self) -> bool:
        """Whether it runs along no axis of the stack."""
        return self.axes.through == OBLIQUE

    @property
    def acquired_index(self) -> int | None:
        """The acquired slice shown, None where the plane cuts through several."""
        return self.slice_index if self.axes.through == 2 else None

    @cached_property
    def step_mm(self) -> float:
        """How far the next slice is, along the normal."""
        if self.is_oblique:
            return float(1 / np.linalg.norm(self.geometry.inverse[:3, :3] @ self.onward))
        return abs(float(self.geometry.affine[:3, self.axes.through] @ self.onward))

    @cached_property
    def count(self) -> int:
        """How many slices there are to step through."""
        if not self.is_oblique:
            return self.geometry.size_ijk[self.axes.through]
        edges = self.geometry.affine[:3, :3] * np.asarray(self.geometry.size_ijk)
        return max(1, int(float(np.abs(self.onward @ edges).sum()) / self.step_mm + _TIE))


def fit_mm_per_pixel(size_mm: tuple[float, float], pane: tuple[int, int]) -> float:
    """mm a pixel at which a picture of this size just fits the pane."""
    return max(size_mm[0] / max(pane[0], 1), size_mm[1] / max(pane[1], 1))


def picture_size(geometry: Geometry, axes: PlaneAxes, camera: Camera) -> tuple[float, float]:
    """Width and height (mm) of the whole (turned) image: its pixels, and not only their centres."""
    edges = [geometry.affine[:3, axis] * geometry.size_ijk[axis] for axis in (axes.right, axes.down)]
    directions = _pane_directions(plane_directions(geometry, axes), camera)
    width, height = (sum(abs(float(edge @ unit)) for edge in edges) for unit in directions)
    return width, height


def _beside_middle(
    geometry: Geometry, axes: PlaneAxes, right: NDArray[np.float64], pane_width: int, justify: str
) -> float:
    """By how many pixels the picture lies right of the pane's middle, so that it touches the side it shall touch.

    `right` is mm a pixel. A picture as wide as the pane, or wider, stays where it is.
    """
    if not justify:
        return 0.0
    edges = [geometry.affine[:3, axis] * geometry.size_ijk[axis] for axis in (axes.right, axes.down)]
    width = sum(abs(float(edge @ right)) for edge in edges) / float(right @ right)
    room = max(0.0, pane_width - width) / 2
    return room if justify == "right" else -room


def _pane_directions(
    picture: tuple[NDArray[np.float64], NDArray[np.float64]], camera: Camera
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors (LPS) along the pane's right and down, after the flips and then the turn."""
    unit_right, unit_down = picture
    angle = np.radians(camera.rotation)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    flip_x, flip_y = (-1 if camera.flip_horizontal else 1), (-1 if camera.flip_vertical else 1)
    # A picture turned clockwise: the pane's right runs against the turn through the picture.
    right = unit_right * cos * flip_x - unit_down * sin * flip_y
    down = unit_right * sin * flip_x + unit_down * cos * flip_y
    return right, down


def pane_map(
    geometry: Geometry,
    view: View,
    focus: Point | None,
    pane: tuple[int, int],
    turn: Turn = STRAIGHT,
    fitted_mm: tuple[float, float] | None = None,
) -> PaneMap:
    """How `view` maps a pane of this size.

    `focus` chooses the slice of a plane view (None = the middle), `turn` is that of the stack's planes. The scale does
    not depend on the turn, so that nothing grows or shrinks while the planes are turned. `fitted_mm` is the size that
    fits the pane at zoom 1, where it is not the picture's own.
    """
    camera = view.camera
    fit = fit_mm_per_pixel(fitted_mm or picture_size(geometry, plane_axes(geometry, view.kind), camera), pane)
    scale = camera.held or fit / camera.zoom
    axes, picture, onward = _plane(geometry, view.kind, turn)
    right, down = (unit * scale for unit in _pane_directions(picture, camera))
    middle = _middle(geometry, axes, view, focus, onward)
    centre = middle + picture[0] * camera.centre[0] + picture[1] * camera.centre[1]
    beside = _beside_middle(geometry, axes, right, pane[0], camera.justify)
    half = (pane[0] // 2, pane[1] // 2) if camera.held else (pane[0] / 2, pane[1] / 2)  # pixels stay on pixels
    origin = centre - right * (half[0] + beside) - down * half[1]
    return PaneMap(geometry, axes, origin, right, down, scale, picture, onward, view.slab, fit / scale)


def plane_onward(geometry: Geometry, kind: ViewKind, turn: Turn) -> NDArray[np.float64]:
    """The unit normal of a stack's plane, turned with the others, towards the next slice."""
    return _plane(geometry, kind, turn)[2]


@lru_cache(maxsize=64)  # asked several times a paint, while a plane is turned too
def _plane(
    geometry: Geometry, kind: ViewKind, turn: Turn
) -> tuple[PlaneAxes, tuple[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]:
    """The axes of a plane, its picture's right and down, and the way to the next slice."""
    axes = plane_axes(geometry, kind)
    picture = plane_directions(geometry, axes)
    onward = _onward(geometry, axes, picture)
    if kind in PLANES and not turn.is_none:
        axes, picture, onward = _turned(geometry, axes, picture, onward, turn)
    for each in (*picture, onward):
        each.setflags(write=False)
    return axes, picture, onward


def _onward(
    geometry: Geometry, axes: PlaneAxes, picture: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The picture's normal on the side where the index through it grows."""
    normal = _cross(*picture)
    if axes.through == OBLIQUE:
        return normal
    return normal if float(normal @ geometry.affine[:3, axes.through]) >= 0 else -normal


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """What `np.cross` gives, in a tenth of its time."""
    (a, b, c), (x, y, z) = one.tolist(), other.tolist()
    return np.array((b * z - c * y, c * x - a * z, a * y - b * x))


def _turned(
    geometry: Geometry,
    axes: PlaneAxes,
    picture: tuple[NDArray[np.float64], NDArray[np.float64]],
    onward: NDArray[np.float64],
    turn: Turn,
) -> tuple[PlaneAxes, tuple[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]:
    """The plane's axes, picture and way on after the turn; one that comes to lie along the stack's axes has them."""
    right, down, normal = tilted(*picture, turn)
    slice_normals = geometry.inverse[:3, :3] / np.linalg.norm(geometry.inverse[:3, :3], axis=1, keepdims=True)
    off = np.linalg.norm(np.cross(slice_normals, normal), axis=1)
    through = int(np.argmin(off))
    if off[through] > _ALONG:
        way = normal if float(onward @ _cross(*picture)) > 0 else -normal
        return PlaneAxes(axes.right, axes.down, OBLIQUE, axes.right_sign, axes.down_sign), (right, down), way
    one, other = (axis for axis in range(3) if axis != through)
    across = np.abs(geometry.directions.T @ right)
    one, other = (one, other) if across[one] >= across[other] else (other, one)
    signs = (1 if float(geometry.directions[:, a] @ u) >= 0 else -1 for a, u in ((one, right), (other, down)))
    found = PlaneAxes(one, other, through, *signs)
    return found, (right, down), _onward(geometry, found, (right, down))


def _middle(
    geometry: Geometry, axes: PlaneAxes, view: View, focus: Point | None, onward: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The point of the plane that is the picture's middle: that of the slice, or the volume's seen along the normal."""
    if axes.through != OBLIQUE:
        return _middle_of_slice(geometry, axes, _slice_of(geometry, axes, view, focus))
    away = 0.0 if focus is None else float((np.asarray(focus) - geometry.centre) @ onward)
    return np.asarray(geometry.centre + onward * away)


def _steps_from_middle(
    geometry: Geometry, point_mm: NDArray[np.float64], onward: NDArray[np.float64], step_mm: float
) -> float:
    return float((point_mm - geometry.centre) @ onward) / step_mm


def _slice_of(geometry: Geometry, axes: PlaneAxes, view: View, focus: Point | None) -> int:
    last = geometry.size_ijk[axes.through] - 1
    if view.kind in (ViewKind.ACQUIRED, ViewKind.DOCUMENT):
        return min(max(view.frame, 0), last)
    if focus is None:
        return (last + 1) // 2
    return min(max(round(float(geometry.to_index(focus)[axes.through])), 0), last)


def _middle_of_slice(geometry: Geometry, axes: PlaneAxes, slice_index: int) -> NDArray[np.float64]:
    index = (np.asarray(geometry.size_ijk, float) - 1) / 2
    index[axes.through] = slice_index
    return geometry.to_patient(index)

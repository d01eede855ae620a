"""How a 3D view shows its volume beside preset and camera: the user's own look, what is cut away, the projection.

Pure changes of these values; which pixel they belong to is `orbit`'s and `space_handles`' business.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import Point
from medscan_desktop.imaging.geometry import Geometry, orientation_letters
from medscan_desktop.scene.look import Colour, Look

FACES = 6  # of a box: the start and the end of i, then of j, then of k
_LEAST_MM = 2.0  # what a crop always leaves along an axis, or a voxel where that is more


@dataclass(frozen=True, slots=True)
class CropBox:
    """Millimetres taken off each face of the volume, along its own axes (i, j, k); a sheared volume's box is sheared.

    Faces are numbered 2 * axis at the start of an axis and 2 * axis + 1 at its end.
    """

    cut: tuple[float, float, float, float, float, float] = (0.0,) * 6

    @property
    def is_whole(self) -> bool:
        """Whether nothing is taken off."""
        return not any(self.cut)


@dataclass(frozen=True, slots=True)
class ClipPlane:
    """What lies behind `point` along `normal` (unit, patient LPS) is cut away: the side the normal points to stays."""

    point: Point
    normal: Point

    @property
    def flipped(self) -> "ClipPlane":
        """The other side stays."""
        x, y, z = self.normal
        return replace(self, normal=(-x, -y, -z))

    def slid(self, mm: float) -> "ClipPlane":
        """Further along its normal."""
        x, y, z = (a + b * mm for a, b in zip(self.point, self.normal, strict=True))
        return replace(self, point=(x, y, z))


@dataclass(frozen=True, slots=True)
class Space:
    """What the user has arranged in one 3D view."""

    look: Look | None = None  # in place of the preset's
    crop: CropBox = CropBox()
    clip: ClipPlane | None = None
    perspective: bool = False
    background: Colour | None = None  # None: the look's own
    volume_visible: bool = True  # False: the surfaces alone
    box_shown: bool = False  # the crop box with its handles
    held: int | None = None  # the handle that is being dragged: a face, or FACES for the clip plane


PLAIN = Space()  # nothing arranged yet


def size_mm(geometry: Geometry) -> NDArray[np.float64]:
    """The lengths (i, j, k) of the volume from the outer side of its first voxel to that of its last."""
    return np.asarray(np.asarray(geometry.size_ijk) * np.asarray(geometry.spacing), np.float64)


def bounds_mm(geometry: Geometry, crop: CropBox) -> NDArray[np.float64]:
    """(3, 2): where the box begins and ends along i, j, k, in mm from the outer side of the first voxel."""
    cut = np.asarray(crop.cut).reshape(3, 2)
    return np.asarray(np.stack([cut[:, 0], size_mm(geometry) - cut[:, 1]], axis=1), np.float64)


def corner_points(geometry: Geometry, crop: CropBox) -> NDArray[np.float64]:
    """(2, 2, 2, 3): the corners of the box in patient mm, by start and end along i, j, k."""
    bounds = bounds_mm(geometry, crop) / np.asarray(geometry.spacing)[:, None] - 0.5
    i, j, k = np.meshgrid(*bounds, indexing="ij")
    return np.asarray(np.stack([i, j, k], axis=-1) @ geometry.affine[:3, :3].T + geometry.affine[:3, 3], np.float64)


def face_centre(geometry: Geometry, crop: CropBox, face: int) -> NDArray[np.float64]:
    """The middle of one face of the box in patient mm."""
    axis, end = divmod(face, 2)
    return np.asarray(np.take(corner_points(geometry, crop), end, axis=axis).reshape(-1, 3).mean(axis=0))


def outwards(geometry: Geometry, face: int) -> NDArray[np.float64]:
    """The unit direction (LPS) in which a face moves when less is taken off."""
    axis, end = divmod(face, 2)
    return np.asarray(geometry.directions[:, axis] * (1 if end else -1))


def face_name(geometry: Geometry, face: int) -> str:
    """The patient's side that a face looks to (`R`), or its axis where sides are not known."""
    if not geometry.in_patient:
        return f"{'ijk'[face // 2]} {'end' if face % 2 else 'start'}"
    return orientation_letters(outwards(geometry, face))[:1]


def cropped(geometry: Geometry, crop: CropBox, face: int, cut_mm: float) -> CropBox:
    """The box with so much taken off one face, as far as the opposite face lets it."""
    axis = face // 2
    other = crop.cut[face + 1 if face % 2 == 0 else face - 1]
    most = float(size_mm(geometry)[axis]) - other - max(_LEAST_MM, geometry.spacing[axis])
    held = min(max(cut_mm, 0.0), max(most, 0.0))
    a, b, c, d, e, f = (held if number == face else cut for number, cut in enumerate(crop.cut))
    return CropBox((a, b, c, d, e, f))


def plane_through(point: NDArray[np.float64], normal: NDArray[np.float64]) -> ClipPlane:
    """A clip plane from arrays; the normal need not be of length one."""
    unit = normal / np.linalg.norm(normal)
    (x, y, z), (a, b, c) = (tuple(float(part) for part in one) for one in (point, unit))
    return ClipPlane((x, y, z), (a, b, c))


def slide_range(geometry: Geometry, clip: ClipPlane) -> tuple[float, float]:
    """How far (mm along the normal) the volume's nearest and furthest corner lie from the plane."""
    corners = corner_points(geometry, CropBox()).reshape(-1, 3)
    along = (corners - np.asarray(clip.point)) @ np.asarray(clip.normal)
    return float(along.min()), float(along.max())

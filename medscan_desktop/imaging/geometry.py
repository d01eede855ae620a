"""Where voxels lie in the patient. Arrays are indexed [k, j, i] (slice, row, column); points are patient LPS in mm."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]

_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))
_QUADRUPED_LETTERS = (("LE", "RT"), ("D", "V"), ("CR", "CD"))
SECOND_LETTER_AT = 0.2  # sine of about 12 degrees: less tilt than that reads as straight


@dataclass(frozen=True, eq=False)
class Geometry:
    """An affine map from voxel index (i, j, k) to patient mm, with the array's shape (k, j, i).

    `affine` is 4x4 (PS3.3 C.7.6.2.1.1): columns are the steps along i, j, k and the centre of voxel (0, 0, 0).
    `spatial` is False where the headers gave no position: the frame is then the image's own plane, in mm or pixels,
    and there is no orientation, MPR or volume. Two geometries are equal only if they are the same one.

    `origins` (k, 3) are given where slices lie on no straight line of equal steps: the true centre of each slice's
    first voxel, in rising order along the normal. The affine is then only the nearest line, and the stack no volume;
    `to_patient` and `to_index` go by the origins. `in_patient` is False where the positions are a volume's own frame
    of reference (ultrasound): distances and planes hold, sides of the patient are not known.
    """

    affine: NDArray[np.float64]
    shape: tuple[int, int, int]
    spatial: bool = True
    origins: NDArray[np.float64] | None = None
    in_patient: bool = True

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-12:
            raise ValueError("an affine is a finite, invertible 4x4 matrix")
        affine.setflags(write=False)
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))
        if self.origins is not None:
            origins = np.array(self.origins, dtype=np.float64)
            if origins.shape != (self.shape[0], 3) or not (np.diff(origins @ self._normal) > 0).all():
                raise ValueError("origins are one point a slice, rising along the normal")
            origins.setflags(write=False)
            object.__setattr__(self, "origins", origins)

    @classmethod
    def from_axes(
        cls,
        origin: ArrayLike,
        row_cosine: ArrayLike,
        column_cosine: ArrayLike,
        spacing: tuple[float, float, float],
        shape: tuple[int, int, int],
        *,
        slice_step: ArrayLike | None = None,
        spatial: bool = True,
        origins: NDArray[np.float64] | None = None,
    ) -> "Geometry":
        """From the DICOM plane: `row_cosine` is the direction in which i grows; `spacing` is (i, j, k) in mm.

        `slice_step` is the vector in mm from one slice to the next where it is not the normal times spacing[2].
        """
        i_axis, j_axis = np.asarray(row_cosine, float), np.asarray(column_cosine, float)
        step = np.cross(i_axis, j_axis) * spacing[2] if slice_step is None else np.asarray(slice_step, float)
        affine = np.eye(4)
        affine[:3, 0], affine[:3, 1], affine[:3, 2] = i_axis * spacing[0], j_axis * spacing[1], step
        affine[:3, 3] = np.asarray(origin, float)
        return cls(affine, shape, spatial, origins)

    @cached_property
    def inverse(self) -> NDArray[np.float64]:
        """4x4, patient mm to index."""
        return np.asarray(np.linalg.inv(self.affine), np.float64)

    @cached_property
    def spacing(self) -> tuple[float, float, float]:
        """(i, j, k) distance between neighbouring voxel centres in mm."""
        i, j, k = (float(np.linalg.norm(self.affine[:3, axis])) for axis in range(3))
        return i, j, k

    @cached_property
    def directions(self) -> NDArray[np.float64]:
        """3x3, unit columns along i, j, k."""
        return np.asarray(self.affine[:3, :3] / np.asarray(self.spacing), np.float64)

    @property
    def size_ijk(self) -> tuple[int, int, int]:
        """The shape in index order (i, j, k)."""
        k, j, i = self.shape
        return i, j, k

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    @property
    def centre(self) -> Vector:
        """The middle of the volume in patient mm."""
        return self.to_patient((np.asarray(self.size_ijk) - 1) / 2)

    def to_patient(self, index_ijk: ArrayLike) -> Vector:
        """Index (..., 3), fractions allowed, to patient mm (..., 3)."""
        index = np.asarray(index_ijk, float)
        if self.origins is None:
            return index @ self.affine[:3, :3].T + self.affine[:3, 3]
        return np.asarray(index[..., :2] @ self.affine[:3, :2].T + self._origin_at(index[..., 2]))

    def to_index(self, point_mm: ArrayLike) -> Vector:
        """Patient mm (..., 3) to fractional index (..., 3) in the order i, j, k."""
        point = np.asarray(point_mm, float)
        if self.origins is None:
            return (point - self.affine[:3, 3]) @ self.inverse[:3, :3].T
        depths, along = self.origins @ self._normal, point @ self._normal
        within = np.clip(along, depths[0], depths[-1])
        step = float(self.affine[:3, 2] @ self._normal)
        k = np.interp(within, depths, np.arange(len(depths))) + (along - within) / step
        in_plane = (point - self._origin_at(k)) @ self.inverse[:2, :3].T
        return np.concatenate([in_plane, np.asarray(k)[..., None]], axis=-1)

    @cached_property
    def _normal(self) -> Vector:
        """Unit vector in which k grows, across the slices."""
        normal = np.cross(self.affine[:3, 0], self.affine[:3, 1])
        side = np.sign(normal @ self.affine[:3, 2])
        return np.asarray(normal / np.linalg.norm(normal) * side)

    def _origin_at(self, k: ArrayLike) -> Vector:
        """The centre of the first voxel at slice `k`: between the slices' own, beyond the last by the affine's step."""
        origins = np.empty((0, 3)) if self.origins is None else self.origins
        slices = np.asarray(k, float)
        within = np.clip(slices, 0, len(origins) - 1)
        columns = [np.interp(within, np.arange(len(origins)), column) for column in origins.T]
        return np.asarray(np.stack(columns, axis=-1) + (slices - within)[..., None] * self.affine[:3, 2])


def orientation_letters(direction: ArrayLike, *, quadruped: bool = False) -> str:
    """The patient side that `direction` (LPS) points to: `L`, or `LA` with the second side of an oblique."""
    vector = np.asarray(direction, float)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0:
        return ""
    unit = vector / length
    letters = _QUADRUPED_LETTERS if quadruped else _LETTERS
    order = np.argsort(-np.abs(unit), kind="stable")
    shown = [axis for rank, axis in enumerate(order[:2]) if rank == 0 or abs(unit[axis]) > SECOND_LETTER_AT]
    return "".join(letters[axis][0 if unit[axis] > 0 else 1] for axis in shown)

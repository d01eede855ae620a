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
    """

    affine: NDArray[np.float64]
    shape: tuple[int, int, int]
    spatial: bool = True

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-12:
            raise ValueError("an affine is a finite, invertible 4x4 matrix")
        affine.setflags(write=False)
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))

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
    ) -> "Geometry":
        """From the DICOM plane: `row_cosine` is the direction in which i grows; `spacing` is (i, j, k) in mm.

        `slice_step` is the vector in mm from one slice to the next where it is not the normal times spacing[2].
        """
        i_axis, j_axis = np.asarray(row_cosine, float), np.asarray(column_cosine, float)
        step = np.cross(i_axis, j_axis) * spacing[2] if slice_step is None else np.asarray(slice_step, float)
        affine = np.eye(4)
        affine[:3, 0], affine[:3, 1], affine[:3, 2] = i_axis * spacing[0], j_axis * spacing[1], step
        affine[:3, 3] = np.asarray(origin, float)
        return cls(affine, shape, spatial)

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
        return np.asarray(index_ijk, float) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def to_index(self, point_mm: ArrayLike) -> Vector:
        """Patient mm (..., 3) to fractional index (..., 3) in the order i, j, k."""
        return (np.asarray(point_mm, float) - self.affine[:3, 3]) @ self.inverse[:3, :3].T


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

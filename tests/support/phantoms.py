"""Volumes with known answers: lopsided, turned, sheared, painted by a formula of the patient position."""

from collections.abc import Callable, Iterator
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume

Floats = NDArray[np.float64]


def signed_permutations() -> Iterator[Floats]:
    """The 48 matrices that take the index axes to signed patient axes, mirrored ones included."""
    for order in permutations(range(3)):
        for signs in product((1, -1), repeat=3):
            matrix = np.zeros((3, 3))
            for axis, (row, sign) in enumerate(zip(order, signs, strict=True)):
                matrix[row, axis] = sign
            yield matrix


def rotation(degrees: tuple[float, float, float]) -> Floats:
    """Turns about x, then y, then z."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        one, other = [(1, 2), (2, 0), (0, 1)][axis]
        turn = np.eye(3)
        turn[one, one] = turn[other, other] = np.cos(angle)
        turn[other, one], turn[one, other] = np.sin(angle), -np.sin(angle)
        matrix = turn @ matrix
    return matrix


def geometry_of(
    directions: Floats,
    *,
    spacing: tuple[float, float, float] = (0.7, 1.1, 2.5),
    shape: tuple[int, int, int] = (20, 30, 40),
    spatial: bool = True,
) -> Geometry:
    """A stack whose index axes run along the columns of `directions`; spacing is (i, j, k), shape (k, j, i)."""
    affine = np.eye(4)
    affine[:3, :3] = directions * np.asarray(spacing)
    affine[:3, 3] = (-13.0, 21.0, 400.0)
    return Geometry(affine, shape, spatial)


def sheared_geometry(degrees: float = 20.0, shape: tuple[int, int, int] = (20, 30, 40)) -> Geometry:
    """Axial slices of a gantry tilted about the x axis: the table runs along z, the slices do not lie across it."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return Geometry.from_axes(
        (-13.0, 21.0, 400.0), (1, 0, 0), (0, cos, sin), (0.7, 1.1, 2.5), shape, slice_step=(0, 0, 2.5)
    )


def painted(
    geometry: Geometry, value_at: Callable[[Floats], Floats], *, dtype: type = np.int16, **fields: object
) -> Volume:
    """A complete volume whose voxels are `value_at` of their centres in patient mm (..., 3)."""
    k, j, i = np.meshgrid(*(np.arange(size) for size in geometry.shape), indexing="ij")
    values = np.asarray(value_at(geometry.to_patient(np.stack([i, j, k], axis=-1)))).astype(dtype)
    return Volume(values, geometry, np.ones(geometry.shape[0], bool), **fields)  # type: ignore[arg-type]


def brightest_side(volume: Volume) -> Floats:
    """The patient direction (unit) from the middle of the volume to its brightest voxel."""
    k, j, i = np.unravel_index(int(np.argmax(volume.values)), volume.values.shape)
    away = volume.geometry.to_patient((i, j, k)) - volume.geometry.centre
    return np.asarray(away / np.linalg.norm(away))

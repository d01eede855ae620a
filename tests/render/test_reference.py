"""The reference sampler against formulas of the position, scipy, and the rules for edges and padding."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry, signed_permutations
from tests.support.slicing import resample_plane

GEOMETRY = geometry_of(rotation((15, -25, 40)))


def points_within(count: int = 40) -> np.ndarray:
    index = np.random.default_rng(5).uniform(0, 1, (count, count, 3)) * (np.array(GEOMETRY.size_ijk) - 1)
    return GEOMETRY.to_patient(index)


@pytest.mark.parametrize("geometry", [GEOMETRY, sheared_geometry(), *map(geometry_of, signed_permutations())])
def test_linear_sampling_of_a_ramp_is_exact_in_every_orientation(geometry: object) -> None:
    slope = np.array((1.3, -2.1, 0.7))
    volume = painted(geometry, lambda p: p @ slope, dtype=np.float64)  # type: ignore[arg-type]
    index = np.random.default_rng(5).uniform(0, 1, (9, 9, 3)) * (np.array(volume.geometry.size_ijk) - 1)
    points = volume.geometry.to_patient(index)
    found = resample_plane(volume.values, volume.geometry, points, order=1, outside=0)
    assert found == pytest.approx((points @ slope).astype(np.float32), abs=1e-3)


@pytest.mark.parametrize("order", [0, 1])
def test_sampling_agrees_with_a_second_implementation(order: int) -> None:
    values = np.random.default_rng(2).integers(-1000, 1000, GEOMETRY.shape).astype(np.int16)
    points = points_within()
    coordinates = np.moveaxis(GEOMETRY.to_index(points)[..., ::-1], -1, 0)
    expected = map_coordinates(values.astype(float), coordinates, order=order)
    assert resample_plane(values, GEOMETRY, points, order=order, outside=0) == pytest.approx(expected, abs=1e-2)  # type: ignore[arg-type]


@pytest.mark.parametrize("order", [0, 1])
def test_the_image_ends_half_a_voxel_beyond_its_outermost_centres(order: int) -> None:
    geometry = geometry_of(np.eye(3))
    values = np.full(geometry.shape, 9, np.int16)
    index = np.array([[(-0.49, 5, 5), (-0.51, 5, 5), (39.49, 5, 5), (39.51, 5, 5), (5, 5, 19.49), (5, 5, 19.51)]])
    found = resample_plane(values, geometry, geometry.to_patient(index), order=order, outside=-1)  # type: ignore[arg-type]
    assert found.tolist() == [[9, -1, 9, -1, 9, -1]]


def test_padding_never_mixes_with_tissue() -> None:
    geometry = geometry_of(np.eye(3), shape=(1, 1, 4))
    values = np.array([[[100, 200, -2000, -2000]]], np.int16)
    index = np.array([[(0.5, 0, 0), (1.0, 0, 0), (1.4, 0, 0), (1.6, 0, 0), (2.5, 0, 0)]])
    found = resample_plane(values, geometry, geometry.to_patient(index), order=1, padding=(-2000, -2000), outside=-9)
    assert found == pytest.approx(np.array([[150, 200, 200, -9, -9]]), abs=1e-3)


def test_what_is_no_number_never_mixes_with_tissue() -> None:
    geometry = geometry_of(np.eye(3), shape=(1, 1, 3))
    values = np.array([[[1.0, np.nan, 3.0]]], np.float32)
    index = np.array([[(0.4, 0, 0), (1.0, 0, 0), (1.7, 0, 0)]])
    found = resample_plane(values, geometry, geometry.to_patient(index), order=1, outside=0)
    assert found == pytest.approx(np.array([[1, 0, 3]]), abs=1e-5)

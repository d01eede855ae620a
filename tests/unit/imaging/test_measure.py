"""Lengths and region statistics: known answers and a brute-force count."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.measure import ellipse_statistics, length
from medscan_desktop.imaging.regions import through_axis
from medscan_desktop.imaging.volume import Volume
from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry, signed_permutations

TURNED = geometry_of(rotation((15, -25, 40)))


def noise(geometry: Geometry, **fields: object) -> Volume:
    rng = np.random.default_rng(11)
    return painted(geometry, lambda p: rng.integers(-500, 500, p.shape[:-1]), **fields)


def brute_force(volume: Volume, points: np.ndarray, through: int) -> np.ndarray:
    """Every voxel of the slice asked one by one, by the ellipse's own equation in its plane."""
    geometry = volume.geometry
    centre, first, second = points
    a, b = first - centre, second - centre
    index = round(float(geometry.to_index(centre)[through]))
    found = []
    for k, j, i in np.ndindex(*geometry.shape):
        if (i, j, k)[through] == index:
            p = geometry.to_patient((i, j, k)) - centre
            if (p @ a / (a @ a)) ** 2 + (p @ b / (b @ b)) ** 2 <= 1 + 1e-9:
                found.append(volume.values[k, j, i])
    return np.array(found, float)


@pytest.mark.parametrize("through", [0, 1, 2])
@pytest.mark.parametrize("geometry", [TURNED, *list(map(geometry_of, signed_permutations()))[::7]])
def test_a_pixel_counts_when_its_centre_is_inside(geometry: Geometry, through: int) -> None:
    volume = noise(geometry, unit="HU")
    along, across = (axis for axis in range(3) if axis != through)
    at = (np.array(geometry.size_ijk) - 1) * 0.45
    at[through] = round(at[through])
    centre = geometry.to_patient(at)
    turn = np.radians(25)  # an ellipse that does not lie along the pixels
    one = geometry.directions[:, along] * np.cos(turn) + geometry.directions[:, across] * np.sin(turn)
    other = geometry.directions[:, across] * np.cos(turn) - geometry.directions[:, along] * np.sin(turn)
    points = np.stack([centre, centre + one * 9.3, centre + other * 5.1])
    found = ellipse_statistics(volume, points, geometry.directions[:, through])
    expected = brute_force(volume, points, through)
    assert found is not None and found.count == len(expected) > 5
    assert found.mean == pytest.approx(expected.mean())
    assert found.standard_deviation == pytest.approx(expected.std())
    assert (found.minimum, found.maximum, found.unit) == (expected.min(), expected.max(), "HU")
    assert found.area_mm2 == pytest.approx(np.pi * 9.3 * 5.1)


def circle(geometry: Geometry, radius: float) -> np.ndarray:
    centre = geometry.to_patient((20, 15, 10))
    return np.stack([centre, centre + geometry.directions[:, 0] * radius, centre + geometry.directions[:, 1] * radius])


def test_a_pixel_centre_on_the_outline_is_inside() -> None:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1))
    found = ellipse_statistics(noise(geometry), circle(geometry, 2.0), (0, 0, 1))
    assert found is not None and found.count == 13


def test_the_statistics_of_a_sheared_stack_are_those_of_its_acquired_slice() -> None:
    geometry = sheared_geometry()
    volume = painted(geometry, lambda p: np.round(geometry.to_index(p)[..., 2]) * 10)
    normal = np.cross(geometry.directions[:, 0], geometry.directions[:, 1])
    found = ellipse_statistics(volume, circle(geometry, 6.0), normal)
    assert found is not None and (found.minimum, found.maximum) == (100, 100)
    assert through_axis(geometry, normal) == 2


def test_padding_and_what_is_no_number_are_left_out_of_the_statistics() -> None:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1))
    volume = replace(painted(geometry, lambda p: np.full(p.shape[:-1], 40.0), dtype=np.float32), padding=(-2000, -1900))
    volume.values[10, 15, 20], volume.values[10, 15, 21] = -1950, np.nan
    found = ellipse_statistics(volume, circle(geometry, 2.0), (0, 0, 1))
    assert found is not None
    assert (found.count, found.mean, found.standard_deviation, found.minimum) == (11, 40, 0, 40)


@pytest.mark.parametrize("shift", [(-18.0, 0.0), (0.0, 13.0)])
def test_an_ellipse_over_the_edge_counts_what_lies_on_the_image(shift: tuple[float, float]) -> None:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1))
    volume = noise(geometry)
    points = circle(geometry, 6.0) + np.array((*shift, 0.0))
    found = ellipse_statistics(volume, points, (0, 0, 1))
    assert found is not None and found.count == len(brute_force(volume, points, 2)) < 113


def test_no_statistics_without_a_pixel_without_an_area_in_colour_or_before_the_slice_has_arrived() -> None:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1))
    volume = noise(geometry)
    points = circle(geometry, 3.0)
    assert ellipse_statistics(volume, points + 500.0, (0, 0, 1)) is None
    assert ellipse_statistics(volume, points[[0, 0, 0]], (0, 0, 1)) is None
    assert (
        ellipse_statistics(replace(volume, values=np.zeros((*geometry.shape, 3), np.uint8)), points, (0, 0, 1)) is None
    )
    volume.loaded[10] = False
    assert ellipse_statistics(volume, points, (0, 0, 1)) is None


def test_without_a_calibration_there_is_no_area() -> None:
    volume = replace(noise(geometry_of(np.eye(3), spacing=(1, 1, 1))), calibration="px")
    found = ellipse_statistics(volume, circle(volume.geometry, 3.0), (0, 0, 1))
    assert found is not None and found.area_mm2 is None


def test_a_length_honours_anisotropy() -> None:
    geometry = geometry_of(rotation((15, -25, 40)))
    ends = geometry.to_patient([(0, 0, 0), (10, 10, 10)])
    assert length(ends) == pytest.approx(np.sqrt(7**2 + 11**2 + 25**2))

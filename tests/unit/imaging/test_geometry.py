"""Where voxels lie: index to patient and back, spacing, letters."""

import numpy as np
import pytest

from medscan_desktop.imaging.geometry import Geometry, orientation_letters
from tests.support.phantoms import geometry_of, rotation, sheared_geometry, signed_permutations


def test_a_voxel_lies_where_the_standards_equation_puts_it() -> None:
    """PS3.3 C.7.6.2.1.1: P = row cosine * column spacing * i + column cosine * row spacing * j + position."""
    row, column = rotation((10, 20, 30))[:, 0], rotation((10, 20, 30))[:, 1]
    geometry = Geometry.from_axes((1, 2, 3), row, column, (0.5, 0.8, 2.0), (9, 9, 9))
    expected = np.array((1, 2, 3)) + row * 0.5 * 4 + column * 0.8 * 7 + np.cross(row, column) * 2.0 * 5
    assert geometry.to_patient((4, 7, 5)) == pytest.approx(expected)


@pytest.mark.parametrize("directions", [*signed_permutations(), rotation((12, -33, 58))])
def test_patient_to_index_undoes_index_to_patient(directions: np.ndarray) -> None:
    geometry = geometry_of(directions)
    index = np.random.default_rng(0).uniform(-5, 50, (4, 5, 3))
    assert geometry.to_index(geometry.to_patient(index)) == pytest.approx(index)
    assert geometry.spacing == pytest.approx((0.7, 1.1, 2.5))
    assert geometry.voxel_mm3 == pytest.approx(0.7 * 1.1 * 2.5)
    assert geometry.directions == pytest.approx(directions)


def test_a_sheared_voxel_is_smaller_than_its_spacings_product() -> None:
    geometry = sheared_geometry(20)
    assert geometry.spacing == pytest.approx((0.7, 1.1, 2.5))
    assert geometry.voxel_mm3 == pytest.approx(0.7 * 1.1 * 2.5 * np.cos(np.radians(20)))


def test_the_centre_is_the_middle_of_the_outer_voxels() -> None:
    geometry = geometry_of(np.eye(3))
    ends = geometry.to_patient([(0, 0, 0), (39, 29, 19)])
    assert geometry.centre == pytest.approx(ends.mean(axis=0))


@pytest.mark.parametrize(
    "affine",
    [np.zeros((4, 4)), np.eye(3), np.diag([1, 1, 0, 1]), np.diag([1.0, np.nan, 1, 1]), np.diag([np.inf, 1, 1, 1])],
)
def test_what_is_no_invertible_affine_is_refused(affine: np.ndarray) -> None:
    with pytest.raises(ValueError, match="affine"):
        Geometry(affine, (1, 1, 1))


def test_a_geometry_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        geometry_of(np.eye(3)).affine[0, 0] = 2


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1, 0, 0), "L"),
        ((-3, 0, 0), "R"),
        ((0, 1, 0), "P"),
        ((0, -1, 0), "A"),
        ((0, 0, 1), "H"),
        ((0, 0, -1), "F"),
        ((-1, -0.9, 0), "RA"),
        ((-0.9, -1, 0), "AR"),
        ((0, 0.5, 1), "HP"),
        ((1, 0.1, 0), "L"),
        ((1, 0.25, 0.24), "LP"),
        ((0, 0, 0), ""),
        ((np.nan, 0, 0), ""),
    ],
)
def test_letters_name_the_side_and_a_second_one_for_obliques(direction: tuple[float, ...], letters: str) -> None:
    assert orientation_letters(direction) == letters


def test_animals_have_their_own_letters() -> None:
    sides = [orientation_letters(direction, quadruped=True) for direction in (*np.eye(3), *-np.eye(3))]
    assert sides == ["LE", "D", "CR", "RT", "V", "CD"]


def test_slices_with_places_of_their_own_are_where_they_are() -> None:
    """Between two slices lies what is between their origins; beyond the last the grid goes on by its step."""
    origins = np.array([[0, 0, 0], [0, 0, 3], [0.5, -0.25, 5], [0, 0, 12.5]], float)
    regular = Geometry.from_axes((0, 0, 0), (1, 0, 0), (0, 1, 0), (0.7, 1.1, 4.0), (4, 6, 5))
    geometry = Geometry(regular.affine, regular.shape, origins=origins)

    for k, origin in enumerate(origins):
        np.testing.assert_allclose(geometry.to_patient((2, 3, k)), np.add(origin, (1.4, 3.3, 0)), atol=1e-12)
    np.testing.assert_allclose(geometry.to_patient((0, 0, 2.5)), (0.25, -0.125, 8.75), atol=1e-12)
    np.testing.assert_allclose(geometry.to_patient((0, 0, 4)), (0, 0, 16.5), atol=1e-12)
    index = np.array([[2, 3, 1], [0, 0, 2.5], [4, 5, 3.75], [1, 1, -0.5]])
    np.testing.assert_allclose(geometry.to_index(geometry.to_patient(index)), index, atol=1e-9)


def test_places_that_do_not_rise_along_the_normal_are_none() -> None:
    with pytest.raises(ValueError, match="rising"):
        Geometry(np.eye(4), (2, 3, 3), origins=np.zeros((2, 3)))

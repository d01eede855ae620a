"""Frames of a segmentation on the grid of the images: which slice they are, and resampling against scipy."""

import numpy as np
import pytest
from scipy.ndimage import affine_transform

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.placing import Frame, Piece, copied, regridded, resampled, slice_holding
from tests.support.phantoms import geometry_of, rotation, sheared_geometry, signed_permutations


def frame_of(geometry: Geometry, k: int) -> Frame:
    directions = geometry.directions
    spacing = geometry.spacing[:2]
    return Frame(geometry.to_patient((0, 0, k)), directions[:, 0], directions[:, 1], spacing, geometry.shape[1:])


def piece_of(bits: np.ndarray, frame: int = 0, top: int = 0, left: int = 0) -> Piece:
    return Piece(frame, top, left, np.packbits(bits), bits.shape)


def pieces_of(geometry: Geometry, values: np.ndarray) -> list[tuple[Frame, Piece]]:
    return [(frame_of(geometry, k), piece_of(values[k], k)) for k in range(geometry.shape[0]) if values[k].any()]


@pytest.mark.parametrize("geometry", [*map(geometry_of, signed_permutations()), sheared_geometry()])
def test_a_frame_of_the_same_grid_is_found_on_its_slice(geometry: Geometry) -> None:
    assert [slice_holding(frame_of(geometry, k), geometry) for k in range(20)] == list(range(20))


def test_a_frame_that_is_shifted_turned_or_of_another_size_is_no_slice() -> None:
    geometry = geometry_of(np.eye(3))
    frame = frame_of(geometry, 4)
    others = (
        Frame(frame.origin + np.array([0.2, 0, 0]), frame.row, frame.column, frame.spacing, frame.size),
        Frame(frame.origin + np.array([0, 0, 1.2]), frame.row, frame.column, frame.spacing, frame.size),
        Frame(frame.origin, frame.column, frame.row, frame.spacing, frame.size),
        Frame(frame.origin, frame.row, -frame.column, frame.spacing, frame.size),
        Frame(frame.origin, frame.row, frame.column, (0.71, 1.1), frame.size),
        Frame(frame.origin, frame.row, frame.column, frame.spacing, (30, 41)),
        Frame(frame.origin - np.array([0, 0, 100]), frame.row, frame.column, frame.spacing, frame.size),
    )

    assert [slice_holding(other, geometry) for other in others] == [None] * len(others)


def test_pieces_are_copied_voxel_for_voxel() -> None:
    bits = np.random.default_rng(1).random((5, 7)) > 0.4
    mask = copied([(3, piece_of(bits, top=8, left=11)), (9, piece_of(~bits, top=20, left=2))], (20, 30, 40)).to_array()

    np.testing.assert_array_equal(mask[3, 8:13, 11:18], bits)
    np.testing.assert_array_equal(mask[9, 20:25, 2:9], ~bits)
    assert mask.sum() == 35


def blob(shape: tuple[int, int, int]) -> np.ndarray:
    """Lopsided in every axis."""
    values = np.zeros(shape, bool)
    values[2:9, 3:20, 5:12] = True
    values[4:7, 3:6, 5:30] = True
    return values


@pytest.mark.parametrize(
    "directions",
    [np.eye(3), rotation((0, 0, 90)) @ np.diag([1, -1, 1]), rotation((15, -25, 40)), *[*signed_permutations()][5::9]],
)
def test_another_grid_is_resampled_to_the_nearest_voxel_in_patient_space(directions: np.ndarray) -> None:
    """Against scipy's nearest neighbour through the two affines; ties of the last bit excepted."""
    source = geometry_of(directions, spacing=(0.9, 0.8, 1.7), shape=(12, 26, 34))
    affine = geometry_of(np.eye(3), spacing=(1.3, 1.1, 2.3)).affine.copy()
    affine[:3, 3] = source.centre - affine[:3, :3] @ (12, 12, 8)
    target = Geometry(affine, (18, 24, 26))
    values = blob(source.shape)
    found = resampled(pieces_of(source, values), 1.7, target).to_array()

    matrix = (source.inverse @ target.affine)[:3]
    flip = matrix[::-1, [2, 1, 0, 3]]  # (i, j, k) to scipy's (k, j, i)
    wanted = affine_transform(values.astype(np.uint8), flip[:, :3], flip[:, 3], target.shape, order=0, cval=0) > 0
    differing = np.argwhere(found != wanted)
    index = target.to_patient(differing[:, ::-1])
    fractions = np.abs(source.to_index(index) % 1 - 0.5)
    assert found.sum() > 100
    assert len(differing) == 0 or (fractions.min(axis=1) < 1e-6).all()


def test_between_frames_that_are_far_apart_nothing_is_made_up() -> None:
    """Only the frames 0 and 6 of a segmentation with 2.5 mm steps: slices farther than 1.25 mm are outside."""
    source = geometry_of(np.eye(3))
    values = np.zeros(source.shape, bool)
    values[[0, 6], 5:10, 5:10] = True
    affine = source.affine.copy()
    affine[:3, 2] /= 5
    fine = Geometry(affine, (40, 30, 40))
    found = resampled(pieces_of(source, values), 2.5, fine).to_array().any(axis=(1, 2))

    assert np.flatnonzero(found).tolist() == [0, 1, 2, 28, 29, 30, 31, 32]


def test_nothing_outside_of_the_images_and_nothing_of_nothing() -> None:
    geometry = geometry_of(np.eye(3))
    affine = geometry.affine.copy()
    affine[:3, 3] += 500

    assert resampled([], 1.0, geometry).voxel_count == 0
    assert resampled(pieces_of(geometry, blob(geometry.shape)), 2.5, Geometry(affine, (5, 5, 5))).voxel_count == 0


def test_on_a_reduced_grid_a_voxel_has_the_nearest_ones_value() -> None:
    whole = geometry_of(np.eye(3))
    affine = whole.affine.copy()
    affine[:3, :3] *= 2
    affine[:3, 3] = whole.to_patient((0.5, 0.5, 0.5))
    mask = Mask.from_array(np.kron(blob((10, 15, 20))[:10, :15, :20], np.ones((2, 2, 2), bool)).astype(bool))

    np.testing.assert_array_equal(
        regridded(mask, whole, Geometry(affine, (10, 15, 20))).to_array(), blob((10, 15, 20))[:10, :15, :20]
    )
    assert regridded(mask, whole, whole) is mask

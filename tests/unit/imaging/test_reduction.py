"""A reduced volume: values are means of known blocks, centres theirs (to 0.01 mm), and padding is no tissue."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.reduction import BlockMean, Reduction
from tests.support.phantoms import geometry_of, rotation, sheared_geometry, signed_permutations


def reduced(
    values: NDArray[np.generic], reduction: Reduction, padding: tuple[float, float] | None = None
) -> NDArray[np.generic]:
    made = np.empty(reduction.shape_of(values.shape) + values.shape[3:], values.dtype)
    mean = BlockMean(reduction, values.shape[1:], padding)
    for k in range(len(made)):
        for frame in reduction.frames_of(k, len(values)):
            mean.add(values[frame])
        mean.take(made[k])
    return made


def ramp(geometry: Geometry, slope: tuple[float, float, float]) -> NDArray[np.float32]:
    """Values that grow evenly with the position in the patient."""
    k, j, i = np.meshgrid(*(np.arange(size) for size in geometry.shape), indexing="ij")
    return (geometry.to_patient(np.stack([i, j, k], axis=-1)) @ np.asarray(slope)).astype(np.float32)


@pytest.mark.parametrize(("slices", "in_plane"), list(product((1, 2, 4), (1, 2, 4))))
def test_a_ramp_has_at_each_reduced_centre_the_value_of_that_place(slices: int, in_plane: int) -> None:
    """The mean of an even ramp over a block is its value at the block's centre: values and centres hold each other."""
    for geometry in (geometry_of(rotation((20, -35, 70)), shape=(8, 12, 16)), sheared_geometry(shape=(8, 12, 16))):
        reduction = Reduction(slices, in_plane)
        found = reduced(ramp(geometry, (3.0, -2.0, 1.5)), reduction)

        assert found == pytest.approx(ramp(reduction.geometry_of(geometry), (3.0, -2.0, 1.5)), abs=2e-3)


@pytest.mark.parametrize("directions", list(signed_permutations())[:8])
def test_the_centres_of_the_blocks_are_right_to_a_hundredth_of_a_millimetre(directions: NDArray[np.float64]) -> None:
    whole = geometry_of(directions, spacing=(0.625, 0.625, 1.25), shape=(30, 40, 50))
    half = Reduction(2, 2).geometry_of(whole)
    corners = np.array(list(product((0, 1), repeat=3)))

    for block in ((0, 0, 0), (24, 19, 14), (3, 11, 7)):
        centre = whole.to_patient(2 * np.asarray(block) + corners).mean(axis=0)
        assert np.abs(half.to_patient(block) - centre).max() < 0.01
    assert half.spacing == pytest.approx((1.25, 1.25, 2.5))
    assert half.shape == (15, 20, 25)


def test_a_block_cut_off_at_the_edge_is_the_mean_of_what_there_is() -> None:
    values = np.arange(5 * 3 * 5, dtype=np.float32).reshape(5, 3, 5)
    found = reduced(values, Reduction(4, 2))

    assert found.shape == (2, 2, 3)
    assert found[0, 0, 0] == pytest.approx(values[:4, :2, :2].mean())
    assert found[1, 1, 2] == pytest.approx(values[4, 2, 4])


def test_padding_has_no_part_in_a_mean_and_stays_padding() -> None:
    values = np.full((2, 4, 4), 100, np.int16)
    values[:, :2, :2] = -2000  # a block of nothing else
    values[0, 0, 2] = -2000  # one of eight
    found = reduced(values, Reduction(2, 2), (-2000, -2000))

    assert found.tolist() == [[[-2000, 100], [100, 100]]]


def test_what_is_no_number_has_no_part_in_a_mean() -> None:
    values = np.full((2, 2, 2), 4, np.float32)
    values[0, 0, 0] = np.nan
    empty = np.full((2, 2, 2), np.nan, np.float32)

    assert reduced(values, Reduction(2, 2)).tolist() == [[[4]]]
    assert np.isnan(reduced(empty, Reduction(2, 2))).all()


@pytest.mark.parametrize("dtype", [np.int16, np.uint16])
def test_whole_numbers_are_rounded_once_and_at_their_ends_exact(dtype: type) -> None:
    limits = np.iinfo(dtype)
    high, low = np.full((4, 4, 4), limits.max, dtype), np.full((4, 4, 4), limits.min, dtype)
    steps = np.zeros((2, 2, 2), dtype)
    steps[0] = 1, 1
    steps[1] = 1, 0  # 0.875

    assert (reduced(high, Reduction(4, 4)) == limits.max).all()
    assert (reduced(low, Reduction(4, 4)) == limits.min).all()
    assert reduced(steps, Reduction(2, 2)).tolist() == [[[1]]]


def test_colours_are_averaged_each_for_itself() -> None:
    values = np.zeros((1, 2, 2, 3), np.uint8)
    values[..., 0] = 200
    values[0, 0, :, 1] = 100

    assert reduced(values, Reduction(1, 2)).tolist() == [[[[200, 50, 0]]]]


def test_fine_stripes_become_grey_and_not_stripes_of_another_width() -> None:
    """Taking every second pixel would show a phantom that is not there."""
    values = np.zeros((1, 8, 8), np.int16)
    values[..., ::2] = 1000

    assert (reduced(values, Reduction(1, 2)) == 500).all()


@pytest.mark.parametrize(
    ("reduction", "text"),
    [
        (Reduction(2, 2), "half resolution"),
        (Reduction(4, 4), "a quarter of the resolution"),
        (Reduction(2, 1), "half resolution along the slices"),
        (Reduction(1, 2), "half resolution in the plane"),
        (Reduction(4, 2), "half resolution in the plane and a quarter of the resolution along the slices"),
    ],
)
def test_a_reduction_is_called_what_it_is(reduction: Reduction, text: str) -> None:
    assert reduction.text == text

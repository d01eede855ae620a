"""The steps of the pipelines, each against a known answer."""

import numpy as np
import pytest

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.inference.image import Image, agreement, to_source
from medscan_desktop.inference.postprocess import FillHoles, KeepLargest, OpenAndKeepLargest
from medscan_desktop.inference.preprocess import (
    CropToBody,
    CropToNetwork,
    RepeatEndSlices,
    Resample,
    Resize,
    ScalePercentiles,
    ScaleRange,
    Standardise,
)
from medscan_desktop.inference.tiles import Tiling, run_network, run_tiles
from tests.support.phantoms import geometry_of


def nothing(network: str, values: np.ndarray) -> np.ndarray:
    raise AssertionError("this step runs no network")


def ramp(shape: tuple[int, int, int] = (20, 30, 40), spacing: float = 1.0) -> Image:
    """Values are 2x + 3y + 5z of the place in mm, with the first voxel at the origin."""
    x, y, z = (np.arange(size) * spacing for size in shape)
    values = 2 * x[:, None, None] + 3 * y[None, :, None] + 5 * z[None, None, :]
    return Image(values.astype(np.float32), np.diag([spacing, spacing, spacing, 1.0]))


def value_at(image: Image, index: tuple[int, int, int]) -> float:
    """What the ramp has at the place of this voxel."""
    return float((image.affine @ [*index, 1])[:3] @ [2, 3, 5])


@pytest.mark.parametrize("step", [Resample(3.0), Resample(0.7), RepeatEndSlices(4), Resize((16, 16, 16))])
def test_after_every_step_the_affine_says_where_the_values_are(step: Resample | RepeatEndSlices | Resize) -> None:
    image = step(ramp(), nothing)

    middle = tuple(size // 2 for size in image.values.shape)
    tolerance = 3.0 if isinstance(step, Resize) else 1e-3  # nearest moves a value by up to half a voxel
    assert image.values[middle] == pytest.approx(value_at(image, middle), abs=tolerance)  # type: ignore[arg-type]


def test_resampling_keeps_the_middle_and_the_extent() -> None:
    image = Resample(3.0)(ramp((30, 30, 30)), nothing)

    assert image.values.shape == (10, 10, 10)
    assert np.allclose(image.affine @ [4.5, 4.5, 4.5, 1], [14.5, 14.5, 14.5, 1])


def test_resizing_takes_the_voxel_whose_centre_is_nearest() -> None:
    # PyTorch's interpolate(mode="nearest-exact") of 0..4 to 3 gives 0, 2, 4 and to 8 gives 0 0 1 2 2 3 4 4.
    line = Image(np.arange(5, dtype=np.float32)[:, None, None], np.eye(4))

    assert Resize((3, 1, 1))(line, nothing).values.ravel().tolist() == [0, 2, 4]
    assert Resize((8, 1, 1))(line, nothing).values.ravel().tolist() == [0, 0, 1, 2, 2, 3, 4, 4]


def test_the_body_is_kept_and_the_table_left_out() -> None:
    values = np.full((40, 40, 10), -1000, np.int16)
    values[10:30, 8:25] = 40
    values[5:35, 33:35] = 200

    image = CropToBody(-150.0)(Image(values, np.eye(4)), nothing)

    assert image.values.shape == (20, 17, 10)
    assert image.affine[:3, 3].tolist() == [10, 8, 0]


def test_a_picture_of_air_alone_stays_as_it_is() -> None:
    air = Image(np.full((9, 9, 9), -1000, np.int16), np.eye(4))

    assert CropToBody(-150.0)(air, nothing) is air


def test_a_range_is_clipped_and_mapped_end_to_end() -> None:
    values = np.array([-1000, -200, 0, 200, 3000], np.int16).reshape(5, 1, 1)

    scaled = ScaleRange(-200.0, 200.0, -0.5, 0.5)(Image(values, np.eye(4)), nothing)

    assert scaled.values.ravel().tolist() == [-0.5, -0.5, 0, 0.5, 0.5]


def test_standardising_gives_the_mean_and_the_sample_deviation() -> None:
    image = Standardise(0.449, 0.226)(ramp(), nothing)

    assert float(image.values.mean()) == pytest.approx(0.449, abs=1e-5)
    assert float(image.values.std(ddof=1)) == pytest.approx(0.226, abs=1e-5)


@pytest.mark.parametrize("step", [Standardise(0.0, 1.0), ScalePercentiles(0.5, 99.5, (8, 8, 8))])
def test_an_image_of_one_value_is_refused(step: Standardise | ScalePercentiles) -> None:
    with pytest.raises(Unsuitable, match="no contrast"):
        step(Image(np.full((8, 8, 8), 7, np.int16), np.eye(4)), nothing)


def test_the_first_networks_box_gets_its_margin_and_its_mask_goes_along() -> None:
    def infer(network: str, values: np.ndarray) -> np.ndarray:
        found = np.zeros((2, 10, 10, 10), np.float32)
        found[1, 3:8, 3:8, 3:8] = 1
        return found

    step = CropToNetwork("box", 1, (10, 10, 10), 0.0, 1.0, 0.02, 0.1, "Nothing.")
    image = step(ramp((40, 40, 40)), infer)

    assert image.values.shape == (24, 24, 24)  # 5 of 10 voxels is 20 of 40, and a tenth more at both sides
    assert image.affine[:3, 3].tolist() == [10, 10, 10]
    assert agreement(np.pad(np.ones((20, 20, 20), bool), 2), image) > 0.95


def test_nothing_found_by_the_first_network_is_said() -> None:
    step = CropToNetwork("box", 0, (10, 10, 10), 0.0, 1.0, 0.02, 0.1, "No brain was found in the images.")

    with pytest.raises(Unsuitable, match="No brain was found"):
        step(ramp(), lambda network, values: np.zeros((1, 10, 10, 10), np.float32))


def test_only_the_largest_part_stays() -> None:
    mask = np.zeros((12, 12, 12), bool)
    mask[1:5, 1:5, 1:5] = True
    mask[8:10, 8:10, 8:10] = True

    assert np.count_nonzero(KeepLargest()(mask)) == 64
    assert np.count_nonzero(mask) == 72  # the given one is left alone
    assert not KeepLargest()(np.zeros_like(mask)).any()


def test_what_hangs_on_by_a_thread_falls_off() -> None:
    mask = np.zeros((30, 20, 20), bool)
    mask[2:14, 4:16, 4:16] = True
    mask[14:20, 9, 9] = True
    mask[20:27, 6:13, 6:13] = True

    kept = OpenAndKeepLargest()(mask)

    assert not kept[17:].any()
    assert np.count_nonzero(kept[:15]) > 0.9 * 12**3


def test_enclosed_holes_are_filled_and_open_ones_are_not() -> None:
    mask = np.zeros((9, 9, 9), bool)
    mask[1:8, 1:8, 1:8] = True
    mask[4, 4, 4] = False
    mask[2, 2, 0:4] = False

    filled = FillHoles()(mask)

    assert filled[4, 4, 4]
    assert not filled[2, 2, 2]


@pytest.mark.parametrize("shape", [(20, 25, 30), (32, 32, 32), (50, 33, 97)])
def test_tiles_put_together_are_the_whole(shape: tuple[int, int, int]) -> None:
    values = np.random.default_rng(3).random(shape, np.float32)
    done: list[float] = []

    scores = run_tiles(
        Tiling("n", (40, 40, 40), (32, 32, 32), (0,)),
        values,
        lambda _, patch: patch[None, 4:36, 4:36, 4:36],
        done.append,
    )

    assert np.allclose(scores[0], values, atol=1e-6)
    assert done == sorted(done)
    assert done[-1] == 1.0


def test_a_tile_sees_the_real_neighbours_and_the_fill_beyond_the_image() -> None:
    patches: list[np.ndarray] = []

    def infer(_: str, patch: np.ndarray) -> np.ndarray:
        patches.append(patch)
        return patch[None, 1:-1, 1:-1, 1:-1]

    run_tiles(Tiling("n", (6, 6, 6), (4, 4, 4), (0,), fill=-7.0), np.ones((8, 4, 4), np.float32), infer, lambda _: None)

    assert all((patch[:, 0] == -7).all() for patch in patches)
    assert (patches[0][0] == -7).all()
    assert (patches[0][5, 1:5, 1:5] == 1).all()


def test_the_second_pass_sees_only_the_slices_around_what_was_found() -> None:
    seen: list[int] = []

    def infer(_: str, patch: np.ndarray) -> np.ndarray:
        seen.append(int(np.count_nonzero(patch[16, 16])))
        return (patch > 1.5).astype(np.float32)[None]

    values = np.ones((32, 32, 100), np.float32)
    values[10:20, 10:20, 40:50] = 2
    tiling = Tiling("n", (32, 32, 128), (32, 32, 128), (0,), second_pass_margin=5)
    scores = run_network(tiling, values, infer, lambda _: None)

    assert seen == [100, 20]
    assert np.array_equal(scores[0] > 0.5, values > 1.5)


def test_a_mask_at_the_edge_of_the_grid_ends_at_the_faces_of_its_voxels() -> None:
    geometry = geometry_of(np.eye(3), spacing=(1.0, 1.0, 1.0), shape=(12, 12, 12))
    field = np.ones((2, 2, 2), np.float32)
    affine = geometry.affine @ np.diag([3.0, 3.0, 3.0, 1.0])
    affine[:3, 3] = geometry.to_patient((4, 4, 4))

    found = to_source(field, Image(field, affine), geometry, lambda: None)

    assert np.flatnonzero(found.any(axis=(0, 1))).tolist() == [3, 4, 5, 6, 7, 8]

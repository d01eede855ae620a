"""Masks as blocks: exact, shared, and stored in a form that nothing can break."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import BLOCK, Mask, pack, unpack

SHAPE = (BLOCK + 5, 2 * BLOCK, 3 * BLOCK - 1)  # ends within, at and one before a block's border


def ball(shape: tuple[int, int, int] = SHAPE, radius: float = 30.0) -> np.ndarray:
    k, j, i = np.ogrid[: shape[0], : shape[1], : shape[2]]
    return (k - 20) ** 2 + (j - 30) ** 2 + (i - 50) ** 2 <= radius**2


@settings(deadline=None, max_examples=30)
@given(
    st.tuples(st.integers(1, 70), st.integers(1, 70), st.integers(1, 70)),
    st.sampled_from([0.0, 0.001, 0.5, 1.0]),
    st.integers(0, 9),
)
def test_array_and_mask_are_the_same_voxels(shape: tuple[int, int, int], density: float, seed: int) -> None:
    array = np.random.default_rng(seed).random(shape) < density
    mask = Mask.from_array(array)
    assert np.array_equal(mask.to_array(), array)
    assert mask.voxel_count == array.sum()
    assert np.array_equal(unpack(pack({7: mask}))[7].to_array(), array)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_plane_is_the_slice_of_the_array(axis: int) -> None:
    array = ball()
    mask = Mask.from_array(array)
    for index in range(SHAPE[axis]):
        assert np.array_equal(mask.plane(axis, index), array.take(index, axis))


@pytest.mark.parametrize("index", [-1, SHAPE[0]])
def test_a_plane_beyond_the_stack_is_an_error(index: int) -> None:
    with pytest.raises(IndexError):
        Mask.from_array(ball()).plane(0, index)


def test_the_volume_is_voxels_times_their_size() -> None:
    geometry = Geometry.from_axes((0, 0, 0), (1, 0, 0), (0, 1, 0), (0.5, 0.8, 2.0), SHAPE)
    array = ball()
    assert Mask.from_array(array).volume_ml(geometry) == pytest.approx(array.sum() * 0.8e-3)


def test_the_volume_of_a_sheared_stack_is_that_of_its_parallelepipeds() -> None:
    step = (0.0, 0.9, 2.0)
    geometry = Geometry.from_axes((0, 0, 0), (1, 0, 0), (0, 1, 0), (0.5, 0.8, 9.0), SHAPE, slice_step=step)
    assert Mask.from_array(np.ones(SHAPE, bool)).volume_ml(geometry) == pytest.approx(np.prod(SHAPE) * 0.8e-3)


def test_a_volume_by_another_stacks_geometry_is_an_error() -> None:
    with pytest.raises(ValueError, match="own stack"):
        Mask.from_array(ball()).volume_ml(Geometry(np.eye(4), (1, 2, 3)))


def test_an_edit_changes_its_region_and_leaves_the_old_mask_alone() -> None:
    array = ball()
    old = Mask.from_array(array)
    region = (slice(3, 35), slice(10, 50), slice(40, 41))
    values = np.random.default_rng(1).random((32, 40, 1)) < 0.5
    new = old.replaced(region, values)
    expected = array.copy()
    expected[region] = values
    assert np.array_equal(new.to_array(), expected)
    assert np.array_equal(old.to_array(), array)


def test_an_edit_shares_every_block_it_does_not_touch() -> None:
    old = Mask.from_array(ball())
    new = old.replaced((slice(0, 2), slice(0, 2), slice(0, 2)), np.ones((2, 2, 2), bool))
    touched = {key for key in new.blocks if new.blocks[key] is not old.blocks.get(key)}
    assert touched == {(0, 0, 0)}


def test_an_edit_that_changes_nothing_shares_every_block_and_an_emptied_block_is_gone() -> None:
    array = ball()
    old = Mask.from_array(array)
    whole = tuple(slice(0, size) for size in SHAPE)
    same = old.replaced(whole, array)  # type: ignore[arg-type]
    assert all(same.blocks[key] is old.blocks[key] for key in old.blocks) and len(same.blocks) == len(old.blocks)
    assert not old.replaced(whole, np.zeros(SHAPE, bool)).blocks  # type: ignore[arg-type]


def test_an_edit_must_fill_its_region() -> None:
    with pytest.raises(ValueError, match="fill"):
        Mask.from_array(ball()).replaced((slice(0, 2), slice(0, 2), slice(0, 2)), np.ones((2, 2, 3), bool))


def test_blocks_cannot_be_written() -> None:
    for block in Mask.from_array(ball()).blocks.values():
        with pytest.raises(ValueError, match="read-only"):
            block[0, 0, 0] = True


def test_masks_are_stored_with_their_label_numbers() -> None:
    masks = {3: Mask.from_array(ball()), 65535: Mask.from_array(~ball()), 1: Mask.from_array(np.zeros((1, 1, 1), bool))}
    found = unpack(pack(masks))
    assert list(found) == [1, 3, 65535]
    assert all(np.array_equal(found[number].to_array(), masks[number].to_array()) for number in masks)


def test_every_truncation_of_a_stored_mask_is_found() -> None:
    data = pack({1: Mask.from_array(ball((40, 40, 60), 8))})
    for length in range(0, len(data), max(1, len(data) // 97)):
        with pytest.raises(Damaged):
            unpack(data[:length])


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_never_breaks_the_reader(at: int, change: int) -> None:
    data = bytearray(pack({1: Mask.from_array(ball((40, 40, 60), 8))}))
    data[at % len(data)] ^= change
    try:
        masks = unpack(bytes(data))
    except Damaged:
        return
    assert all(mask.voxel_count >= 0 for mask in masks.values())


def stored(body: bytes) -> bytes:
    return struct.pack("<4sHQ", b"MSMK", 1, len(body)) + zlib.compress(body)


@pytest.mark.parametrize(
    "body",
    [
        struct.pack("<H", 1) + struct.pack("<H3II", 1, 0, 4, 4, 0),  # an axis of no length
        struct.pack("<H", 1) + struct.pack("<H3II", 1, 2**31, 2**31, 2**31, 0),  # more voxels than any stack has
        struct.pack("<H", 1) + struct.pack("<H3II", 1, 4, 4, 4, 2**32 - 1),  # more blocks than bytes
        struct.pack("<H", 1) + struct.pack("<H3IIIQ", 1, 4, 4, 4, 1, 1, 2**64 - 1),  # a block outside the shape
        struct.pack("<H", 1) + struct.pack("<H3IIIQ", 1, 4, 4, 4, 1, 0, 0),  # an empty block
        struct.pack("<H", 0) + b"more",
    ],
)
def test_a_length_that_lies_is_refused(body: bytes) -> None:
    with pytest.raises(Damaged):
        unpack(stored(body))


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    bomb = struct.pack("<4sHQ", b"MSMK", 1, 10) + zlib.compress(bytes(50_000_000))
    with pytest.raises(Damaged):
        unpack(bomb)


def test_a_later_version_is_named() -> None:
    with pytest.raises(Damaged, match="version 9"):
        unpack(struct.pack("<4sHQ", b"MSMK", 9, 0))

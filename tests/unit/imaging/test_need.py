"""How much memory a volume takes, and how far it is reduced to fit."""

import numpy as np
import pytest

from medscan_desktop.imaging.need import (
    MOVING_VOXELS,
    RESTING_VOXELS,
    need_of_array,
    reduction_for,
    resting_voxels,
    size_text,
    space_bytes,
)
from medscan_desktop.imaging.reduction import WHOLE, Reduction
from tests.support.phantoms import geometry_of

GIB = 1 << 30


def grid(spacing: tuple[float, float, float], shape: tuple[int, int, int]):
    return geometry_of(np.eye(3), spacing=spacing, shape=shape)


def test_the_values_are_voxels_times_their_bytes() -> None:
    need = need_of_array((3000, 512, 512), 2, is_volume=True)

    assert need.values == 3000 * 512 * 512 * 2
    assert need.total > need.least > need.values
    assert need.least < 1.1 * need.values


def test_a_level_of_every_voxel_shares_the_values_of_the_volume() -> None:
    """One int16 volume: 3D at full resolution costs its gradients (3 bytes a voxel) and no second copy."""
    shape = (100, 100, 100)  # below both limits
    voxels = 1_000_000

    assert space_bytes(shape, 2, RESTING_VOXELS) == pytest.approx(2 * voxels * (3 + 6 / 64))


def test_within_the_room_nothing_is_reduced() -> None:
    assert reduction_for(grid((0.7, 0.7, 1), (300, 512, 512)), 2, GIB, is_volume=True) == WHOLE


@pytest.mark.parametrize(
    ("spacing", "shape", "room", "expected"),
    [
        ((0.7, 0.7, 0.3), (3000, 512, 512), GIB, Reduction(2, 1)),  # thin slices: along them first
        ((0.3, 0.3, 0.6), (3000, 512, 512), GIB, Reduction(1, 2)),  # fine pixels: in the plane first
        ((0.7, 0.7, 0.7), (3000, 512, 512), GIB, Reduction(2, 1)),  # cubes: the most voxels that fit
        ((0.7, 0.7, 0.7), (3000, 512, 512), GIB // 4, Reduction(2, 2)),
        ((0.5, 0.5, 5.0), (400, 1024, 1024), GIB // 2, Reduction(1, 2)),  # never longer than they were
    ],
)
def test_the_reduction_keeps_voxels_near_cubes(
    spacing: tuple[float, float, float], shape: tuple[int, int, int], room: int, expected: Reduction
) -> None:
    assert reduction_for(grid(spacing, shape), 2, room, is_volume=True) == expected


def test_frames_that_are_no_volume_are_no_neighbours() -> None:
    found = reduction_for(grid((1, 1, 1), (3000, 512, 512)), 3, GIB, is_volume=False)

    assert found == Reduction(1, 2)


def test_a_room_too_small_for_anything_gets_the_strongest() -> None:
    assert reduction_for(grid((1, 1, 1), (3000, 512, 512)), 2, 1000, is_volume=True) == Reduction(16, 16)


def test_3d_at_rest_takes_no_more_than_its_room_and_never_less_than_while_moving() -> None:
    shape = (600, 512, 512)
    assert resting_voxels(shape, 2, None) == RESTING_VOXELS
    room = 60_000_000
    assert space_bytes(shape, 2, resting_voxels(shape, 2, room)) <= room
    assert resting_voxels(shape, 2, 0) == MOVING_VOXELS


def test_sizes_are_told_as_disks_and_budgets_are() -> None:
    assert [size_text(size) for size in (1_572_864_000, 1_000_000_000, 340_400_000, 10)] == [
        "1.6 GB",
        "1.0 GB",
        "340 MB",
        "1 MB",
    ]

"""How much memory a volume takes, told before anything is read; and how far it must be reduced to fit into a room.

Bytes throughout. What the process takes for itself (Qt, VTK, the library) is not in it: that is there with any study.
"""

from dataclasses import dataclass
from itertools import product
from math import prod

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.reduction import WHOLE, Reduction

MEGABYTE = 1_000_000
# Voxels that software casts in time: some 50 ms a frame while moving; at rest the gradients take a second for every
# 8 million, and VTK cannot be stopped while it computes them.
MOVING_VOXELS, RESTING_VOXELS = 2_600_000, 24_000_000
_GRADIENT_BYTES = 3  # a voxel: VTK's fixed-point mapper keeps a 16-bit direction and an 8-bit length
_SPANS = 6 / 64  # a voxel: least, most and flags of every block of 4x4x4, 16 bits each
_FACTORS = (1, 2, 4, 8, 16)
_NEAR_ISOTROPIC = 2.5  # longest to shortest side of a voxel
_AT_ONCE = 4  # slices that are being read and turned at one time


@dataclass(frozen=True, slots=True)
class Need:
    """What a volume takes: `values` are its pixels; the rest comes with showing it."""

    values: int
    loading: int = 0  # while slices arrive
    planes: int = 0  # what the panes gather to scroll quickly
    space: int = 0  # 3D: the coarse copy, the copy at rest, and their gradients

    @property
    def total(self) -> int:
        """All of it at one time."""
        return self.values + self.loading + self.planes + self.space

    @property
    def least(self) -> int:
        """Without what 3D can do without."""
        return self.values + self.loading + self.planes


def need_of_array(shape: tuple[int, ...], voxel_bytes: int, *, is_volume: bool) -> Need:
    """Of values (k, j, i) with so many bytes a voxel, colours included."""
    k, j, i = shape[:3]
    return Need(
        values=k * j * i * voxel_bytes,
        loading=min(k, _AT_ONCE) * j * i * (voxel_bytes + 4),
        planes=3 * 8 * k * j * voxel_bytes if is_volume else 0,
        space=space_bytes(shape, voxel_bytes, RESTING_VOXELS) if is_volume else 0,
    )


def space_bytes(shape: tuple[int, ...], voxel_bytes: int, resting_voxels: int) -> int:
    """Of both levels of the 3D picture. A level of every voxel shares the volume's own values."""
    total = 0.0
    for limit in (MOVING_VOXELS, resting_voxels):
        step = stride_for(shape, limit)
        voxels = prod(-(-size // step) for size in shape[:3])
        total += voxels * ((voxel_bytes if step > 1 else 0) + _GRADIENT_BYTES + _SPANS)
    return int(total)


def stride_for(shape: tuple[int, ...], voxels: int) -> int:
    """The smallest stride along every axis at which no more than so many voxels are left."""
    step = 1
    while prod(-(-size // step) for size in shape[:3]) > voxels:
        step += 1
    return step


def resting_voxels(shape: tuple[int, ...], voxel_bytes: int, room: int | None) -> int:
    """How many voxels the 3D picture at rest may have in `room` bytes (None: no limit but the time it takes)."""
    limit = RESTING_VOXELS
    while room is not None and limit > MOVING_VOXELS and space_bytes(shape, voxel_bytes, limit) > room:
        limit = int(limit * 0.8)
    return max(limit, MOVING_VOXELS)


def reduction_for(geometry: Geometry, voxel_bytes: int, room: int, *, is_volume: bool) -> Reduction:
    """The reduction by powers of two that fits into `room` with the most voxels, its voxels near cubes.

    Frames that are no volume are no neighbours in space: they are reduced in their plane alone. Where nothing fits,
    the strongest reduction.
    """
    slices = _FACTORS if is_volume else (1,)
    every = [Reduction(along, across) for along, across in product(slices, _FACTORS)]
    fitting = [one for one in every if _least(one, geometry, voxel_bytes, is_volume) <= room]
    if not fitting:
        return every[-1]
    if WHOLE in fitting:
        return WHOLE
    most = max(_NEAR_ISOTROPIC, _longest_to_shortest(geometry)) if is_volume else float("inf")
    cubic = [one for one in fitting if _longest_to_shortest(one.geometry_of(geometry)) <= most + 1e-6]
    return max(cubic or fitting, key=lambda one: prod(one.shape_of(geometry.shape)))


def _least(reduction: Reduction, geometry: Geometry, voxel_bytes: int, is_volume: bool) -> int:
    return need_of_array(reduction.shape_of(geometry.shape), voxel_bytes, is_volume=is_volume).least


def _longest_to_shortest(geometry: Geometry) -> float:
    return max(geometry.spacing) / min(geometry.spacing)


def size_text(size: int) -> str:
    """`1.6 GB`, `340 MB`: powers of ten, as disks and budgets are told."""
    return f"{size / 1e9:.1f} GB" if size >= 950 * MEGABYTE else f"{max(1, round(size / MEGABYTE))} MB"

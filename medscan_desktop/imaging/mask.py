"""A binary mask as frozen blocks: an edit replaces the touched blocks and shares the rest, undo keeps the old ones.

Only blocks with a voxel in the mask exist. `pack` and `unpack` give the stored form.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.imaging.geometry import Geometry

BLOCK = 32
Shape = tuple[int, int, int]
Key = tuple[int, int, int]  # a block's place, in blocks
Region = tuple[slice, slice, slice]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Mask:
    """Which voxels (k, j, i) of a stack belong to a structure. Two masks are equal only if they are the same one.

    `blocks` holds read-only arrays of BLOCK voxels a side (less at the far ends); a missing one is empty.
    """

    shape: Shape
    blocks: Mapping[Key, Bools]

    @classmethod
    def from_array(cls, array: Bools) -> "Mask":
        """From a boolean array (k, j, i), which is copied."""
        if array.ndim != 3 or array.dtype != np.bool_:
            raise ValueError("a mask is made of a boolean array with three axes")
        shape = (array.shape[0], array.shape[1], array.shape[2])
        found = {}
        for layer in range(-(-shape[0] // BLOCK)):
            touched = np.any(array[layer * BLOCK : (layer + 1) * BLOCK], axis=0)  # one pass spares the empty blocks
            for row, column in product(*(range(-(-size // BLOCK)) for size in shape[1:])):
                key = (layer, row, column)
                region = _region(key, shape)
                if touched[region[1:]].any():
                    found[key] = _frozen(array[region])
        return cls(shape, {key: block for key, block in found.items() if block is not None})

    def to_array(self) -> Bools:
        """A new boolean array (k, j, i)."""
        array = np.zeros(self.shape, np.bool_)
        for key, block in self.blocks.items():
            array[_region(key, self.shape)] = block
        return array

    @cached_property
    def voxel_count(self) -> int:
        """How many voxels are in the mask."""
        return sum(int(np.count_nonzero(block)) for block in self.blocks.values())

    def volume_ml(self, geometry: Geometry) -> float:
        """The volume in millilitres by the voxel size of `geometry`, which must be of the same shape."""
        if geometry.shape != self.shape:
            raise ValueError("a mask's volume needs the geometry of its own stack")
        return self.voxel_count * geometry.voxel_mm3 / 1000

    def plane(self, axis: int, index: int) -> Bools:
        """The slice at `index` along `axis` (0 = k, 1 = j, 2 = i), a new 2D array of the other two axes in order."""
        rows, columns = (other for other in range(3) if other != axis)
        plane = np.zeros((self.shape[rows], self.shape[columns]), np.bool_)
        if not 0 <= index < self.shape[axis]:
            raise IndexError(index)
        place, within = divmod(index, BLOCK)
        for key, block in self.blocks.items():
            if key[axis] == place:
                row, column = key[rows] * BLOCK, key[columns] * BLOCK
                part = block[(slice(None),) * axis + (within,)]
                plane[row : row + part.shape[0], column : column + part.shape[1]] = part
        return plane

    def replaced(self, region: Region, values: Bools) -> "Mask":
        """The mask with the voxels of `region` (slices of step 1) set to `values`; the rest is shared."""
        bounds = [part.indices(size) for part, size in zip(region, self.shape, strict=True)]
        if any(step != 1 for _, _, step in bounds) or values.shape != tuple(stop - start for start, stop, _ in bounds):
            raise ValueError("the values must fill the region exactly")
        if not values.size:
            return self
        blocks = dict(self.blocks)
        layers, rows, columns = (range(start // BLOCK, (stop - 1) // BLOCK + 1) for start, stop, _ in bounds)
        for key in product(layers, rows, columns):
            block = self._edited(key, bounds, values)
            blocks.pop(key, None)
            if block is not None:
                blocks[key] = block
        return Mask(self.shape, blocks)

    def _edited(self, key: Key, bounds: list[tuple[int, int, int]], values: Bools) -> Bools | None:
        whole = _region(key, self.shape)
        old = self.blocks.get(key)
        block = np.zeros([part.stop - part.start for part in whole], np.bool_) if old is None else old.copy()
        inside, source = [], []
        for part, (start, stop, _) in zip(whole, bounds, strict=True):
            first, last = max(part.start, start), min(part.stop, stop)
            inside.append(slice(first - part.start, last - part.start))
            source.append(slice(first - start, last - start))
        block[tuple(inside)] = values[tuple(source)]
        return old if old is not None and np.array_equal(block, old) else _frozen(block)


def _region(key: Key, shape: Shape) -> Region:
    k, j, i = (slice(at * BLOCK, min((at + 1) * BLOCK, size)) for at, size in zip(key, shape, strict=True))
    return k, j, i


def _frozen(block: Bools) -> Bools | None:
    """A read-only copy; a full block takes one byte, an empty one is None."""
    if not block.any():
        return None
    frozen = np.broadcast_to(np.True_, block.shape) if block.all() else block.copy(order="C")
    frozen.setflags(write=False)
    return frozen


# The stored form: magic, version, then deflated: the number of masks; for each its number, shape, block count, the
# blocks' places in rising order, and their bits, each block filled up to whole bytes. Little endian throughout.
_HEAD = struct.Struct("<4sHQ")  # magic, version, length of the body
_COUNT = struct.Struct("<H")
_MASK = struct.Struct("<H3II")  # number, shape, block count
_MAGIC, _VERSION = b"MSMK", 1
_LARGEST_BODY = 1 << 31
_LONGEST_AXIS, _MOST_VOXELS = 1 << 16, 1 << 33


def pack(masks: Mapping[int, Mask]) -> bytes:
    """Masks by label number (0 to 65,535) as bytes for storage."""
    body = b"".join([_COUNT.pack(len(masks)), *(part for item in sorted(masks.items()) for part in _packed(*item))])
    return _HEAD.pack(_MAGIC, _VERSION, len(body)) + zlib.compress(body, 1)


def _packed(number: int, mask: Mask) -> Iterator[bytes]:
    keys = sorted(mask.blocks)
    yield _MASK.pack(number, *mask.shape, len(keys))
    yield np.array([np.ravel_multi_index(key, _grid(mask.shape)) for key in keys], "<u4").tobytes()
    for key in keys:
        yield np.packbits(mask.blocks[key]).tobytes()


def unpack(data: bytes) -> dict[int, Mask]:
    """What `pack` stored. Raises Damaged for anything else, without trusting any length it reads."""
    try:
        reader = _Reader(_inflated(data))
        masks = dict(reader.mask() for _ in range(reader.numbers(_COUNT)[0]))
    except (struct.error, zlib.error, _Broken):
        raise Damaged("A stored mask is damaged and cannot be shown.") from None
    if not reader.is_at_end:
        raise Damaged("A stored mask is longer than it says and cannot be shown.")
    return masks


class _Broken(Exception):
    """A value out of its bounds."""


def _inflated(data: bytes) -> bytes:
    magic, version, length = _HEAD.unpack_from(data)
    if magic != _MAGIC or length > _LARGEST_BODY:
        raise _Broken
    if version != _VERSION:
        raise Damaged(f"A stored mask is in version {version} of the format, which this program does not know.")
    inflate = zlib.decompressobj()
    body = inflate.decompress(data[_HEAD.size :], length + 1)
    if len(body) != length or not inflate.eof or inflate.unused_data:
        raise _Broken
    return body


def _grid(shape: Shape) -> Shape:
    k, j, i = (-(-size // BLOCK) for size in shape)
    return k, j, i


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = memoryview(body)
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._body)

    def numbers(self, layout: struct.Struct) -> tuple[int, ...]:
        return layout.unpack(self._take(layout.size))

    def mask(self) -> tuple[int, Mask]:
        number, k, j, i, count = self.numbers(_MASK)
        shape = (k, j, i)
        if not all(0 < size <= _LONGEST_AXIS for size in shape) or prod(shape) > _MOST_VOXELS:
            raise _Broken
        places = np.frombuffer(self._take(4 * count), "<u4").astype(np.int64)
        if count and ((np.diff(places) <= 0).any() or places[-1] >= prod(_grid(shape))):
            raise _Broken
        keys = [(int(a), int(b), int(c)) for a, b, c in zip(*np.unravel_index(places, _grid(shape)), strict=True)]
        return number, Mask(shape, {key: self._block(key, shape) for key in keys})

    def _block(self, key: Key, shape: Shape) -> Bools:
        size = [part.stop - part.start for part in _region(key, shape)]
        bits = np.frombuffer(self._take(-(-prod(size) // 8)), np.uint8)
        block = _frozen(np.unpackbits(bits, count=prod(size)).astype(np.bool_).reshape(size))
        if block is None:
            raise _Broken
        return block

    def _take(self, length: int) -> memoryview:
        part = self._body[self._at : self._at + length]
        if len(part) != length:
            raise _Broken
        self._at += length
        return part

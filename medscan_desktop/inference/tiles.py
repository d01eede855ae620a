"""Run a network over an image of any size: in one piece where it fits, else in overlapping tiles, blended.

Where the card asks for a second pass, the network looks again at the slices where it found something: it then
normalises by that part of the patient alone, and leaks that the rest of a long stack caused are gone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.inference.image import Infer, bounding_box
from medscan_desktop.inference.postprocess import largest_component

Scores = NDArray[np.float32]
_WORTH_IT = 0.9  # a second pass that leaves out less than a tenth of the slices changes nothing


@dataclass(frozen=True, slots=True)
class Tiling:
    """A network's patch: what goes in and what comes out around the same middle, in voxels (x, y, z)."""

    network: str
    input: tuple[int, int, int]
    output: tuple[int, int, int]
    channels: tuple[int, ...]  # of the network's output, in the order of the card's classes
    fill: float = 0.0  # beyond the image
    overlap: float = 0.25  # of neighbouring tiles, at least, as a share of the output
    second_pass_margin: int = 0  # slices kept around what the first pass found; 0 for one pass alone


def run_network(tiling: Tiling, values: NDArray[np.float32], infer: Infer, report: Callable[[float], None]) -> Scores:
    """Scores [class, x, y, z] on the grid of `values` [x, y, z], after one pass or two. `report` gets 0..1."""
    if not tiling.second_pass_margin:
        return run_tiles(tiling, values, infer, report)
    scores = run_tiles(tiling, values, infer, lambda done: report(done / 2))
    slices = _slices_found(scores, tiling.second_pass_margin)
    if slices.stop - slices.start > _WORTH_IT * values.shape[2]:
        return scores
    again = np.zeros_like(scores)
    again[..., slices] = run_tiles(tiling, values[..., slices], infer, lambda done: report((1 + done) / 2))
    return again


def run_tiles(tiling: Tiling, values: NDArray[np.float32], infer: Infer, report: Callable[[float], None]) -> Scores:
    """Scores [class, x, y, z] on the grid of `values` [x, y, z] in one pass. `report` gets 0..1 after each tile."""
    corners = list(product(*map(_starts, values.shape, tiling.output, [tiling.overlap] * 3)))
    scores = np.zeros((len(tiling.channels), *values.shape), np.float32)
    if len(corners) == 1:
        _add(scores, _tile(tiling, values, infer, corners[0]), corners[0])
        report(1.0)
        return scores
    weight = _weight(tiling.output)
    total = np.zeros((1, *values.shape), np.float32)
    for count, corner in enumerate(corners, 1):
        _add(scores, _tile(tiling, values, infer, corner) * weight, corner)
        _add(total, weight[np.newaxis], corner)
        report(count / len(corners))
    return np.asarray(scores / total, np.float32)


def _slices_found(scores: Scores, margin: int) -> slice:
    """The slices of the largest part found, with a margin; all of them where nothing was found."""
    box = bounding_box(largest_component(scores.max(axis=0) > 0.5), margin)
    return slice(0, scores.shape[3]) if box is None else box[2]


def _tile(tiling: Tiling, values: NDArray[np.float32], infer: Infer, corner: tuple[int, ...]) -> Scores:
    margin = [(big - small) // 2 for big, small in zip(tiling.input, tiling.output, strict=True)]
    first = [start - edge for start, edge in zip(corner, margin, strict=True)]
    patch = np.full(tiling.input, tiling.fill, np.float32)
    inside, here = _overlap(values.shape, first, tiling.input)
    patch[here] = values[inside]
    return np.asarray(infer(tiling.network, patch)[list(tiling.channels)])


def _add(target: Scores, tile: Scores, corner: tuple[int, ...]) -> None:
    inside, here = _overlap(target.shape[1:], corner, tile.shape[1:])
    target[(slice(None), *inside)] += tile[(slice(None), *here)]


def _overlap(
    shape: tuple[int, ...], first: tuple[int, ...] | list[int], size: tuple[int, ...]
) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """What a block at `first` shares with an array of `shape`: as slices of the array, and of the block."""
    low = [max(0, start) for start in first]
    high = [max(0, min(whole, start + length)) for whole, start, length in zip(shape, first, size, strict=True)]
    inside = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    here = tuple(slice(a - start, b - start) for a, b, start in zip(low, high, first, strict=True))
    return inside, here


def _starts(size: int, tile: int, overlap: float) -> list[int]:
    """First voxels of the tiles along one axis: one tile around the middle where it is enough, else evenly spread."""
    if size <= tile:
        return [-((tile - size) // 2)]
    step = max(1, int(tile * (1 - overlap)))
    count = -(-(size - tile) // step) + 1
    return [round(index * (size - tile) / (count - 1)) for index in range(count)]


def _weight(shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """A Gaussian bell over the tile (sigma an eighth of its size), never zero."""
    axes = [np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / (size / 8)) ** 2) for size in shape]
    bell = axes[0][:, None, None] * axes[1][None, :, None] * axes[2][None, None, :]
    return np.asarray(np.maximum(bell, 1e-4), np.float32)

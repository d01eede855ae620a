"""Planes out of a volume in plain numpy: a second, slow implementation that the product's samplers are held to."""

from collections.abc import Iterator
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import Geometry

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def resample_plane(
    values: NDArray[np.generic],
    geometry: Geometry,
    points_mm: Floats,
    *,
    order: Literal[0, 1],
    padding: tuple[float, float] | None = None,
    outside: float,
) -> NDArray[np.float32]:
    """The values (k, j, i) at points (h, w, 3) in patient mm: the nearest voxel (order 0) or trilinear (order 1).

    The image ends half a voxel beyond its outermost centres and goes on level up to there. Padding and what is no
    number never mix with tissue: a point is the weighted mean of the tissue around it where that makes up at least
    half, else `outside`.
    """
    index = geometry.to_index(points_mm)[..., ::-1]  # to the array's order k, j, i
    shape = np.asarray(values.shape[:3])
    # A point on the very border belongs to the image, whichever way its last bit was rounded.
    inside = ((index >= -0.5 - 1e-9) & (index <= shape - 0.5 + 1e-9)).all(axis=-1)
    index = np.clip(index, 0, shape - 1)
    total, weight = np.zeros(index.shape[:-1]), np.zeros(index.shape[:-1])
    for corner, share in _corners(index, shape, order):
        found = values[corner[..., 0], corner[..., 1], corner[..., 2]].astype(np.float64)
        tissue = _is_tissue(found, padding)
        total += np.where(tissue, found, 0.0) * share
        weight += tissue * share
    shown = inside & (weight >= 0.5)
    return np.where(shown, total / np.where(shown, weight, 1.0), outside).astype(np.float32)


def _corners(index: Floats, shape: Indices, order: Literal[0, 1]) -> Iterator[tuple[Indices, Floats]]:
    """The voxels around each point with their shares."""
    if order == 0:
        yield np.floor(index + 0.5).astype(np.int64), np.ones(index.shape[:-1])
        return
    low = np.floor(index).astype(np.int64)
    fraction = index - low
    for corner in product((0, 1), repeat=3):
        share = np.where(corner, fraction, 1 - fraction).prod(axis=-1)
        yield np.minimum(low + corner, shape - 1), share


def _is_tissue(values: Floats, padding: tuple[float, float] | None) -> NDArray[np.bool_]:
    tissue = np.isfinite(values)
    if padding is not None:
        tissue &= (values < padding[0]) | (values > padding[1])
    return tissue

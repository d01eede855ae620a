"""The steps a card may name after its network: each makes a cleaner mask of a mask, [x, y, z]."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.bool_]


class PostprocessStep(Protocol):
    """What every step is."""

    name: ClassVar[str]

    def __call__(self, mask: Array) -> Array:
        """The mask after the step; the given one is left as it was."""
        ...


@dataclass(frozen=True, slots=True)
class KeepLargest:
    """Keep the largest part; parts hang together over faces, edges and corners."""

    name: ClassVar[str] = "keep_largest"

    def __call__(self, mask: Array) -> Array:
        """One part, or nothing."""
        return largest_component(mask, connectivity=3)


@dataclass(frozen=True, slots=True)
class OpenAndKeepLargest:
    """Erode, keep the largest part, dilate: what hangs on by a thread falls off. Neighbours share a face or an edge."""

    name: ClassVar[str] = "open_and_keep_largest"

    def __call__(self, mask: Array) -> Array:
        """One part, or nothing."""
        ball = ndimage.generate_binary_structure(3, 2)
        kept = largest_component(ndimage.binary_erosion(mask, ball, border_value=1))
        return np.asarray(ndimage.binary_dilation(kept, ball))


@dataclass(frozen=True, slots=True)
class FillHoles:
    """Fill what is enclosed on all sides."""

    name: ClassVar[str] = "fill_holes"

    def __call__(self, mask: Array) -> Array:
        """Background that touches the border stays background."""
        # Labelling the background once is many times faster than binary_fill_holes, which dilates until nothing moves.
        labels, _ = ndimage.label(~np.pad(mask, 1))
        return np.asarray(labels != labels[0, 0, 0])[1:-1, 1:-1, 1:-1]


STEPS: tuple[type[PostprocessStep], ...] = (KeepLargest, OpenAndKeepLargest, FillHoles)


def largest_component(mask: Array, connectivity: int = 1) -> Array:
    """The part with most voxels, nothing of nothing; `connectivity` 1 over faces, 2 also edges, 3 also corners."""
    labels, count = ndimage.label(mask, ndimage.generate_binary_structure(3, connectivity))
    if count == 0:
        return np.zeros_like(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(labels == sizes.argmax())

"""A model's view of the voxels: the same numbers whatever their type, and padding where the card wants something."""

import numpy as np

from medscan_desktop.inference.image import canonical
from tests.support.phantoms import geometry_of, painted


def test_unsigned_values_take_no_padding_value_below_zero() -> None:
    """A card made for Hounsfield units asks for -1024; unsigned 16 bits have nothing below 0."""
    grid = geometry_of(np.diag([-1.0, -1.0, 1.0]), shape=(2, 3, 4))
    volume = painted(grid, lambda points: np.full(points.shape[:-1], 40_000), dtype=np.uint16, padding=(65_535, 65_535))
    volume.values[0, 0, 0] = 65_535

    image = canonical(volume, -1024.0)

    assert image.values.dtype == np.uint16
    assert image.values[0, 0, 0] == 0
    assert np.count_nonzero(image.values == 40_000) == 23

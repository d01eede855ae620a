"""Which volumes are too shallow to be hung in planes."""

import numpy as np
import pytest

from medscan_desktop.imaging.shallow import is_shallow
from tests.support.phantoms import geometry_of


@pytest.mark.parametrize(
    ("slices", "spacing", "side", "expected"),
    [
        (3, (0.5, 0.5, 5.0), 512, True),  # three slices of a CT
        (3, (1.0, 1.0, 10.0), 20, True),  # as deep as wide, yet three lines
        (7, (0.8, 0.8, 5.0), 512, True),  # 35 of 410 mm
        (20, (0.8, 0.8, 1.0), 512, True),  # 20 of 410 mm
        (6, (0.8, 0.8, 10.0), 512, False),  # 60 of 410 mm
        (20, (1.0, 1.0, 2.0), 512, False),  # 40 of 512 mm
        (11, (0.9, 0.9, 8.0), 256, False),  # a short axis of the heart: 88 of 230 mm
        (15, (0.6, 0.6, 4.0), 448, False),  # a sagittal spine: 60 of 269 mm
        (120, (0.7, 0.7, 2.5), 512, False),
    ],
)
def test_what_is_but_a_line_from_the_side_is_shallow(
    slices: int, spacing: tuple[float, float, float], side: int, expected: bool
) -> None:
    assert is_shallow(geometry_of(np.eye(3), spacing=spacing, shape=(slices, side, side))) is expected

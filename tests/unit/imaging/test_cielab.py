"""Recommended display colours: the standard's coding, and the colour space that writers use."""

import pytest
from highdicom.color import CIELabColor

from medscan_desktop.imaging.cielab import rgb_of_cielab


@pytest.mark.parametrize(
    ("values", "rgb"),
    [
        ((0, 32896, 32896), (0, 0, 0)),
        ((65535, 32896, 32896), (255, 255, 255)),
        ((34886, 53484, 50172), (255, 0, 0)),  # L* 53.2, a* 80.1, b* 67.2: the red of sRGB
        ((43803, 26565, 37722), (128, 174, 128)),  # dcmqi's "tissue" of its example
    ],
)
def test_known_colours(values: tuple[int, int, int], rgb: tuple[int, int, int]) -> None:
    assert rgb_of_cielab(values) == pytest.approx(rgb, abs=1)


def test_every_colour_that_highdicom_writes_comes_back() -> None:
    for red in range(0, 256, 51):
        for green in range(0, 256, 51):
            for blue in range(0, 256, 51):
                written = CIELabColor.from_rgb(red, green, blue).value
                assert rgb_of_cielab(written) == pytest.approx((red, green, blue), abs=1)


@pytest.mark.parametrize("values", [(), (1, 2), (1, 2, 70000), (-1, 0, 0)])
def test_what_is_no_colour_is_none(values: tuple[int, ...]) -> None:
    assert rgb_of_cielab(values) is None

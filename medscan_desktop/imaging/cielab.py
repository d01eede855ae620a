"""Recommended display colours (CIELab, PS3.3 C.10.7.1.1) as the screen shows them (sRGB).

The standard names the profile connection space, whose white is D50. Every writer met (DCMTK and dcmqi, highdicom,
dcmjs) computes with the white of sRGB, D65, instead: read so, a colour is the one its author saw; read by D50 a blue
becomes purple.
"""

from collections.abc import Sequence

import numpy as np

_WHITE = np.array([0.95047, 1.0, 1.08883])
_TO_RGB = np.array(  # CIE XYZ to linear sRGB (IEC 61966-2-1)
    [
        [3.2404542, -1.5371385, -0.4985314],
        [-0.9692660, 1.8760108, 0.0415560],
        [0.0556434, -0.2040259, 1.0572252],
    ]
)
_LINEAR_BELOW = 6 / 29


def rgb_of_cielab(values: Sequence[int]) -> tuple[int, int, int] | None:
    """sRGB 0..255 of the three 16-bit numbers of a Recommended Display CIELab Value; None where they are none.

    L* is 0..100 over the whole range, a* and b* are -128..127. What the screen cannot show is clipped.
    """
    if len(values) != 3 or not all(0 <= value <= 65535 for value in values):
        return None
    lightness = values[0] / 65535 * 100
    a, b = (value / 65535 * 255 - 128 for value in values[1:])
    middle = (lightness + 16) / 116
    shares = np.array([middle + a / 500, middle, middle - b / 200])
    xyz = np.where(shares > _LINEAR_BELOW, shares**3, 3 * _LINEAR_BELOW**2 * (shares - 4 / 29)) * _WHITE
    linear = np.clip(_TO_RGB @ xyz, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (int(part) for part in np.rint(encoded * 255))
    return red, green, blue

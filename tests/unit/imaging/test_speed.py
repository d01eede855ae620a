"""Masks keep up with the mouse: generous limits that only a change of method would break."""

import time

import numpy as np

from medscan_desktop.imaging.mask import Mask


def test_a_mask_of_a_whole_ct_is_made_and_cut_quickly() -> None:
    k, j, i = np.ogrid[:300, :512, :512]
    array = ((k - 150) / 90) ** 2 + ((j - 256) / 120) ** 2 + ((i - 200) / 130) ** 2 < 1
    start = time.perf_counter()
    mask = Mask.from_array(array)
    made = time.perf_counter() - start
    cuts = []
    for axis, index in ((0, 150), (1, 256), (2, 200)) * 5:
        start = time.perf_counter()
        mask.plane(axis, index)
        cuts.append(time.perf_counter() - start)
    assert made < 1.0 and min(cuts) < 0.003

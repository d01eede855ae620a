"""The clinical rule: RecommendedDisplayFrameRate, then CineRate, then FrameTime or FrameTimeVector."""

from typing import Any

import pytest

from medscan_desktop.dicom.pixels.frame_rate import frame_rate
from tests.support.dicom_files import ct_slice, header_of


@pytest.mark.parametrize(
    ("attributes", "rate"),
    [
        ({"RecommendedDisplayFrameRate": "15", "CineRate": "30", "FrameTime": "20"}, 15.0),
        ({"CineRate": "30", "FrameTime": "20"}, 30.0),
        ({"FrameTime": "20"}, 50.0),
        ({"FrameTimeVector": ["0", "40", "60", "50"]}, 20.0),
        ({"CineRate": "0", "FrameTime": "40"}, 25.0),
        ({"FrameTime": "0"}, 0.0),
        ({"FrameTime": "0.0001"}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_rate_by_its_order(attributes: dict[str, Any], rate: float) -> None:
    assert frame_rate(header_of(ct_slice(**attributes))) == rate

"""clinical-conventions, Distances: one decimal for mm, statistics with n, area, mean, SD, min, max, and the trust."""

from dataclasses import replace

import pytest

from medscan_desktop.domain.measurement import length_text
from tests.support.measured import LENGTH, REGION, VALUES


@pytest.mark.parametrize(
    ("unit", "calibration", "text"),
    [
        ("mm", "", "12.3 mm"),
        ("mm", "at detector", "12.3 mm (at detector)"),
        ("px", "px", "12.3 px (uncalibrated)"),
    ],
)
def test_a_distance_is_written_with_one_decimal_and_how_far_to_trust_it(unit: str, calibration: str, text: str) -> None:
    assert length_text(12.34, unit, calibration) == text


def test_a_length_is_one_line() -> None:
    assert LENGTH.lines == ("5.0 mm",)


def test_statistics_are_written_with_their_unit_area_count_and_trust() -> None:
    lines = ("Mean 40.0 SD 2.0 HU", "Min 30.0 Max 50.0 HU")

    assert REGION.lines == (*lines, "12.3 mm²  n 9")
    assert replace(REGION, calibration="estimated").lines == (*lines, "12.3 mm² (estimated)  n 9")


def test_without_a_calibration_there_is_no_area_and_that_is_said() -> None:
    bare = replace(REGION, unit="px", calibration="px", statistics=replace(VALUES, area_mm2=None))

    assert bare.lines[2] == "uncalibrated  n 9"


def test_what_was_not_measured_has_no_numbers() -> None:
    assert replace(REGION, statistics=None).lines == ()

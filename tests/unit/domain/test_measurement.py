"""clinical-conventions, Distances: one decimal for mm, statistics with n, area, mean, SD, min, max, and the trust."""

from dataclasses import replace

import pytest

from medscan_desktop.domain.measurement import MeasurementKind, length_text
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


def test_every_kind_says_its_own_number() -> None:
    bare = replace(LENGTH, length=None)

    assert replace(bare, kind=MeasurementKind.ANGLE, angle=44.96).lines == ("45.0°",)
    assert replace(bare, kind=MeasurementKind.COBB, angle=12.34).lines == ("Cobb 12.3°",)
    two = replace(LENGTH, kind=MeasurementKind.BIDIRECTIONAL, width=3.06, calibration="at detector")
    assert two.lines == ("5.0 × 3.1 mm (at detector)",)
    assert replace(REGION, kind=MeasurementKind.PROBE).lines == ("40 HU",)
    assert replace(bare, kind=MeasurementKind.TEXT, text="a\n\nb").lines == ("a", "b")
    ball = replace(VALUES, area_mm2=None, volume_mm3=113.1)
    sphere = replace(REGION, kind=MeasurementKind.SPHERE, length=6.0, statistics=ball)
    assert sphere.lines == ("⌀ 6.0 mm", *REGION.lines[:2], "113.1 mm³  n 9")


def test_how_values_were_taken_and_what_has_happened_stand_below_them() -> None:
    found = replace(LENGTH, method="of half resolution", note="its image was replaced")

    assert found.lines == ("5.0 mm", "of half resolution", "its image was replaced")


def test_statistics_are_written_with_their_unit_area_count_and_trust() -> None:
    lines = ("Mean 40.0 SD 2.0 HU", "Min 30.0 Max 50.0 HU")

    assert REGION.lines == (*lines, "12.3 mm²  n 9")
    assert replace(REGION, calibration="estimated").lines == (*lines, "12.3 mm² (estimated)  n 9")


def test_without_a_calibration_there_is_no_area_and_that_is_said() -> None:
    bare = replace(REGION, unit="px", calibration="px", statistics=replace(VALUES, area_mm2=None))

    assert bare.lines[2] == "uncalibrated  n 9"


def test_what_was_not_measured_has_no_numbers() -> None:
    assert replace(REGION, statistics=None).lines == ()

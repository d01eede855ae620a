"""clinical-conventions, Distances: ultrasound by its regions, "both ends in one region, else px", from the file on.

The images are 60 rows of 100 pixels; every expected number is worked out from the region's own steps beside it.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.domain.user_calibration import USER_CALIBRATION
from medscan_desktop.imaging.distance_scale import DistanceScale
from medscan_desktop.imaging.measure import measured
from medscan_desktop.imaging.reduction import Reduction
from medscan_desktop.imaging.volume import Volume
from tests.support.ultrasound import CM, CM_PER_S, HERTZ, LOW, SECONDS, drawn, region, us_image, volume_of

K = MeasurementKind
LEFT, RIGHT, BELOW = (0, 0, 49, 29), (50, 0, 99, 29), (0, 30, 99, 59)
SPECTRUM = region(BELOW, (SECONDS, CM_PER_S), (0.005, -0.8), RegionDataType=3)  # faster upwards
MOTION = region(BELOW, (SECONDS, CM), (0.01, 0.02), RegionDataType=2)
TISSUE = region(LEFT, delta=(0.05, 0.02))  # a pixel is 0.5 x 0.2 mm
DEEPER = region(RIGHT, delta=(0.1, 0.1))
_TRUST = "(ultrasound region)"


def told(volume: Volume, kind: MeasurementKind, *pixels: tuple[float, float], frame: int = 0) -> Measurement:
    return measured(drawn(volume, kind, *pixels, frame=frame), volume)


@pytest.fixture(scope="module")
def triple() -> Volume:
    """Two B-modes of different scales over a spectrum."""
    return volume_of(us_image(TISSUE, DEEPER, SPECTRUM))


def test_both_ends_in_one_ultrasound_region_are_in_its_millimetres(triple: Volume) -> None:
    assert triple.calibration == "px"  # no measure holds for the whole image: no ruler

    left = told(triple, K.LENGTH, (10, 5), (40, 25))  # 30 x 0.5 mm, 20 x 0.2 mm
    right = told(triple, K.LENGTH, (60, 5), (90, 5))

    assert left.lines == (f"{math.hypot(15, 4):.1f} mm {_TRUST}",)
    assert right.lines == (f"30.0 mm {_TRUST}",)


def test_a_region_ends_where_its_last_pixel_does(triple: Volume) -> None:
    """The bounds are inclusive, and a pixel is half a pixel wide on both sides of its centre."""
    assert told(triple, K.LENGTH, (-0.5, 0), (49.5, 0)).length == pytest.approx(25)
    assert told(triple, K.LENGTH, (0, 0), (49.6, 0)).unit == "px"


@pytest.mark.parametrize(
    "ends",
    [((10, 5), (60, 5)), ((10, 5), (10, 40)), ((10, 5), (10, -3)), ((98, 5), (101, 5))],
    ids=["two B-modes", "B-mode and spectrum", "outside", "off the image"],
)
def test_ends_in_two_ultrasound_regions_or_outside_are_pixels(
    triple: Volume, ends: tuple[tuple[float, float], ...]
) -> None:
    found = told(triple, K.LENGTH, *ends)

    assert found.lines == (f"{math.dist(*ends):.1f} px (uncalibrated)",)


def test_ends_in_two_regions_of_one_scale_are_pixels_too() -> None:
    """Side by side they are two pictures: what lies between them is no way through the patient."""
    volume = volume_of(us_image(region(LEFT, delta=(0.05, 0.05)), region(RIGHT, delta=(0.05, 0.05))))

    assert volume.calibration == "ultrasound region"  # one measure for the whole image: its ruler stays
    assert told(volume, K.LENGTH, (10, 5), (30, 5)).lines == (f"10.0 mm {_TRUST}",)
    assert told(volume, K.LENGTH, (40, 5), (60, 5)).lines == ("20.0 px (uncalibrated)",)
    assert told(volume, K.RECTANGLE, (50, 10), (60, 10), (50, 15)).lines[2] == "uncalibrated  n 231"


def test_a_lone_region_holds_for_its_whole_image() -> None:
    volume = volume_of(us_image(region((10, 10, 50, 50))))

    assert told(volume, K.LENGTH, (0, 0), (20, 0)).lines == (f"10.0 mm {_TRUST}",)


@pytest.mark.parametrize(
    ("ends", "lines"),
    [
        (((10, 40), (60, 40)), (f"0.25 s {_TRUST}",)),
        (((10, 40), (60, 42)), (f"0.25 s {_TRUST}",)),  # as level as a hand draws
        (((30, 55), (30, 35)), (f"16.0 cm/s {_TRUST}",)),
        (((30, 35), (30, 55)), (f"16.0 cm/s {_TRUST}",)),  # whichever way it was drawn
        (((10, 55), (50, 35)), ("Δt 0.20 s", f"Δv 16.0 cm/s {_TRUST}")),
    ],
    ids=["level", "nearly level", "upright", "downwards", "slanting"],
)
def test_a_line_in_a_doppler_region_says_time_and_velocity(
    triple: Volume, ends: tuple[tuple[float, float], ...], lines: tuple[str, ...]
) -> None:
    found = told(triple, K.LENGTH, *ends)

    assert found.lines == lines
    assert found.length is None  # no distance anywhere: not in a list by size, not in a sum


@pytest.mark.parametrize(
    ("ends", "lines"),
    [
        (((10, 40), (60, 40)), (f"0.50 s {_TRUST}",)),
        (((30, 35), (30, 55)), (f"4.0 mm {_TRUST}",)),
        (((10, 35), (60, 55)), ("Δt 0.50 s", f"Δd 4.0 mm {_TRUST}")),
    ],
    ids=["level", "upright", "slanting"],
)
def test_a_line_in_an_m_mode_region_says_time_and_depth(
    ends: tuple[tuple[float, float], ...], lines: tuple[str, ...]
) -> None:
    assert told(volume_of(us_image(TISSUE, MOTION)), K.LENGTH, *ends).lines == lines


@pytest.mark.parametrize(("row", "line"), [(50, "0.0 cm/s"), (35, "12.0 cm/s"), (58, "-6.4 cm/s")])
def test_a_probe_in_a_doppler_region_says_the_velocity_from_the_baseline(row: int, line: str) -> None:
    """Row 20 of the region, the image's 50, is the baseline; a row up is 0.8 cm/s faster."""
    baseline = {"ReferencePixelX0": 0, "ReferencePixelY0": 20, "ReferencePixelPhysicalValueY": 0.0}
    volume = volume_of(us_image(TISSUE, region(BELOW, (SECONDS, CM_PER_S), (0.005, -0.8), **baseline)))

    assert told(volume, K.PROBE, (40, row)).lines == (f"{line} {_TRUST}",)
    assert told(volume, K.PROBE, (40, 10)).lines == ("7",)  # in the B-mode the value of its pixel


def test_without_a_reference_pixel_a_probe_says_its_value(triple: Volume) -> None:
    assert told(triple, K.PROBE, (40, 40)).lines == ("7",)


def test_a_spectrum_alone_is_measured_too() -> None:
    assert told(volume_of(us_image(SPECTRUM)), K.LENGTH, (30, 35), (30, 55)).velocity == pytest.approx(16)


def test_units_that_are_not_known_stay_pixels() -> None:
    volume = volume_of(us_image(TISSUE, region(BELOW, (SECONDS, HERTZ), (0.005, 100.0))))

    assert told(volume, K.LENGTH, (10, 40), (20, 40)).lines == ("10.0 px (uncalibrated)",)


@pytest.mark.parametrize("colour", [False, True], ids=["grey", "colour"])
@pytest.mark.parametrize(
    ("kind", "points", "area"),
    [
        (K.RECTANGLE, ((25, 15), (35, 15), (25, 20)), 4 * 5.0 * 1.0),
        (K.ELLIPSE, ((25, 15), (35, 15), (25, 20)), math.pi * 5.0 * 1.0),
        (K.FREEHAND, ((10, 10), (30, 10), (30, 25), (10, 25)), 10.0 * 3.0),
    ],
)
def test_an_area_in_one_ultrasound_region_is_in_its_square_millimetres(
    kind: MeasurementKind, points: tuple[tuple[float, float], ...], area: float, colour: bool
) -> None:
    found = told(volume_of(us_image(TISSUE, DEEPER, colour=colour)), kind, *points)

    assert (found.area if colour else found.statistics and found.statistics.area_mm2) == pytest.approx(area)
    assert any(line.startswith(f"{area:.1f} mm² {_TRUST}") for line in found.lines)


@pytest.mark.parametrize("kind", [K.RECTANGLE, K.ELLIPSE])
def test_an_area_that_reaches_into_another_region_is_none(triple: Volume, kind: MeasurementKind) -> None:
    """Its three points lie in the left B-mode; its right side does not."""
    found = told(triple, kind, (45, 15), (35, 15), (45, 20))

    assert found.statistics is not None
    assert found.statistics.area_mm2 is None
    assert found.unit == "px"


def test_two_diameters_and_a_polyline_go_by_their_region(triple: Volume) -> None:
    assert told(triple, K.BIDIRECTIONAL, (10, 15), (40, 15), (25, 5), (25, 25)).lines == (f"15.0 × 4.0 mm {_TRUST}",)
    assert told(triple, K.POLYLINE, (10, 5), (40, 5), (40, 25)).length == pytest.approx(15 + 4)
    assert told(triple, K.POLYLINE, (10, 40), (40, 40), (40, 50)).unit == "px"  # no way through time and velocity


def test_an_angle_needs_two_directions_of_one_unit(triple: Volume) -> None:
    """In pixels the first would be 45 degrees; 10 px across are 5 mm, 10 px down 2 mm."""
    in_tissue = told(triple, K.ANGLE, (30, 10), (20, 10), (30, 20))
    in_spectrum = told(triple, K.ANGLE, (30, 40), (20, 40), (30, 50))
    of_two = told(triple, K.ANGLE, (60, 10), (45, 10), (60, 20))  # 0.5 x 0.2 mm on one side

    assert in_tissue.angle == pytest.approx(math.degrees(math.atan2(2, 5)))
    assert in_spectrum.lines == of_two.lines == ("no angle here: the two directions have different scales",)
    assert told(triple, K.COBB, (60, 5), (70, 5), (60, 10), (70, 20)).angle == pytest.approx(45)


def priorities(outer: int, inner: int) -> tuple[Dataset, Dataset]:
    whole = region((0, 0, 99, 59), delta=(0.1, 0.1), RegionFlags=outer)
    return whole, region((20, 20, 60, 50), (SECONDS, CM_PER_S), (0.01, 1.0), RegionFlags=inner)


@pytest.mark.parametrize(
    ("outer", "inner", "line"),
    [
        (0, 0, f"0.30 s {_TRUST}"),  # the smaller one
        (LOW, 0, f"0.30 s {_TRUST}"),
        (0, LOW, f"30.0 mm {_TRUST}"),  # the larger one lies on top
        (LOW | 2, LOW | 2, f"0.30 s {_TRUST}"),  # bit 1 is about scaling, not about which is on top
    ],
)
def test_of_overlapping_regions_the_one_on_top_counts_then_the_smaller(outer: int, inner: int, line: str) -> None:
    """PS3.3 C.8.5.5.1.3: bit 0 of RegionFlags, 0 = high priority."""
    volume = volume_of(us_image(*priorities(outer, inner)))

    assert told(volume, K.LENGTH, (25, 30), (55, 30)).lines == (line,)


def test_a_line_from_a_region_into_one_that_lies_on_it_is_in_pixels() -> None:
    volume = volume_of(us_image(*priorities(LOW, 0)))

    assert told(volume, K.LENGTH, (5, 30), (35, 30)).lines == ("30.0 px (uncalibrated)",)


def test_colour_flow_over_its_tissue_does_not_part_a_line() -> None:
    """PS3.3 figure C.8-6: both ends lie in the tissue's region, and the two have one scale."""
    flow = region((20, 5, 40, 25), delta=(0.05, 0.02), RegionDataType=2)
    under = region(LEFT, delta=(0.05, 0.02), RegionFlags=LOW)
    volume = volume_of(us_image(under, flow, DEEPER))

    assert told(volume, K.LENGTH, (5, 15), (30, 15)).lines == (f"12.5 mm {_TRUST}",)


def test_each_image_of_a_stack_has_its_own_regions() -> None:
    wide, narrow = (region(LEFT, delta=(step, step)) for step in (0.05, 0.1))
    images = [us_image(one, SPECTRUM, number=n + 1) for n, one in enumerate((wide, narrow))]
    volume = volume_of(*images)

    found = [told(volume, K.LENGTH, (10, 5), (30, 5), frame=k).length for k in (0, 1)]

    assert found == pytest.approx([10.0, 20.0])


def test_a_reduced_picture_keeps_its_regions() -> None:
    """Half resolution: the first pixel's centre is that of the first four."""
    whole = volume_of(us_image(TISSUE, DEEPER))
    half = Reduction(1, 2)
    volume = replace(
        whole,
        values=np.zeros(half.shape_of(whole.values.shape), np.int16),
        geometry=half.geometry_of(whole.geometry),
        reduction=half,
    )
    one = measured(drawn(whole, K.LENGTH, (10, 5), (40, 5)), volume)

    assert one.lines == ("15.0 mm (ultrasound region, at reduced resolution)",)


def test_a_users_calibration_leaves_what_a_region_measures() -> None:
    volume = volume_of(us_image(TISSUE, DEEPER, SPECTRUM))
    own = DistanceScale(0.25, "mm", USER_CALIBRATION)

    def by_user(*ends: tuple[float, float]) -> tuple[str, ...]:
        return measured(drawn(volume, K.LENGTH, *ends), volume, scale=own).lines

    assert by_user((10, 5), (40, 5)) == (f"15.0 mm {_TRUST}",)
    assert by_user((30, 35), (30, 55)) == (f"16.0 cm/s {_TRUST}",)
    assert by_user((40, 5), (60, 5)) == ("5.0 mm (user calibration)",)


@pytest.mark.parametrize("delta", [float("nan"), float("inf"), 0.0, 1e300, 5e-324])
def test_numbers_that_are_none_calibrate_nothing(delta: float) -> None:
    volume = volume_of(us_image(region(LEFT, delta=(delta, 0.1)), DEEPER, SPECTRUM))

    assert told(volume, K.LENGTH, (10, 5), (40, 5)).unit == "px"
    assert told(volume, K.LENGTH, (60, 5), (90, 5)).length == pytest.approx(30)

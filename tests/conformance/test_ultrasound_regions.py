"""A real ultrasound clip with two regions: a wide one that measures nothing, and the picture in centimetres on it.

The expected numbers are worked out from the file's own tags by pydicom.
"""

import pytest
from pydicom import dcmread

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.imaging.measure import measured
from tests.support.real_data import data_folder
from tests.support.ultrasound import drawn

CLIPS = (
    "cine/us_colour_65_frames.dcm",
    "syntaxes/1.2.840.10008.1.2.4.50__IM00001.fragmented_no_bot_jpeg_baseline.50.dcm",
)


@pytest.mark.parametrize("name", CLIPS, ids=["65 frames", "8 frames"])
def test_a_real_ultrasound_of_two_regions_is_measured_in_the_one_of_centimetres(name: str) -> None:
    path = data_folder() / name
    with quiet():  # a character set that is not spelt as the standard has it
        _, picture = dcmread(path, stop_before_pixels=True).SequenceOfUltrasoundRegions
    with path.open("rb") as stream:
        (plan,) = group([scan(stream, path.name)]).stacks
    loading = start_load(plan, lambda _: path.open("rb"), InlineWorkers())
    loading.wait()
    volume = loading.volume
    x, y = picture.RegionLocationMinX0 + 40, picture.RegionLocationMinY0 + 30
    last = len(plan.frames) - 1

    inside = measured(drawn(volume, MeasurementKind.LENGTH, (x, y), (x + 100, y + 40), frame=last), volume)
    area = measured(
        drawn(volume, MeasurementKind.ELLIPSE, (x + 30, y + 30), (x + 50, y + 30), (x + 30, y + 40)), volume
    )
    above = measured(drawn(volume, MeasurementKind.LENGTH, (x, y), (x, y - 40)), volume)

    across, down = 10 * abs(picture.PhysicalDeltaX), 10 * abs(picture.PhysicalDeltaY)
    assert volume.calibration == "px"
    assert inside.length == pytest.approx(((100 * across) ** 2 + (40 * down) ** 2) ** 0.5)
    assert inside.calibration == area.calibration == "ultrasound region"
    assert area.area == pytest.approx(3.141592653589793 * 20 * across * 10 * down)
    assert above.lines == ("40.0 px (uncalibrated)",)

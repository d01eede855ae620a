"""Time, velocity and depth of ultrasound regions: kept, in tables and reports with their UCUM units, and back again."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.domain.findings_page import findings_page
from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user_calibration import CalibrationId, UserCalibration
from medscan_desktop.exporters.csv import measurements_csv
from medscan_desktop.imaging.measure import measured
from medscan_desktop.services.calibrations import remove_calibration, save_calibration
from medscan_desktop.services.measurement_exchange import export_report, take_over_report
from medscan_desktop.services.measurements import delete_measurement, list_measurements, save_measurement
from tests.support.desks import Sitting
from tests.support.dicom_files import ROOT_UID, header_of
from tests.support.ultrasound import CM, CM_PER_S, SECONDS, drawn, region, us_image, volume_of

STUDY = StudyUid(f"{ROOT_UID}.1")
K = MeasurementKind
PLANE = region((0, 0, 99, 29), delta=(0.05, 0.02))
SPECTRUM = region((0, 30, 49, 59), (SECONDS, CM_PER_S), (0.005, -0.8), ReferencePixelX0=0, ReferencePixelY0=22)
MOTION = region((50, 30, 99, 59), (SECONDS, CM), (0.01, 0.02))
_REFERENCE = {
    "RegionDataType": 3,
    "RegionFlags": 1,
    "ReferencePixelX0": 0,
    "ReferencePixelY0": 12,
    "ReferencePixelPhysicalValueX": 0.5,
    "ReferencePixelPhysicalValueY": -2.0,
}
_OTHERS = ["15.5 mm", "20.0 mm²", "9.6 cm/s", "35.0 px"]
DRAWN = {
    "slanting in the spectrum": (K.LENGTH, (10, 55), (45, 35)),
    "level in the spectrum": (K.LENGTH, (10, 40), (40, 40)),
    "slanting in the M-mode": (K.LENGTH, (60, 35), (90, 55)),
    "in the plane": (K.LENGTH, (10, 5), (40, 25)),
    "area": (K.RECTANGLE, (25, 15), (35, 15), (25, 20)),
    "velocity": (K.PROBE, (10, 40)),
    "outside": (K.LENGTH, (10, 5), (10, 40)),
}


def image(*, colour: bool = True) -> Dataset:
    return us_image(PLANE, SPECTRUM, MOTION, colour=colour, StudyDate="20260102")


@pytest.fixture(scope="module")
def told() -> dict[str, Measurement]:
    one = image()
    volume, made = volume_of(one), {}
    for number, (name, (kind, *pixels)) in enumerate(DRAWN.items()):
        bare = drawn(
            volume,
            kind,
            *pixels,
            id=f"8b7d6a6e-6a56-4a57-9f0e-3f6a1a0c9f{number:02d}",
            study_instance_uid=STUDY,
            series_instance_uid=one.SeriesInstanceUID,
            sop_instance_uid=one.SOPInstanceUID,
            anchor_instance=one.SOPInstanceUID,
        )
        made[name] = measured(bare, volume)
    return made


@pytest.fixture
def filled(at: Sitting, told: dict[str, Measurement]) -> Sitting:
    at.bring("ultrasound", [image()])
    for one in told.values():
        at.ask(save_measurement, measurement=one)
    return at


def kept(at: Sitting) -> dict[str, Measurement]:
    return {one.id: one for one in at.ask(list_measurements, study_instance_uid=STUDY)}


def assert_the_same(found: dict[str, Measurement], told: dict[str, Measurement]) -> None:
    """The numbers, their units and how far to trust them."""
    for one in told.values():
        other = found[one.id]
        assert other.lines == one.lines
        assert (other.time, other.velocity, other.length, other.area) == (one.time, one.velocity, one.length, one.area)
        assert (other.unit, other.calibration, other.statistics) == (one.unit, one.calibration, one.statistics)


def test_time_and_velocity_are_kept(filled: Sitting, told: dict[str, Measurement]) -> None:
    assert_the_same(kept(filled), told)


def numbers_of(item: Dataset) -> Iterator[tuple[str, float, str]]:
    """(name, value, UCUM unit) of every number below a content item."""
    for one in item.get("ContentSequence", ()):
        if one.ValueType == "NUM":
            (said,) = one.MeasuredValueSequence
            unit = said.MeasurementUnitsCodeSequence[0]
            assert unit.CodingSchemeDesignator == "UCUM"
            yield one.ConceptNameCodeSequence[0].CodeMeaning, round(float(said.NumericValue), 6), unit.CodeValue
        yield from numbers_of(one)


def test_a_report_says_time_and_velocity_in_their_units_and_comes_back(
    filled: Sitting, told: dict[str, Measurement], tmp_path: Path
) -> None:
    out = tmp_path / "report.dcm"
    filled.ask(export_report, study_instance_uid=STUDY, out=out)
    numbers = list(numbers_of(dcmread(out)))

    assert ("Time", 0.175, "s") in numbers
    assert ("Flow Velocity", 16.0, "cm/s") in numbers
    assert ("Flow Velocity", 9.6, "cm/s") in numbers  # of the probe
    assert ("Length", 4.0, "mm") in numbers  # the depth in the M-mode
    assert ("Area", 20.0, "mm2") in numbers

    for one in told.values():
        filled.ask(delete_measurement, measurement_id=one.id)
    filled.ask(take_over_report, path=out)
    assert_the_same(kept(filled), told)


def test_a_table_has_time_and_velocity_in_columns_of_their_own(filled: Sitting, told: dict[str, Measurement]) -> None:
    (study,) = filled.studies()
    rows = list(csv.DictReader(io.StringIO(measurements_csv(study, list(told.values()), {}).decode("utf-8-sig"))))
    columns = ("time", "time_unit", "velocity", "velocity_unit", "length", "length_unit")
    found = {name: tuple(row[one] for one in columns) for name, row in zip(told, rows, strict=True)}

    assert found["slanting in the spectrum"] == ("0.175", "s", "16", "cm/s", "", "")
    assert found["level in the spectrum"] == ("0.15", "s", "", "", "", "")
    assert found["slanting in the M-mode"] == ("0.3", "s", "", "", "4", "mm")
    assert found["outside"] == ("", "", "", "", "35", "px")
    assert (rows[4]["area"], rows[4]["area_unit"], rows[4]["calibration"]) == ("20", "mm2", "ultrasound region")


def test_the_page_of_findings_says_them_too(filled: Sitting, told: dict[str, Measurement]) -> None:
    (study,) = filled.studies()
    page = findings_page(
        study, [], list(told.values()), [], names={}, made_by="ada", made_at=datetime.now(UTC), is_demo=False
    )
    rows = page.tables[1].rows

    assert [row[1] for row in rows] == ["Δt 0.17 s, Δv 16.0 cm/s", "0.15 s", "Δt 0.30 s, Δd 4.0 mm", *_OTHERS]
    assert [row[2] for row in rows] == ["ultrasound region"] * 5 + ["", "uncalibrated"]


def test_a_users_calibration_leaves_saved_numbers_of_regions_alone(
    filled: Sitting, told: dict[str, Measurement]
) -> None:
    """Only what was in pixels goes by it, and is in pixels again once it is taken away."""
    one = told["outside"]
    calibration = UserCalibration(
        CalibrationId("c1"), STUDY, one.series_instance_uid, None, drawn=70.0, unit="px", known_mm=14.0
    )
    filled.ask(save_calibration, calibration=calibration)
    by_user = kept(filled)
    assert by_user.pop(one.id).lines == ("7.0 mm (user calibration)",)
    assert_the_same(by_user, {name: other for name, other in told.items() if other is not one})

    filled.ask(remove_calibration, calibration_id=CalibrationId("c1"))
    assert_the_same(kept(filled), told)


def test_a_header_keeps_its_regions_and_one_from_before_opens_still() -> None:
    """Libraries hold headers that were read before flags and reference pixels were."""
    header = header_of(us_image(region((0, 30, 49, 59), (SECONDS, CM_PER_S), (0.005, -0.8), **_REFERENCE)))
    (found,) = header.regions
    assert (found.data_type, found.flags, found.reference, found.reference_value) == (3, 1, (0, 12), (0.5, -2.0))
    body = json.loads(json.dumps(header.to_json()))
    assert Header.from_json(body) == header

    for name in ("data_type", "flags", "reference", "reference_value"):
        del body["regions"][0][name]
    (old,) = Header.from_json(body).regions
    assert (old.bounds, old.scale, old.reference) == (found.bounds, found.scale, None)

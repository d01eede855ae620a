"""What the page says of findings and measurements: nothing that nobody accepted, no distance without its trust."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from medscan_desktop.domain import notices
from medscan_desktop.domain.finding import Code, Finding, FindingId, FindingState, Provenance, Structure
from medscan_desktop.domain.findings_page import FindingsPage, findings_page
from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.domain.study import InstanceUid, Patient, SeriesUid, Study, StudyUid
from medscan_desktop.domain.user import UserId
from tests.support.measured import LENGTH, REGION

STUDY = Study(StudyUid("1"), Patient("P-1", "Li^Wei", "19600229", "F"), study_date="20260301", modalities=("CT", "SR"))
CODE = Code("1", "SCT", "Organ")
ORGAN = Structure(1, "Liver", 1234.56, CODE, CODE, (1, 2, 3))
SOURCE = Provenance(
    "liver-ct", "1", "ab" * 32, "Liver finder", SeriesUid("2"), (InstanceUid("3"),) * 20, "ras", "CPU",
    "2026-03-01T14:05:09+00:00", 12.34,
)  # fmt: skip
FINDING = Finding(
    FindingId("f"), StudyUid("1"), SeriesUid("2"), FindingState.ACCEPTED, (ORGAN,), SOURCE, None, UserId("u"), "",
    UserId("u"), "2026-03-02T08:00:00+00:00",
)  # fmt: skip


def page(*findings: Finding, measurements: tuple[Measurement, ...] = (), is_demo: bool = False) -> FindingsPage:
    made_at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    names = {UserId("u"): "Dr Ada"}
    return findings_page(
        STUDY, findings, measurements, (), names=names, made_by="Dr Ada", made_at=made_at, is_demo=is_demo
    )


def test_only_an_accepted_finding_is_listed_and_it_says_who_accepted_it() -> None:
    waiting = replace(FINDING, state=FindingState.PROPOSED)
    rejected = replace(FINDING, state=FindingState.REJECTED)
    found = page(FINDING, waiting, rejected)

    assert found.tables[0].rows == (("Liver", "1234.6", "Liver finder 1", "accepted by Dr Ada, 2026-03-02"),)
    assert found.tables[0].title == "Findings (1 proposed by a model and not yet decided, not listed)"
    assert len(found.provenance) == 1


def test_a_finding_carries_its_algorithm_version_hash_time_and_confidence() -> None:
    (line,) = page(FINDING).provenance

    for part in ("Liver finder 1", "abababababababab", "2026-03-01 14:05:09 UTC", "no confidence given", "20 images"):
        assert part in line


def test_dates_read_as_dates_and_what_is_missing_is_a_dash() -> None:
    facts = dict(page().facts)

    assert (facts["Study date"], facts["Birth date"], facts["Accession"]) == ("2026-03-01", "1960-02-29", "–")


@pytest.mark.parametrize(
    ("measurement", "value", "detail"),
    [
        (LENGTH, "5.0 mm", ""),
        (replace(LENGTH, calibration="at detector"), "5.0 mm", "at detector"),
        (replace(LENGTH, unit="px", calibration="px"), "5.0 px", "uncalibrated"),
        (REGION, "40.0 HU (mean)", "12.3 mm², SD 2.0, 30.0 to 50.0, n 9"),
        (
            replace(REGION, calibration="estimated"),
            "40.0 HU (mean)",
            "12.3 mm² (estimated), SD 2.0, 30.0 to 50.0, n 9",
        ),
        (replace(REGION, statistics=None), "–", ""),
        (replace(LENGTH, kind=MeasurementKind.ANGLE, length=None, angle=44.96), "45.0°", ""),
        (replace(LENGTH, kind=MeasurementKind.BIDIRECTIONAL, width=3.1), "5.0 × 3.1 mm", ""),
        (replace(REGION, kind=MeasurementKind.PROBE, calibration="estimated"), "40 HU", ""),
        (replace(LENGTH, kind=MeasurementKind.TEXT, length=None, text="Cyst"), "–", "Cyst"),
    ],
)
def test_a_measurement_says_how_far_to_trust_it(measurement: Measurement, value: str, detail: str) -> None:
    (row,) = page(measurements=(measurement,)).tables[1].rows

    assert row == (measurement.kind.label, value, detail, "7")


def test_a_demo_says_so_and_nothing_else_does() -> None:
    assert page(is_demo=True).banner == notices.DEMO
    assert page().banner == ""

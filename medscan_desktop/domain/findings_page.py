"""The one-page summary of a study as values: what stands where, before anybody lays it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from medscan_desktop.domain import notices
from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.finding import Finding, FindingState
from medscan_desktop.domain.measurement import (
    Measurement,
    MeasurementKind,
    angle_text,
    area_text,
    difference_lines,
    region_text,
    value_text,
)
from medscan_desktop.domain.study import Study
from medscan_desktop.domain.user import UserId

NOT_CLEARED = "Not cleared as a medical device. What a model found is listed only where the named reader accepted it."


@dataclass(frozen=True, slots=True)
class Figure:
    """A finished picture and what it shows."""

    png: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; numbers stand right."""

    title: str
    columns: tuple[str, ...]
    shares: tuple[float, ...]  # of the page's width
    numeric: frozenset[int]
    rows: tuple[tuple[str, ...], ...]
    empty: str  # what to say where there are no rows


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """All that the page says, in the order of the page."""

    patient: str
    facts: tuple[tuple[str, str], ...]
    images: tuple[Figure, ...]
    tables: tuple[Table, ...]
    provenance: tuple[str, ...]
    footer: tuple[str, ...]
    banner: str  # "" or the warning that must never be missing
    made_at: datetime


def findings_page(
    study: Study,
    findings: Sequence[Finding],
    measurements: Sequence[Measurement],
    images: Sequence[Figure],
    *,
    names: Mapping[UserId, str],
    made_by: str,
    made_at: datetime,
    is_demo: bool,
) -> FindingsPage:
    """Compose the page. Only accepted findings are listed; how many wait or were rejected is said."""
    accepted = [finding for finding in findings if finding.state is FindingState.ACCEPTED]
    return FindingsPage(
        patient=study.patient.display_name,
        facts=_facts(study),
        images=tuple(images),
        tables=(_finding_table(accepted, findings, names), _measurement_table(measurements)),
        provenance=tuple(_provenance(finding) for finding in accepted),
        footer=(f"Made {made_at:%Y-%m-%d %H:%M} UTC by {made_by} with MedScan Desktop.", NOT_CLEARED),
        banner=notices.DEMO if is_demo else "",
        made_at=made_at,
    )


def _facts(study: Study) -> tuple[tuple[str, str], ...]:
    patient = study.patient
    facts = (
        ("Patient ID", patient.patient_id),
        ("Study date", date_text(study.study_date)),
        ("Birth date", date_text(patient.patient_birth_date)),
        ("Description", study.study_description),
        ("Sex", patient.patient_sex),
        ("Accession", study.accession_number),
        ("Modality", ", ".join(study.modalities)),
        ("Institution", study.institution_name),
    )
    return tuple((label, value or "–") for label, value in facts)


def _finding_table(accepted: Sequence[Finding], every: Sequence[Finding], names: Mapping[UserId, str]) -> Table:
    rows = tuple(
        (
            structure.name,
            f"{structure.volume_ml:.1f}",
            f"{finding.provenance.algorithm_name} {finding.provenance.version}",
            f"accepted by {_name(names, finding.decided_by)}, {finding.decided_at[:10]}",
        )
        for finding in accepted
        for structure in finding.structures
    )
    waiting = sum(finding.state is FindingState.PROPOSED for finding in every)
    title = "Findings" + (f" ({waiting} proposed by a model and not yet decided, not listed)" if waiting else "")
    columns = ("Structure", "Volume (ml)", "Algorithm", "Status")
    return Table(title, columns, (0.22, 0.14, 0.3, 0.34), frozenset({1}), rows, "No accepted finding.")


def _name(names: Mapping[UserId, str], user: UserId | None) -> str:
    return names.get(user, "–") if user else "–"


def _measurement_table(measurements: Sequence[Measurement]) -> Table:
    rows = tuple((one.kind.label, _value(one), _detail(one), f"{one.frame + 1}") for one in measurements)
    columns = ("Measurement", "Value", "Detail", "Image")
    return Table("Measurements", columns, (0.19, 0.22, 0.49, 0.1), frozenset({1, 3}), rows, "No measurement.")


def _value(measurement: Measurement) -> str:
    """The number to read first: short, since what has no room in its column is cut."""
    statistics = measurement.statistics
    if measurement.angle is not None:
        return angle_text(measurement.angle)
    if measurement.time is not None or measurement.velocity is not None:
        return ", ".join(difference_lines(replace(measurement, calibration="")))
    if measurement.kind is MeasurementKind.PROBE and statistics is not None:
        return value_text(statistics.mean, statistics.unit)
    if measurement.length is not None:
        across = f" × {measurement.width:.1f}" if measurement.width is not None else ""
        return f"{measurement.length:.1f}{across} {measurement.unit}"
    if statistics is not None:
        return f"{statistics.mean:.1f} {statistics.unit} (mean)".replace("  ", " ")
    return area_text(measurement.area, "") if measurement.area is not None else "–"


def _detail(measurement: Measurement) -> str:
    """How far to trust the distances first, since what has no room at the end is cut."""
    statistics = measurement.statistics
    if measurement.kind in (MeasurementKind.ANGLE, MeasurementKind.COBB, MeasurementKind.PROBE):
        return ""  # no distance
    if statistics is None:
        numbers = (measurement.length, measurement.area, measurement.time, measurement.velocity)
        return measurement.text if all(number is None for number in numbers) else measurement.trust
    return (
        f"{region_text(statistics, measurement.trust)}, SD {statistics.standard_deviation:.1f}, "
        f"{statistics.minimum:.1f} to {statistics.maximum:.1f}, n {statistics.count}"
    )


def _provenance(finding: Finding) -> str:
    source = finding.provenance
    names = ", ".join(structure.name for structure in finding.structures)
    return (
        f"{names}: {source.algorithm_name} {source.version}, model sha256 {source.sha256[:16]}…, "
        f"{source.started_at[:19].replace('T', ' ')} UTC, {source.seconds:.1f} s on {source.provider}, "
        f"{source.confidence_text}; series {source.series_instance_uid}, {len(source.sop_instance_uids)} images; "
        f"{source.preprocessing}"
    )

"""Measurements as CSV (RFC 4180), one row each, for a spreadsheet or a program.

UTF-8 with a byte order mark: without one, the most used spreadsheet reads the file in the machine's old code page and
names in other scripts break; programs read it as `utf-8-sig`. A text that begins as a formula would is preceded by an
apostrophe; numbers, which are ours alone, stay numbers.
"""

import csv
import io
from collections.abc import Mapping, Sequence

from medscan_desktop.domain.export import Format
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import Study
from medscan_desktop.domain.user import UserId

FORMAT = Format("csv", "Table of measurements", ".csv")

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
Cell = str | float | int | None
_COLUMNS = (
    *("patient_id", "patient_name", "study_date", "study_instance_uid", "series_instance_uid", "sop_instance_uid"),
    *("frame", "id", "tracking_uid", "kind", "label", "text", "is_target", "finding_code", "finding_scheme", "finding"),
    *("site_code", "site_scheme", "site", "length", "length_unit", "width", "width_unit", "angle", "angle_unit"),
    *("time", "time_unit", "velocity", "velocity_unit"),
    *("area", "area_unit", "volume", "volume_unit", "mean", "standard_deviation", "minimum", "maximum", "value_unit"),
    *("pixels", "calibration", "method", "note", "created_by", "created_at", "points_mm"),
)


def measurements_csv(study: Study, measurements: Sequence[Measurement], names: Mapping[UserId, str]) -> bytes:
    """The file; `names` are the users' by id. An empty cell is a value that this kind does not have."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _COLUMNS, quoting=csv.QUOTE_MINIMAL)
    writer.writeheader()
    for one in measurements:
        row = _who(study) | _what(one) | _values(one) | _how(one, names)
        writer.writerow({name: _safe(cell) for name, cell in row.items()})
    return out.getvalue().encode("utf-8-sig")


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return f"{cell:.10g}"
    if isinstance(cell, str):
        told = " ".join(map(shown, cell.split("\n")))
        return f"'{told}" if told.lstrip(" ").startswith(_FORMULAS) else told
    return cell


def _who(study: Study) -> dict[str, Cell]:
    return {
        "patient_id": study.patient.patient_id,
        "patient_name": study.patient.patient_name,
        "study_date": study.study_date,
        "study_instance_uid": study.study_instance_uid,
    }


def _what(one: Measurement) -> dict[str, Cell]:
    return {
        "series_instance_uid": one.series_instance_uid,
        "sop_instance_uid": one.sop_instance_uid or one.anchor_instance,
        "frame": one.anchor_frame + 1,
        "id": one.id,
        "tracking_uid": one.tracking_uid,
        "kind": one.kind.value,
        "label": one.label,
        "text": one.text,
        "is_target": "yes" if one.is_target else "no",
        "finding_code": one.finding.value if one.finding else "",
        "finding_scheme": one.finding.scheme if one.finding else "",
        "finding": one.finding.meaning if one.finding else "",
        "site_code": one.site.value if one.site else "",
        "site_scheme": one.site.scheme if one.site else "",
        "site": one.site.meaning if one.site else "",
    }


def _values(one: Measurement) -> dict[str, Cell]:
    row: dict[str, Cell] = {}
    for name, value, unit in (
        ("length", one.length, one.unit),
        ("width", one.width, one.unit),
        ("angle", one.angle, "deg"),
        ("time", one.time, "s"),
        ("velocity", one.velocity, "cm/s"),
        ("area", one.statistics.area_mm2 if one.statistics else one.area, "mm2"),
        ("volume", one.statistics.volume_mm3 if one.statistics else None, "mm3"),
    ):
        row |= {name: value, f"{name}_unit": unit if value is not None else ""}
    if one.statistics is not None:
        row |= {
            "mean": one.statistics.mean,
            "standard_deviation": one.statistics.standard_deviation,
            "minimum": one.statistics.minimum,
            "maximum": one.statistics.maximum,
            "value_unit": one.statistics.unit,
            "pixels": one.statistics.count,
        }
    return row


def _how(one: Measurement, names: Mapping[UserId, str]) -> dict[str, Cell]:
    return {
        "calibration": one.trust,
        "method": one.method,
        "note": one.note,
        "created_by": names.get(one.created_by, one.created_by) if one.created_by else "",
        "created_at": one.created_at,
        "points_mm": "; ".join(" ".join(f"{value:.4f}" for value in point) for point in one.points),
    }

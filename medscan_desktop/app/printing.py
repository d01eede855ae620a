"""What the command line prints: tables for people, JSON for programs. Each method answers the exit code."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medscan_desktop.domain.audit import AuditEvent
from medscan_desktop.domain.finding import Finding
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import Study
from medscan_desktop.inference.card import Card
from medscan_desktop.persistence.audit_verify import Verification
from medscan_desktop.services.health import Check
from medscan_desktop.services.imports import ImportReport
from medscan_desktop.services.models import ModelRow
from medscan_desktop.services.studies import SeriesRow

Row = dict[str, Any]


class Printer:
    """Prints values the way the caller asked for."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def recovery_key(self, key: str, file: Path | None) -> int:
        """Shown once, never again."""
        if self._as_json:
            print(json.dumps({"recovery_key": key, "recovery_file": str(file) if file else None}))
        else:
            print("The library is ready. Recovery key, shown this once; print it and lock it away:")
            print(f"  {key}")
        return 0

    def import_report(self, report: ImportReport) -> int:
        """1 where any DICOM file was refused; what is no DICOM is only listed."""
        if self._as_json:
            files = [{"path": file.path, "status": file.status, "reason": file.reason} for file in report.files]
            rejected = [{"path": file.path, "reason": file.reason} for file in report.refused]
            print(json.dumps({"imported": report.imported, "files": files, "rejected": rejected}, indent=1))
        else:
            for file in report.files:
                if file.status in ("skipped", "refused"):
                    print(shown(f"{file.status}: {file.path}: {file.reason}"))
            print(f"{report.imported} of {len(report.files)} files imported.")
        if report.refused:
            first = report.refused[0]
            say(f"{len(report.refused)} of {len(report.files)} files refused; the first: {first.path}: {first.reason}")
        return 1 if report.refused else 0

    def studies(self, studies: Sequence[Study]) -> int:
        """A line a study."""
        return self._rows([study_row(study) for study in studies], "No study.")

    def series(self, rows: Sequence[SeriesRow]) -> int:
        """A line a series."""
        return self._rows([series_row(row) for row in rows], "No series.")

    def findings(self, findings: Sequence[Finding]) -> int:
        """A line a finding."""
        if self._as_json:
            return self._rows([finding_row(finding) for finding in findings], "")
        for finding in findings:
            self.finding(finding)
        if not findings:
            print("No finding.")
        return 0

    def finding(self, finding: Finding) -> int:
        """One finding."""
        if self._as_json:
            print(json.dumps(finding_row(finding), indent=1))
            return 0
        volumes = ", ".join(f"{structure.name} {structure.volume_ml:.1f} ml" for structure in finding.structures)
        source = finding.provenance
        print(f"{finding.id}  {finding.state}  {source.model} {source.version}  {volumes}  {source.seconds:.1f} s")
        return 0

    def models(self, cards: Sequence[Card]) -> int:
        """A line a model."""
        return self._rows([model_row(card) for card in cards], "No model.")

    def verified_models(self, rows: Sequence[ModelRow]) -> int:
        """1 where any model's files are not what its card says."""
        self._rows([{**model_row(row.card), "problem": row.problem} for row in rows], "No model.")
        return _told([f"{row.card.id}: {row.problem}" for row in rows if row.problem])

    def events(self, events: Sequence[AuditEvent]) -> int:
        """A line an event."""
        return self._rows([event_row(event) for event in events], "No event.")

    def verification(self, found: Verification) -> int:
        """1 where the log is not whole."""
        if self._as_json:
            print(json.dumps({"ok": found.ok, "events": found.events, "problems": list(found.problems)}, indent=1))
        else:
            print(f"{found.events} events: " + ("ok" if found.ok else "TAMPERED"))
            for problem in found.problems:
                print(f"  {problem}")
        return _told(found.problems)

    def checks(self, checks: Sequence[Check]) -> int:
        """1 where anything is wrong."""
        rows = [{"check": one.name, "detail": one.detail, "problem": one.problem} for one in checks]
        self._rows(rows, "")
        return _told([f"{one.name}: {one.problem}" for one in checks if one.problem])

    def written(self, path: Path) -> int:
        """A file has been written."""
        print(json.dumps({"path": str(path)}) if self._as_json else f"{path}")
        return 0

    def _rows(self, rows: Sequence[Row], empty: str) -> int:
        if self._as_json:
            print(json.dumps(rows, indent=1, ensure_ascii=False))
        elif not rows:
            print(empty)
        else:
            _print_table(rows)
        return 0


def say(sentence: str) -> None:
    """One line on stderr, whatever the names in it hold."""
    print(f"medscan: {shown(sentence)}", file=sys.stderr)


def _told(problems: Sequence[str]) -> int:
    if problems:
        say("; ".join(problems))
    return 1 if problems else 0


def _print_table(rows: Sequence[Row]) -> None:
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    for line in cells:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else shown(str(value))


def study_row(study: Study) -> Row:
    """A study as a program reads it."""
    return {
        "study_instance_uid": study.study_instance_uid,
        "patient_id": study.patient.patient_id,
        "patient_name": study.patient.patient_name,
        "study_date": study.study_date,
        "study_description": study.study_description,
        "accession_number": study.accession_number,
        "modalities": list(study.modalities),
        "series": study.series_count,
        "instances": study.instance_count,
    }


def series_row(row: SeriesRow) -> Row:
    """A series as a program reads it."""
    series = row.series
    return {
        "series_instance_uid": series.series_instance_uid,
        "study_instance_uid": series.study_instance_uid,
        "modality": series.modality,
        "series_number": series.series_number,
        "series_description": series.series_description,
        "body_part_examined": series.body_part_examined,
        "instances": series.instance_count,
    }


def finding_row(finding: Finding) -> Row:
    """A finding as a program reads it."""
    source = finding.provenance
    return {
        "id": finding.id,
        "state": finding.state.value,
        "model": source.model,
        "version": source.version,
        "sha256": source.sha256,
        "series_instance_uid": finding.series_instance_uid,
        "study_instance_uid": finding.study_instance_uid,
        "structures": [{"name": one.name, "volume_ml": round(one.volume_ml, 3)} for one in finding.structures],
        "seconds": round(source.seconds, 3),
        "created_at": finding.created_at,
        "reason": finding.reason,
    }


def model_row(card: Card) -> Row:
    """A model as a program reads it."""
    return {
        "id": card.id,
        "version": card.version,
        "name": card.name,
        "modalities": list(card.modalities),
        "task": card.task,
        "sha256": card.sha256,
        "licence": card.licence,
    }


def event_row(event: AuditEvent) -> Row:
    """An audit event as a program reads it."""
    return {
        "sequence": event.sequence,
        "at": event.at,
        "user": event.user,
        "action": event.action,
        "outcome": event.outcome.value,
        "object_id": event.object_id,
        "detail": dict(event.detail),
    }

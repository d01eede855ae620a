"""`medscan findings`, `accept` and `reject`; how one finding is printed."""

import argparse

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.finding import Finding, FindingId
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.findings import accept_finding, list_findings, reject_finding
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    add.verb("findings", _findings, "list the findings of a study").add_argument("study", metavar="STUDY_UID")
    for name, command in (("accept", accept_finding), ("reject", reject_finding)):
        decide = add.verb(name, _decide, f"{name} a finding")
        decide.set_defaults(command=command)
        decide.add_argument("finding", metavar="FINDING")
        decide.add_argument("--reason", default="")


def print_finding(printer: Printer, finding: Finding) -> int:
    """One finding."""
    return printer.value(_finding_row(finding), [_line(finding)])


def _findings(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    findings = workstation.answer(list_findings, study_instance_uid=StudyUid(options.study))
    lines = [_line(finding) for finding in findings] or ["No finding."]
    return printer.value([_finding_row(finding) for finding in findings], lines)


def _decide(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    finding_id = FindingId(options.finding)
    return print_finding(printer, workstation.answer(options.command, finding_id=finding_id, reason=options.reason))


def _line(finding: Finding) -> str:
    volumes = ", ".join(f"{structure.name} {structure.volume_ml:.1f} ml" for structure in finding.structures)
    source = finding.provenance
    return f"{finding.id}  {finding.state}  {source.model} {source.version}  {volumes}  {source.seconds:.1f} s"


def _finding_row(finding: Finding) -> Row:
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
        "note": finding.note,
    }

"""`medscan measurements`: a study's measurements as a list, a structured report, a table; and a report taken over."""

import argparse
from dataclasses import asdict
from pathlib import Path

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.study import InstanceUid, StudyUid
from medscan_desktop.services.measurement_exchange import TakenOver, export_report, export_table, take_over_report
from medscan_desktop.services.measurements import list_measurements
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    group = add.group("measurements", "what was measured")
    group.verb("list", _list, "list the measurements of a study").add_argument("study", metavar="STUDY_UID")
    report = group.verb("export-sr", _export_report, "write them as a structured report (TID 1500)")
    report.add_argument("--study", required=True, metavar="UID")
    report.add_argument("--out", type=path_argument, metavar="PATH")
    report.add_argument("--into-library", action="store_true")
    table = group.verb("export-csv", _export_table, "write them as a table, one row each")
    table.add_argument("--study", required=True, metavar="UID")
    table.add_argument("--out", type=path_argument, required=True, metavar="PATH")
    take = group.verb("import-sr", _import, "take the measurements of a structured report over")
    take.add_argument("report", type=path_argument, metavar="FILE_OR_SOP_UID")
    take.add_argument("--study", default="", metavar="UID", help="of a file that names another study")


def _list(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    found = workstation.answer(list_measurements, study_instance_uid=StudyUid(options.study))
    return printer.value([asdict(one) for one in found], [_line(one) for one in found] or ["No measurement."])


def _export_report(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    study = StudyUid(options.study)
    workstation.answer(export_report, study_instance_uid=study, out=options.out, into_library=options.into_library)
    return printer.value({"out": str(options.out or "")}, workstation.notices[-1:])


def _export_table(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_table, study_instance_uid=StudyUid(options.study), out=options.out)
    return printer.written(options.out)


def _import(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    path: Path = options.report
    is_file = path.exists() or not str(path).replace(".", "").isdigit()
    taken: TakenOver = workstation.answer(
        take_over_report,
        path=path if is_file else None,
        sop_instance_uid=None if is_file else InstanceUid(str(path)),
        study=StudyUid(options.study) if options.study else None,
    )
    lines = [_line(one) for one in taken.measurements] + [f"not {name}: {reason}" for name, reason in taken.left_out]
    return printer.value(_taken_row(taken), lines or ["The report holds no measurement."])


def _line(one: Measurement) -> str:
    named = f"{one.kind.label} “{one.label}”" if one.label else one.kind.label
    coded = ", ".join(code.meaning for code in (one.finding, one.site) if code is not None)
    return "  ".join(text for text in (one.id, named, ", ".join(one.lines), coded, "target" * one.is_target) if text)


def _taken_row(taken: TakenOver) -> Row:
    return {
        "title": taken.title,
        "measurements": [asdict(one) for one in taken.measurements],
        "left_out": [{"name": name, "reason": reason} for name, reason in taken.left_out],
    }

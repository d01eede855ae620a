"""`medscan import`: bringing files in."""

import argparse
import json

from medscan_desktop.app.printing import Printer, say
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.shown import shown
from medscan_desktop.services.imports import ImportReport, import_files
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    imports = add.verb("import", _import, "bring in folders, files, ZIP archives, a DICOMDIR")
    imports.add_argument("paths", type=path_argument, nargs="+", metavar="PATH")
    imports.add_argument("--reference", action="store_true", help="leave plain files where they are (read-only media)")


def _import(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    report = workstation.answer(import_files, paths=tuple(options.paths), reference=options.reference)
    return _print_report(printer, report)


def _print_report(printer: Printer, report: ImportReport) -> int:
    """1 where any DICOM file was refused; what is no DICOM is only listed."""
    if printer.as_json:
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

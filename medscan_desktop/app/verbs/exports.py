"""`medscan export`: a finding or a page."""

import argparse

from medscan_desktop.app.printing import Printer
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    export = add.group("export", "write a finding or a page")
    seg = export.verb("seg", _seg, "an accepted finding as DICOM Segmentation")
    seg.add_argument("--finding", required=True, metavar="ID")
    pdf = export.verb("pdf", _pdf, "a study's findings as one page")
    pdf.add_argument("--study", required=True, metavar="UID")
    for verb in (seg, pdf):
        verb.add_argument("--out", type=path_argument, required=True, metavar="PATH")


def _seg(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_seg, finding_id=FindingId(options.finding), out=options.out)
    return printer.written(options.out)


def _pdf(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_pdf, study_instance_uid=StudyUid(options.study), out=options.out)
    return printer.written(options.out)

"""`medscan snapshot`: a picture of a series."""

import argparse

from medscan_desktop.app.printing import Printer
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.services.documents import export_document_picture, list_documents
from medscan_desktop.services.snapshots import export_snapshot
from medscan_desktop.workstation.workstation import Workstation

_PLANES = [kind.value for kind in ViewKind if kind is not ViewKind.CURVED]  # a curve is drawn by hand


def add_verbs(add: Adder) -> None:
    """Add them."""
    snapshot = add.verb("snapshot", _snapshot, "write a picture of a series")
    snapshot.add_argument("--series", required=True, metavar="UID")
    snapshot.add_argument("--plane", choices=_PLANES, required=True)
    snapshot.add_argument("--index", type=int, metavar="N", help="slice, from 0")
    snapshot.add_argument("--stack", type=int, metavar="N", help="which stack, from 1, as `medscan stacks` lists them")
    snapshot.add_argument("--phase", type=int, metavar="N", help="step of a 4D series, from 1")
    snapshot.add_argument("--window", default="", metavar="NAME")
    snapshot.add_argument("--finding", metavar="ID")
    snapshot.add_argument("--overlay", metavar="SERIES_UID", help="a segmentation, structure set, dose … over it")
    snapshot.add_argument("--out", type=path_argument, required=True, metavar="F.png")


def _snapshot(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    if options.plane == ViewKind.DOCUMENT:
        uid = workstation.answer(list_documents, series_instance_uid=SeriesUid(options.series))[0]
        workstation.answer(export_document_picture, sop_instance_uid=uid, index=options.index or 0, out=options.out)
        return printer.written(options.out)
    workstation.answer(
        export_snapshot,
        series_instance_uid=SeriesUid(options.series),
        plane=ViewKind(options.plane),
        index=options.index,
        window=options.window,
        finding_id=FindingId(options.finding) if options.finding else None,
        overlay_uid=SeriesUid(options.overlay) if options.overlay else None,
        stack_number=options.stack,
        phase=options.phase,
        out=options.out,
    )
    return printer.written(options.out)

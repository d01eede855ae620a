"""`medscan snapshot`: a picture of a series."""

import argparse

from medscan_desktop.app.printing import Printer
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.scene.workspace import ViewKind
from medscan_desktop.services.snapshots import export_snapshot
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    snapshot = add.verb("snapshot", _snapshot, "write a picture of a series")
    snapshot.add_argument("--series", required=True, metavar="UID")
    snapshot.add_argument("--plane", choices=[kind.value for kind in ViewKind], required=True)
    snapshot.add_argument("--index", type=int, metavar="N", help="slice, from 0")
    snapshot.add_argument("--window", default="", metavar="NAME")
    snapshot.add_argument("--finding", metavar="ID")
    snapshot.add_argument("--out", type=path_argument, required=True, metavar="F.png")


def _snapshot(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(
        export_snapshot,
        series_instance_uid=SeriesUid(options.series),
        plane=ViewKind(options.plane),
        index=options.index,
        window=options.window,
        finding_id=FindingId(options.finding) if options.finding else None,
        out=options.out,
    )
    return printer.written(options.out)

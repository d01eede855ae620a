"""`medscan overlays`: what of a study can be shown over its images."""

import argparse

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.overlays import OverlayRow, list_overlays
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    verb = add.verb("overlays", _overlays, "list segmentations, structures, presentation states and key images")
    verb.add_argument("study", metavar="STUDY_UID")


def _overlays(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    rows = workstation.answer(list_overlays, study_instance_uid=StudyUid(options.study))
    lines = [line for row in rows for line in _lines(row)] or ["Nothing to be shown over the images."]
    return printer.value([_row(row) for row in rows], lines)


def _lines(row: OverlayRow) -> list[str]:
    lines = [f"{row.kind}  {row.title}  {row.series_instance_uid}", f"  {row.problem or f'over series {row.target}'}"]
    if row.overlay is not None:
        for entry in row.overlay.entries:
            volume = "" if entry.volume_ml is None else f"  {entry.volume_ml:.2f} ml"
            lines.append(f"  {entry.number}  {entry.name}{volume}  {entry.detail}".rstrip())
        lines.extend(f"  {remark}" for remark in row.overlay.remarks)
    return lines


def _row(row: OverlayRow) -> Row:
    overlay = row.overlay
    return {
        "series_instance_uid": row.series_instance_uid,
        "sop_instance_uid": row.sop_instance_uid,
        "kind": str(row.kind),
        "title": row.title,
        "over_series": row.target,
        "problem": row.problem,
        "volume_method": overlay.volume_method if overlay else "",
        "remarks": list(overlay.remarks) if overlay else [],
        "entries": [
            {
                "number": entry.number,
                "name": entry.name,
                "detail": entry.detail,
                "colour": list(entry.colour),
                "volume_ml": None if entry.volume_ml is None else round(entry.volume_ml, 4),
            }
            for entry in (overlay.entries if overlay else ())
        ],
    }

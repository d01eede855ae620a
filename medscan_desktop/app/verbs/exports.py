"""`medscan export`: a finding, its surface, or a page."""

import argparse
from pathlib import Path

from medscan_desktop.app.printing import Printer
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.services.surfaces import SURFACE_FORMATS, export_surface
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    export = add.group("export", "write a finding, its surface, or a page")
    seg = export.verb("seg", _seg, "an accepted finding as DICOM Segmentation")
    seg.add_argument("--finding", required=True, metavar="ID")
    pdf = export.verb("pdf", _pdf, "a study's findings as one page")
    pdf.add_argument("--study", required=True, metavar="UID")
    surface = export.verb("surface", _surface, "the surface of an accepted finding, in patient mm")
    surface.add_argument("--finding", required=True, metavar="ID")
    surface.add_argument("--structure", type=int, metavar="N", help="one structure of it; without it all in one file")
    surface.add_argument("--format", choices=[one.name for one in SURFACE_FORMATS], help="else by the file's ending")
    for verb in (seg, pdf, surface):
        verb.add_argument("--out", type=path_argument, required=True, metavar="PATH")


def _seg(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_seg, finding_id=FindingId(options.finding), out=options.out)
    return printer.written(options.out)


def _surface(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    surfaces = workstation.answer(
        export_surface,
        finding_id=FindingId(options.finding),
        out=options.out,
        form=options.format or form_of(options.out),
        structure=options.structure,
    )
    told = [
        {"name": one.name, "triangles": len(one.triangles), "volume_ml": round(one.volume_mm3 / 1000, 3)}
        for one in surfaces
    ]
    lines = [f"{one['name']}: {one['triangles']:,} triangles, {one['volume_ml']:g} ml" for one in told]
    return printer.value({"path": str(options.out), "surfaces": told}, [*lines, str(options.out)])


def form_of(out: Path) -> str:
    """By the ending; STL where it says nothing."""
    ending = out.suffix.lower().removeprefix(".")
    return ending if ending in [one.name for one in SURFACE_FORMATS] else "stl"


def _pdf(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(export_pdf, study_instance_uid=StudyUid(options.study), out=options.out)
    return printer.written(options.out)

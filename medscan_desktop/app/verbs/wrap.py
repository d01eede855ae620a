"""`medscan wrap`: files of other formats into a study of a chosen patient."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from medscan_desktop.app.printing import Printer, told
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.dicom.foreign.write_wrapped import MODALITIES
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import Patient, StudyUid
from medscan_desktop.services.wrap import Wrapped, wrap_files
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add it."""
    wrap = add.verb("wrap", _wrap, "make NIfTI, NRRD, PNG, JPEG, TIFF, PDF and STL files series of a study")
    wrap.add_argument("paths", type=path_argument, nargs="+", metavar="FILE")
    wrap.add_argument("--study", default="", metavar="UID", help="a study of the library; else a patient, in a new one")
    wrap.add_argument("--patient-id", default="", metavar="ID")
    wrap.add_argument("--patient-name", default="", metavar="NAME", help="as DICOM writes it: Doe^Jane")
    wrap.add_argument("--birth-date", default="", metavar="YYYYMMDD")
    wrap.add_argument("--sex", default="", choices=("", "F", "M", "O"))
    wrap.add_argument("--study-description", default="", metavar="TEXT")
    wrap.add_argument("--description", default="", metavar="TEXT", help="of the series; else the file's name")
    wrap.add_argument("--modality", default="OT", choices=MODALITIES, help="of voxels and pictures (OT: other)")


def _wrap(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    patient = Patient(options.patient_id, options.patient_name, options.birth_date, options.sex)
    outcomes: Sequence[Wrapped] = workstation.answer(
        wrap_files,
        paths=tuple(options.paths),
        patient=None if options.study else patient,
        study_instance_uid=StudyUid(options.study) if options.study else None,
        study_description=options.study_description,
        series_description=options.description,
        modality=options.modality,
    )
    printer.value([asdict(one) for one in outcomes], [_line(one) for one in outcomes])
    return told([shown(f"{one.path}: {one.reason}") for one in outcomes if one.status == "refused"])


def _line(one: Wrapped) -> str:
    what = f"{one.images} images, series {one.series_instance_uid}" if one.images else one.reason
    notes = f" ({'; '.join(one.notes)})" if one.notes else ""
    return shown(f"{one.status}: {one.path}: {what}{notes}")

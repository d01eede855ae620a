"""`medscan studies`, `medscan priors` and `medscan series`: what is in the library."""

import argparse

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.services.priors import PriorRow, list_priors
from medscan_desktop.services.studies import SeriesRow, list_series, search_studies
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    add.verb("studies", _studies, "list studies").add_argument("--search", default="", metavar="TEXT")
    text = "list the other studies of a study's patient, the one that compares best first"
    add.verb("priors", _priors, text).add_argument("study", metavar="STUDY_UID")
    add.verb("series", _series, "list the series of a study").add_argument("study", metavar="STUDY_UID")


def _studies(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    studies = workstation.answer(search_studies, text=options.search)
    return printer.rows([_study_row(study) for study in studies], "No study.")


def _priors(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    rows = workstation.answer(list_priors, study_instance_uid=StudyUid(options.study))
    return printer.rows([_prior_row(row) for row in rows], "No other study of this patient.")


def _series(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    rows = workstation.answer(list_series, study_instance_uid=StudyUid(options.study))
    return printer.rows([_series_row(row) for row in rows], "No series.")


def _study_row(study: Study) -> Row:
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


def _prior_row(row: PriorRow) -> Row:
    """Another study of the patient as a program reads it."""
    return {
        **_study_row(row.study),
        "relevance": row.relevance.score,
        "comparable": row.relevance.is_comparable,
        "why": list(row.relevance.reasons),
        "doubts": list(row.doubts),
        "another_person": row.is_refused,
    }


def _series_row(row: SeriesRow) -> Row:
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

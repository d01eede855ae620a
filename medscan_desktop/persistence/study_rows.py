"""Domain values of the library to table rows and back."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from medscan_desktop.domain.study import (
    Instance,
    InstanceState,
    InstanceUid,
    LegalHold,
    Patient,
    Series,
    SeriesUid,
    Storage,
    Study,
    StudyUid,
)


def study_row(study: Study) -> dict[str, object]:
    """The columns of a study."""
    return {
        "study_instance_uid": study.study_instance_uid,
        "patient_id": study.patient.patient_id,
        "patient_name": study.patient.patient_name,
        "patient_birth_date": study.patient.patient_birth_date,
        "patient_sex": study.patient.patient_sex,
        "study_date": study.study_date,
        "study_time": study.study_time,
        "study_description": study.study_description,
        "accession_number": study.accession_number,
        "institution_name": study.institution_name,
    }


def series_row(of_series: Series) -> dict[str, object]:
    """The columns of a series."""
    return {
        "series_instance_uid": of_series.series_instance_uid,
        "study_instance_uid": of_series.study_instance_uid,
        "modality": of_series.modality,
        "series_number": of_series.series_number,
        "series_description": of_series.series_description,
        "body_part_examined": of_series.body_part_examined,
    }


def instance_row(instance: Instance) -> dict[str, object]:
    """The columns of an instance; its header as JSON."""
    return {
        "sop_instance_uid": instance.sop_instance_uid,
        "series_instance_uid": instance.series_instance_uid,
        "sop_class_uid": instance.sop_class_uid,
        "transfer_syntax_uid": instance.transfer_syntax_uid,
        "instance_number": instance.instance_number,
        "frames": instance.frames,
        "size_bytes": instance.size_bytes,
        "sha256": instance.sha256,
        "storage": instance.storage.value,
        "location": instance.location,
        "header": json.dumps(dict(instance.header), ensure_ascii=False, separators=(",", ":")),
        "mtime_ns": instance.mtime_ns,
        "state": instance.state.value,
    }


def hold_text(hold: LegalHold | None) -> str:
    """A legal hold as its column keeps it."""
    return json.dumps(asdict(hold), ensure_ascii=False) if hold is not None else ""


def patient_of(row: Row[Any]) -> Patient:
    """The patient data that a study came with."""
    return Patient(row.patient_id, row.patient_name, row.patient_birth_date, row.patient_sex)


def study_of(row: Row[Any]) -> Study:
    """A study, from a row with counts."""
    return Study(
        study_instance_uid=StudyUid(row.study_instance_uid),
        patient=patient_of(row),
        study_date=row.study_date,
        study_time=row.study_time,
        study_description=row.study_description,
        accession_number=row.accession_number,
        institution_name=row.institution_name,
        modalities=tuple(sorted(row.modalities.split(","))) if row.modalities else (),
        series_count=row.series_count,
        instance_count=row.instance_count,
        absent_count=row.absent_count,
        imported_at=row.imported_at,
        opened_at=row.opened_at,
        legal_hold=LegalHold(**json.loads(row.legal_hold)) if row.legal_hold else None,
    )


def series_of(row: Row[Any]) -> Series:
    """A series, from a row with its count."""
    return Series(
        series_instance_uid=SeriesUid(row.series_instance_uid),
        study_instance_uid=StudyUid(row.study_instance_uid),
        modality=row.modality,
        series_number=row.series_number,
        series_description=row.series_description,
        body_part_examined=row.body_part_examined,
        instance_count=row.instance_count,
        absent_count=row.absent_count,
    )


def instance_of(row: Row[Any]) -> Instance:
    """An instance."""
    return Instance(
        sop_instance_uid=InstanceUid(row.sop_instance_uid),
        series_instance_uid=SeriesUid(row.series_instance_uid),
        sop_class_uid=row.sop_class_uid,
        transfer_syntax_uid=row.transfer_syntax_uid,
        instance_number=row.instance_number,
        frames=row.frames,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        storage=Storage(row.storage),
        location=row.location,
        header=json.loads(row.header),
        mtime_ns=row.mtime_ns,
        state=InstanceState(row.state),
    )

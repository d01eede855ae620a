"""A header's study and series as the records keep them."""

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.domain.study import Patient, Series, Study


def study_of(header: Header) -> Study:
    """The study that an instance belongs to; counts and modalities are the records' to fill."""
    return Study(
        study_instance_uid=header.study_instance_uid,
        patient=Patient(
            patient_id=header.text("PatientID"),
            patient_name=header.text("PatientName"),
            patient_birth_date=header.text("PatientBirthDate"),
            patient_sex=header.text("PatientSex"),
        ),
        study_date=header.text("StudyDate"),
        study_time=header.text("StudyTime"),
        study_description=header.text("StudyDescription"),
        accession_number=header.text("AccessionNumber"),
        institution_name=header.text("InstitutionName"),
    )


def series_of(header: Header) -> Series:
    """The series that an instance belongs to."""
    return Series(
        series_instance_uid=header.series_instance_uid,
        study_instance_uid=header.study_instance_uid,
        modality=header.modality,
        series_number=header.integer("SeriesNumber"),
        series_description=header.text("SeriesDescription"),
        body_part_examined=header.text("BodyPartExamined"),
    )

"""Studies, series and instances with only what a test is about."""

from medscan_desktop.domain.study import Instance, InstanceUid, Patient, Series, SeriesUid, Storage, Study, StudyUid


def a_study(uid: str = "1.2", *, name: str = "Doe^Jane", patient_id: str = "P1", date: str = "", **more: str) -> Study:
    return Study(StudyUid(uid), Patient(patient_id, name, more.pop("birth_date", "")), study_date=date, **more)


def a_series(study: Study, number: int = 1, modality: str = "CT") -> Series:
    uid = SeriesUid(f"{study.study_instance_uid}.{number}")
    return Series(uid, study.study_instance_uid, modality, number)


def an_instance(series: Series, number: int = 1, *, sha256: str = "00") -> Instance:
    return Instance(
        sop_instance_uid=InstanceUid(f"{series.series_instance_uid}.{number}"),
        series_instance_uid=series.series_instance_uid,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        instance_number=number,
        frames=1,
        size_bytes=100,
        sha256=sha256,
        storage=Storage.VAULT,
        location="0" * 32,
        header={"rows": 512, "spacing": [0.5, 0.5], "name": "李"},
    )

"""Another examination of the same patient, made of real or synthetic files: new identifiers, another day, moved."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset

from medscan_desktop.domain.study import StudyUid

_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")


def as_another_day(
    files: Sequence[Path],
    folder: Path,
    date: str,
    *,
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    same_frame: bool = False,
    **attributes: str,
) -> StudyUid:
    """Write the files into `folder` as a study of `date` (DA), its positions moved; the pixels are untouched.

    `same_frame` keeps the frame of reference; keyword arguments replace attributes ("PatientName").
    """
    folder.mkdir(parents=True, exist_ok=True)
    uid = ""
    for number, path in enumerate(files):
        dataset = dcmread(path)
        _rename(dataset, date, number, same_frame=same_frame)
        dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = date
        if "ImagePositionPatient" in dataset:
            moved = (float(at) + by for at, by in zip(dataset.ImagePositionPatient, shift_mm, strict=True))
            dataset.ImagePositionPatient = [round(at, 6) for at in moved]
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        dataset.save_as(folder / f"{number:04}.dcm")
        uid = str(dataset.StudyInstanceUID)
    return StudyUid(uid)


def _rename(dataset: Dataset, date: str, number: int, *, same_frame: bool) -> None:
    """What a de-identifier has given one identifier (every image of a series) gets one each."""
    for keyword in _UIDS:
        if keyword in dataset and not (same_frame and keyword == "FrameOfReferenceUID"):
            place = number if keyword == "SOPInstanceUID" else ""
            named = f"{date}{dataset[keyword].value}{place}".encode()
            setattr(dataset, keyword, f"2.25.{int.from_bytes(hashlib.sha256(named).digest()[:15], 'big')}")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID

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
        _rename(dataset, date, same_frame=same_frame)
        dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = date
        if "ImagePositionPatient" in dataset:
            moved = (float(at) + by for at, by in zip(dataset.ImagePositionPatient, shift_mm, strict=True))
            dataset.ImagePositionPatient = [round(at, 6) for at in moved]
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        dataset.save_as(folder / f"{number:04}.dcm")
        uid = str(dataset.StudyInstanceUID)
    return StudyUid(uid)


def _rename(dataset: Dataset, date: str, *, same_frame: bool) -> None:
    for keyword in _UIDS:
        if keyword in dataset and not (same_frame and keyword == "FrameOfReferenceUID"):
            number = int.from_bytes(hashlib.sha256(f"{date}{dataset[keyword].value}".encode()).digest()[:15], "big")
            setattr(dataset, keyword, f"2.25.{number}")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID

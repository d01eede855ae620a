"""Builders of synthetic DICOM: one slice, a series in any orientation, and the bytes of a file."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.domain.study import InstanceUid

ROOT_UID = "1.2.826.0.1.3680043.8.498"
AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
CORONAL = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
SAGITTAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))


def ct_slice(number: int = 1, *, rows: int = 4, columns: int = 6, **attributes: Any) -> Dataset:
    """A CT slice of 1 mm pixels at z = `number`; keyword arguments replace or (None) remove attributes."""
    dataset = Dataset()
    values = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": f"{ROOT_UID}.3.{number}",
        "StudyInstanceUID": f"{ROOT_UID}.1",
        "SeriesInstanceUID": f"{ROOT_UID}.2",
        "FrameOfReferenceUID": f"{ROOT_UID}.4",
        "Modality": "CT",
        "PatientName": "Phantom^Test",
        "PatientID": "T-1",
        "InstanceNumber": number,
        "ImagePositionPatient": [0.0, 0.0, float(number)],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [1.0, 1.0],
        "SliceThickness": 1.0,
        "Rows": rows,
        "Columns": columns,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "RescaleSlope": 1,
        "RescaleIntercept": 0,
        "PixelData": np.full((rows, columns), number, np.int16).tobytes(),
    } | attributes
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    return dataset


def series(
    count: int = 5,
    *,
    orientation: Sequence[Sequence[float]] = AXIAL,
    step: Sequence[float] | None = None,
    spacing: float = 2.0,
    origin: Sequence[float] = (10.0, 20.0, 30.0),
    **attributes: Any,
) -> list[Dataset]:
    """`count` slices along the normal of `orientation`, or along `step` (mm) where given; slice k has the value k."""
    row, column = np.asarray(orientation, float)
    along = np.cross(row, column) * spacing if step is None else np.asarray(step, float)
    places = (np.asarray(origin, float) + along * k for k in range(count))
    return [
        ct_slice(
            k + 1,
            **{
                "ImagePositionPatient": [round(float(value), 6) for value in place],
                "ImageOrientationPatient": [*row, *column],
            }
            | attributes,
        )
        for k, place in enumerate(places)
    ]


def file_bytes(dataset: Dataset, syntax: str = ExplicitVRLittleEndian, *, meta: bool = True) -> bytes:
    """The file of a data set; without preamble and meta header where `meta` is False."""
    out = io.BytesIO()
    copy = Dataset()
    copy.update(dataset)
    implicit = syntax == ImplicitVRLittleEndian
    if not meta:
        dcmwrite(out, copy, implicit_vr=implicit, little_endian=True)
        return out.getvalue()
    copy.file_meta = FileMetaDataset()
    copy.file_meta.TransferSyntaxUID = syntax
    copy.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID") or CTImageStorage
    copy.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID") or f"{ROOT_UID}.3.0"
    dcmwrite(out, copy, enforce_file_format=True)
    return out.getvalue()


def header_of(dataset: Dataset, label: str = "", **kwargs: Any) -> Header:
    """What `scan` reads from the file of a data set."""
    return scan(io.BytesIO(file_bytes(dataset, **kwargs)), label or f"slice{dataset.get('InstanceNumber', 0)}")


def headers_of(datasets: Sequence[Dataset]) -> list[Header]:
    """What `scan` reads from each."""
    return [header_of(dataset) for dataset in datasets]


class Files:
    """Files in memory, opened by instance: what `start_load` gets in the tests."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def __call__(self, uid: InstanceUid) -> BinaryIO:
        return io.BytesIO(self._contents[uid])

    @classmethod
    def of(cls, datasets: Sequence[Dataset], syntax: str = ExplicitVRLittleEndian) -> "Files":
        return cls({str(one.SOPInstanceUID): file_bytes(one, syntax) for one in datasets})

"""Seeded data of our own: a phantom volume in memory, and the same as a raw CT series on disk."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

SLICES, SIDE = 600, 512


def phantom(slices: int = SLICES, side: int = SIDE, seed: int = 7) -> np.ndarray:
    """(k, j, i) int16 in HU: a body of soft tissue with bone, lungs and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    body = (x / 0.85) ** 2 + (y / 0.65) ** 2 < 1
    lung = ((np.abs(x) - 0.38) / 0.25) ** 2 + (y / 0.42) ** 2 < 1
    bone = x**2 + (y - 0.45) ** 2 < 0.01
    plane = np.where(bone, 900, np.where(lung, -850, np.where(body, 40, -1000)))
    noise = rng.normal(0, 20, (side, side))
    rows = [np.roll(noise, index * 7, axis=0) + plane + (index % 50) for index in range(slices)]
    return np.clip(np.stack(rows), -1024, 3071).astype(np.int16)


def write_series(folder: Path, values: np.ndarray, *, patient: str = "Bench^Phantom") -> list[Path]:
    """Write raw explicit-VR-little-endian CT files in a shuffled order of names; the paths in slice order."""
    folder.mkdir(parents=True)
    names = np.random.default_rng(3).permutation(len(values))
    paths = [folder / f"IM{name:05d}.dcm" for name in names]
    return [write_slice(path, values[index], index, patient) for index, path in enumerate(paths)]


def write_slice(path: Path, pixels: np.ndarray, index: int, patient: str) -> Path:
    """One raw explicit-VR-little-endian CT file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, ExplicitVRLittleEndian
    meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.3680043.10.1.{index + 1}"
    image = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID, image.SeriesInstanceUID = "1.2.826.0.1.3680043.10.2.1", "1.2.826.0.1.3680043.10.2.2"
    image.FrameOfReferenceUID = "1.2.826.0.1.3680043.10.2.3"
    image.SpecificCharacterSet = "ISO_IR 192"
    image.Modality, image.PatientName, image.PatientID = "CT", patient, "PHANTOM-1"
    image.StudyDate, image.SeriesNumber, image.InstanceNumber = "20260101", 1, index + 1
    image.ImagePositionPatient, image.ImageOrientationPatient = [-200, -200, index * 0.8], [1, 0, 0, 0, 1, 0]
    image.PixelSpacing, image.SliceThickness = [0.78125, 0.78125], 0.8
    image.Rows, image.Columns = pixels.shape
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 16, 15, 1
    image.RescaleIntercept, image.RescaleSlope, image.RescaleType = 0, 1, "HU"
    image.WindowCenter, image.WindowWidth = 40, 400
    image.PixelData = pixels.tobytes()
    image.save_as(path, enforce_file_format=True)
    return path


def write_scanner_files(folder: Path, count: int, *, per_series: int = 250) -> None:
    """Small CT files with headers as long as a scanner's: some 120 elements, sequences and a private group among them.

    One study, `per_series` files a series.
    """
    folder.mkdir(parents=True)
    first = write_slice(folder / "first", np.zeros((32, 32), np.int16), 0, "Bench^Phantom")
    dataset = pydicom.dcmread(first)
    first.unlink()
    for keyword, value in _SCANNER.items():
        setattr(dataset, keyword, value)
    dataset.RequestAttributesSequence = [_item(RequestedProcedureID="RP1", ScheduledProcedureStepID="S1")]
    dataset.ReferencedStudySequence = [_item(ReferencedSOPClassUID="1.2.3", ReferencedSOPInstanceUID="1.2.3.4")]
    dataset.ReferencedImageSequence = [
        _item(ReferencedSOPClassUID="1.2.3", ReferencedSOPInstanceUID=f"1.{n}") for n in "12"
    ]
    block = dataset.private_block(0x0029, "MEDSCAN BENCH", create=True)
    for element in range(20):
        block.add_new(element, "LO" if element % 2 else "OB", f"value {element}" if element % 2 else bytes(160))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.10.1.1000000"
    dataset.SeriesInstanceUID = "1.2.826.0.1.3680043.10.2.2000"
    dataset.InstanceNumber, dataset.SeriesNumber = "10000", "2000"
    dataset.ImagePositionPatient, dataset.SliceLocation = ["-200.000", "-200.000", "3000.000"], "3000.000"
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    template = out.getvalue()
    for number in range(count):
        series, index = divmod(number, per_series)
        content = template.replace(b"10.1.1000000", b"10.1.%07d" % (1_000_001 + number))
        content = content.replace(b"10.2.2000", b"10.2.%04d" % (2001 + series)).replace(
            b"2000", b"%4d" % (series + 1), 1
        )
        content = content.replace(b"3000.000", b"%08.3f" % (1000 + index * 0.8)).replace(
            b"10000 ", b"%-6d" % (index + 1)
        )
        (folder / f"IM{number:05d}.dcm").write_bytes(content)


def _item(**values: str) -> pydicom.Dataset:
    item = pydicom.Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


_SCANNER: dict[str, Any] = {
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"],
    "InstanceCreationDate": "20260101",
    "InstanceCreationTime": "101500.125000",
    "SeriesDate": "20260101",
    "AcquisitionDate": "20260101",
    "ContentDate": "20260101",
    "StudyTime": "100000.000000",
    "SeriesTime": "101200.515000",
    "AcquisitionTime": "101210.250000",
    "ContentTime": "101211.250000",
    "AccessionNumber": "A1234567",
    "Manufacturer": "SIEMENS",
    "InstitutionName": "General Hospital",
    "InstitutionAddress": "Main Street 1, City, District, CC, ZIP",
    "ReferringPhysicianName": "Referrer^Rita",
    "StationName": "CTAWP12345",
    "StudyDescription": "Thorax^ThoraxRoutine (Adult)",
    "SeriesDescription": "Thorax  1.0  B30f",
    "PhysiciansOfRecord": "Record^Robin",
    "PerformingPhysicianName": "Perform^Pat",
    "OperatorsName": "Operator^Olga",
    "ManufacturerModelName": "Sensation 64",
    "PatientBirthDate": "19600101",
    "PatientSex": "F",
    "PatientAge": "066Y",
    "PatientSize": "1.70",
    "PatientWeight": "70",
    "EthnicGroup": "none",
    "AdditionalPatientHistory": "none known",
    "BodyPartExamined": "CHEST",
    "ContrastBolusAgent": "APPLIED",
    "KVP": "120",
    "DataCollectionDiameter": "500",
    "DeviceSerialNumber": "12345",
    "SoftwareVersions": "syngo CT 2009E",
    "ProtocolName": "ThoraxRoutine",
    "ReconstructionDiameter": "400",
    "DistanceSourceToDetector": "1040",
    "DistanceSourceToPatient": "570",
    "GantryDetectorTilt": "0",
    "TableHeight": "130",
    "RotationDirection": "CW",
    "ExposureTime": "500",
    "XRayTubeCurrent": "180",
    "Exposure": "112",
    "FilterType": "0",
    "GeneratorPower": "22",
    "FocalSpots": "1.2",
    "DateOfLastCalibration": "20251231",
    "TimeOfLastCalibration": "080000.000000",
    "ConvolutionKernel": "B30f",
    "PatientPosition": "HFS",
    "StudyID": "1",
    "AcquisitionNumber": "2",
    "PositionReferenceIndicator": "SN",
    "WindowCenterWidthExplanation": "WINDOW1",
    "RequestingPhysician": "Request^Rene",
    "RequestedProcedureDescription": "CT Thorax",
    "PerformedProcedureStepStartDate": "20260101",
    "PerformedProcedureStepStartTime": "100100.000000",
    "PerformedProcedureStepID": "P1",
    "PerformedProcedureStepDescription": "Thorax^ThoraxRoutine (Adult)",
    "SingleCollimationWidth": 0.6,
    "TotalCollimationWidth": 38.4,
    "TableSpeed": 46.0,
    "TableFeedPerRotation": 23.0,
    "SpiralPitchFactor": 1.2,
    "EstimatedDoseSaving": 10.0,
    "CTDIvol": 7.5,
}

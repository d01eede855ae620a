"""Seeded data of our own: a phantom volume in memory, and the same as a raw CT series on disk."""

from pathlib import Path

import numpy as np
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

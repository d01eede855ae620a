"""How others read a folder of raw slices into a sorted volume: the same work as ours, in their usual words."""

from importlib.metadata import version
from pathlib import Path

import dicomsdl
import numpy as np
import pydicom
import SimpleITK as sitk

DICOMSDL = f"dicomsdl {version('dicomsdl')}"


def simpleitk_volume(folder: Path) -> np.ndarray:
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    return sitk.GetArrayFromImage(image)


def pydicom_volume(folder: Path) -> np.ndarray:
    files = [pydicom.dcmread(path) for path in folder.iterdir()]
    files.sort(key=lambda file: float(file.ImagePositionPatient[2]))
    first = files[0]
    volume = np.empty((len(files), first.Rows, first.Columns), np.int16)
    for index, file in enumerate(files):
        volume[index] = file.pixel_array * float(file.RescaleSlope) + float(file.RescaleIntercept)
    return volume


def dicomsdl_volume(folder: Path) -> np.ndarray:
    files = [dicomsdl.open(str(path)) for path in folder.iterdir()]
    files.sort(key=lambda file: float(file.ImagePositionPatient[2]))
    volume = np.empty((len(files), files[0].Rows, files[0].Columns), np.int16)
    for index, file in enumerate(files):
        volume[index] = file.pixelData()
    return volume

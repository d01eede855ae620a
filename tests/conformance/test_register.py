"""Rigid registration on real series: a known turn and shift come back, and what does not belong together is refused."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from medscan_desktop.domain.errors import Cancelled, Unsuitable
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.register import Registration, register
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.workstation.jobs import Job
from tests.support.real_data import series_folder

CASES = {
    "ct_head_dicom": ("HU", 25.0),
    "ct_chest_dicom": ("HU", 25.0),
    "mr_head_t1_dicom": ("", 30.0),
}


@cache
def image(name: str) -> Any:
    """The longest series of a folder, read by SimpleITK: a second opinion on the geometry too."""
    folder = str(next(path for path in sorted(series_folder(name).rglob("*")) if path.is_file()).parent)
    reader = sitk.ImageSeriesReader
    return sitk.ReadImage(
        max((reader.GetGDCMSeriesFileNames(folder, uid) for uid in reader.GetGDCMSeriesIDs(folder)), key=len)
    )


def volume(of: Any, unit: str) -> Volume:
    values = sitk.GetArrayFromImage(of).astype(np.float32)
    affine = np.eye(4)
    affine[:3, :3] = np.array(of.GetDirection()).reshape(3, 3) * np.array(of.GetSpacing())
    affine[:3, 3] = of.GetOrigin()
    return Volume(values, Geometry(affine, values.shape), np.ones(len(values), bool), unit=unit)


def moved(
    of: Any, degrees: tuple[float, float, float], shift: tuple[float, float, float], noise: float
) -> tuple[Any, Any]:
    """The series as another day's: turned about its middle, shifted, with new noise; and the transform to it."""
    there = sitk.Euler3DTransform()
    there.SetCenter(of.TransformContinuousIndexToPhysicalPoint([(size - 1) / 2 for size in of.GetSize()]))
    there.SetRotation(*np.radians(degrees).tolist())
    there.SetTranslation(shift)
    lowest = float(sitk.GetArrayViewFromImage(of).min())
    resampled = sitk.Resample(of, of, there.GetInverse(), sitk.sitkLinear, lowest, sitk.sitkFloat32)
    values = sitk.GetArrayFromImage(resampled)
    noisy = sitk.GetImageFromArray(values + np.random.default_rng(7).normal(0, noise, values.shape).astype(np.float32))
    noisy.CopyInformation(of)
    return noisy, there


def errors(found: Registration, there: Any, of: Any) -> tuple[float, float]:
    """(mm at worst over a head's width around the middle, degrees)."""
    middle = np.array(of.TransformContinuousIndexToPhysicalPoint([(size - 1) / 2 for size in of.GetSize()]))
    places = [middle + 60 * np.array(way) for way in (*np.eye(3), *-np.eye(3), np.zeros(3))]
    off = [found.matrix[:3, :3] @ at + found.matrix[:3, 3] - there.TransformPoint(at.tolist()) for at in places]
    rest = found.matrix[:3, :3] @ np.array(there.GetMatrix()).reshape(3, 3).T
    return max(float(np.linalg.norm(one)) for one in off), float(
        np.degrees(np.arccos(min(1.0, (np.trace(rest) - 1) / 2)))
    )


@pytest.mark.parametrize("name", CASES)
def test_a_known_turn_and_shift_of_a_real_series_come_back(name: str) -> None:
    unit, noise = CASES[name]
    later, there = moved(image(name), (3.0, -4.0, 6.0), (8.0, -12.0, 5.0), noise)

    found = register(volume(image(name), unit), volume(later, unit))

    mm, degrees = errors(found, there, image(name))
    assert mm < 1.0
    assert degrees < 1.0
    assert found.quality > 0.8
    assert found.overlap > 0.9


def test_series_of_other_parts_or_people_are_refused_by_name() -> None:
    chest, head = (volume(image(name), "HU") for name in ("ct_chest_dicom", "ct_head_dicom"))

    with pytest.raises(Unsuitable, match=r"do not fit|different parts|turned"):
        register(chest, head)


def test_another_modality_that_does_not_fit_is_refused_too() -> None:
    head, other = volume(image("ct_head_dicom"), "HU"), volume(image("mr_head_t1_dicom"), "")

    with pytest.raises(Unsuitable, match=r"do not fit|different parts|turned"):
        register(head, other, is_alike=False)


def test_values_that_mean_other_things_still_register() -> None:
    """As T1 beside T2: the same tissue is bright in one and dark in the other."""
    of = image("mr_head_t1_dicom")
    later, there = moved(of, (2.0, 3.0, -4.0), (5.0, 6.0, -9.0), 5.0)
    values = sitk.GetArrayFromImage(later)
    most = float(np.quantile(values, 0.999))
    turned = sitk.GetImageFromArray((np.sin(np.clip(values / most, 0, 1) * 2.4) * 800).astype(np.float32))
    turned.CopyInformation(later)

    found = register(volume(of, ""), volume(turned, ""), is_alike=False)

    mm, degrees = errors(found, there, of)
    assert mm < 1.0
    assert degrees < 1.0


def test_it_says_how_far_it_is_and_stops_when_asked() -> None:
    chest = volume(image("ct_head_dicom"), "HU")
    job = Job("series.register")
    heard: list[float] = []

    def report(share: float, text: str) -> None:
        heard.append(share)
        assert text
        if share > 0.2:
            job.cancel()
        job.report(share, text)

    with pytest.raises(Cancelled):
        register(chest, chest, report=report, is_cancelled=lambda: job.is_cancelled)
    assert heard == sorted(heard)


def test_what_is_no_volume_is_refused() -> None:
    few = Volume(np.zeros((4, 16, 16), np.int16), Geometry(np.eye(4), (4, 16, 16)), np.ones(4, bool))

    with pytest.raises(Unsuitable, match="at least 8 slices"):
        register(few, few)

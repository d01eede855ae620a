"""clinical-conventions, Distances: the spacing and the label that stands beside every length."""

from dataclasses import replace
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medscan_desktop.dicom.stacks.calibration import calibration_of
from tests.support.dicom_files import ct_slice, header_of


def calibration(**attributes: Any) -> tuple[float, float, str]:
    found = calibration_of(header_of(ct_slice(**({"PixelSpacing": None} | attributes))))
    return found.row, found.column, found.label


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"PixelSpacing": [0.2, 0.3], "PixelSpacingCalibrationType": "FIDUCIAL"}, (0.2, 0.3, "calibrated")),
        (
            {"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "GEOMETRY"},
            (0.2, 0.2, "magnification-corrected"),
        ),
        ({"PixelSpacing": [0.1, 0.1], "ImagerPixelSpacing": [0.2, 0.2]}, (0.1, 0.1, "magnification-corrected")),
        ({"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]}, (0.2, 0.2, "at detector")),
        ({"PixelSpacing": [0.2, 0.2]}, (0.2, 0.2, "mm, unverified plane")),
        ({"ImagerPixelSpacing": [0.2, 0.2]}, (0.2, 0.2, "at detector")),
        (
            {"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 1.25},
            (0.16, 0.16, "estimated"),
        ),
        (
            {"ImagerPixelSpacing": [0.2, 0.2], "DistanceSourceToDetector": 1000, "DistanceSourceToPatient": 800},
            (0.16, 0.16, "estimated"),
        ),
        ({"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 1}, (0.2, 0.2, "at detector")),
        ({}, (1.0, 1.0, "px")),
        ({"PixelSpacing": [0, 0]}, (1.0, 1.0, "px")),
        ({"PixelAspectRatio": [2, 1]}, (2.0, 1.0, "px")),
    ],
)
@pytest.mark.parametrize("modality", ["CR", "DX", "MG", "XA", "RF"])
def test_projections(modality: str, attributes: dict[str, Any], expected: tuple[float, float, str]) -> None:
    assert calibration(Modality=modality, **attributes) == pytest.approx(expected)


@pytest.mark.parametrize("modality", ["CT", "MR", "PT", "NM"])
def test_slices_are_in_mm_of_the_patient(modality: str) -> None:
    assert calibration(Modality=modality, PixelSpacing=[0.5, 0.75]) == (0.5, 0.75, "")


def test_slices_never_take_the_detectors_spacing() -> None:
    assert calibration(Modality="CT", ImagerPixelSpacing=[0.2, 0.2])[2] == "px"


@pytest.mark.parametrize("spacing", ["nan\\1", "inf\\inf", "0\\1", "-1\\1", "1", "one\\two"])
@pytest.mark.parametrize("modality", ["CT", "CR", "OT"])
def test_a_spacing_that_is_none_leaves_pixels(modality: str, spacing: str) -> None:
    header = replace(header_of(ct_slice()), attributes={"Modality": modality, "PixelSpacing": spacing})

    assert calibration_of(header).label == "px"


def test_secondary_capture_is_at_scanner() -> None:
    assert calibration(Modality="OT", NominalScannedPixelSpacing=[0.1, 0.1]) == (0.1, 0.1, "at scanner")


def region(unit: int, delta: float) -> Dataset:
    item = Dataset()
    item.RegionLocationMinX0 = item.RegionLocationMinY0 = 0
    item.RegionLocationMaxX1 = item.RegionLocationMaxY1 = 3
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = unit
    item.PhysicalDeltaX, item.PhysicalDeltaY = delta, delta * 2
    return item


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        ([region(3, 0.01)], (0.2, 0.1, "ultrasound region")),
        ([region(3, 0.01), region(3, 0.01)], (0.2, 0.1, "ultrasound region")),
        ([region(3, 0.01), region(3, 0.02)], (1.0, 1.0, "px")),
        ([region(3, 0.01), region(4, 0.01)], (1.0, 1.0, "px")),
        ([], (1.0, 1.0, "px")),
    ],
)
def test_ultrasound_by_its_regions(regions: list[Dataset], expected: tuple[float, float, str]) -> None:
    assert calibration(Modality="US", SequenceOfUltrasoundRegions=Sequence(regions)) == pytest.approx(expected)

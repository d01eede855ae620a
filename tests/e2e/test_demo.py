"""The demo as a process on the real CT: everything it promises is there, and others can read it."""

import os
import subprocess
import sys
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pypdf import PdfReader

from tests.support.real_data import ROOT, data_folder, series_folder

LIVER = 5  # its label in the reference


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demo wrote."""
    images = series_folder("ct_abdomen_j2k")
    folder = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "-m", "medscan_desktop.app.demo", str(images), str(folder / "out"), str(folder / "home")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out"


def _highdicom_mask(path: Path) -> np.ndarray:
    """(k, j, i) by rising position along the normal."""
    segmentation = hd.seg.segread(path)
    return segmentation.get_volume(combine_segments=True, rescale_fractional=False).array > 0


def test_it_leaves_a_page_a_segmentation_four_pictures_and_a_timing_table(demo: Path) -> None:
    names = {path.name for path in demo.iterdir()}

    assert names == {
        "report.pdf",
        "liver-seg.dcm",
        "axial.png",
        "coronal.png",
        "sagittal.png",
        "3d.png",
        "timing.txt",
    }


def test_the_liver_agrees_with_another_networks_labels(demo: Path) -> None:
    """The reference is a network's output (TotalSegmentator), not a person's."""
    reference = sitk.ReadImage(str(data_folder() / "labelled" / "example_seg_dicom.nii.gz"))
    ours = sitk.ReadImage(str(demo / "liver-seg.dcm"))
    resampled = sitk.Resample(reference, ours, sitk.Transform(), sitk.sitkNearestNeighbor)
    expected, found = sitk.GetArrayFromImage(resampled) == LIVER, sitk.GetArrayFromImage(ours) > 0

    dice = 2 * (expected & found).sum() / (expected.sum() + found.sum())

    assert dice >= 0.93


def test_highdicom_and_simpleitk_read_the_same_voxels(demo: Path) -> None:
    image = sitk.ReadImage(str(demo / "liver-seg.dcm"))
    by_simpleitk = sitk.GetArrayFromImage(image) > 0
    by_highdicom = _highdicom_mask(demo / "liver-seg.dcm")

    assert by_highdicom.sum() == by_simpleitk.sum() > 100_000
    occupied = by_highdicom.any(axis=(1, 2)), by_simpleitk.any(axis=(1, 2))
    frames = [mask[rows] for mask, rows in zip((by_highdicom, by_simpleitk), occupied, strict=True)]
    assert any(np.array_equal(frames[0], other) for other in (frames[1], frames[1][::-1]))


def test_the_segmentation_names_its_algorithm_and_its_source(demo: Path) -> None:
    dataset = pydicom.dcmread(demo / "liver-seg.dcm")
    segment = dataset.SegmentSequence[0]

    assert segment.SegmentAlgorithmType in ("AUTOMATIC", "SEMIAUTOMATIC")
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Liver"
    assert len(dataset.ReferencedSeriesSequence[0].ReferencedInstanceSequence) == 20


def test_the_page_says_volume_measurements_and_that_it_is_a_demo(demo: Path) -> None:
    page = PdfReader(demo / "report.pdf").pages[0]
    text = page.extract_text()

    assert "Liver" in text and "Distance" in text and "Ellipse" in text
    assert "demo – not for diagnosis" in text
    assert len(page.images) == 4


def test_the_pictures_are_not_empty(demo: Path) -> None:
    for name in ("axial", "coronal", "sagittal", "3d"):
        pixels = sitk.GetArrayFromImage(sitk.ReadImage(str(demo / f"{name}.png")))
        assert pixels.std() > 10, name

"""Corner texts from the headers."""

from dataclasses import replace
from typing import Any

import pytest
from pydicom.config import disable_value_validation
from pydicom.uid import JPEGBaseline8Bit

from medscan_desktop.dicom.stacks.corners import corner_texts
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.scene.stack import Corners
from tests.support.dicom_files import headers_of, series


def corners(**attributes: Any) -> Corners:
    (stack,) = group(headers_of(series(3, **attributes))).stacks
    return corner_texts(stack)


def test_the_four_corners() -> None:
    texts = corners(
        PatientBirthDate="19600229",
        PatientAge="066Y",
        PatientSex="F",
        InstitutionName="Phantom Hospital",
        StudyDate="20260301",
        StudyTime="140509",
        StudyDescription="CT thorax",
        SeriesNumber=2,
        SeriesDescription="axial",
        KVP=120,
        Exposure=80,
        SliceLocation=12.5,
    )

    assert texts.patient == ("Phantom, Test", "T-1", "1960-02-29 66 y F")
    assert texts.study == ("Phantom Hospital", "2026-03-01 14:05", "CT thorax")
    assert texts.series[:2] == ("2 · axial", "120 kV 80 mAs")
    assert texts.frames[0] == ("Loc 12.5 mm · Thk 1 mm",)


def test_the_technique_of_mr_is_its_times_and_its_b_value() -> None:
    texts = corners(Modality="MR", RepetitionTime=500, EchoTime=12.5, InversionTime=150, DiffusionBValue=1000.0)

    assert "TR 500 ms TE 12.5 ms TI 150 ms b 1000 s/mm²" in texts.series


@pytest.mark.parametrize(("stated", "shown"), [("006M", "6 mo"), ("003W", "3 wk"), ("012D", "12 d")])
def test_an_age_is_written_as_people_write_it(stated: str, shown: str) -> None:
    assert corners(PatientAge=stated).patient[-1] == shown


def test_zeros_that_an_anonymiser_wrote_are_no_birth_date_and_no_age() -> None:
    with disable_value_validation():  # as it comes in files, though no writer may write it
        assert corners(PatientBirthDate="00000000", PatientAge="000Y", PatientSex="F").patient[-1] == "F"
    assert corners(PatientBirthDate="20260228", PatientAge="000Y").patient[-1].startswith("2026-02-28 0 y")


def test_without_a_slice_location_the_position_along_the_normal_stands_there() -> None:
    assert [lines[0] for lines in corners().frames] == [f"Loc {z}.0 mm · Thk 1 mm" for z in (30, 32, 34)]


@pytest.mark.parametrize(
    ("attributes", "marker"),
    [
        ({}, ()),
        ({"LossyImageCompression": "00"}, ()),
        ({"LossyImageCompression": "01"}, ("lossy, ratio unknown",) * 3),
        (
            {
                "LossyImageCompression": "01",
                "LossyImageCompressionRatio": 12.5,
                "LossyImageCompressionMethod": "ISO_10918_1",
            },
            ("lossy, 12.5:1 (JPEG)",) * 3,
        ),
        (
            {
                "LossyImageCompression": "01",
                "LossyImageCompressionRatio": [5.7691, 10],
                "LossyImageCompressionMethod": ["ISO_10918_1", "PRIVATE"],
            },
            ("lossy, 5.8:1 × 10:1 (JPEG, PRIVATE)",) * 3,
        ),
    ],
)
def test_the_lossy_marker(attributes: dict[str, Any], marker: tuple[str, ...]) -> None:
    assert corners(**attributes).lossy == marker


def test_a_lossy_syntax_is_lossy_whatever_the_header_leaves_out() -> None:
    headers = [replace(header, transfer_syntax_uid=JPEGBaseline8Bit) for header in headers_of(series(3))]
    (stack,) = group(headers).stacks

    assert corner_texts(stack).lossy == ("lossy, ratio unknown",) * 3


def test_laterality_and_animals() -> None:
    texts = corners(ImageLaterality="L", PatientOrientation=["A", "F"], AnatomicalOrientationType="QUADRUPED")

    assert (texts.laterality, texts.patient_orientation, texts.quadruped) == ("Left", ("A", "F"), True)

"""Multi-frame objects: functional groups decide each frame; dose grids and NM give positions of their own."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import EnhancedCTImageStorage, NuclearMedicineImageStorage

from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import InlineWorkers
from tests.support.dicom_files import Files, ct_slice, headers_of


def nested(**sequences: dict) -> Dataset:
    outer = Dataset()
    for keyword, values in sequences.items():
        item = Dataset()
        for name, value in values.items():
            setattr(item, name, value)
        setattr(outer, keyword, Sequence([item]))
    return outer


def enhanced(positions: list[float], slopes: list[float]) -> Dataset:
    """Frame n holds the stored value n + 1."""
    frames = [
        nested(
            PlanePositionSequence={"ImagePositionPatient": [0, 0, z]},
            PixelValueTransformationSequence={"RescaleSlope": slope, "RescaleIntercept": -10, "RescaleType": "HU"},
            FrameVOILUTSequence={"WindowCenter": 40 + z, "WindowWidth": 400},
        )
        for z, slope in zip(positions, slopes, strict=True)
    ]
    shared = nested(
        PlaneOrientationSequence={"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
        PixelMeasuresSequence={"PixelSpacing": [0.5, 0.5], "SliceThickness": 2},
    )
    absent = dict.fromkeys(
        ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept")
    )
    dataset = ct_slice(SOPClassUID=EnhancedCTImageStorage, NumberOfFrames=len(positions), SliceThickness=None, **absent)
    dataset.PixelData = np.concatenate([np.full(24, n + 1, np.int16) for n in range(len(positions))]).tobytes()
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    return dataset


def load(dataset: Dataset):
    (stack,) = group(headers_of([dataset])).stacks
    loading = start_load(stack, Files.of([dataset]), InlineWorkers())
    loading.wait()
    assert loading.failures == ()
    return stack, loading.volume


def test_frames_are_sorted_by_their_own_positions() -> None:
    stack, volume = load(enhanced([4, 0, 2], [1, 1, 1]))

    assert [frame.frame for frame in stack.frames] == [1, 2, 0]
    assert stack.is_volume and stack.geometry.spacing == pytest.approx((0.5, 0.5, 2))
    assert volume.values[:, 0, 0].tolist() == [2 - 10, 3 - 10, 1 - 10]
    assert volume.values.dtype == np.int16 and volume.unit == "HU"


def test_rescale_is_each_frames_own() -> None:
    _, volume = load(enhanced([0, 2, 4], [1, 2.5, 3]))

    assert volume.values.dtype == np.float32
    assert volume.values[:, 0, 0].tolist() == [1 - 10, 5 - 10, 9 - 10]


def test_the_window_is_the_middle_frames() -> None:
    stack, _ = load(enhanced([0, 2, 4], [1, 1, 1]))

    assert stack.vois[0].centre == 42


def test_tomographic_nm_steps_by_spacing_between_slices_even_backwards() -> None:
    dataset = ct_slice(
        SOPClassUID=NuclearMedicineImageStorage,
        Modality="NM",
        NumberOfFrames=4,
        ImageType=["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"],
        SpacingBetweenSlices=-3,
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        RescaleSlope=None,
        RescaleIntercept=None,
    )
    dataset.DetectorInformationSequence = Sequence([plane(50)])
    dataset.PixelData = np.concatenate([np.full(24, n, np.int16) for n in range(4)]).tobytes()
    stack, volume = load(dataset)

    assert stack.is_volume
    assert [frame.frame for frame in stack.frames] == [3, 2, 1, 0]
    np.testing.assert_allclose(stack.geometry.to_patient((0, 0, 0)), (0, 0, 41))
    assert volume.values[:, 0, 0].tolist() == [3, 2, 1, 0]


def plane(z: float) -> Dataset:
    item = Dataset()
    item.ImagePositionPatient, item.ImageOrientationPatient = [0, 0, z], [1, 0, 0, 0, 1, 0]
    return item


def test_frames_without_positions_keep_their_order_and_make_no_volume() -> None:
    dataset = ct_slice(NumberOfFrames=3, ImagePositionPatient=None, Modality="XA", RescaleSlope=None)
    dataset.PixelData = np.arange(72, dtype=np.int16).tobytes()
    stack, volume = load(dataset)

    assert not stack.is_volume and stack.refusal == "frames without positions in the patient"
    assert volume.values[:, 0, 0].tolist() == [0, 24, 48]


def enhanced_pet(*, rescale: float, mapped: float) -> Dataset:
    dataset = enhanced([0, 2, 4], [rescale] * 3)
    dataset.SOPClassUID, dataset.Modality = "1.2.840.10008.5.1.4.1.1.130", "PT"
    for group_item in dataset.PerFrameFunctionalGroupsSequence:
        mapping = nested(MeasurementUnitsCodeSequence={"CodeValue": "Bq/ml", "CodingSchemeDesignator": "UCUM"})
        mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept = mapped, -10.0
        group_item.RealWorldValueMappingSequence = Sequence([mapping])
    return dataset


def test_enhanced_pet_has_the_unit_of_its_mapping_where_that_maps_as_the_rescale_does() -> None:
    assert load(enhanced_pet(rescale=2, mapped=2.0))[1].unit == "Bq/ml"
    assert load(enhanced_pet(rescale=2, mapped=3.0))[1].unit != "Bq/ml", "the values shown are not those of the mapping"

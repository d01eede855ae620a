"""What each frame says for itself: phases of an enhanced object, windows, padding, and frames of a volume's own."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import BreastTomosynthesisImageStorage, EnhancedMRImageStorage, EnhancedUSVolumeStorage

from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.imaging.voi import VoiLut
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import offered_windows
from medscan_desktop.scene.camera import pane_map
from medscan_desktop.scene.letters import NONE, edge_letters
from medscan_desktop.scene.stack import Corners
from medscan_desktop.scene.view import View, ViewId, ViewKind
from tests.support.dicom_files import Files, ct_slice, headers_of, series
from tests.unit.dicom.test_enhanced_frames import nested

_OWN = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness")


def loaded(datasets: list[Dataset]) -> list[tuple[StackPlan, Volume]]:
    found = []
    for stack in group(headers_of(datasets)).stacks:
        loading = start_load(stack, Files.of(datasets), InlineWorkers())
        loading.wait()
        assert loading.failures == ()
        found.append((stack, loading.volume))
    return found


def four_d(steps: int = 3, slices: int = 4) -> Dataset:
    """One object: at each position a frame for each time, whose value is 10 times the time and the slice."""
    frames = [(step, k) for k in range(slices) for step in range(steps)]
    dataset = ct_slice(SOPClassUID=EnhancedMRImageStorage, Modality="MR", **dict.fromkeys(_OWN))
    dataset.NumberOfFrames = len(frames)
    dataset.PixelData = b"".join(np.full(24, 10 * step + k, np.int16).tobytes() for step, k in frames)
    dataset.SharedFunctionalGroupsSequence = Sequence(
        [
            nested(
                PlaneOrientationSequence={"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
                PixelMeasuresSequence={"PixelSpacing": [0.5, 0.5], "SliceThickness": 2},
            )
        ]
    )
    dataset.PerFrameFunctionalGroupsSequence = Sequence(
        [
            nested(
                PlanePositionSequence={"ImagePositionPatient": [0, 0, 2.0 * k]},
                FrameContentSequence={"TemporalPositionIndex": step + 1},
                MREchoSequence={"EffectiveEchoTime": 12.5 * (step + 1)},
            )
            for step, k in frames
        ]
    )
    return dataset


def test_an_enhanced_object_of_several_times_has_a_phase_axis() -> None:
    found = loaded([four_d()])

    assert [stack.phase.text for stack, _ in found if stack.phase] == [
        f"phase {n}/3 · time position {n}, echo time {12.5 * n:g} ms" for n in (1, 2, 3)
    ]
    for step, (stack, volume) in enumerate(found):
        assert stack.is_volume and stack.geometry.spacing == pytest.approx((0.5, 0.5, 2))
        assert volume.values[:, 0, 0].tolist() == [10 * step + k for k in range(4)]
    assert len({stack.id for stack, _ in found}) == 3


def test_the_window_of_the_slice_shown_is_offered() -> None:
    datasets = series(4)
    for k, dataset in enumerate(datasets):
        dataset.WindowCenter, dataset.WindowWidth = 100 * k, 50
    ((_, volume),) = loaded(datasets)

    first = [offered_windows(volume, "CT", k)[0] for k in range(4)]
    assert [window.centre for window in first] == [0, 100, 200, 300]  # type: ignore[union-attr]
    assert offered_windows(volume, "CT")[0].centre == 200  # type: ignore[union-attr]  # across slices: the middle's


def test_padding_of_each_slice_is_none_of_its_tissue() -> None:
    """Stored 7 is padding in every file; with a slope of its own it is another value in each."""
    datasets = series(4, RescaleIntercept=0, PixelPaddingValue=7, Modality="PT", Units="BQML")
    for k, dataset in enumerate(datasets):
        dataset.RescaleSlope = 0.5 * (k + 1)
        plane = np.full((4, 6), 20, np.int16)
        plane[0, :3], plane[1, 0] = 7, 14  # 14 with half the slope is what 7 is here
        dataset.PixelData = plane.tobytes()
    ((_, volume),) = loaded(datasets)
    padding = volume.padding_mask(volume.values)

    assert padding is not None and padding[:, 0, :3].all() and padding.sum() == 4 * 3
    assert [float(volume.values[k, 1, 0]) for k in range(4)] == [7, 14, 21, 28]


def test_padding_that_only_some_files_name_is_put_to_one_value() -> None:
    datasets = series(4)
    for k, dataset in enumerate(datasets):
        plane = np.full((4, 6), 40, np.int16)
        plane[0, 0] = -2000 if k < 2 else -3024
        dataset.PixelPaddingValue, dataset.PixelData = -2000 if k < 2 else -3024, plane.tobytes()
    ((_, volume),) = loaded(datasets)
    padding = volume.padding_mask(volume.values)

    assert volume.values.dtype == np.int16
    assert padding is not None and padding.sum() == 4 and padding[:, 0, 0].all()


def test_an_ultrasound_volume_has_planes_and_no_sides_of_the_patient() -> None:
    dataset = ct_slice(SOPClassUID=EnhancedUSVolumeStorage, Modality="US", **dict.fromkeys(_OWN))
    dataset.NumberOfFrames, dataset.PixelData = 5, np.arange(120, dtype=np.int16).tobytes()
    shared = nested(
        PlaneOrientationVolumeSequence={"ImageOrientationVolume": [1.0, 0, 0, 0, 1.0, 0]},
        PixelMeasuresSequence={"PixelSpacing": [0.4, 0.3]},
    )
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(
        [nested(PlanePositionVolumeSequence={"ImagePositionVolume": [0.0, 0, 1.5 * k]}) for k in range(5)]
    )
    ((stack, volume),) = loaded([dataset])

    assert stack.is_volume and stack.calibration == "" and not volume.geometry.in_patient
    assert volume.geometry.spacing == pytest.approx((0.3, 0.4, 1.5))
    assert stack.warnings == ("the positions are the volume's own: the sides of the patient are not known",)
    view = View(ViewId(0), ViewKind.CORONAL)
    assert edge_letters(pane_map(volume.geometry, view, None, (50, 50)), view, Corners()) == NONE


def test_slices_of_tomosynthesis_are_in_mm_of_the_patient() -> None:
    datasets = series(4, SOPClassUID=BreastTomosynthesisImageStorage, Modality="MG", PixelSpacing=[0.1, 0.1])
    (stack,) = group(headers_of(datasets)).stacks

    assert stack.is_volume and stack.calibration == ""


def test_slices_that_are_missing_stay_empty_and_hold_nothing() -> None:
    datasets = [dataset for k, dataset in enumerate(series(8)) if k != 3]
    ((stack, volume),) = loaded(datasets)

    assert volume.is_complete and volume.empty == (3,) and not volume.loaded[3]
    assert volume.values[:, 0, 0].tolist() == [1, 2, 3, -1000, 5, 6, 7, 8]  # air: 3D shows nothing there
    assert offered_windows(volume, "CT")[0].name == "Auto"
    assert offered_windows(volume, "CT")[0].centre == pytest.approx(5, abs=0.6)  # type: ignore[union-attr]
    assert stack.frame_at(3) is None and stack.frame_at(4) == 3


@pytest.mark.parametrize("is_shared", [True, False])
def test_a_voi_lut_in_the_functional_groups_is_offered(is_shared: bool) -> None:
    dataset = four_d(steps=1)
    lut = Dataset()
    lut.LUTDescriptor, lut.LUTExplanation = [4, 0, 8], "STEPS"
    lut.LUTData = np.array([0, 85, 170, 255], np.uint16).tobytes()
    voi = Dataset()
    voi.VOILUTSequence = Sequence([lut])
    groups = dataset.SharedFunctionalGroupsSequence if is_shared else dataset.PerFrameFunctionalGroupsSequence
    for group_item in groups:
        group_item.FrameVOILUTSequence = Sequence([voi])
    for item in [voi.VOILUTSequence[0]]:
        item["LUTDescriptor"].VR, item["LUTData"].VR = "US", "OW"
    ((_, volume),) = loaded([dataset])

    first = offered_windows(volume, "MR")[0]
    assert isinstance(first, VoiLut) and first.name == "STEPS"
    np.testing.assert_allclose(first.entries, np.array([0, 85, 170, 255]) / 255)

"""clinical-conventions, Geometry 1-6, each rule on a synthetic series with a known answer."""

from typing import Any

import numpy as np
import pytest

from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from tests.support.dicom_files import AXIAL, CORONAL, SAGITTAL, ct_slice, header_of, headers_of, series

OBLIQUE = ((0.8, 0.6, 0.0), (0.0, 0.0, -1.0))
REVERSED = ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def stacks(datasets) -> tuple[StackPlan, ...]:
    return group(headers_of(datasets)).stacks


def only_stack(datasets) -> StackPlan:
    (stack,) = stacks(datasets)
    return stack


@pytest.mark.parametrize("orientation", [AXIAL, CORONAL, SAGITTAL, OBLIQUE, REVERSED])
def test_a_voxel_lies_where_its_own_slice_says_in_every_orientation(orientation) -> None:
    datasets = series(5, orientation=orientation, spacing=2.5, PixelSpacing=[0.5, 0.75])
    stack = only_stack(datasets[::-1])

    assert stack.is_volume
    for k, frame in enumerate(stack.frames):
        source = next(one for one in datasets if frame.instance == one.SOPInstanceUID)
        position = np.array(source.ImagePositionPatient, float)
        row, column = np.array(orientation)
        expected = (
            position + 2 * 0.75 * row + 3 * 0.5 * column
        )  # column 2, row 3: PixelSpacing's first value is vertical
        np.testing.assert_allclose(stack.geometry.to_patient((2, 3, k)), expected, atol=1e-6)


def test_slices_are_sorted_along_the_normal_and_not_by_number_or_name() -> None:
    datasets = series(5, orientation=SAGITTAL)
    for number, dataset in enumerate(datasets):
        dataset.InstanceNumber = [3, 1, 5, 2, 4][number]
    stack = only_stack([datasets[index] for index in (2, 0, 4, 1, 3)])

    assert [frame.instance for frame in stack.frames] == [one.SOPInstanceUID for one in datasets]


def test_spacing_comes_from_positions_and_never_from_slice_thickness() -> None:
    assert only_stack(series(5, spacing=2.0, SliceThickness=3)).geometry.spacing == pytest.approx((1, 1, 2))


def test_rounded_positions_are_judged_against_the_line_and_not_their_neighbours() -> None:
    datasets = series(40, spacing=1.0)
    for k, dataset in enumerate(datasets):
        dataset.ImagePositionPatient = [10, 20, round(30 + k * 1.05, 1)]
    stack = only_stack(datasets)

    assert stack.is_volume and stack.warnings == ()
    assert stack.geometry.spacing[2] == pytest.approx(1.05, abs=2e-3)


def test_a_missing_slice_is_named_with_its_neighbours_and_leaves_its_place_empty() -> None:
    datasets = series(8, spacing=2.0)
    del datasets[3]
    stack = only_stack(datasets)

    assert stack.is_volume and stack.refusal == ""
    assert stack.volume_refusal == "a slice is missing (spacing 2.00 mm): gap of 4.00 mm between slice3 and slice5"
    assert stack.warnings == (stack.volume_refusal,)
    assert (len(stack.frames), stack.geometry.shape[0], stack.empty) == (7, 8, (3,))
    assert stack.geometry.spacing[2] == pytest.approx(2.0)
    for k, frame in zip(stack.slices, stack.frames, strict=True):
        source = next(one for one in datasets if frame.instance == one.SOPInstanceUID)
        np.testing.assert_allclose(stack.geometry.to_patient((0, 0, k)), source.ImagePositionPatient, atol=1e-9)


def test_more_gaps_than_can_be_named_are_counted_and_listed_in_full() -> None:
    datasets = series(24, spacing=2.0)
    stack = only_stack([one for k, one in enumerate(datasets) if k not in (3, 7, 11, 15, 19)])

    assert stack.warnings[0].startswith("5 slices are missing (spacing 2.00 mm): gap of 4.00 mm between")
    assert stack.warnings[0].endswith("between slice11 and slice13 and 2 more")
    assert len(stack.details) == 5 and stack.details[-1] == "4.00 mm between slice19 and slice21"


def test_two_runs_far_apart_are_no_volume() -> None:
    """Room is left for missing slices, not for a metre between two examinations."""
    datasets = series(10, spacing=2.0)
    for dataset in datasets[5:]:
        dataset.ImagePositionPatient = [10, 20, dataset.ImagePositionPatient[2] + 1000]
    stack = only_stack(datasets)

    assert not stack.is_volume and "off the straight line" in stack.refusal
    for k in range(10):
        expected = datasets[k].ImagePositionPatient
        np.testing.assert_allclose(stack.geometry.to_patient((0, 0, k)), expected, atol=1e-9)


def test_a_slice_off_the_line_by_3_percent_is_shown_and_stays_a_volume() -> None:
    datasets = series(9, spacing=5.0)
    datasets[4].ImagePositionPatient = [10, 20, datasets[4].ImagePositionPatient[2] + 0.15]
    stack = only_stack(datasets)

    assert stack.is_volume
    assert len(stack.warnings) == 1 and "0.13 mm off the straight line" in stack.warnings[0]


def test_a_deviation_that_is_large_only_as_a_share_of_thin_slices_is_not_shown() -> None:
    datasets = series(40, spacing=0.5)
    datasets[20].ImagePositionPatient = [10, 20, datasets[20].ImagePositionPatient[2] + 0.09]  # 18 %, yet under 0.1 mm
    stack = only_stack(datasets)

    assert stack.is_volume and stack.warnings == ()


def test_a_deviation_that_is_large_only_in_mm_is_not_shown() -> None:
    datasets = series(9, spacing=50.0)
    datasets[4].ImagePositionPatient = [10, 20, datasets[4].ImagePositionPatient[2] + 0.4]  # 0.8 %
    stack = only_stack(datasets)

    assert stack.is_volume and stack.warnings == ()


def test_slices_on_no_regular_grid_keep_their_true_positions_and_make_no_planes() -> None:
    datasets = series(9, spacing=5.0)
    datasets[4].ImagePositionPatient = [10.5, 20, datasets[4].ImagePositionPatient[2] + 1.0]
    stack = only_stack(datasets)

    assert not stack.is_volume and stack.volume_refusal == stack.warnings[0]
    assert "off the straight line (spacing 5.00 mm): slice5" in stack.warnings[0]
    for k, dataset in enumerate(datasets):
        place = np.array(dataset.ImagePositionPatient, float) + np.array((2, 3, 0))
        np.testing.assert_allclose(stack.geometry.to_patient((2, 3, k)), place, atol=1e-9)
        np.testing.assert_allclose(stack.geometry.to_index(place), (2, 3, k), atol=1e-9)


def test_gantry_tilt_is_found_from_positions_and_shears_the_geometry() -> None:
    tilt = np.radians(15)
    row, column = (1.0, 0.0, 0.0), (0.0, float(np.cos(tilt)), float(-np.sin(tilt)))
    datasets = series(6, orientation=(row, column), step=(0, 0, 3.0), GantryDetectorTilt=15)
    stack = only_stack(datasets)

    assert stack.is_volume
    assert stack.warnings == ("gantry tilt of 15.0°: planes and 3D are shear-corrected",)
    np.testing.assert_allclose(stack.geometry.affine[:3, 2], (0, 0, 3), atol=1e-6)
    assert stack.geometry.voxel_mm3 == pytest.approx(3.0 * np.cos(tilt), rel=1e-6)


def test_a_tilt_that_the_header_contradicts_is_told() -> None:
    tilt = np.radians(15)
    orientation = ((1.0, 0.0, 0.0), (0.0, float(np.cos(tilt)), float(-np.sin(tilt))))
    (warning,) = only_stack(series(6, orientation=orientation, step=(0, 0, 3.0), GantryDetectorTilt=0)).warnings

    assert "the header says 0.0°" in warning


def test_two_orientations_are_two_stacks() -> None:
    axial, coronal = series(5), series(4, orientation=CORONAL)
    for number, dataset in enumerate(coronal):
        dataset.SOPInstanceUID += f".{number}.9"
    found = stacks([*axial, *coronal])

    assert [len(stack.frames) for stack in found] == [5, 4]
    assert all(stack.is_volume for stack in found)


@pytest.mark.parametrize(
    ("keyword", "name", "values"),
    [
        ("TemporalPositionIdentifier", "time position", [1, 2]),
        ("TriggerTime", "trigger", [0, 40]),
        ("EchoTime", "echo time", [10, 90]),
        ("DiffusionBValue", "b-value", [0.0, 1000.0]),
        ("AcquisitionNumber", "acquisition", [1, 2]),
        ("ImageType", "image type", [["ORIGINAL", "PRIMARY", "M"], ["ORIGINAL", "PRIMARY", "P"]]),
    ],
)
def test_slices_at_the_same_positions_split_by_what_sets_them_apart(keyword: str, name: str, values: list[Any]) -> None:
    datasets = [*series(4, **{keyword: values[0]}), *series(4, **{keyword: values[1]})]
    for number, dataset in enumerate(datasets):
        dataset.SOPInstanceUID += f".{number}"
    found = stacks(datasets)

    assert [len(stack.frames) for stack in found] == [4, 4]
    assert [name in stack.label for stack in found] == [True, True]
    assert all(stack.is_volume and stack.reason.startswith(f"split by {name}: ") for stack in found)


def test_doubles_that_nothing_sets_apart_are_split_by_number_and_it_is_told() -> None:
    datasets = [*series(4), *series(4)]
    for number, dataset in enumerate(datasets):
        dataset.SOPInstanceUID += f".{number}"
        dataset.InstanceNumber = number + 1
    found = stacks(datasets)

    assert [len(stack.frames) for stack in found] == [4, 4]
    assert all("split by image number" in stack.warnings[0] for stack in found)


def test_the_same_instance_twice_is_one_slice_and_one_refusal() -> None:
    datasets = series(4)
    found = group(headers_of([*datasets, datasets[0]]))

    assert [len(stack.frames) for stack in found.stacks] == [4]
    assert [refusal.reason for refusal in found.refused] == ["the same image as another file of the series"]


def test_a_localiser_stays_out_of_the_volume() -> None:
    localiser = ct_slice(99, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    found = stacks([*series(5), localiser])

    assert [stack.is_volume for stack in found] == [True, False]
    assert found[1].refusal == "a localiser, which makes no volume"


def test_fewer_than_3_slices_make_no_volume() -> None:
    stack = only_stack(series(2))

    assert (stack.is_volume, stack.refusal) == (False, "fewer than 3 slices")


def test_without_positions_the_order_is_the_image_number_and_there_is_no_volume() -> None:
    datasets = series(4, ImagePositionPatient=None)
    stack = only_stack(datasets[::-1])

    assert [frame.instance for frame in stack.frames] == [one.SOPInstanceUID for one in datasets]
    assert not stack.is_volume and not stack.geometry.spatial
    assert stack.warnings == ("not spatially sorted",)


def test_without_positions_and_numbers_the_time_and_then_the_name_give_the_order() -> None:
    datasets = series(4, ImagePositionPatient=None, InstanceNumber=None)
    for dataset, time in zip(datasets, ("120002", "120001", "120003", "120003"), strict=True):
        dataset.AcquisitionTime = time
    headers = [header_of(one, label) for one, label in zip(datasets, "adcb", strict=True)]
    (stack,) = group(headers).stacks

    expected = [datasets[index].SOPInstanceUID for index in (1, 0, 3, 2)]
    assert [frame.instance for frame in stack.frames] == expected


def test_cosines_beyond_a_hundredth_off_a_right_angle_give_no_geometry() -> None:
    off = ((1.0, 0.0, 0.0), (0.02, 0.9998, 0.0))

    assert not only_stack(series(5, orientation=off, step=(0, 0, 2))).geometry.spatial


def test_cosines_slightly_off_a_right_angle_are_told() -> None:
    off = ((1.0, 0.0, 0.0), (0.005, 0.9999875, 0.0))
    (warning,) = only_stack(series(5, orientation=off, step=(0, 0, 2))).warnings

    assert warning == "rows and columns are 0.29° off a right angle"


def test_non_square_pixels_keep_vertical_and_horizontal_apart() -> None:
    assert only_stack(series(3, PixelSpacing=[0.5, 0.75])).geometry.spacing == pytest.approx((0.75, 0.5, 2))


def test_a_frame_of_reference_for_every_image_is_shared_and_told() -> None:
    datasets = series(4)
    for number, dataset in enumerate(datasets):
        dataset.FrameOfReferenceUID += f".{number}"
    stack = only_stack(datasets)

    assert stack.is_volume and "frame of reference" in stack.warnings[0]


def test_two_frames_of_reference_never_share_a_stack() -> None:
    datasets = series(6)
    for dataset in datasets[3:]:
        dataset.FrameOfReferenceUID += ".9"

    assert [len(stack.frames) for stack in stacks(datasets)] == [3, 3]


def test_many_images_at_one_position_are_one_stack_in_time_and_no_volume() -> None:
    datasets = series(5, step=(0, 0, 0))
    stack = only_stack(datasets[::-1])

    assert [frame.instance for frame in stack.frames] == [one.SOPInstanceUID for one in datasets]
    assert stack.refusal == "all images lie at one position"
    for k in range(5):
        np.testing.assert_allclose(stack.geometry.to_patient((0, 0, k)), (10, 20, 30), atol=1e-3)
        np.testing.assert_allclose(stack.geometry.to_index(stack.geometry.to_patient((1, 2, k))), (1, 2, k), atol=1e-3)


def test_localisers_lie_where_each_says() -> None:
    datasets = series(3, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    for dataset, z in zip(datasets, (0.0, 35.0, 90.0), strict=True):
        dataset.ImagePositionPatient = [z / 10, 0, z]
    stack = only_stack(datasets)

    assert not stack.is_volume and stack.warnings == ()
    for k, z in enumerate((0.0, 35.0, 90.0)):
        np.testing.assert_allclose(stack.geometry.to_patient((0, 0, k)), (z / 10, 0, z), atol=1e-9)

"""A finding as DICOM SEG: the voxels that highdicom and SimpleITK read back are the mask's."""

from datetime import UTC, datetime
from pathlib import Path

import highdicom
import numpy as np
import pytest
import SimpleITK as sitk
from pydicom.dataset import Dataset

from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.write_seg import build_seg
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.finding import Code, Finding, FindingId, FindingState, Provenance, Structure
from medscan_desktop.domain.user import UserId
from medscan_desktop.imaging.mask import Mask
from tests.support.dicom_files import AXIAL, SAGITTAL, Files, headers_of, series

MADE_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def finding(plan: StackPlan, structures: int) -> Finding:
    organ = Code("123037004", "SCT", "Anatomical Structure")
    liver = Code("10200004", "SCT", "Liver")
    return Finding(
        id=FindingId("f-1"),
        study_instance_uid=plan.headers[0].study_instance_uid,
        series_instance_uid=plan.series_instance_uid,
        state=FindingState.ACCEPTED,
        structures=tuple(
            Structure(number * 3, f"structure {number}", 1.0, organ, liver, (200, 90, 60))
            for number in range(1, structures + 1)
        ),
        provenance=Provenance(
            model="liver-ct",
            version="1.2",
            sha256="ab" * 32,
            algorithm_name="Liver CT",
            series_instance_uid=plan.series_instance_uid,
            sop_instance_uids=plan.instances,
            preprocessing="1.5 mm",
            provider="CPU",
            started_at="2026-01-02T03:04:05Z",
            seconds=1.0,
        ),
        mask=None,
        created_by=UserId("u-1"),
        created_at="2026-01-02T03:04:05Z",
    )


def masks(plan: StackPlan, count: int) -> dict[int, np.ndarray]:
    """Lopsided and overlapping, so that no axis, order or segment can be swapped unseen."""
    generator = np.random.default_rng(2)
    shape = plan.geometry.shape
    return {3 * number: generator.random(shape) > 0.3 + 0.2 * number for number in range(1, count + 1)}


def build(orientation=AXIAL, structures: int = 1) -> tuple[StackPlan, dict[int, np.ndarray], Dataset]:
    datasets = series(6, orientation=orientation, rows=8, columns=12, PixelData=bytes(8 * 12 * 2))
    (plan,) = group(headers_of(datasets[::-1])).stacks
    arrays = masks(plan, structures)
    frozen = {number: Mask.from_array(array) for number, array in arrays.items()}
    return plan, arrays, build_seg(plan, Files.of(datasets), frozen, finding(plan, structures), made_at=MADE_AT)


@pytest.mark.parametrize("structures", [1, 2])
@pytest.mark.parametrize("orientation", [AXIAL, SAGITTAL])
def test_highdicom_reads_the_same_voxels(tmp_path: Path, orientation, structures: int) -> None:
    plan, arrays, dataset = build(orientation, structures)
    dataset.save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    with quiet():
        read = highdicom.seg.segread(tmp_path / "seg.dcm")
        pixels = read.get_pixels_by_source_instance([frame.instance for frame in plan.frames])

    for segment, array in enumerate(arrays.values()):
        np.testing.assert_array_equal(pixels[..., segment], array)


@pytest.mark.parametrize("orientation", [AXIAL, SAGITTAL])
def test_simpleitk_reads_the_same_voxels_at_the_same_places(tmp_path: Path, orientation) -> None:
    plan, arrays, dataset = build(orientation)
    dataset.save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    image = sitk.ReadImage(str(tmp_path / "seg.dcm"))

    for k, j, i in np.ndindex(plan.geometry.shape):
        place = plan.geometry.to_patient((i, j, k)).tolist()
        assert (image.GetPixel(image.TransformPhysicalPointToIndex(place)) > 0) == arrays[3][k, j, i]


def test_the_segmentation_names_its_algorithm_and_its_source() -> None:
    plan, _, dataset = build()
    algorithm = dataset.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]

    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("Liver CT", "1.2")
    assert "ab" * 32 in algorithm.AlgorithmParameters
    assert dataset.StudyInstanceUID == plan.headers[0].study_instance_uid
    assert dataset.SegmentationType == "BINARY"
    referenced = dataset.ReferencedSeriesSequence[0]
    assert referenced.SeriesInstanceUID == plan.series_instance_uid
    assert {one.ReferencedSOPInstanceUID for one in referenced.ReferencedInstanceSequence} == set(plan.instances)


def test_a_mask_of_another_grid_is_refused() -> None:
    datasets = series(4)
    (plan,) = group(headers_of(datasets)).stacks
    mask = Mask.from_array(np.ones((3, 4, 6), np.bool_))

    with pytest.raises(Unsuitable, match="does not lie on this series"):
        build_seg(plan, Files.of(datasets), {3: mask}, finding(plan, 1), made_at=MADE_AT)


def test_an_empty_mask_is_refused() -> None:
    datasets = series(4)
    (plan,) = group(headers_of(datasets)).stacks
    mask = Mask.from_array(np.zeros(plan.geometry.shape, np.bool_))

    with pytest.raises(Unsuitable, match="empty"):
        build_seg(plan, Files.of(datasets), {3: mask}, finding(plan, 1), made_at=MADE_AT)

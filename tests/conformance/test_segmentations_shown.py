"""SEG objects of every kind over their images: the masks are the voxels that highdicom wrote, at their places."""

import io
from dataclasses import replace

import highdicom as hd
import numpy as np
import pytest
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.objects.matching import Match, Target, match, missing_text
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.segmentation import Placed, place, read_segmentation
from medscan_desktop.dicom.objects.segmentation import Segmentation as Read
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.scene.stack import StackId
from tests.support.dicom_files import AXIAL, CORONAL, SAGITTAL, file_bytes, headers_of, series
from tests.support.real_data import data_folder

OBLIQUE = ((0.8, 0.6, 0.0), (-0.36, 0.48, 0.8))
MIRRORED = ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
SHAPE = (6, 9, 13)


def sources(orientation=AXIAL, **more: object) -> list[Dataset]:
    return series(
        SHAPE[0], orientation=orientation, rows=SHAPE[1], columns=SHAPE[2], PixelData=bytes(9 * 13 * 2), **more
    )


def voxels(count: int = 2) -> np.ndarray:
    """(segments, k, j, i), overlapping, nothing the same in any axis."""
    return np.random.default_rng(6).random((count, *SHAPE)) > np.array([0.5, 0.7, 0.9])[:count, None, None, None]


def description(number: int, **more: object) -> SegmentDescription:
    return SegmentDescription(
        number,
        f"part {number}",
        codes.SCT.Organ,
        codes.SCT.Liver,
        **{"algorithm_type": SegmentAlgorithmTypeValues.MANUAL} | more,
    )


def written(images: list[Dataset], pixels: np.ndarray, kind: str = "BINARY", **more: object) -> Dataset:
    segments = (
        1 if pixels.ndim == 3 and kind != "LABELMAP" else int(pixels.max()) if kind == "LABELMAP" else pixels.shape[-1]
    )
    for image in images:
        for keyword in ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID", "AccessionNumber"):
            setattr(image, keyword, "")
        image.ReferringPhysicianName = ""
    with quiet():
        return Segmentation(
            source_images=images,
            pixel_array=pixels,
            segmentation_type=SegmentationTypeValues(kind),
            segment_descriptions=more.pop("descriptions", [description(number) for number in range(1, segments + 1)]),
            series_instance_uid=hd.UID(),
            series_number=9,
            sop_instance_uid=hd.UID(),
            instance_number=1,
            manufacturer="m",
            manufacturer_model_name="m",
            software_versions="1",
            device_serial_number="1",
            **more,
        )


def read(dataset: Dataset, syntax: str | None = None) -> Read:
    out = io.BytesIO()
    if syntax is None:
        with quiet():
            dataset.save_as(out, enforce_file_format=True)
    else:
        out.write(file_bytes(dataset, syntax))
    out.seek(0)
    header = scan(out, "seg.dcm")
    out.seek(0)
    return read_segmentation(InlineWorkers(), out, header)


def plan_of(images: list[Dataset]) -> StackPlan:
    (plan,) = group(headers_of(images[::-1])).stacks
    return plan


def over(dataset: Dataset, images: list[Dataset], syntax: str | None = None) -> Placed:
    return place(read(dataset, syntax), plan_of(images))


@pytest.mark.parametrize("orientation", [AXIAL, CORONAL, SAGITTAL, OBLIQUE, MIRRORED])
def test_overlapping_binary_segments_lie_voxel_for_voxel_in_every_orientation(orientation) -> None:
    images = sources(orientation)
    wanted = voxels(3)
    placed = over(written(images, np.moveaxis(wanted, 0, -1).astype(np.uint8)), images)

    for number, mask in placed.masks.items():
        np.testing.assert_array_equal(mask.to_array(), wanted[number - 1])
        assert placed.volumes_ml[number] == pytest.approx(wanted[number - 1].sum() * 1.0 * 1.0 * 2.0 / 1000)
    assert placed.notes == ()


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless])
def test_a_label_map_in_every_compression(syntax: str) -> None:
    images = sources()
    labels = np.random.default_rng(3).integers(0, 4, SHAPE).astype(np.uint8)
    if syntax == JPEGLSLossless:
        pytest.importorskip("pylibjpeg", reason="highdicom needs it to write JPEG-LS")
    placed = over(written(images, labels, "LABELMAP", transfer_syntax_uid=syntax), images)

    assert sorted(placed.masks) == [1, 2, 3]
    for number, mask in placed.masks.items():
        np.testing.assert_array_equal(mask.to_array(), labels == number)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_a_fractional_segment_is_shown_from_one_half_on_and_says_so(syntax: str) -> None:
    images = sources()
    shares = np.random.default_rng(3).random(SHAPE)
    shares[0, 0, 0] = 0.5
    placed = over(written(images, shares, "FRACTIONAL", transfer_syntax_uid=syntax), images)

    np.testing.assert_array_equal(placed.masks[1].to_array(), np.round(shares * 255) * 2 + 1 >= 255)
    assert "at least one half" in placed.notes[0] and "probability" in placed.notes[0]


def test_a_deflated_binary_segmentation() -> None:
    images = sources()
    wanted = voxels(1)[0]
    placed = over(written(images, wanted.astype(np.uint8)), images, "1.2.840.10008.1.2.1.99")

    np.testing.assert_array_equal(placed.masks[1].to_array(), wanted)


def test_frames_of_some_slices_only_leave_the_others_empty() -> None:
    images = sources()
    wanted = voxels(1)[0]
    wanted[[0, 3]] = False
    placed = over(written(images, wanted.astype(np.uint8), omit_empty_frames=True), images)

    np.testing.assert_array_equal(placed.masks[1].to_array(), wanted)


def test_images_that_are_missing_are_counted_and_the_volume_stays_whole() -> None:
    images = sources()
    wanted = voxels(1)[0]
    placed = over(written(images, wanted.astype(np.uint8)), images[1:])

    np.testing.assert_array_equal(placed.masks[1].to_array(), wanted[1:])
    assert placed.volumes_ml[1] == pytest.approx(wanted.sum() * 2 / 1000)
    assert placed.notes == ("1 of its 6 frames lie on none of the images that are here",)


def test_another_grid_is_placed_by_position_and_its_volume_is_its_own() -> None:
    """A segmentation of half the pixel size over the images: 2 x 2 of its pixels are one of theirs."""
    images = sources()
    fine = series(
        SHAPE[0], rows=18, columns=26, PixelSpacing=[0.5, 0.5], origin=(9.75, 19.75, 30.0), PixelData=bytes(18 * 26 * 2)
    )
    wanted = voxels(1)[0]
    pixels = np.kron(wanted, np.ones((1, 2, 2), bool)).astype(np.uint8)
    placed = over(written(fine, pixels), images)

    np.testing.assert_array_equal(placed.masks[1].to_array(), wanted)
    assert placed.volumes_ml[1] == pytest.approx(pixels.sum() * 0.25 * 2 / 1000)
    assert "nearest voxel" in placed.notes[0]


def test_what_a_segment_is_and_who_made_it_is_told() -> None:
    algorithm = hd.AlgorithmIdentificationSequence("Liver net", codes.cid7162.ArtificialIntelligence, "2.1")
    automatic = description(
        1,
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm,
        display_color=hd.color.CIELabColor.from_rgb(10, 200, 30),
    )
    images = sources()
    found = read(
        written(images, np.moveaxis(voxels(2), 0, -1).astype(np.uint8), descriptions=[automatic, description(2)])
    )
    first, second = found.segments

    assert (first.name, first.detail, first.origin, first.is_automatic) == (
        "part 1",
        "Organ · Liver",
        "automatic · Liver net 2.1",
        True,
    )
    assert first.colour == pytest.approx((10, 200, 30), abs=1)
    assert (second.origin, second.is_automatic) == ("manual", False)


def test_it_belongs_to_the_stack_of_the_images_it_names() -> None:
    images = sources()
    other = sources(SeriesInstanceUID="1.2.3", FrameOfReferenceUID="1.2.4")
    for number, image in enumerate(other):
        image.SOPInstanceUID = f"1.2.5.{number}"
    found = read(written(images, voxels(1)[0].astype(np.uint8)))
    own, stranger = plan_of(images), plan_of(other)

    matched = match(found.target, [stranger, own])
    assert isinstance(matched, Match) and matched.plan is own and matched.note == ""
    assert match(found.target, [stranger]) is None
    few = plan_of(images[:3])
    assert match(found.target, [own, few]).plan is own  # type: ignore[union-attr]
    assert match(found.target, [own, replace(few, id=StackId("few"))], StackId("few")).plan.id == "few"  # type: ignore[union-attr]
    assert "6 images of series" in missing_text("segmentation", found.target)


def test_without_its_images_it_goes_over_others_of_the_same_frame_of_reference_and_says_so() -> None:
    images = sources()
    other = sources(SeriesInstanceUID="1.2.3")
    for number, image in enumerate(other):
        image.SOPInstanceUID = f"1.2.5.{number}"
    found = read(written(images, voxels(1)[0].astype(np.uint8)))
    matched = match(found.target, [plan_of(other)])

    assert matched is not None and "not in this study" in matched.note
    np.testing.assert_array_equal(place(found, matched.plan).masks[1].to_array(), voxels(1)[0])
    assert match(Target({}), [plan_of(other)]) is None


def test_a_truncated_segmentation_is_refused_as_such() -> None:
    images = sources()
    dataset = written(images, voxels(1)[0].astype(np.uint8))
    whole = scan(io.BytesIO(file_bytes(dataset)), "seg.dcm")

    with pytest.raises(FileRefused, match="truncated"):
        read_segmentation(InlineWorkers(), io.BytesIO(file_bytes(dataset)[:-40]), whole)


def test_noise_as_labels_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A label map of noise has every segment all over every frame: its pieces grow to 100 times the file."""
    monkeypatch.setattr("medscan_desktop.dicom.objects.read_seg._MOST_BYTES", 200)
    labels = np.random.default_rng(3).integers(0, 9, SHAPE).astype(np.uint8)

    with pytest.raises(FileRefused, match="more pieces than can be shown"):
        read(written(sources(), labels, "LABELMAP"))


@pytest.mark.parametrize("name", ["liver.dcm", "partial_overlaps.dcm"])
def test_real_segmentations_are_as_highdicom_reads_them(name: str) -> None:
    folder = data_folder() / "objects"
    headers = []
    for number in (1, 2, 3):
        with (folder / f"0{number}.dcm").open("rb") as file:
            headers.append(scan(file, f"0{number}.dcm"))
    (plan,) = group(headers).stacks
    with (folder / name).open("rb") as file:
        header = scan(file, name)
        found = read_segmentation(InlineWorkers(), file, header)
    placed = place(found, plan)
    with quiet():
        other = hd.seg.Segmentation.from_dataset(dcmread(folder / name), copy=False)
        pixels = other.get_pixels_by_source_instance(
            [str(uid) for uid in plan.instances], ignore_spatial_locations=True, assert_missing_frames_are_empty=True
        )

    assert len(placed.masks) == pixels.shape[-1]
    for number, mask in placed.masks.items():
        np.testing.assert_array_equal(mask.to_array(), pixels[..., number - 1] > 0)


def test_a_segmentation_made_on_images_with_a_gap_has_no_volume_and_says_why() -> None:
    images = sources()
    there = [*images[:3], *images[4:]]
    pixels = np.ones((5, 9, 13), np.uint8)

    placed = over(written(there, pixels), there)
    assert placed.masks[1].voxel_count == 5 * 9 * 13
    assert placed.volumes_ml == {1: None}
    assert any("no volumes: a slice is missing" in note for note in placed.notes)

    whole = over(written(images, np.ones(SHAPE, np.uint8)), there)
    assert whole.volumes_ml[1] == pytest.approx(6 * 9 * 13 * 2.0 / 1000), "made when all images were there"

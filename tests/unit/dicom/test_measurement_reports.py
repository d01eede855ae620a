"""TID 1500 out and back with nothing changed, by our reader and by highdicom's; what others wrote; what is no SR."""

import io
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
import pytest
from highdicom.sr import srread
from pydicom import dcmread
from pydicom.dataset import Dataset

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects.measured import left_out, measurement_of
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.read_measurements import read_measurements
from medscan_desktop.dicom.objects.write_sr import report_file
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.domain.user import Role, User, UserId
from tests.support.dicom_files import AXIAL, SAGITTAL, file_bytes, headers_of, series
from tests.support.made_documents import file_of, report
from tests.support.made_measurements import drawn, every_kind
from tests.support.reading import asked

ADA = User(UserId("u1"), "ada", "Ada Löwe", frozenset({Role.RADIOLOGIST}))
MADE_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TILTED = ((1.0, 0.0, 0.0), (0.0, 0.8, 0.6))
_TYPE_2 = ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber", "StudyID")
_TYPE_2 += ("ReferringPhysicianName",)
WITHOUT_A_PLACE = {"ImagePositionPatient": None, "ImageOrientationPatient": None, "FrameOfReferenceUID": None}


def stack(**more: object) -> StackPlan:
    return group(headers_of(series(4, rows=8, columns=9, **more))).stacks[0]


def written(measurements: Sequence[Measurement], plan: StackPlan) -> bytes:
    return report_file(measurements, [plan], user=ADA, made_at=MADE_AT)


def back(content: bytes, plan: StackPlan) -> list[Measurement]:
    body, _ = asked(read_measurements, content)
    return [measurement_of(one, [plan], report="1.2.3", number=n) for n, one in enumerate(body["groups"])]


def assert_same(found: Measurement, told: Measurement) -> None:
    """Field by field; points to 0.01 mm, everything else exactly."""
    for a, b in zip(found.points, told.points, strict=True):
        assert np.linalg.norm(np.subtract(a, b)) < 0.01
    assert asdict(replace(found, points=told.points)) == asdict(told)


@pytest.mark.parametrize("in_space", [False, True], ids=["on the image", "in space"])
@pytest.mark.parametrize("orientation", [AXIAL, SAGITTAL, TILTED], ids=["axial", "sagittal", "tilted"])
def test_every_kind_comes_back_as_it_was(orientation: Sequence[Sequence[float]], in_space: bool) -> None:
    plan = stack(orientation=orientation, PixelSpacing=[0.7, 0.5])
    told = every_kind(plan, in_space=in_space)

    found = back(written(told, plan), plan)

    assert [one.kind for one in found] == list(MeasurementKind)
    for one, other in zip(found, told, strict=True):
        assert_same(one, other)


def test_images_without_a_place_in_the_patient_keep_their_measurements() -> None:
    (plan,) = group(
        headers_of(series(1, rows=8, columns=9, Modality="CR", PixelSpacing=None, **WITHOUT_A_PLACE))
    ).stacks
    told = [replace(drawn(plan, kind, n=0, unit=""), frame=0) for kind in MeasurementKind]

    for one, other in zip(back(written(told, plan), plan), told, strict=True):
        assert_same(one, other)


def test_coordinates_of_an_image_are_counted_from_the_corner_of_its_first_pixel() -> None:
    """PS3.3 C.18.6.1.2: the centre of the first pixel is at (0.5, 0.5)."""
    plan = stack()
    content = written([drawn(plan, MeasurementKind.LENGTH)], plan)
    with quiet():
        made = srread(io.BytesIO(content))
        (measured,) = made.content.get_image_measurement_groups()
        (length,) = measured.get_measurements()
        (where,) = length.referenced_coordinates

    np.testing.assert_array_equal(where.value, [[1.75, 3.0], [5.25, 1.625]])
    assert where.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == plan.frames[1].instance
    assert length.value == 10 / 3 and length.unit.value == "mm"


def test_highdicom_reads_findings_sites_tracking_and_values() -> None:
    plan = stack()
    told = [drawn(plan, MeasurementKind.ELLIPSE), drawn(plan, MeasurementKind.BIDIRECTIONAL)]
    with quiet():
        made = srread(io.BytesIO(written(told, plan)))
        (ellipse,) = made.content.get_planar_roi_measurement_groups()
        (both,) = made.content.get_image_measurement_groups()

    assert made.SOPClassUID.name == "Comprehensive SR Storage"
    assert "Ada Löwe" in [one.get("PersonName") for one in made.content[0].ContentSequence]
    assert ellipse.tracking_uid == told[0].tracking_uid and ellipse.tracking_identifier == told[0].label
    assert ellipse.finding_type.value == "27925004" and ellipse.finding_sites[0].value.value == "10200004"
    assert {one.unit.value for one in ellipse.get_measurements()} == {"{pixels}", "mm2", "[hnsf'U]"}
    assert [one.name.meaning for one in both.get_measurements()] == ["Long axis", "Short axis"]


def test_a_multi_frame_image_is_named_with_its_frame() -> None:
    (plan,) = group(headers_of([_multi_frame()])).stacks
    told = drawn(plan, MeasurementKind.LENGTH, n=2)
    content = written([told], plan)
    body, _ = asked(read_measurements, content)

    assert body["groups"][0]["numbers"][0]["shapes"][0]["frames"] == [3]
    assert_same(back(content, plan)[0], told)


def _multi_frame() -> Dataset:
    (made,) = series(1, rows=8, columns=9, Modality="US", **WITHOUT_A_PLACE)
    made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    made.NumberOfFrames = 4
    made.PixelData = bytes(8 * 9 * 2 * 4)
    return made


def test_a_report_by_another_program_is_understood_as_far_as_it_goes() -> None:
    body, _ = asked(
        read_measurements, file_of(report(series(2, **dict.fromkeys(_TYPE_2, ""), FrameOfReferenceUID="1.2.9")))
    )
    plan = stack()
    reasons = []
    for number, one in enumerate(body["groups"]):
        try:
            measurement_of(one, [plan], report="1.2.3", number=number)
        except Unsuitable as reason:
            reasons.append(str(reason))

    assert body["groups"] and reasons == ["no images of its frame of reference are in this study"] * len(reasons)


def test_what_another_program_left_undetailed_gets_an_id_of_its_own_each_time_the_same() -> None:
    plan = stack()
    body, _ = asked(read_measurements, written([drawn(plan, MeasurementKind.LENGTH)], plan))
    (one,) = body["groups"]
    foreign = {**one, "details": ""}

    first, again = (measurement_of(foreign, [plan], report="1.2.3", number=0) for _ in range(2))

    assert first == again and first.kind is MeasurementKind.LENGTH and first.length == 10 / 3
    assert first.unit == "mm" and first.id != measurement_of(one, [plan], report="1.2.3", number=0).id
    assert left_out({**foreign, "others": ["Time point"]}) == ("Time point",)


@pytest.mark.parametrize("kind", list(MeasurementKind))
def test_without_our_own_details_the_geometry_still_stands(kind: MeasurementKind) -> None:
    plan = stack()
    told = drawn(plan, kind)
    body, _ = asked(read_measurements, written([told], plan))

    found = measurement_of({**body["groups"][0], "details": ""}, [plan], report="1.2.3", number=0)

    expected = {MeasurementKind.RECTANGLE: MeasurementKind.FREEHAND}.get(kind, kind)
    assert found.kind is expected
    assert (found.length, found.width, found.angle) == (told.length, told.width, told.angle)
    assert found.label and found.finding is not None and found.finding.value == "27925004"


@pytest.mark.parametrize("details", ['{"version":1,"kind":"sphere"}', "[", '{"version":1,"points":[[1,2]],"id":7}'])
def test_details_that_make_no_sense_cost_no_more_than_themselves(details: str) -> None:
    plan = stack()
    body, _ = asked(read_measurements, written([drawn(plan, MeasurementKind.LENGTH)], plan))
    try:
        found = measurement_of({**body["groups"][0], "details": details}, [plan], report="1.2", number=0)
        assert found.kind is MeasurementKind.LENGTH
    except Unsuitable as reason:
        assert "sphere" in str(reason)


def test_coordinates_that_are_no_numbers_are_refused() -> None:
    plan = stack()
    body, _ = asked(read_measurements, written([drawn(plan, MeasurementKind.LENGTH)], plan))
    one = body["groups"][0]
    number = one["numbers"][0]
    for data in ([float("nan"), 1.0, 2.0, 3.0], [1e30, 1.0, 2.0, 3.0], [1.0], []):
        broken = {**one, "numbers": [{**number, "shapes": [{**number["shapes"][0], "data": data}]}]}
        with pytest.raises(Unsuitable, match="coordinates"):
            measurement_of(broken, [plan], report="1.2", number=0)


def test_an_empty_report_and_what_is_none_are_refused_by_name() -> None:
    made = dcmread(io.BytesIO(written([drawn(stack(), MeasurementKind.LENGTH)], stack())))
    made.ContentSequence = []
    with pytest.raises(Malformed, match="without content"):
        asked(read_measurements, file_of(made))
    with pytest.raises(Malformed, match="no structured report"):
        asked(read_measurements, file_bytes(series(1)[0]))
    with pytest.raises(Unsuitable, match="no measurements"):
        written([], stack())


def test_a_report_made_to_be_endless_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = dcmread(io.BytesIO(written([drawn(stack(), MeasurementKind.LENGTH)], stack())))
    item = content.ContentSequence[-1].ContentSequence[0]
    content.ContentSequence = [item] * 12
    for limit, said in (
        ("_MOST_GROUPS", "more than 11"),
        ("_MOST_ITEMS", "more items"),
        ("_MOST_NUMBERS", "more coor"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(f"medscan_desktop.dicom.objects.read_measurements.{limit}", 11)
            with pytest.raises(Malformed, match=said):
                asked(read_measurements, file_of(content))


@pytest.mark.parametrize("seed", range(6))
def test_a_mutated_report_ends_in_measurements_or_reasons(seed: int) -> None:
    """What a worker answers on damaged bytes is foreign still: nothing but Unsuitable comes of it here."""
    plan, random = stack(), np.random.default_rng(seed)
    whole = written(every_kind(plan), plan)
    ends = 0
    for _ in range(8):
        content = bytearray(whole)
        for at in random.integers(400, len(content), 30):
            content[at] = random.integers(0, 256)
        try:
            body, _ = asked(read_measurements, bytes(content))
        except Exception:  # in a worker: it costs the file, and nothing else
            ends += 1
            continue
        for number, one in enumerate(body["groups"]):
            try:
                measurement_of(one, [plan], report=body["sop"], number=number)
            except Unsuitable:
                ends += 1
    assert ends


def test_measurements_on_images_that_are_gone_are_counted() -> None:
    plan = stack()
    other = replace(drawn(plan, MeasurementKind.LENGTH), series_instance_uid="1.2.3.4")
    with pytest.raises(Unsuitable, match="1 measurements lie on images that are not in the library"):
        written([other], plan)

"""Presentation states: in the images' own units and indices, polarity replaced, and nothing dropped silently."""

import io

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medscan_desktop.dicom.objects.presentations import presentation_on, read_presentation_state
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.imaging.voi import VoiFunction, VoiLut, Window
from medscan_desktop.imaging.window import apply_window
from medscan_desktop.scene.presentation import GraphicKind, Place, Presentation
from tests.support.dicom_files import file_bytes, header_of, headers_of, series
from tests.support.made_states import annotation, graphic, images, item, state, window


def applied(made: Dataset, sources: list[Dataset]) -> Presentation:
    content = file_bytes(made)
    body = read_presentation_state(InlineWorkers(), io.BytesIO(content), header_of(made))
    return presentation_on(body, plan_of(sources))


def words(*values: int) -> bytes:
    return np.array(values, "<u2").tobytes()


def plan_of(sources: list[Dataset]) -> StackPlan:
    (plan,) = group(headers_of(sources)).stacks
    return plan


def test_each_image_gets_the_window_that_names_it_and_only_named_images_are_part() -> None:
    sources = series(4, RescaleIntercept=0)
    made = state(
        sources[:3],
        SoftcopyVOILUTSequence=[window(40, 400, sources[:1]), window(-600, 1500, WindowCenterWidthExplanation="LUNG")],
    )
    found = applied(made, sources)

    assert sorted(found.frames) == [0, 1, 2]
    assert [found.frames[k].voi for k in range(3)] == [
        Window(40, 400),
        Window(-600, 1500, name="LUNG"),
        Window(-600, 1500, name="LUNG"),
    ]
    assert (found.label, found.omitted) == ("TEST", ())


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("own", [{}, {"RescaleSlope": 2, "RescaleIntercept": 100, "RescaleType": "HU"}])
def test_the_states_own_modality_transform_replaces_the_images(function: str, own: dict[str, object]) -> None:
    """PS3.4 N.2.1.1: grey of stored values by the state's slope and intercept, whatever the image's are."""
    sources = series(3, RescaleSlope=1, RescaleIntercept=-1024)
    made = state(sources, SoftcopyVOILUTSequence=[window(300, 600, VOILUTFunction=function)], **own)
    voi = applied(made, sources).frames[1].voi
    assert voi is not None

    stored = np.arange(-200, 1200, 7)
    slope, intercept = own.get("RescaleSlope", 1), own.get("RescaleIntercept", 0)
    wanted = apply_window(stored * slope + intercept, Window(300, 600, VoiFunction(function)), inverted=False)
    np.testing.assert_array_equal(apply_window(stored - 1024, voi, inverted=False), wanted)


def test_a_voi_table_of_signed_values_begins_below_zero() -> None:
    """PS3.3 C.11.2.1.1: the first mapped value has the sign of the modality values, whatever VR it is written in."""
    sources = series(3, RescaleSlope=1, RescaleIntercept=-1024)
    table = item(LUTDescriptor=[4, 65536 - 24, 8], LUTData=words(0, 85, 170, 255))
    own = {"RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "HU"}
    voi = applied(state(sources, SoftcopyVOILUTSequence=[item(VOILUTSequence=[table])], **own), sources).frames[0].voi

    assert isinstance(voi, VoiLut) and voi.first == -24


def test_a_voi_table_is_moved_into_the_images_units() -> None:
    sources = series(3, RescaleSlope=1, RescaleIntercept=-1024)
    table = item(LUTDescriptor=[4, 1000, 8], LUTData=words(0, 85, 170, 255))
    voi = applied(state(sources, SoftcopyVOILUTSequence=[item(VOILUTSequence=[table])]), sources).frames[0].voi

    assert isinstance(voi, VoiLut) and voi.first == -24
    assert voi.entries == pytest.approx([0, 1 / 3, 2 / 3, 1])


@pytest.mark.parametrize(("shape", "inverted"), [("IDENTITY", False), ("INVERSE", True)])
def test_the_polarity_is_the_states_alone(shape: str, inverted: bool) -> None:
    sources = series(3, PhotometricInterpretation="MONOCHROME1")

    assert applied(state(sources, PresentationLUTShape=shape), sources).inverted is inverted


@pytest.mark.parametrize(
    ("rotation", "flip", "turn"), [(0, "N", 0), (90, "N", 90), (90, "Y", 270), (180, "Y", 180), (270, "N", 270)]
)
def test_the_object_turns_first_and_flips_then(rotation: int, flip: str, turn: float) -> None:
    """PS3.3 C.10.6; the camera flips first, so under a flip the turn runs the other way round."""
    sources = series(3)
    found = applied(state(sources, ImageRotation=rotation, ImageHorizontalFlip=flip), sources)

    assert (found.rotation, found.flip_horizontal) == (turn, flip == "Y")


def test_annotations_are_counted_from_the_pixels_corner_and_belong_to_their_image() -> None:
    sources = series(3)
    text = item(
        UnformattedTextValue="first\r\nsecond",
        AnchorPointAnnotationUnits="PIXEL",
        AnchorPoint=[4.0, 2.0],
        AnchorPointVisibility="Y",
        BoundingBoxAnnotationUnits="DISPLAY",
        BoundingBoxTopLeftHandCorner=[0.125, 0.25],
        BoundingBoxBottomRightHandCorner=[0.5, 0.375],
        BoundingBoxTextHorizontalJustification="RIGHT",
    )
    made = state(
        sources,
        GraphicAnnotationSequence=[
            annotation(sources[1:2], graphic("POLYLINE", 0.5, 0.5, 3.5, 2.5), texts=[text]),
            annotation((), graphic("CIRCLE", 0.5, 0.5, 0.5, 0.75, units="DISPLAY", filled=True)),
        ],
    )
    found = applied(made, sources)
    line, circle = found.frames[1].graphics
    (note,) = found.frames[1].texts

    np.testing.assert_array_equal(line.points, [(0, 0), (3, 2)])
    assert (line.kind, line.on_display, line.colour) == (GraphicKind.POLYLINE, False, (255, 0, 0))
    assert (circle.kind, circle.on_display, circle.is_filled) == (GraphicKind.CIRCLE, True, True)
    assert note.lines == ("first", "second")
    assert (note.anchor, note.anchor_is_visible) == (Place(3.5, 1.5), True)
    assert note.box == (Place(0.125, 0.25, True), Place(0.5, 0.375, True))
    assert [len(found.frames[k].graphics) for k in range(3)] == [1, 2, 1]


def test_shutters_and_displayed_areas_are_counted_from_one() -> None:
    sources = series(3)
    made = state(
        sources,
        ShutterShape=["RECTANGULAR", "CIRCULAR", "POLYGONAL"],
        ShutterLeftVerticalEdge=2,
        ShutterRightVerticalEdge=5,
        ShutterUpperHorizontalEdge=1,
        ShutterLowerHorizontalEdge=3,
        CenterOfCircularShutter=[2, 4],
        RadiusOfCircularShutter=3,
        VerticesOfThePolygonalShutter=[1, 1, 1, 6, 4, 6],
        ShutterPresentationValue=0x8000,
        DisplayedAreaSelectionSequence=[
            item(
                DisplayedAreaTopLeftHandCorner=[2, 1],
                DisplayedAreaBottomRightHandCorner=[5, 4],
                PresentationSizeMode="SCALE TO FIT",
            )
        ],
    )
    found = applied(made, sources)
    shutter, area = found.shutter, found.frames[0].area
    assert shutter is not None and area is not None and shutter.polygon is not None

    assert (shutter.rectangle, shutter.circle, shutter.grey) == ((1, 0, 4, 2), (3, 1, 3), 128)
    np.testing.assert_array_equal(shutter.polygon, [(0, 0), (5, 0), (5, 3)])
    assert (area.top_left, area.bottom_right) == ((1, 0), (4, 3))


def test_what_is_not_done_is_named() -> None:
    sources = series(3)
    made = state(
        sources,
        PresentationLUTSequence=[item(LUTDescriptor=[2, 0, 8], LUTData=words(0, 255))],
        ShutterShape="BITMAP",
        ShutterOverlayGroup=0x6000,
        MaskSubtractionSequence=[item(MaskOperation="AVG_SUB")],
        SoftcopyVOILUTSequence=[item(VOILUTSequence=[item(LUTDescriptor=[4, 0, 8], LUTData=words(0, 1))])],
        GraphicAnnotationSequence=[
            annotation(sources, graphic("POLYLINE", 1, 1, 2, 2, units="MATRIX"), CompoundGraphicSequence=[item()])
        ],
        RecommendedDisplayFrameRate=4,
        WindowCenter=3,
    )
    made.add_new(0x60001001, "CS", "MARKS")
    omitted = applied(made, sources).omitted

    for part in (
        "a presentation lookup table",
        "a bitmap shutter",
        "mask subtraction",
        "a VOI lookup table that is incomplete",
        "annotations in units of a slide's matrix",
        "compound graphics (rulers, axes, arrows)",
        "overlay planes",
        "window center",
    ):
        assert part in omitted


def test_frames_of_one_instance_are_told_apart() -> None:
    frames = series(1, rows=4, columns=6)[0]
    frames.NumberOfFrames = 3
    frames.PixelData = bytes(3 * 4 * 6 * 2)
    made = state([frames], SoftcopyVOILUTSequence=[window(40, 400)])
    made.SoftcopyVOILUTSequence[0].ReferencedImageSequence = images([frames], frames=[2])
    made.ReferencedSeriesSequence[0].ReferencedImageSequence = images([frames], frames=[2, 3])
    found = applied(made, [frames])

    assert {k: look.voi for k, look in found.frames.items()} == {1: Window(40, 400), 2: None}

"""What a pane says, what it never hides, and that no two texts lie on each other."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from medscan_desktop.domain.finding import FindingId
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.ultrasound_region import UltrasoundRegion
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import VoiLut, Window
from medscan_desktop.render.corners import Line, PaneWords, plane_words, window_text
from medscan_desktop.render.fonts import application
from medscan_desktop.render.layout import draw_words
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.render.sampling import value_text
from medscan_desktop.render.texts import Style, TextPainter
from medscan_desktop.scene.camera import pane_map, point
from medscan_desktop.scene.display import CornerTexts
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.stack import Corners
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.measured import LENGTH
from tests.support.phantoms import geometry_of
from tests.support.scenes import hung, view_of

GEOMETRY = geometry_of(np.eye(3))
CAPTION = "AI: liver-ct 0.3 · 591ea17c · 2026-01-02 10:11 UTC · no confidence given · proposed"


def volume_of(**fields) -> Volume:
    values = np.arange(np.prod(GEOMETRY.shape)).reshape(GEOMETRY.shape).astype(np.int16)
    return Volume(values, GEOMETRY, fields.pop("loaded", np.ones(20, bool)), unit="HU", **fields)


def scene_of(volume: Volume, *, kind: ViewKind = ViewKind.AXIAL, **corners) -> tuple[Workspace, View]:
    workspace = hung(volume)
    texts = Corners(
        patient=("Doe, Jane", "ID 12345", "1950-01-02 · 74 y", "F"),
        study=("General Hospital", "2024-05-06 14:33", "Acc 1", "CT abdomen"),
        series=("Series 3", "120 kV", "Kernel B30f"),
        **corners,
    )
    workspace = workspace.with_stack(replace(workspace.stacks[0], corners=texts))
    return workspace, replace(view_of(workspace, kind), voi=Window(40, 400, name="Soft tissue"))


def words_of(workspace: Workspace, view: View, value: str = "") -> PaneWords:
    stack = workspace.stacks[0]
    assert stack.volume is not None
    pane = pane_map(stack.volume.geometry, view, workspace.focus.get(stack.id), (400, 300))
    return plane_words(workspace, view, stack, pane, value)


def all_texts(words: PaneWords) -> str:
    corners = (words.top_left, words.top_right, words.bottom_left, words.bottom_right)
    strips = words.top_strips + words.bottom_strips
    return "\n".join([line.text for corner in corners for line in corner] + [strip.text for strip in strips])


def test_each_corner_holds_what_the_conventions_put_there() -> None:
    words = words_of(*scene_of(volume_of()), "−12 HU")

    assert [line.text for line in words.top_left] == ["Doe, Jane", "ID 12345", "1950-01-02 · 74 y", "F"]
    assert words.top_right[0].text == "General Hospital"
    assert words.bottom_right[1].text == "120 kV"
    assert [line.text for line in words.bottom_left] == [
        "Axial",
        "Image 11/20",
        "Soft tissue W 400 L 40",
        "Zoom 1.00× · 636 %",
        "Loc H 425.0 mm · Thk 2.50 mm",
        "−12 HU",
    ]


def test_the_frames_own_location_is_shown_on_acquired_slices() -> None:
    workspace, view = scene_of(volume_of(), frames=tuple((f"Loc {k} mm",) for k in range(20)))

    assert "Loc 10 mm" in all_texts(words_of(workspace, view))


def test_an_ultrasound_of_several_regions_says_that_it_is_uncalibrated_beside_them() -> None:
    doppler = UltrasoundRegion((0, 0, 9, 9), 4, 7, 0.005, -0.8)
    unknown = UltrasoundRegion((0, 0, 9, 9), 0, 0, 1.0, 1.0)

    def flags_of(region: UltrasoundRegion) -> set[str]:
        texts = all_texts(words_of(*scene_of(volume_of(calibration="px", regions=((region,),)))))
        return {text for text in texts.splitlines() if "uncalibrated" in text}

    assert flags_of(doppler) == {"uncalibrated outside its ultrasound regions"}
    assert flags_of(unknown) == {"uncalibrated"}


def test_what_must_never_be_hidden_stays_without_the_overlay() -> None:
    loaded = np.arange(20) < 12
    volume = volume_of(loaded=loaded, calibration="px", warnings=("gap of 2.0 mm between 3.dcm and 4.dcm",))
    workspace, view = scene_of(volume, lossy=("lossy 10:1",) * 20, laterality="R")
    mask = Mask.from_array(np.ones(GEOMETRY.shape, bool))
    layer = MaskLayer(FindingId("f"), 1, workspace.stacks[0].id, "Liver", mask, (255, 0, 0), CAPTION)
    workspace = replace(workspace, overlay=CornerTexts.MINIMAL, masks=(layer,), is_demo=True)
    shown = all_texts(words_of(workspace, replace(view, camera=Camera(flip_horizontal=True))))

    for kept in (
        "Doe, Jane",
        "ID 12345",
        "lossy 10:1",
        "laterality R",
        "uncalibrated",
        "gap of 2.0 mm between 3.dcm and 4.dcm",
        "incomplete series: still loading",
        "demo – not for diagnosis",
        "AI overlay on: Liver · " + CAPTION,
        "flipped left-right",
    ):
        assert kept in shown
    assert "General Hospital" not in shown
    assert "Zoom" not in shown


def test_less_corner_texts_leave_what_is_read_while_scrolling() -> None:
    workspace, view = scene_of(volume_of(), lossy=("lossy 10:1",) * 20)
    shown = words_of(replace(workspace, overlay=CornerTexts.LESS), view, "−12 HU")

    assert [line.text for line in shown.top_left] == ["Doe, Jane", "ID 12345", "1950-01-02 · 74 y", "F"]
    assert shown.top_right == ()
    assert [line.text for line in shown.bottom_right] == ["Series 3"]
    assert [line.text for line in shown.bottom_left] == [
        "lossy 10:1",
        "Axial",
        "Image 11/20",
        "Soft tissue W 400 L 40",
        "Zoom 1.00× · 636 %",
        "−12 HU",
    ]


def test_images_that_failed_are_counted_and_the_first_is_named() -> None:
    workspace, view = scene_of(volume_of(loaded=np.arange(20) < 19))
    stack = replace(workspace.stacks[0], failures=("7.dcm: the file is truncated",))

    assert "incomplete series: 19 of 20 images. 7.dcm: the file is truncated" in all_texts(
        words_of(workspace.with_stack(stack), view)
    )


def test_a_mask_that_is_not_shown_is_not_announced() -> None:
    workspace, view = scene_of(volume_of())
    mask = Mask.from_array(np.ones(GEOMETRY.shape, bool))
    layer = MaskLayer(FindingId("f"), 1, workspace.stacks[0].id, "Liver", mask, (255, 0, 0), CAPTION)

    assert "AI overlay on" not in all_texts(words_of(replace(workspace, masks=(layer,), masks_visible=False), view))


def test_windows_are_named() -> None:
    assert window_text(Window(-600, 1500, name="Lung")) == "Lung W 1500 L -600"
    assert window_text(Window(0.5, 2.25)) == "W 2.25 L 0.5"
    assert window_text(VoiLut(0, np.zeros(4), "NORMAL")) == "VOI LUT NORMAL"


def test_the_value_under_the_pointer_is_the_voxels_own() -> None:
    volume = volume_of(padding=(5.0, 5.0))
    _, view = scene_of(volume)
    pane = pane_map(GEOMETRY, view, None, (400, 300))

    def at(i: float, j: float) -> str:
        x, y = pane.to_pane(GEOMETRY.to_patient((i, j, pane.slice_index)))
        return value_text(volume, pane, (float(x), float(y)))

    assert at(7, 9) == f"{volume.values[10, 9, 7]} HU"
    assert at(7.4, 8.6) == f"{volume.values[10, 9, 7]} HU"
    assert at(-3, 9) == ""
    volume.values[10, 9, 7] = 5
    assert at(7, 9) == "", "padding has no value"


class RecordingTexts(TextPainter):
    """Keeps where each text was drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[tuple[str, QRectF]] = []

    def draw(self, painter: QPainter, left: float, top: float, text: str, style: Style) -> None:
        self.drawn.append((text, QRectF(left, top, self.width(text, style), self.line_height(style))))
        super().draw(painter, left, top, text, style)


@pytest.mark.parametrize("size", [(1200, 900), (512, 512), (400, 300), (300, 500), (256, 256), (180, 180)])
def test_no_two_texts_overlap_and_none_is_clipped(size: tuple[int, int]) -> None:
    application()
    volume = volume_of(calibration="px", warnings=("gap of 2.0 mm between 3.dcm and 4.dcm; distances use positions",))
    workspace, view = scene_of(volume, lossy=("lossy 10:1 (JPEG 2000), ratio as stored",) * 20, laterality="R")
    mask = Mask.from_array(np.ones(GEOMETRY.shape, bool))
    layer = MaskLayer(FindingId("f"), 1, workspace.stacks[0].id, "Liver", mask, (255, 0, 0), CAPTION)
    texts = RecordingTexts()
    image = QImage(*size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    draw_words(painter, texts, words_of(replace(workspace, masks=(layer,), is_demo=True), view, "12 HU"), size)
    painter.end()

    whole = QRectF(0, 0, *size)
    for place, (text, area) in enumerate(texts.drawn):
        assert whole.contains(area), text
        for other, other_area in texts.drawn[:place]:
            assert not area.adjusted(1, 1, -1, -1).intersects(other_area), f"{text} lies on {other}"
    shown = " ".join(text for text, _ in texts.drawn)
    assert "Doe, Jane" in shown
    assert "demo" in shown


@pytest.mark.parametrize(("justify", "side"), [("right", "left"), ("left", "right")])
def test_words_stand_beside_a_picture_that_lies_against_a_side(justify: str, side: str) -> None:
    """Mammography: no corner covers the breast, which lies at the chest wall's side of its cell."""
    size = (400, 400)
    application()
    canvas = QImage(*size, QImage.Format.Format_RGB32)
    canvas.fill(0)
    lines = tuple(Line(f"line {number}", kept=True) for number in range(3))
    words = PaneWords(lines, lines, lines, lines, side=side)
    painter = QPainter(canvas)
    draw_words(painter, TextPainter(), words, size)
    painter.end()
    lit = np.frombuffer(canvas.constBits(), np.uint8).reshape(*size, 4)[..., :3].any(axis=(0, 2))
    workspace, view = scene_of(volume_of(), kind=ViewKind.ACQUIRED)

    assert words_of(workspace, replace(view, camera=Camera(justify=justify))).side == side
    assert lit[:200].any() == (side == "left") and lit[200:].any() == (side == "right")


def test_no_drawing_lies_over_a_banner() -> None:
    volume = volume_of(warnings=("gap of 2.0 mm between 3.dcm and 4.dcm",))
    workspace, view = scene_of(volume)
    workspace = replace(workspace.with_view(view), is_demo=True)
    pane = pane_map(GEOMETRY, view, workspace.focus.get(workspace.stacks[0].id), (400, 300))
    ends = tuple(point(pane.to_patient(at)) for at in ((120.0, -20.0), (280.0, 320.0)))
    frame = pane.slice_index
    drawn = replace(LENGTH, series_instance_uid=workspace.stacks[0].series_instance_uid, points=ends, frame=frame)
    crossed = replace(workspace, measurements=(replace(drawn, normal=point(pane.normal)),))

    pictures = [PaneRenderer().picture(scene, view, (400, 300)) for scene in (workspace, crossed)]
    without, with_line = (np.array(picture.constBits()).reshape(300, 400, 4) for picture in pictures)
    changed = np.flatnonzero((without != with_line).any(axis=(1, 2)))
    canvas = QImage(400, 300, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    area = draw_words(painter, TextPainter(), words_of(workspace, view), (400, 300))
    painter.end()
    assert changed.size > 150
    assert area.top() > 20
    assert changed[0] >= int(area.top())

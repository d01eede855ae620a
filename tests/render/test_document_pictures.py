"""Pages, frames and curves as pictures: held to numbers, pixel by pixel, where they lie and what they show."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.study import InstanceUid, Patient, SeriesUid, Study, StudyUid
from medscan_desktop.domain.text_tree import TextTree
from medscan_desktop.render.curves import channel_points, paper_to_pane, reading_at
from medscan_desktop.render.document import DocumentPainter, wanted_scale
from medscan_desktop.render.pictures import document_picture
from medscan_desktop.scene.document import (
    LABEL_MM,
    MM_PER_SECOND,
    Body,
    Channel,
    Clip,
    Curves,
    Document,
    Pages,
    Plot,
    Text,
    paper_mm,
)
from medscan_desktop.scene.hanging import show_document
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import Camera
from medscan_desktop.scene.workspace import Workspace

SIZE = (600, 500)
HZ = 500.0


class Halves:
    """A page that is red on the left and blue on the right, at any scale."""

    asked: list[tuple[int, float]]

    def __init__(self) -> None:
        self.asked = []

    def picture(self, number: int, scale: float) -> NDArray[np.uint8]:
        self.asked.append((number, scale))
        page = np.zeros((round(80 * scale), round(100 * scale), 3), np.uint8)
        page[:, : page.shape[1] // 2, 0] = 255
        page[:, page.shape[1] // 2 :, 2] = 255
        return page

    def prepare(self, number: int) -> None:
        """Nothing to do."""


def workspace_of(body: Body, *, camera: Camera | None = None, warnings: tuple[str, ...] = ()) -> Workspace:
    document = Document(InstanceUid("1.2"), None, "Title", body, warnings=warnings)
    stack = Stack(StackId("s"), SeriesUid("1"), "DOC", "", 0, False, document=document)
    study = Study(StudyUid("1"), Patient("P1", "Doe^Jane"))
    shown = show_document(Workspace(study=study, stacks=(stack,)), stack.id, None)
    return shown if camera is None else shown.with_view(replace(shown.views[0], camera=camera))


def pixels(image: QImage) -> NDArray[np.uint8]:
    """(h, w, 3) RGB."""
    data = np.frombuffer(image.bits(), np.uint8).reshape(image.height(), image.width(), 4)
    return data[..., 2::-1].copy()


def drawn(workspace: Workspace, **more: object) -> NDArray[np.uint8]:
    return pixels(document_picture(workspace, workspace.views[0], SIZE, **more))  # type: ignore[arg-type]


def sine(amplitude: float = 1.0, channels: int = 2, unit: str = "mV", seconds: float = 2.0) -> Curves:
    t = np.arange(round(HZ * seconds)) / HZ
    values = np.stack([amplitude * np.sin(2 * np.pi * t)] * channels).astype(np.float32)
    return Curves("RHYTHM", HZ, values, tuple(Channel(f"L{n}", unit) for n in range(channels)))


def on_paper(matrix: NDArray[np.float64], curves: Curves) -> slice:
    """The picture's rows that lie on the paper."""
    top, bottom = (float(matrix[1] @ (0, height, 1)) for height in (0.0, paper_mm(curves)[1]))
    return slice(int(top) + 3, int(bottom) - 3)


def test_a_page_lies_where_the_pane_says_with_its_colours_the_right_way_round() -> None:
    workspace = workspace_of(Pages(((100.0, 80.0),), Halves()), camera=Camera())
    picture = drawn(workspace, texts=False)

    width = 600 // 2  # 100 x 80 points fit 600 x 480 into 600 x 500
    assert picture[250, 10].tolist() == [255, 0, 0]
    assert picture[250, width - 5].tolist() == [255, 0, 0]
    assert picture[250, width + 5].tolist() == [0, 0, 255]
    assert picture[5, 300].max() < 40, "above the page"
    assert picture[12, 10].tolist() == [255, 0, 0]


def test_a_turned_page_is_turned_and_a_flip_mirrors_it() -> None:
    pages = Pages(((100.0, 80.0),), Halves())
    turned = drawn(workspace_of(pages, camera=Camera(rotation=90.0)), texts=False)
    flipped = drawn(workspace_of(pages, camera=Camera(flip_horizontal=True)), texts=False)

    assert turned[100, 300].tolist() == [255, 0, 0], "clockwise: what was left is up"
    assert turned[400, 300].tolist() == [0, 0, 255]
    assert flipped[250, 100].tolist() == [0, 0, 255]


def test_a_page_is_asked_for_at_the_panes_resolution_and_not_for_a_hair_of_zoom() -> None:
    source = Halves()
    workspace = workspace_of(Pages(((100.0, 80.0),), source), camera=Camera())
    view = workspace.views[0]
    nearly = replace(view, camera=Camera(zoom=1.02))

    drawn(workspace)

    assert source.asked == [(0, wanted_scale(workspace, view, SIZE))]
    assert 6.0 <= source.asked[0][1] <= 6.0 * 2**0.25
    assert wanted_scale(workspace.with_view(nearly), nearly, SIZE) == wanted_scale(workspace, view, SIZE)
    assert wanted_scale(workspace, replace(view, camera=Camera(zoom=50)), SIZE) == 8.0


def test_the_patient_and_every_warning_stand_on_a_page_of_any_colour() -> None:
    warned = workspace_of(Pages(((100.0, 80.0),), Halves()), warnings=("Nobody has verified this.",))
    bare = drawn(warned, texts=False)
    hidden = drawn(replace(warned, overlay=False))

    changed = np.abs(hidden.astype(int) - bare).max(axis=2) > 60
    assert changed[:20].sum() > 50, "the patient's name, without the overlay too"
    assert changed[20:45].sum() > 50, "the warning"
    assert not changed[-30:].any(), "the page's number goes with the overlay"
    assert (np.abs(drawn(warned).astype(int) - bare).max(axis=2) > 60)[-30:].sum() > 50


def test_text_makes_no_picture() -> None:
    with pytest.raises(Unsuitable, match="text"):
        drawn(workspace_of(Text(TextTree("T"))))


def test_a_frame_of_a_clip_fills_its_pane() -> None:
    picture = drawn(workspace_of(Clip(80, 100, 5, Halves()), camera=Camera()), texts=False)

    assert picture[250, 100].tolist() == [255, 0, 0]
    assert picture[250, 500].tolist() == [0, 0, 255]


def test_a_millivolt_is_ten_millimetres_and_a_second_twenty_five() -> None:
    points = channel_points(sine(), 0, 0, 1000, 10_000)

    assert points[:, 0].min() == LABEL_MM
    assert points[500, 0] - points[0, 0] == pytest.approx(MM_PER_SECOND)
    assert points[:, 1].max() - points[:, 1].min() == pytest.approx(20.0, abs=0.01)
    assert points[125, 1] < points[0, 1], "positive is up"


def test_microvolts_are_drawn_as_the_millivolts_they_are() -> None:
    milli, micro = channel_points(sine(1.0), 1, 0, 1000, 0), channel_points(sine(1000.0, unit="uV"), 1, 0, 1000, 0)

    np.testing.assert_allclose(milli, micro, atol=1e-4)


def test_no_peak_is_lost_where_many_samples_share_a_pixel() -> None:
    curves = sine()
    values = curves.values.copy()
    values[0, 333] = 3.0
    spiked = replace(curves, values=values)

    points = channel_points(spiked, 0, 0, 1000, 20)

    assert len(points) < 100
    assert 0.75 * 20 - points[:, 1].min() == pytest.approx(30.0)


def test_a_gap_in_the_samples_is_a_gap_on_paper() -> None:
    curves = sine()
    values = curves.values.copy()
    values[:, 400:600] = np.nan
    picture = drawn(workspace_of(Plot((replace(curves, values=values),)), camera=Camera()), texts=False)
    whole = drawn(workspace_of(Plot((curves,)), camera=Camera()), texts=False)

    workspace = workspace_of(Plot((curves,)), camera=Camera())
    pane = pane_of(workspace, workspace.views[0], SIZE)
    assert pane is not None
    matrix = paper_to_pane(pane)
    left, right = (int(matrix[0] @ (LABEL_MM + at * MM_PER_SECOND, 0, 1)) for at in (0.85, 1.15))
    rows = on_paper(matrix, curves)
    assert not (picture[rows, left:right].max(axis=2) < 100).any()
    assert (whole[rows, left:right].max(axis=2) < 100).any()


def test_the_pointer_reads_time_and_value() -> None:
    curves = sine(0.5)
    workspace = workspace_of(Plot((curves,)), camera=Camera())
    pane = pane_of(workspace, workspace.views[0], SIZE)
    assert pane is not None
    matrix = paper_to_pane(pane)
    at = matrix @ (LABEL_MM + 0.25 * MM_PER_SECOND, 1.75 * curves.row_mm, 1)

    reading = reading_at(curves, pane, (float(at[0]), float(at[1])))

    assert reading is not None
    assert (reading.label, reading.unit) == ("L1", "mV")
    assert reading.seconds == pytest.approx(0.25, abs=0.005)
    assert reading.value == pytest.approx(0.5, abs=0.005)
    assert reading_at(curves, pane, (2.0, 2.0)) is None


def test_the_ink_lies_where_the_samples_say() -> None:
    """A picture test beside the number test: the darkest pixel of a column is the sample's height."""
    curves = sine(0.5, channels=1)
    workspace = workspace_of(Plot((curves,)), camera=Camera())
    pane = pane_of(workspace, workspace.views[0], SIZE)
    assert pane is not None
    picture = drawn(workspace, texts=False).astype(int)
    matrix = paper_to_pane(pane)

    for seconds in (0.1, 0.25, 0.4, 0.75, 1.3):
        x, y = matrix @ (LABEL_MM + seconds * MM_PER_SECOND, 0.75 * 20 - 10 * 0.5 * np.sin(2 * np.pi * seconds), 1)
        rows = on_paper(matrix, curves)
        column = picture[rows, int(x)].max(axis=1)
        assert abs(int(np.argmin(column)) + rows.start - y) <= 3


def test_curves_of_another_unit_fill_their_own_row() -> None:
    pressure = sine(80.0, unit="mm[Hg]")

    points = channel_points(pressure, 0, 0, 1000, 0)

    assert points[:, 1].max() - points[:, 1].min() == pytest.approx(16.0, abs=0.01)


def test_a_picture_does_not_depend_on_what_was_drawn_before() -> None:
    painter, workspace = DocumentPainter(), workspace_of(Plot((sine(),)))
    view = workspace.views[0]

    first = pixels(painter.picture(workspace, view, SIZE))
    painter.picture(workspace, replace(view, camera=Camera(zoom=4)), SIZE)

    assert (pixels(painter.picture(workspace, view, SIZE)) == first).all()

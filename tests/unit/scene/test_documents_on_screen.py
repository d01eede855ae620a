"""Documents in the workspace: hung, paged, panned and zoomed as images are; an image opens beside its report."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.domain.text_tree import TextTree
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.changes import at_last
from medscan_desktop.scene.document import (
    LABEL_MM,
    MM_PER_SECOND,
    ROW_MM,
    TALLEST_ROW_MM,
    Body,
    Channel,
    Clip,
    Curves,
    Document,
    Pages,
    Plot,
    Text,
    first_zoom,
    page_geometry,
    paper_mm,
    row_mm,
)
from medscan_desktop.scene.hanging import show_document, show_stack, with_view_beside
from medscan_desktop.scene.navigation import pane_of, slice_position, stepped
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import tool_named
from tests.support.phantoms import geometry_of, painted
from tests.support.scenes import PANE, drag, hung

DOCUMENT = StackId("9.9#refused0")


class Blank:
    """A source of white pages."""

    def picture(self, number: int, scale: float) -> NDArray[np.uint8]:
        return np.full((8, 6, 3), 255, np.uint8)

    def prepare(self, number: int) -> None:
        """Nothing to do."""


def document(body: Body) -> Document:
    return Document(InstanceUid("9.9.1"), None, "A document", body)


def curves(seconds: float, channels: int = 12, unit: str = "mV") -> Curves:
    values = np.zeros((channels, round(seconds * 100)), np.float32)
    return Curves("RHYTHM", 100.0, values, tuple(Channel(f"L{n}", unit) for n in range(channels)))


PAGES = Pages(((600.0, 800.0), (800.0, 600.0), (600.0, 800.0)), Blank())


def beside(body: Body) -> Workspace:
    """A phantom on screen and this document in the strip, opened."""
    stack = Stack(DOCUMENT, SeriesUid("9.9"), "DOC", "a document", 0, False, document=document(body))
    workspace = hung(painted(geometry_of(np.eye(3)), lambda place: place[..., 0]))
    return replace(workspace, stacks=(*workspace.stacks, stack))


def test_a_document_is_shown_alone_at_its_first_page() -> None:
    shown = show_document(beside(PAGES), DOCUMENT, None)

    assert [(view.kind, view.stack, view.frame) for view in shown.views] == [(ViewKind.DOCUMENT, DOCUMENT, 0)]
    assert slice_position(shown, shown.views[0]) == (0, 3)


def test_the_wheel_goes_through_the_pages_and_stops_at_the_ends() -> None:
    shown = show_document(beside(PAGES), DOCUMENT, None)

    assert stepped(shown, shown.views[0], 2).views[0].frame == 2
    assert stepped(shown, shown.views[0], 9).views[0].frame == 2
    assert stepped(shown, shown.views[0], -1) is shown
    assert at_last(shown, shown.views[0]).views[0].frame == 2


def test_a_page_fits_into_its_pane_each_by_its_own_size() -> None:
    shown = show_document(beside(PAGES), DOCUMENT, None)
    view = replace(shown.views[0], camera=replace(shown.views[0].camera, zoom=1.0))

    upright, lying = (pane_of(shown, replace(view, frame=number), PANE) for number in (0, 1))

    assert upright is not None
    assert lying is not None
    assert upright.mm_per_pixel == pytest.approx(800 / 300)
    assert lying.mm_per_pixel == pytest.approx(800 / 400)


@pytest.mark.parametrize("body", [PAGES, Clip(480, 640, 10, Blank()), Plot((curves(8),))])
def test_what_lies_under_the_pointer_stays_there_while_panning(body: Body) -> None:
    shown = show_document(beside(body), DOCUMENT, None)
    before = pane_of(shown, shown.views[0], PANE)

    moved = drag(tool_named("pan"), shown, shown.views[0].id, (100, 100), (140, 80)).workspace
    after = pane_of(moved, moved.views[0], PANE)

    assert before is not None
    assert after is not None
    np.testing.assert_allclose(after.to_patient((140, 80)), before.to_patient((100, 100)), atol=1e-6)


def test_text_has_no_pages() -> None:
    shown = show_document(beside(Text(TextTree("T"))), DOCUMENT, None)

    assert pane_of(shown, shown.views[0], PANE) is None
    assert slice_position(shown, shown.views[0]) is None


def test_an_image_that_a_report_names_opens_beside_it() -> None:
    shown = show_document(beside(Text(TextTree("T"))), DOCUMENT, None)

    both, view_id = with_view_beside(shown)
    again, same = with_view_beside(both)

    assert [view.kind for view in both.views] == [ViewKind.DOCUMENT, ViewKind.ACQUIRED]
    assert both.layout.as_grid == (1, 2)
    assert (again, same) == (both, view_id)


def test_a_volume_takes_the_place_of_a_document_as_acquired() -> None:
    workspace = beside(PAGES)
    shown = show_document(workspace, DOCUMENT, None)

    back = show_stack(shown, workspace.stacks[0].id, shown.views[0].id)

    assert back.views[0].kind is ViewKind.ACQUIRED


def test_paper_is_25_mm_a_second() -> None:
    assert paper_mm(curves(8)) == (LABEL_MM + 8 * MM_PER_SECOND, ROW_MM * 12.5)


def test_of_a_long_recording_ten_seconds_are_seen_first_from_its_beginning() -> None:
    long = document(Plot((curves(60),)))
    zoom, right = first_zoom(long)
    stack = Stack(DOCUMENT, SeriesUid("9.9"), "ECG", "", 0, False, document=long)
    shown = show_document(Workspace(stacks=(stack,)), DOCUMENT, None)
    pane = pane_of(shown, shown.views[0], (1000, 900))

    assert pane is not None
    assert zoom > 5
    assert right < 0
    left, end = (float(pane.to_patient((x, 0))[0]) for x in (0, 1000))
    assert left == pytest.approx(-0.5, abs=1)
    assert end - left == pytest.approx(LABEL_MM + 10 * MM_PER_SECOND, rel=0.05)


def test_high_curves_get_higher_rows_within_reason() -> None:
    channels = (Channel("I", "uV"), Channel("P", "mm[Hg]"))
    quiet, high, wild = (np.array([[0, top], [0, 1e6]], np.float32) for top in (500, 3000, 1e6))

    assert row_mm(quiet, channels) == ROW_MM
    assert row_mm(high, channels) == 30.0
    assert row_mm(wild, channels) == TALLEST_ROW_MM


def test_a_page_has_the_same_plane_each_time() -> None:
    """What is kept by geometry is found again."""
    shown = document(PAGES)

    assert isinstance(page_geometry(shown, 0), Geometry)
    assert page_geometry(shown, 0) is page_geometry(shown, 2)
    assert page_geometry(shown, 3) is None

"""The window of a region, the magnifier while pressed, and the line of known length."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.imaging.voi import VoiFunction, Window
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.gesture import Phase
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools.calibrate import CalibrateTool
from medscan_desktop.tools.magnify import MagnifyTool
from medscan_desktop.tools.window_box import WindowBoxTool
from tests.support.phantoms import geometry_of
from tests.support.scenes import PANE, drag, hung, pointer

FLAT = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(3, 60, 80))


def scene_of(values: np.ndarray, **fields: object) -> tuple[Workspace, View]:
    volume = Volume(values, FLAT, np.ones(3, bool), **fields)  # type: ignore[arg-type]
    workspace = hung(volume, is_volume=False)
    view = replace(workspace.views[0], kind=ViewKind.ACQUIRED, frame=1)
    return workspace.with_view(view), view


def place(workspace: Workspace, view: View, column: float, row: float) -> tuple[float, float]:
    """The pane pixel of an image position."""
    pane = pane_of(workspace, view, PANE)
    assert pane is not None
    x, y = pane.to_pane(FLAT.to_patient((column, row, 1))).tolist()
    return x, y


@pytest.mark.parametrize("camera", [Camera(), Camera(2.0, (3, 4), 90, flip_vertical=True)])
def test_the_window_of_a_region_goes_from_its_1st_to_its_99th_percentile(camera: Camera) -> None:
    values = np.full(FLAT.shape, -1000, np.int16)
    inside = np.arange(20 * 10).reshape(10, 20)
    values[1, 30:40, 40:60] = inside
    workspace, view = scene_of(values, padding=(5.0, 5.0))
    view = replace(view, camera=camera)
    workspace = workspace.with_view(view)
    ends = place(workspace, view, 39.6, 29.6), place(workspace, view, 59.4, 39.4)
    found = drag(WindowBoxTool(), workspace, view.id, *ends).workspace
    low, high = np.percentile(inside[inside != 5], (1, 99))

    assert found.marquee is None
    assert found.views[0].voi == Window((low + high) / 2, high - low, VoiFunction.LINEAR_EXACT, "Region")


def test_a_slip_of_the_hand_leaves_the_window_as_it_is() -> None:
    workspace, view = scene_of(np.zeros(FLAT.shape, np.int16))
    found = drag(WindowBoxTool(), workspace, view.id, (100, 100), (102, 101)).workspace

    assert found.views[0].voi == view.voi
    assert found.marquee is None


def test_the_box_is_seen_while_it_is_dragged_and_goes_with_cancel() -> None:
    workspace, view = scene_of(np.zeros(FLAT.shape, np.int16))
    tool = WindowBoxTool()
    moved = tool.step(workspace, view, pointer(Phase.MOVE, (150, 140), (100, 100))).workspace
    assert moved.marquee is not None
    assert moved.marquee.view == view.id

    assert tool.step(moved, view, pointer(Phase.CANCEL, (150, 140))).workspace.marquee is None


def test_true_colour_has_no_window_of_a_region() -> None:
    workspace, view = scene_of(np.zeros((*FLAT.shape, 3), np.uint8))

    assert drag(WindowBoxTool(), workspace, view.id, (100, 100), (200, 200)).workspace is workspace


def test_the_magnifier_is_there_while_the_button_is_held() -> None:
    workspace, view = scene_of(np.zeros(FLAT.shape, np.int16))
    pressed = MagnifyTool().step(workspace, view, pointer(Phase.PRESS, (10, 10))).workspace

    assert pressed.lens
    assert not drag(MagnifyTool(), workspace, view.id, (10, 10), (90, 90)).workspace.lens


def test_a_line_of_known_length_stays_until_its_length_is_said() -> None:
    workspace, view = scene_of(np.zeros(FLAT.shape, np.int16), calibration="px")
    ends = place(workspace, view, 10, 20), place(workspace, view, 50, 20)
    line = drag(CalibrateTool(), workspace, view.id, *ends).workspace.marquee

    assert line is not None
    assert line.is_line
    assert line.is_done
    assert np.linalg.norm(np.subtract(line.end, line.start)) == pytest.approx(40)


def test_what_lies_in_the_patient_in_mm_takes_no_line() -> None:
    workspace, view = scene_of(np.zeros(FLAT.shape, np.int16))

    assert drag(CalibrateTool(), workspace, view.id, (10, 10), (200, 100)).workspace.marquee is None
    assert CalibrateTool().step(workspace, view, pointer(Phase.PRESS, (10, 10))).refused

"""Several pictures at one scale: the largest fits, and a centimetre is as long on all of them."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.hanging_protocol import Cell, Protocol, Stage
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.apply_protocol import hang_by
from medscan_desktop.scene.hanging import hang
from medscan_desktop.scene.keep_protocol import stage_of
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.workspace import EMPTY, Workspace
from tests.support.phantoms import geometry_of
from tests.support.scenes import STUDY, stack_of

PANE = (300, 400)
SIZES = ((240, 180, 0.1), (290, 240, 0.07))  # rows, columns, mm: of 24 x 18 and 20.3 x 16.8 mm


def picture(number: int, rows: int, columns: int, spacing: float, calibration: str = "at the detector") -> Stack:
    geometry = geometry_of(np.eye(3), spacing=(spacing, spacing, 1.0), shape=(1, rows, columns))
    volume = Volume(np.zeros(geometry.shape, np.int16), geometry, np.ones(1, bool), calibration=calibration)
    return replace(stack_of(volume, is_volume=False), id=StackId(f"1.2.{number}#0"))


def hung(*stacks: Stack, same_scale: bool = True) -> Workspace:
    cells = tuple(Cell(is_distinct=True) for _ in stacks)
    protocol = Protocol("a", "A", stages=(Stage(cells, columns=len(stacks), same_scale=same_scale),))
    return hang_by(hang(EMPTY, STUDY, stacks), protocol)


def scales(workspace: Workspace) -> list[float]:
    panes = [pane_of(workspace, view, PANE) for view in workspace.views]
    return [pane.mm_per_pixel for pane in panes if pane is not None]


def test_pictures_of_a_stage_have_one_scale_at_which_the_largest_fits() -> None:
    """Mammograms of one study on detectors of other pixels: sides are compared by their size on screen."""
    stacks = [picture(number, *size) for number, size in enumerate(SIZES)]
    workspace = hung(*stacks)

    assert scales(workspace) == pytest.approx([24 / 400, 24 / 400])
    assert len(set(np.round(scales(hung(*stacks, same_scale=False)), 6))) == 2
    nearer = workspace.with_view(replace(workspace.views[0], camera=replace(workspace.views[0].camera, zoom=2.0)))
    assert scales(nearer) == pytest.approx([12 / 400, 24 / 400])


def test_the_greatest_width_and_the_greatest_height_count() -> None:
    wide, high = picture(0, 100, 300, 0.1), picture(1, 200, 60, 0.1)
    assert scales(hung(wide, high)) == pytest.approx([0.1, 0.1])


def test_a_picture_without_any_measure_keeps_its_own_fit() -> None:
    stacks = picture(0, *SIZES[0]), picture(1, *SIZES[1][:2], 1.0, "px")
    assert scales(hung(*stacks)) == pytest.approx([24 / 400, max(240 / 300, 290 / 400)])


def test_a_screen_at_one_scale_is_kept_as_one() -> None:
    stage = stage_of(hung(picture(0, *SIZES[0]), picture(1, *SIZES[1])))
    assert stage is not None and stage.same_scale

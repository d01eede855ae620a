"""Panes that are compared: the prior's dated line is never hidden, links and the active slice are seen."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.render.compared_words import study_banner
from medscan_desktop.render.corners import plane_words
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.scene.display import CornerTexts
from medscan_desktop.scene.linking import cursor_at
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.linked_scenes import LEFT, RIGHT, a_geometry, a_stack, side_by_side
from tests.support.scenes import STUDY

SIZE = (400, 360)
CURSOR = QColor.fromRgb(0xFFB454)


def compared(prior_date: str = "20240302") -> Workspace:
    current, prior = replace(STUDY, study_date="20251102"), replace(STUDY, study_date=prior_date)
    prior = replace(prior, study_instance_uid=StudyUid("1.9"))
    left = replace(a_stack("1.1", a_geometry()), study_instance_uid=current.study_instance_uid)
    right = replace(a_stack("1.9.1", a_geometry(), frame="f2"), study_instance_uid=prior.study_instance_uid)
    return replace(side_by_side(left, right), study=current, priors=(prior,))


def pixels(picture: QImage) -> np.ndarray:
    """(rows, columns, 3) red, green, blue."""
    shape = picture.height(), picture.bytesPerLine() // 4, 4
    return np.frombuffer(picture.constBits(), np.uint8).reshape(shape)[:, : picture.width(), 2::-1].astype(int)


def near(picture: QImage, colour: QColor) -> int:
    """How many pixels are about this colour."""
    wanted = np.array([colour.red(), colour.green(), colour.blue()])
    return int((np.abs(pixels(picture) - wanted).max(axis=-1) < 40).sum())


@pytest.mark.parametrize("step", list(CornerTexts))
def test_the_priors_coloured_dated_line_is_there_at_every_step_of_the_corner_texts(step: CornerTexts) -> None:
    workspace = replace(compared(), overlay=step)
    left, right = (PaneRenderer().picture(workspace, workspace.view(view), SIZE) for view in (LEFT, RIGHT))

    filled = QColor.fromRgb(0xC77DFF).darker(210)
    row = pixels(right)[3, 250:]
    assert (np.abs(row - [filled.red(), filled.green(), filled.blue()]).max(axis=-1) < 4).all()
    assert (np.abs(pixels(left)[3, 250:]).max(axis=-1) < 60).all()  # the current's line is dark
    pane = pane_of(workspace, workspace.view(RIGHT), SIZE)
    stack = workspace.stack(workspace.view(RIGHT).stack)
    assert stack is not None
    words = plane_words(workspace, workspace.view(RIGHT), stack, pane, "")
    assert words.top_strips[0].text == "PRIOR 2024-03-02 · 1 year 8 months before"
    assert any(line.chain is False and line.kept for line in words.bottom_left)


def test_a_later_study_is_not_called_a_prior_and_one_study_alone_has_no_line() -> None:
    later = compared("20260115")
    stack = later.stack(later.view(RIGHT).stack)
    assert stack is not None
    banner = study_banner(later, stack)
    assert banner is not None
    assert banner.text == "LATER STUDY 2026-01-15 · 2 months after"
    assert study_banner(replace(later, priors=()), stack) is None


def test_the_active_slice_is_drawn_in_the_other_pane_and_the_cursor_in_both() -> None:
    stacks = a_stack("1.1", a_geometry()), a_stack("1.2", a_geometry())
    workspace = side_by_side(*stacks, kinds=(ViewKind.ACQUIRED, ViewKind.SAGITTAL))
    without = replace(workspace, reference_lines=False)
    for view, is_drawn in ((LEFT, False), (RIGHT, True)):
        with_lines, bare = (pixels(PaneRenderer().picture(one, one.view(view), SIZE)) for one in (workspace, without))
        assert bool(np.count_nonzero((with_lines != bare).any(axis=-1)) > 100) is is_drawn

    pointed = cursor_at(workspace, workspace.view(LEFT), (-12.0, -24.0, 130.0))
    for view in (LEFT, RIGHT):
        assert near(PaneRenderer().picture(pointed, pointed.view(view), SIZE), CURSOR) > 20

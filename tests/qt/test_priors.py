"""Two real examinations of one patient compared in the real window, by keys and mouse."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.hanging_protocol import Cell, Hung, Protocol, Stage
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.render.corners import plane_words
from medscan_desktop.scene.linking import link_state
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.services.snapshots import export_view
from medscan_desktop.ui.hanging_actions import use
from medscan_desktop.ui.prior_doubt import PriorDoubt
from tests.support.real_data import series_folder
from tests.support.second_study import as_another_day
from tests.support.windows import PASSWORD, USER, Open, drag, make_home, opened_library, send, turn_wheel

SHIFT = (6.0, -9.0, 20.0)  # mm, how the patient lay on the other day
WHO = {"PatientName": "Weber^Anna", "PatientID": "W-1", "PatientBirthDate": "19620517", "BodyPartExamined": "CHEST"}


@dataclass(frozen=True)
class Examinations:
    """A library that holds them, and which is which."""

    home: Path
    current: StudyUid
    prior: StudyUid
    doubtful: StudyUid


@pytest.fixture(scope="session")
def examinations(tmp_path_factory: pytest.TempPathFactory) -> Examinations:
    """A CT and, twenty months before, another one made of it; and one under another name. Imported once."""
    root = tmp_path_factory.mktemp("examinations")
    real = sorted(path for path in series_folder("ct_abdomen_j2k").rglob("*") if path.is_file())[::2]
    files = root / "files"
    current = as_another_day(real, files / "current", "20251102", StudyDescription="CT CHEST", **WHO)
    prior = as_another_day(real, files / "prior", "20240302", shift_mm=SHIFT, StudyDescription="CT Thorax", **WHO)
    named = {**WHO, "PatientName": "Roe^Richard"}
    doubtful = as_another_day(real[:3], files / "doubtful", "20190612", StudyDescription="CT Thorax", **named)
    home = make_home(root / "home")
    with opened_library(home) as workstation:
        workstation.do(log_in, name=USER, password=PASSWORD)
        workstation.answer(import_files, paths=(files,))
    return Examinations(home.root, current, prior, doubtful)


@pytest.fixture
def home(examinations: Examinations, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(examinations.home, tmp_path / "home")))


@pytest.fixture
def comparing(desk: Open, examinations: Examinations, qtbot: QtBot) -> Open:
    """The current study open, its priors in the library."""
    desk.desk.open_study(examinations.current)
    qtbot.waitUntil(lambda: bool(screen(desk).views), timeout=30_000)
    qtbot.waitUntil(lambda: bool(desk.desk.viewer.priors.rows), timeout=10_000)
    settle(desk, qtbot)
    return desk


def screen(desk: Open) -> Workspace:
    return desk.parts.workstation.store.workspace


def settle(desk: Open, qtbot: QtBot) -> None:
    """Everything that is on screen has arrived."""

    def is_there() -> bool:
        shown = [screen(desk).stack(view.stack) for view in screen(desk).views]
        has_come = all(stack is not None and stack.volume is not None and stack.volume.is_complete for stack in shown)
        return has_come and not desk.parts.workstation.running

    qtbot.waitUntil(is_there, timeout=30_000)


def press(desk: Open, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(desk.desk.viewer, key, held)


def compare(desk: Open, qtbot: QtBot) -> None:
    press(desk, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: screen(desk).before_prior is not None)
    settle(desk, qtbot)


def dates(desk: Open) -> list[str]:
    studies = [screen(desk).study_of(screen(desk).stack(view.stack)) for view in screen(desk).views]
    return [study.study_date if study is not None else "" for study in studies]


def strips(desk: Open, view: View) -> list[str]:
    stack = screen(desk).stack(view.stack)
    assert stack is not None
    words = plane_words(screen(desk), view, stack, pane_of(screen(desk), view, (400, 400)), "")
    return [strip.text for strip in words.top_strips]


def place(desk: Open, number: int) -> np.ndarray:
    pane = pane_of(screen(desk), screen(desk).views[number], (1, 1))
    assert pane is not None
    return pane.to_patient((0.5, 0.5))


def test_p_hangs_the_prior_on_the_right_dated_and_p_takes_it_off_again(comparing: Open, qtbot: QtBot) -> None:
    desk = comparing
    before = screen(desk)

    compare(desk, qtbot)

    assert dates(desk) == ["20251102", "20240302"]
    left, right = screen(desk).views
    assert strips(desk, left)[0] == "CURRENT 2025-11-02"
    assert strips(desk, right)[0] == "PRIOR 2024-03-02 · 1 year 8 months before"
    sections = [tile.section for tile in desk.desk.viewer.strip.tiles if tile.section]
    assert sections == ["Current 2025-11-02", "Prior 2024-03-02"]
    press(desk, Qt.Key.Key_P)
    assert [(view.kind, view.stack, view.voi) for view in screen(desk).views] == [
        (view.kind, view.stack, view.voi) for view in before.views
    ]
    press(desk, Qt.Key.Key_P)  # a moment, not an opening: it is still there
    assert dates(desk) == ["20251102", "20240302"]


WITH_PRIOR = Protocol(
    "pair",
    "Pair",
    stages=(
        Stage((Cell(view="axial"),), "alone"),
        Stage((Cell(view="axial"), Cell(view="axial", is_prior=True)), "with prior", least=2),
        Stage((Cell(view="coronal"),), "coronal"),
    ),
)


def test_a_stage_that_wants_a_prior_opens_the_most_relevant_one(comparing: Open, qtbot: QtBot) -> None:
    desk = comparing
    use(WITH_PRIOR, desk.desk.viewer.commands)
    settle(desk, qtbot)

    press(desk, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: len(screen(desk).views) == 2)
    settle(desk, qtbot)

    assert screen(desk).hung == Hung(WITH_PRIOR, 1)
    assert dates(desk) == ["20251102", "20240302"]
    press(desk, Qt.Key.Key_Comma)
    assert dates(desk) == ["20251102"]
    press(desk, Qt.Key.Key_Period)  # it is open: hung at once
    assert dates(desk) == ["20251102", "20240302"]


def test_a_prior_that_somebody_doubts_is_not_opened_by_a_stage(comparing: Open, qtbot: QtBot) -> None:
    """Whose study it is stays the user's decision: the stage is left out, and the reason is said."""
    desk = comparing
    priors = desk.desk.viewer.priors
    priors.rows = tuple(row for row in priors.rows if row.doubts)
    assert len(priors.rows) == 1
    use(WITH_PRIOR, desk.desk.viewer.commands)
    settle(desk, qtbot)

    press(desk, Qt.Key.Key_Period)

    assert screen(desk).hung == Hung(WITH_PRIOR, 2) and not screen(desk).priors
    assert any("another person's" in one for one in desk.parts.workstation.notices)


def test_the_patient_bar_stays_the_current_study_s_and_the_corners_are_each_pane_s_own(
    comparing: Open, qtbot: QtBot
) -> None:
    desk = comparing
    compare(desk, qtbot)
    assert "CT CHEST" in desk.desk.viewer.banner.study.text()

    for view, date in zip(screen(desk).views, ("2025-11-02", "2024-03-02"), strict=True):
        stack = screen(desk).stack(view.stack)
        assert stack is not None
        words = plane_words(screen(desk), view, stack, pane_of(screen(desk), view, (400, 400)), "")
        assert any(line.text.startswith(date) for line in words.top_right)


def test_x_links_the_slices_shown_and_the_wheel_then_turns_both_panes(comparing: Open, qtbot: QtBot) -> None:
    desk = comparing
    compare(desk, qtbot)
    alone = place(desk, 1)
    turn_wheel(desk.desk.viewer.grid.panes[0], -120 * 3)
    assert np.allclose(place(desk, 1), alone)  # another frame of reference: nothing moves by itself

    press(desk, Qt.Key.Key_X)
    apart = place(desk, 1)[2] - place(desk, 0)[2]
    turn_wheel(desk.desk.viewer.grid.panes[1], 120 * 4)  # either one leads

    assert place(desk, 1)[2] - place(desk, 0)[2] == pytest.approx(apart)
    assert not np.allclose(place(desk, 1), alone)
    state = link_state(screen(desk), screen(desk).views[1])
    assert state is not None
    assert state.text == f"offset {abs(apart):.1f} mm"
    press(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not screen(desk).links.spaces  # a step of undo


def test_registered_the_prior_comes_to_the_same_place_and_so_does_the_3d_cursor(comparing: Open, qtbot: QtBot) -> None:
    desk = comparing
    compare(desk, qtbot)
    press(desk, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: bool(screen(desk).links.spaces), timeout=30_000)

    turn_wheel(desk.desk.viewer.grid.panes[0], -120 * 2)
    assert np.abs(place(desk, 1) - place(desk, 0) - SHIFT)[2] < 2.0  # half a slice, and the registration's own error
    state = link_state(screen(desk), screen(desk).views[0])
    assert state is not None
    assert state.text in ("registered, 0.99", "registered, 1.00")  # the same values, moved

    pane = desk.desk.viewer.grid.panes[0]
    none, shift = Qt.MouseButton.NoButton, Qt.KeyboardModifier.ShiftModifier
    send(pane, QEvent.Type.MouseMove, (200, 260), none, none, shift)
    cursor = screen(desk).cursor
    assert cursor is not None
    over = pane_of(screen(desk), screen(desk).views[0], (pane.width(), pane.height()))
    assert over is not None
    assert np.allclose(cursor.point, over.to_patient((200, 260)))


def test_what_is_drawn_on_the_prior_belongs_to_the_prior(
    comparing: Open, qtbot: QtBot, examinations: Examinations
) -> None:
    desk = comparing
    compare(desk, qtbot)
    press(desk, Qt.Key.Key_D)
    drag(desk.desk.viewer.grid.panes[1], (150, 200), (220, 240))
    qtbot.waitUntil(lambda: len(screen(desk).measurements) == 1)

    drawn = screen(desk).measurements[0]

    assert drawn.study_instance_uid == examinations.prior
    assert drawn.series_instance_uid == screen(desk).stack(screen(desk).views[1].stack).series_instance_uid  # type: ignore[union-attr]


def test_a_picture_of_the_priors_pane_says_that_it_is_the_prior(comparing: Open, qtbot: QtBot, tmp_path: Path) -> None:
    desk = comparing
    compare(desk, qtbot)
    shown, view = screen(desk), screen(desk).views[1]
    assert strips(desk, view)[0].startswith("PRIOR 2024-03-02")

    job = desk.parts.workstation.do(export_view, workspace=shown, view=view, out=tmp_path / "prior.png")
    qtbot.waitUntil(lambda: job.is_finished)

    assert job.error is None
    assert (tmp_path / "prior.png").stat().st_size > 10_000


def test_a_study_under_another_name_is_asked_about_first(
    comparing: Open, qtbot: QtBot, examinations: Examinations
) -> None:
    desk = comparing
    compare(desk, qtbot)
    press(desk, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)  # the next older one

    asked = desk.desk.viewer.findChildren(PriorDoubt)
    assert len(asked) == 1
    assert not screen(desk).is_open(examinations.doubtful)
    asked[0].open_it.click()

    qtbot.waitUntil(lambda: screen(desk).is_open(examinations.doubtful), timeout=10_000)
    settle(desk, qtbot)
    assert dates(desk) == ["20251102", "20190612"]


def test_what_was_decided_to_be_another_persons_is_stepped_over(
    comparing: Open, qtbot: QtBot, examinations: Examinations
) -> None:
    """It would be refused each time, and stand between the others."""
    desk, priors = comparing, comparing.desk.viewer.priors
    refused = [replace(row, is_refused=row.study.study_instance_uid == examinations.doubtful) for row in priors.rows]
    priors.rows = tuple(sorted(refused, key=lambda row: not row.is_refused))

    compare(desk, qtbot)
    assert dates(desk) == ["20251102", "20240302"]
    press(desk, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)

    assert desk.parts.workstation.notices[-1] == "This patient has no older study here."
    assert dates(desk) == ["20251102", "20240302"]


def test_nothing_of_the_patient_stays_after_the_lock_or_another_study(comparing: Open, qtbot: QtBot) -> None:
    desk = comparing
    compare(desk, qtbot)
    desk.desk.viewer.commands.choose_prior()
    assert desk.desk.viewer.prior_list.isVisible()

    desk.desk.lock()
    qtbot.waitUntil(lambda: desk.parts.workstation.user is None)

    assert desk.desk.viewer.priors.rows == ()
    assert not desk.desk.viewer.prior_list.isVisible()
    assert desk.desk.viewer.prior_list.list.topLevelItemCount() == 0
    assert screen(desk).priors == ()

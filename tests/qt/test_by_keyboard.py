"""A case read without a mouse."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.scene.navigation import slice_position
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.imports import import_files
from tests.support.second_study import as_another_day
from tests.support.windows import SIDE, Open

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def press(
    reading: Open, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, *, times: int = 1
) -> None:
    """As a hand does: to whatever has the keyboard."""
    for _ in range(times):
        QTest.keyClick(reading.desk.window().focusWidget() or reading.desk, key, held)


def scene(reading: Open) -> Workspace:
    return reading.parts.workstation.store.workspace


def test_the_pointer_of_the_keys_measures_as_a_mouse_does(reading: Open, qtbot: QtBot) -> None:
    press(reading, Qt.Key.Key_D)
    press(reading, Qt.Key.Key_Q)
    pane = reading.desk.viewer.grid.panes[0]
    press(reading, Qt.Key.Key_Return)
    press(reading, Qt.Key.Key_Right, SHIFT, times=3)
    press(reading, Qt.Key.Key_Right, times=7)
    press(reading, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(scene(reading).measurements) == 1 and not scene(reading).drafts)

    (one,) = scene(reading).measurements
    assert one.kind is MeasurementKind.LENGTH
    assert one.length is not None
    assert abs(one.length - 67 * SIDE / min(pane.width(), pane.height())) < 1e-6


def test_holding_the_button_drags(reading: Open) -> None:
    press(reading, Qt.Key.Key_W)
    press(reading, Qt.Key.Key_Q)
    press(reading, Qt.Key.Key_Down, SHIFT, times=3)
    press(reading, Qt.Key.Key_Left, SHIFT, times=3)  # away from the crosshair, which would be what is dragged
    before = scene(reading).views[0].voi
    press(reading, Qt.Key.Key_Return, CTRL)
    press(reading, Qt.Key.Key_Right, SHIFT, times=2)
    press(reading, Qt.Key.Key_Return, CTRL)

    assert scene(reading).views[0].voi != before
    assert reading.parts.workstation.undo_name == "window"


def test_other_keys_mean_what_they_did_and_escape_takes_the_pointer_away(reading: Open, qtbot: QtBot) -> None:
    pointer = reading.desk.viewer.pointer
    press(reading, Qt.Key.Key_Q)
    assert pointer.isVisible()
    press(reading, Qt.Key.Key_I)
    assert scene(reading).views[0].inverted
    press(reading, Qt.Key.Key_Tab)
    qtbot.waitUntil(
        lambda: (
            reading.desk.viewer.grid.panes[1]
            .rect()
            .contains(reading.desk.viewer.grid.panes[1].mapFromGlobal(pointer.mapToGlobal(pointer.rect().center())))
        )
    )
    press(reading, Qt.Key.Key_Escape)

    assert not pointer.isVisible()
    assert reading.desk.viewer.hasFocus()


def test_the_pointer_stays_in_its_pane(reading: Open) -> None:
    press(reading, Qt.Key.Key_Q)
    press(reading, Qt.Key.Key_Left, SHIFT, times=60)
    press(reading, Qt.Key.Key_Up, SHIFT, times=60)

    at = reading.desk.viewer.pointer.at
    assert (at.x(), at.y()) == (0.5, 0.5)


@pytest.fixture
def worklist(tmp_path: Path, phantom: Path) -> tuple[Path, StudyUid, StudyUid, StudyUid]:
    """A folder with a patient's current study and the one before, and with another patient's: (folder, the three)."""
    files, root = sorted(phantom.iterdir()), tmp_path / "worklist"
    anna = {"PatientName": "Weber^Anna", "PatientID": "W-1", "StudyDescription": "CT chest"}
    otto = {"PatientName": "Other^Otto", "PatientID": "O-1", "StudyDescription": "CT chest"}
    current = as_another_day(files, root / "current", "20260302", **anna)
    prior = as_another_day(files, root / "prior", "20240302", **anna)
    following = as_another_day(files, root / "next", "20260301", **otto)
    return root, current, prior, following


def test_a_whole_case_by_keyboard_alone(
    desk: Open, worklist: tuple[Path, StudyUid, StudyUid, StudyUid], qtbot: QtBot
) -> None:
    """Open, compare, measure, key image, next: no mouse event is sent."""
    folder, current, prior, following = worklist
    workstation = desk.parts.workstation
    workstation.do(import_files, paths=(folder,), on_done=lambda _: desk.desk.library.refresh())
    qtbot.waitUntil(lambda: desk.desk.library.table.model().rowCount() == 3 and not workstation.running, timeout=20_000)

    # Open: search, into the list, Enter.
    press(desk, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(desk.desk.library.search, "weber")
    qtbot.waitUntil(lambda: desk.desk.library.table.model().rowCount() == 2)
    desk.desk.library.search.clear()
    qtbot.waitUntil(lambda: desk.desk.library.table.model().rowCount() == 3)
    press(desk, Qt.Key.Key_Down)
    press(desk, Qt.Key.Key_Home, CTRL)
    press(desk, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown_study(desk) == current and is_still(desk), timeout=20_000)

    # Compare: the prior beside the current, and scrolling in step.
    press(desk, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: [one.study_instance_uid for one in scene(desk).priors] == [prior], timeout=20_000)
    qtbot.waitUntil(lambda: is_still(desk), timeout=20_000)
    press(desk, Qt.Key.Key_X)
    before = places(desk)
    press(desk, Qt.Key.Key_Down, times=3)
    after = places(desk)
    assert [now - then for now, then in zip(after, before, strict=True)] == [3] * len(before)

    # Measure: a distance in the active view.
    press(desk, Qt.Key.Key_D)
    press(desk, Qt.Key.Key_Q)
    press(desk, Qt.Key.Key_Return)
    press(desk, Qt.Key.Key_Down, SHIFT, times=2)
    press(desk, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(scene(desk).measurements) == 1 and not scene(desk).drafts)
    assert scene(desk).measurements[0].study_instance_uid == current
    press(desk, Qt.Key.Key_Escape)

    # Key image: of what the active view shows.
    press(desk, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: len(scene(desk).own_key_images) == 1)

    # Next: the other patient's study, and nothing of this one left.
    press(desk, Qt.Key.Key_Down, CTRL)
    qtbot.waitUntil(lambda: shown_study(desk) == following and is_still(desk), timeout=20_000)
    assert not scene(desk).priors
    assert not scene(desk).measurements

    # And back: all is as it was left.
    press(desk, Qt.Key.Key_Up, CTRL)
    qtbot.waitUntil(lambda: shown_study(desk) == current and is_still(desk), timeout=20_000)
    assert len(scene(desk).measurements) == 1
    assert len(scene(desk).own_key_images) == 1


def shown_study(desk: Open) -> StudyUid | None:
    study = scene(desk).study
    return study.study_instance_uid if study is not None else None


def is_still(desk: Open) -> bool:
    """Whether everything on screen has arrived."""
    stacks = [scene(desk).stack(view.stack) for view in scene(desk).views if view.stack is not None]
    arrived = all(one is not None and one.volume is not None and one.volume.is_complete for one in stacks)
    return bool(stacks) and arrived and not desk.parts.workstation.running


def places(desk: Open) -> list[int]:
    """The slice of each axial view on screen."""
    found = [slice_position(scene(desk), view) for view in scene(desk).views if view.kind is ViewKind.AXIAL]
    return [place[0] for place in found if place is not None]

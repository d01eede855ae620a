"""The steps of a 4D series by key and slider, why a series is split, and how it is split otherwise."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.domain.study import SeriesUid, StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.scene.showing import slice_of
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.stacks_window import StacksWindow
from tests.support.dicom_files import ROOT_UID, file_bytes, series
from tests.support.windows import PASSWORD, USER, Open, drag, opened_desk, opened_library

SERIES = SeriesUid(f"{ROOT_UID}.5")
PHASES, IMAGES, SIDE = 3, 6, 32


@pytest.fixture
def beating(home: Home, models: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Open]:
    """A 4D series on screen: a disc whose value is 100 in the first step, 200 in the second, 300 in the third."""
    folder = tmp_path / "files"
    folder.mkdir()
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    for phase in range(PHASES):
        plane = np.where(x**2 + y**2 < 100, 100 * (phase + 1), 0).astype(np.int16)
        step = series(IMAGES, spacing=3.0, rows=SIDE, columns=SIDE, TriggerTime=80 * phase, SeriesInstanceUID=SERIES)
        for k, dataset in enumerate(step):
            dataset.SOPInstanceUID, dataset.Modality = f"{SERIES}.{phase}.{k}", "MR"
            dataset.InstanceNumber, dataset.PixelData = phase * IMAGES + k + 1, plane.tobytes()
            (folder / f"{phase}{k}").write_bytes(file_bytes(dataset))
    with opened_library(home) as workstation:
        workstation.answer(log_in, name=USER, password=PASSWORD)
        workstation.answer(import_files, paths=(folder,))
    with opened_desk(home, models) as found:
        qtbot.addWidget(found.desk)
        found.desk.resize(1200, 800)
        found.desk.show()
        found.parts.workstation.do(log_in, name=USER, password=PASSWORD)
        qtbot.waitUntil(lambda: found.parts.workstation.user is not None)
        found.desk.open_study(StudyUid(f"{ROOT_UID}.1"))
        qtbot.waitUntil(lambda: is_loaded(found))
        yield found


def scene(found: Open) -> Workspace:
    return found.parts.workstation.store.workspace


def shown(found: Open) -> Stack:
    stack = scene(found).stack(scene(found).views[0].stack) if scene(found).views else None
    assert stack is not None
    return stack


def is_loaded(found: Open) -> bool:
    workspace = scene(found)
    stack = workspace.stack(workspace.views[0].stack) if workspace.views else None
    return stack is not None and stack.volume is not None and stack.volume.is_complete


def step(found: Open, qtbot: QtBot, key: Qt.Key, number: int) -> None:
    QTest.keyClick(found.desk.viewer, key)
    qtbot.waitUntil(lambda: is_loaded(found) and phase_of(shown(found)) == number)


def phase_of(stack: Stack) -> int | None:
    return stack.phase.number if stack.phase is not None else None


def values(found: Open) -> set[int]:
    volume = shown(found).volume
    assert volume is not None
    return set(np.unique(volume.values).tolist())


def test_a_key_goes_to_the_next_phase_and_all_else_stays(beating: Open, qtbot: QtBot) -> None:
    actions = beating.desk.viewer.commands
    actions.scroll(-2)
    actions.use_window(actions.offered_windows()[0])
    before = scene(beating)
    focus = before.focus[shown(beating).id]

    step(beating, qtbot, Qt.Key.Key_BracketRight, 1)

    after = scene(beating)
    assert values(beating) == {0, 200}
    assert after.focus[shown(beating).id] == focus
    assert [(view.kind, view.voi, view.camera) for view in after.views] == [
        (view.kind, view.voi, view.camera) for view in before.views
    ]
    assert {view.stack for view in after.views} == {shown(beating).id}
    step(beating, qtbot, Qt.Key.Key_BracketLeft, 0)
    step(beating, qtbot, Qt.Key.Key_BracketLeft, 2)  # before the first comes the last
    assert values(beating) == {0, 300}


def test_phases_stay_in_memory_while_there_is_room(beating: Open, qtbot: QtBot) -> None:
    for number in (1, 2, 0, 1):
        step(beating, qtbot, Qt.Key.Key_BracketRight, number)
    held = [stack.phase.number for stack in scene(beating).stacks if stack.phase and stack.volume is not None]

    assert held == [0, 1, 2]


def test_phases_play_in_2d_and_3d_at_the_chosen_rate_and_the_reached_rate_is_said(beating: Open, qtbot: QtBot) -> None:
    """Habits: a player never goes faster than asked, and says what it reaches."""
    bar = beating.desk.viewer.phases
    bar.rates.setCurrentIndex(bar.rates.findData(20.0))
    seen: list[int | None] = []
    beating.parts.workstation.store.listen(lambda old, new: seen.append(phase_of(shown(beating))))
    beating.desk.viewer.commands.play_phases()
    qtbot.waitUntil(lambda: bar.reached_rate > 0 and len([one for one in seen if one == 0]) >= 2, timeout=20_000)
    stacks_shown = {view.stack for view in scene(beating).views}
    reached = bar.reached_rate

    assert bar.is_playing and "a second" in bar.reached.text()
    assert {0, 1, 2} <= set(seen)
    assert len(stacks_shown) == 1  # every view, the 3D one too, is at the same step
    assert reached <= 20.0 * 1.25
    beating.desk.viewer.commands.play_phases()
    assert not bar.is_playing and bar.reached.text() == ""
    qtbot.waitUntil(lambda: not beating.parts.workstation.running)


def test_at_another_phase_the_panes_are_painted_one_after_the_other(beating: Open, qtbot: QtBot) -> None:
    """Four pictures in one turn of the event loop would keep the window from answering meanwhile."""
    panes = beating.desk.viewer.grid.panes
    assert len(panes) > 1 and all(pane.updatesEnabled() for pane in panes)
    waiting: list[int] = []
    beating.parts.workstation.store.listen(lambda old, new: waiting.append(sum(not p.updatesEnabled() for p in panes)))
    step(beating, qtbot, Qt.Key.Key_BracketRight, 1)

    assert max(waiting) == len(panes)
    qtbot.waitUntil(lambda: all(pane.updatesEnabled() for pane in panes))
    before = scene(beating)
    beating.desk.viewer.commands.scroll(1)
    assert scene(beating) is not before and all(pane.updatesEnabled() for pane in panes)  # all else is painted at once


def test_another_series_or_the_lock_ends_the_playing(beating: Open, qtbot: QtBot) -> None:
    bar = beating.desk.viewer.phases
    bar.toggle()
    assert bar.is_playing
    beating.desk.viewer.clear()

    assert not bar.is_playing
    qtbot.waitUntil(lambda: not beating.parts.workstation.running)


def test_keys_that_come_faster_than_images_are_counted(beating: Open, qtbot: QtBot) -> None:
    for _ in range(4):
        QTest.keyClick(beating.desk.viewer, Qt.Key.Key_BracketRight)
    qtbot.waitUntil(lambda: is_loaded(beating) and phase_of(shown(beating)) == 4 % PHASES)
    qtbot.waitUntil(lambda: not beating.parts.workstation.running)

    assert values(beating) == {0, 200}


def test_the_slider_follows_and_leads(beating: Open, qtbot: QtBot) -> None:
    bar = beating.desk.viewer.phases
    assert bar.isVisible() and (bar.slider.minimum(), bar.slider.maximum()) == (0, PHASES - 1)

    bar.slider.setValue(2)
    qtbot.waitUntil(lambda: is_loaded(beating) and values(beating) == {0, 300})

    assert bar.text.text() == "Phase 3/3 · trigger 160 ms"


def test_the_strip_has_one_tile_for_all_phases_and_says_why(beating: Open) -> None:
    (tile,) = beating.desk.viewer.strip.tiles

    assert tile.detail == "6 × 3 phases"
    assert tile.note == "split by trigger: 0 ms, 80 ms and 160 ms"


def test_a_measurement_stays_with_the_phase_it_was_drawn_on(beating: Open, qtbot: QtBot) -> None:
    pane = beating.desk.viewer.grid.panes[0]
    assert isinstance(pane, PaneWidget)
    step(beating, qtbot, Qt.Key.Key_BracketRight, 1)
    beating.desk.viewer.commands.use_tool("length")
    middle = pane.width() / 2, pane.height() / 2
    drag(pane, (middle[0] - 40, middle[1]), (middle[0] + 40, middle[1]))
    qtbot.waitUntil(lambda: len(scene(beating).measurements) == 1)
    (length,) = scene(beating).measurements

    holding = [stack.phase.number for stack in scene(beating).stacks if stack.phase and _holds(stack, length)]
    assert holding == [1]
    beating.desk.viewer.stacks.split(SERIES, SplitChoice(together=True))
    qtbot.waitUntil(lambda: len(scene(beating).stacks) == 1 and is_loaded(beating))
    together = shown(beating)
    assert together.instance_uids[slice_of(length, together)] == length.anchor_instance


def _holds(stack: Stack, measurement: Measurement) -> bool:
    anchor = measurement.anchor_instance
    return anchor is not None and stack.slice_of(anchor, measurement.anchor_frame) is not None


def test_a_choice_of_the_user_comes_at_once_and_can_be_undone(beating: Open, qtbot: QtBot) -> None:
    stacks = beating.desk.viewer.stacks

    stacks.split(SERIES, SplitChoice(together=True))
    qtbot.waitUntil(lambda: len(scene(beating).stacks) == 1 and is_loaded(beating))

    assert [view.kind for view in scene(beating).views] == [ViewKind.ACQUIRED]
    assert shown(beating).frame_count == PHASES * IMAGES and not beating.desk.viewer.phases.isVisible()
    beating.parts.workstation.undo()
    qtbot.waitUntil(lambda: len(scene(beating).stacks) == PHASES and is_loaded(beating))
    assert len(scene(beating).views) == 4


def test_the_window_says_why_and_joins_what_is_chosen(beating: Open, qtbot: QtBot) -> None:
    viewer = beating.desk.viewer
    viewer.stacks.show_window(SERIES)
    qtbot.waitUntil(lambda: bool(viewer.findChildren(StacksWindow)))
    (window,) = viewer.findChildren(StacksWindow)
    assert not window.automatic.isEnabled() and not window.join.isEnabled()

    window.select((0, 2))
    assert window.join.isEnabled()
    window.join.click()

    qtbot.waitUntil(lambda: len(scene(beating).stacks) == 2 and is_loaded(beating))
    assert sorted(stack.frame_count for stack in scene(beating).stacks) == [IMAGES, 2 * IMAGES]
    assert len(window.found.stacks) == 2 and window.automatic.isEnabled()
    viewer.stacks.split(SERIES, AUTOMATIC)
    qtbot.waitUntil(lambda: len(scene(beating).stacks) == PHASES and is_loaded(beating))
    viewer.clear()
    qtbot.waitUntil(lambda: not viewer.findChildren(StacksWindow))

"""How images are shown, by mouse and keys in the real window: windows, size, magnifier, corner texts, calibration."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.imaging.voi import VoiFunction, Window
from medscan_desktop.imaging.window import PRESETS
from medscan_desktop.scene.display import CornerTexts
from medscan_desktop.scene.navigation import pane_of, slice_position
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.display import read_display
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.ui.commands import UI_COMMANDS
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.preset_editor import PresetEditor
from medscan_desktop.ui.screen_window import ScreenWindow
from medscan_desktop.ui.screens import screen_key
from tests.support.made_objects import MADE, written
from tests.support.windows import PASSWORD, USER, Open, drag


def scene(reading: Open) -> Workspace:
    return reading.parts.workstation.store.workspace


def press(reading: Open, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(reading.desk.viewer, key, held)


def run(reading: Open, name: str) -> None:
    """A command by its name: another window may have the keyboard."""
    next(one for one in UI_COMMANDS if one.name == name).run(reading.desk.viewer.commands)


def view(reading: Open) -> View:
    return scene(reading).view(scene(reading).active)


def pane(reading: Open) -> PaneWidget:
    found = reading.desk.viewer.grid.panes[0]
    assert isinstance(found, PaneWidget)
    return found


def mm_per_pixel(reading: Open) -> float:
    found = pane_of(scene(reading), view(reading), (pane(reading).width(), pane(reading).height()))
    assert found is not None
    return found.mm_per_pixel


def test_a_typed_window_is_seen_while_it_is_typed_and_is_one_step_of_undo(reading: Open) -> None:
    before = view(reading).voi
    press(reading, Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    entry = reading.desk.viewer.window_entry
    assert entry.isVisible()
    assert view(reading).voi == before, "asking changes nothing"
    assert isinstance(before, Window)
    assert (entry.width_field.value(), entry.level_field.value()) == (before.width, before.centre)
    entry.width_field.setValue(500)
    entry.level_field.setValue(60)
    assert view(reading).voi == Window(60, 500)
    QTest.keyClick(entry.level_field, Qt.Key.Key_Return)
    assert not entry.isVisible()
    assert view(reading).voi == Window(60, 500)

    press(reading, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view(reading).voi == before


def test_esc_puts_the_old_window_back(reading: Open) -> None:
    before = view(reading).voi
    press(reading, Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    entry = reading.desk.viewer.window_entry
    entry.width_field.setValue(500)
    QTest.keyClick(entry.width_field, Qt.Key.Key_Escape)

    assert view(reading).voi == before
    assert not reading.parts.workstation.undo_name


def test_a_lock_leaves_no_small_window_and_nothing_of_what_was_on_screen(reading: Open, qtbot: QtBot) -> None:
    press(reading, Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    entry = reading.desk.viewer.window_entry
    reading.desk.lock()
    qtbot.waitUntil(lambda: reading.parts.workstation.user is None)

    assert not entry.isVisible()
    assert entry._before is None


def test_the_window_of_a_region_by_mouse_is_one_step_of_undo(reading: Open) -> None:
    before = view(reading).voi
    press(reading, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    middle = pane(reading).width() / 2, pane(reading).height() / 2
    drag(pane(reading), (middle[0] - 90, middle[1] - 90), (middle[0] + 90, middle[1] + 90))
    found = view(reading).voi
    assert isinstance(found, Window)
    assert (found.name, found.function) == ("Region", VoiFunction.LINEAR_EXACT)
    assert found.centre == pytest.approx(-350)  # from the air at -1000 to the ball at 300
    assert scene(reading).marquee is None

    press(reading, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view(reading).voi == before


def test_an_edited_preset_is_on_its_key_at_once_and_after_the_next_log_in(reading: Open, qtbot: QtBot) -> None:
    viewer = reading.desk.viewer
    viewer.commands.edit_presets()
    (editor,) = reading.desk.findChildren(PresetEditor)
    assert editor.modality.currentText() == "CT"
    for column, text in ((1, "Mine"), (2, "90"), (3, "35,5")):
        editor.table.setCurrentCell(0, column)
        editor.table.item(0, column).setText(text)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)

    run(reading, "window.preset_1")
    assert view(reading).voi == Window(35.5, 90, name="Mine")
    editor.down.click()
    run(reading, "window.preset_2")
    assert view(reading).voi == Window(35.5, 90, name="Mine")
    editor.close()
    reading.desk.lock()
    qtbot.waitUntil(lambda: reading.parts.workstation.user is None)
    assert scene(reading).presets == PRESETS
    workstation = reading.parts.workstation
    workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: reading.desk.enter())
    qtbot.waitUntil(lambda: scene(reading).presets != PRESETS)
    assert scene(reading).presets["CT"][1] == Window(35.5, 90, name="Mine")


def test_what_makes_no_preset_is_said_and_not_kept(reading: Open) -> None:
    reading.desk.viewer.commands.edit_presets()
    (editor,) = reading.desk.findChildren(PresetEditor)
    editor.choose("MR")
    editor.add.click()
    assert len(editor.windows) == 1
    for column, text in ((1, "  "), (2, "0"), (3, "dark")):
        editor.table.setCurrentCell(0, column)
        editor.table.item(0, column).setText(text)  # type: ignore[union-attr]
        assert editor.said.text()
        assert editor.windows == (Window(40, 400, name="New preset"),)
    editor.delete.click()
    assert editor.windows == ()
    editor.choose("CT")
    editor.delete.click()
    assert editor.standard.isEnabled()
    editor.standard.click()
    assert editor.windows == PRESETS["CT"]
    editor.close()


def test_keys_fit_go_nearer_and_show_a_pixel_for_a_pixel(reading: Open) -> None:
    fit = mm_per_pixel(reading)
    press(reading, Qt.Key.Key_Plus)
    assert mm_per_pixel(reading) == pytest.approx(fit / 1.25)
    press(reading, Qt.Key.Key_Minus)
    assert mm_per_pixel(reading) == pytest.approx(fit)
    press(reading, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert mm_per_pixel(reading) == pytest.approx(1.0 * pane(reading).devicePixelRatioF())
    press(reading, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert view(reading).camera.centre[0] > 10
    press(reading, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert mm_per_pixel(reading) == pytest.approx(fit)

    press(reading, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert mm_per_pixel(reading) == pytest.approx(1.0 * pane(reading).devicePixelRatioF())


def test_true_size_goes_by_the_measured_screen(reading: Open, qtbot: QtBot) -> None:
    viewer = reading.desk.viewer
    viewer.commands.measure_screen()
    (window,) = reading.desk.findChildren(ScreenWindow)
    window.slider.setValue(2400)
    size = window.mm_per_pixel
    window._keep()
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)
    key = screen_key(window.screen())
    window.close()
    run(reading, "zoom.true_size")
    ratio = pane(reading).devicePixelRatioF()

    assert scene(reading).screens == {key: size}
    assert mm_per_pixel(reading) == pytest.approx(size * ratio)
    assert not any("calibrated" in notice for notice in reading.parts.workstation.notices)
    found: list[dict[str, float]] = []
    reading.parts.workstation.do(read_display, on_done=lambda effect: found.append(dict(effect.value.screens)))
    qtbot.waitUntil(lambda: found == [{key: size}])


def test_the_magnifier_follows_the_pointer_until_its_key_comes_again(reading: Open) -> None:
    one = pane(reading)
    one.pointer_moved(QPointF(one.width() / 2, one.height() / 2))
    plain = one.grab().toImage()
    press(reading, Qt.Key.Key_M)
    assert scene(reading).lens
    assert one.grab().toImage() != plain
    press(reading, Qt.Key.Key_M)

    assert one.grab().toImage() == plain


def test_space_goes_through_the_three_steps_of_corner_texts(reading: Open) -> None:
    steps = []
    for _ in range(3):
        press(reading, Qt.Key.Key_Space)
        steps.append(scene(reading).overlay)

    assert steps == [CornerTexts.LESS, CornerTexts.MINIMAL, CornerTexts.FULL]


@pytest.fixture
def capture(desk: Open, tmp_path: Path, qtbot: QtBot) -> Open:
    """A secondary capture without any measure, open."""
    (dataset,) = MADE["secondary capture grey"]()
    written(tmp_path / "capture", [dataset])
    uid = StudyUid(str(dataset.StudyInstanceUID))
    workstation = desk.parts.workstation
    workstation.do(import_files, paths=(tmp_path / "capture",), on_done=lambda _: desk.desk.open_study(uid))
    qtbot.waitUntil(lambda: bool(scene(desk).views), timeout=20_000)
    qtbot.waitUntil(lambda: scene(desk).stacks[0].volume is not None)
    qtbot.waitUntil(lambda: not workstation.running)
    return desk


def test_a_line_of_known_length_calibrates_the_image_and_its_measurements(capture: Open, qtbot: QtBot) -> None:
    workstation, viewer = capture.parts.workstation, capture.desk.viewer
    viewer.commands.use_tool("length")
    centre = pane(capture).width() / 2, pane(capture).height() / 2
    line = (centre[0] - 100, centre[1]), (centre[0] + 100, centre[1])
    drag(pane(capture), *line)
    qtbot.waitUntil(lambda: len(scene(capture).measurements) == 1 and not scene(capture).drafts)
    (before,) = scene(capture).measurements
    assert before.unit == "px"

    viewer.commands.use_tool("calibrate")
    drag(pane(capture), (line[0][0], line[0][1] + 40), (line[1][0], line[1][1] + 40))
    entry = viewer.length_entry
    assert entry.isVisible()
    QTest.keyClick(entry.length, Qt.Key.Key_Return)
    assert entry.isVisible(), "no length offers itself"
    entry.length.setValue(30.0)
    QTest.keyClick(entry.length, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(scene(capture).calibrations) and not workstation.running)
    (after,) = scene(capture).measurements

    assert (after.unit, after.calibration) == ("mm", "user calibration")
    assert after.length == pytest.approx(30.0)
    assert after.points == before.points
    assert "user calibration" in after.lines[0]
    press(capture, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not scene(capture).calibrations and not workstation.running)
    assert scene(capture).measurements == (before,)


def test_an_image_in_the_patients_own_mm_is_not_calibrated(reading: Open) -> None:
    reading.desk.viewer.commands.use_tool("calibrate")
    drag(pane(reading), (100.0, 100.0), (200.0, 100.0))

    assert scene(reading).marquee is None
    assert not reading.desk.viewer.length_entry.isVisible()


def test_a_film_goes_there_and_back_and_at_another_speed(reading: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [50.0]
    monkeypatch.setattr("medscan_desktop.ui.cine.monotonic", lambda: now[0])
    viewer = reading.desk.viewer
    bar = viewer.cine
    press(reading, Qt.Key.Key_Home)
    press(reading, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    press(reading, Qt.Key.Key_C)
    bar._timer.stop()
    shown = []
    for seconds in (0.1, 2.3, 2.4, 4.6):  # 24 slices at 10 a second
        now[0] = 50.0 + seconds + 1e-6
        bar.tick()
        found = slice_position(scene(reading), view(reading))
        assert found is not None
        shown.append(found[0])
    assert shown == [1, 23, 22, 0]

    press(reading, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert "1.25×" in bar.rate.text()
    bar.stop()

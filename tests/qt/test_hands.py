"""Keys, menus, palette, mouse: what a hand can do, and change, in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.hands import Hands
from medscan_desktop.persistence.preferences import Preferences
from medscan_desktop.services.session import log_in
from medscan_desktop.tools import TOOLS
from medscan_desktop.tools.bindings import PROFILES
from medscan_desktop.ui.commands import UI_COMMANDS
from medscan_desktop.ui.hands_window import HandsWindow
from medscan_desktop.ui.help import listed
from medscan_desktop.ui.key_map import PROFILE_KEYS, KeyMap, portable
from medscan_desktop.ui.palette import matching
from medscan_desktop.ui.toolbar import fill_windows
from tests.support.windows import PASSWORD, USER, Open, drag

# PS: the keys that clinical-conventions promises under "Mouse and keys", by what they do.
CONVENTIONS = {
    "image.previous": "Up",
    "image.next": "Down",
    "image.first": "Home",
    "image.last": "End",
    "image.back_ten": "Shift+Up",
    "image.on_ten": "Shift+Down",
    "series.previous": "PgUp",
    "series.next": "PgDown",
    "view.next": "Tab",
    "hanging.next_stage": ".",
    "hanging.previous_stage": ",",
    "tool.window": "W",
    "tool.pan": "T",
    "tool.zoom": "Z",
    "tool.scroll": "S",
    "tool.rotate": "R",
    "tool.crosshair": "H",
    "tool.length": "D",
    "cine.play": "C",
    "window.invert": "I",
    "view.corner_texts": "Space",
    "edit.cancel": "Esc",
    "window.full_screen": "F11",
    "edit.delete": "Del",
    "edit.undo": "Ctrl+Z",
    "edit.redo": "Ctrl+Y",
    "window.auto": "0",
    "window.preset_1": "1",
    "window.preset_9": "9",
    "view.ai_overlay": "G",
    "finding.accept": "Return",
    "finding.reject": "Backspace",
    "window.lock": "Ctrl+L",
}


def press(widget: QWidget, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(widget, key, held)


def hands_window(reading: Open) -> HandsWindow:
    reading.desk.viewer.commands.edit_hands()
    return reading.desk.findChild(HandsWindow)


def use(reading: Open, qtbot: QtBot, name: str, key: Qt.Key) -> None:
    """Give a command another key in the window for it, as a person would."""
    window = hands_window(reading)
    window.choose(name)
    window.editor.setKeySequence(QKeySequence(key))
    QTest.mouseClick(window.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)
    window.close()
    reading.desk.activateWindow()
    qtbot.waitUntil(reading.desk.isActiveWindow)


def test_every_command_has_a_name_a_label_and_a_place_of_its_own() -> None:
    names = [command.name for command in UI_COMMANDS]

    assert len(set(names)) == len(names)
    assert len({(command.menu, command.label) for command in UI_COMMANDS}) == len(names)
    assert all(command.label and command.menu and "." in command.name for command in UI_COMMANDS)


@pytest.mark.parametrize("profile", [profile.name for profile in PROFILES])
def test_no_key_means_two_things(profile: str) -> None:
    clashes = KeyMap(UI_COMMANDS, Hands(profile)).clashes()

    assert [(one.keys, one.first.name, one.second.name) for one in clashes] == []


def test_every_key_is_one_that_qt_knows() -> None:
    assert all(portable(keys) for command in UI_COMMANDS for keys in command.keys)


def test_a_profile_names_commands_that_exist() -> None:
    names = {command.name for command in UI_COMMANDS}

    assert set(PROFILE_KEYS) <= {profile.name for profile in PROFILES}
    assert all(set(keys) <= names for keys in PROFILE_KEYS.values())


@pytest.mark.parametrize(("name", "key"), CONVENTIONS.items())
def test_the_default_keys_are_those_of_the_conventions(name: str, key: str) -> None:
    command = next(command for command in UI_COMMANDS if command.name == name)

    assert key in KeyMap(UI_COMMANDS, Hands()).keys(command)


def test_another_key_works_at_once_and_after_the_next_log_in(reading: Open, qtbot: QtBot) -> None:
    viewer, workstation = reading.desk.viewer, reading.parts.workstation

    use(reading, qtbot, "tool.length", Qt.Key.Key_J)
    press(viewer, Qt.Key.Key_J)
    assert workstation.store.workspace.tool == "length"

    reading.desk.lock()
    qtbot.waitUntil(lambda: workstation.user is None)
    workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: reading.desk.enter())
    qtbot.waitUntil(lambda: bool(workstation.store.workspace.views) and not workstation.running, timeout=20_000)
    press(viewer, Qt.Key.Key_W)  # the tool itself is where it was at the lock
    assert workstation.store.workspace.tool == "window"
    press(viewer, Qt.Key.Key_J)
    assert workstation.store.workspace.tool == "length"


def test_a_key_that_is_taken_is_named_and_then_changes_hands(reading: Open, qtbot: QtBot) -> None:
    window = hands_window(reading)
    window.choose("tool.length")
    window.editor.setKeySequence(QKeySequence(Qt.Key.Key_W))
    assert window.said.text() == "W belongs to “Window / level”, which would lose it."
    assert window.add.text() == "Take this key"

    QTest.mouseClick(window.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)

    keys = reading.desk.hands.keys
    assert keys.clashes() == ()
    holder = keys.holder("W")
    assert holder is not None
    assert holder.name == "tool.length"


def test_the_standard_keys_come_back(reading: Open, qtbot: QtBot) -> None:
    use(reading, qtbot, "tool.length", Qt.Key.Key_J)
    window = hands_window(reading)
    QTest.mouseClick(window.all_standard, Qt.MouseButton.LeftButton)

    assert reading.desk.hands.keys.hands == Hands()
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)


def test_the_horos_profile_pans_with_control_and_the_left_button(reading: Open, qtbot: QtBot) -> None:
    window = hands_window(reading)
    window.profile.setCurrentIndex(window.profile.findData("horos"))
    window.profile.activated.emit(window.profile.currentIndex())
    pane = reading.desk.viewer.grid.panes[0]
    before = pane.view
    assert before is not None

    drag(pane, (100, 100), (130, 110), held=Qt.KeyboardModifier.ControlModifier)

    after = pane.view
    assert after is not None
    assert after.camera.centre != before.camera.centre
    assert after.voi == before.voi
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)


def test_the_menu_holds_every_command_with_its_key(reading: Open) -> None:
    menu = QMenu()
    reading.desk.viewer.fill_commands(menu)

    lines = [line.text() for part in menu.actions() for line in part.menu().actions()]
    assert len(lines) == len(UI_COMMANDS)
    assert "Invert\tI" in lines


def test_undo_names_its_step_in_the_menu(reading: Open) -> None:
    press(reading.desk.viewer, Qt.Key.Key_I)
    menu = QMenu()
    reading.desk.viewer.fill_commands(menu)

    lines = [line.text() for part in menu.actions() for line in part.menu().actions()]
    assert "Undo: invert\tCtrl+Z" in lines


def test_the_palette_finds_a_command_by_its_letters_and_runs_it(reading: Open, qtbot: QtBot) -> None:
    viewer = reading.desk.viewer
    press(viewer, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = viewer.palette_page
    qtbot.waitUntil(palette.isVisible)

    QTest.keyClicks(palette.line, "dist")
    press(palette.line, Qt.Key.Key_Return)

    assert reading.parts.workstation.store.workspace.tool == "length"
    assert not palette.isVisible()


def test_the_palette_goes_when_the_keyboard_goes_elsewhere(reading: Open, qtbot: QtBot) -> None:
    """Else it stays over the images of the next study, and hears neither letters nor Esc."""
    viewer = reading.desk.viewer
    viewer.commands.show_palette()
    qtbot.waitUntil(viewer.palette_page.line.hasFocus)
    viewer.setFocus()
    qtbot.waitUntil(lambda: not viewer.palette_page.isVisible())
    assert viewer.hasFocus()


def test_a_list_with_nothing_in_it_hears_esc_and_no_other_key_gets_through(reading: Open, qtbot: QtBot) -> None:
    """A patient without other studies: the list says so, and goes."""
    viewer, before = reading.desk.viewer, reading.parts.workstation.store.workspace
    press(viewer, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(viewer.prior_list.empty.isVisible)

    press(viewer.prior_list, Qt.Key.Key_I)
    press(viewer.prior_list, Qt.Key.Key_Escape)

    assert not viewer.prior_list.isVisible()
    assert viewer.hasFocus()
    assert reading.parts.workstation.store.workspace is before


def test_the_palettes_key_on_the_librarys_page_brings_nothing_up_later(reading: Open, qtbot: QtBot) -> None:
    desk = reading.desk
    desk.viewer.commands.show_library()
    qtbot.waitUntil(lambda: not desk.viewer.isVisible())

    desk.viewer.commands.show_palette()
    desk._pages.setCurrentWidget(desk.viewer)

    assert not desk.viewer.palette_page.isVisible()


def test_while_the_palette_is_up_no_key_means_what_it_says(reading: Open, qtbot: QtBot) -> None:
    viewer, before = reading.desk.viewer, reading.parts.workstation.store.workspace
    press(viewer, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = viewer.palette_page
    qtbot.waitUntil(palette.isVisible)

    QTest.keyClicks(palette.line, "i xyzzy")
    assert palette.empty.isVisible()
    press(palette.line, Qt.Key.Key_Return)
    press(palette.line, Qt.Key.Key_Escape)

    assert not palette.isVisible()
    assert reading.parts.workstation.store.workspace.views[0].inverted == before.views[0].inverted


def test_what_begins_with_the_letters_comes_first() -> None:
    found = matching(UI_COMMANDS, "inv")

    assert found[0].label == "Invert"
    assert matching(UI_COMMANDS, "no command is called so") == []


def test_tips_and_menus_name_the_keys_that_hold_now(reading: Open) -> None:
    toolbar = reading.desk.viewer.toolbar
    assert toolbar.tools["length"].toolTip() == "Distance (D)"
    assert toolbar.masks.toolTip() == "AI overlay (G)"

    reading.desk.hands.use(Hands(keys={"view.ai_overlay": ("J",), "window.type": ("U",), "tool.length": ()}))
    assert toolbar.masks.toolTip() == "AI overlay (J)"
    assert toolbar.tools["length"].toolTip() == "Distance"
    menu = QMenu()
    fill_windows(menu, reading.desk.viewer.commands)
    assert "Type the window…\tU" in [line.text() for line in menu.actions()]


@pytest.mark.parametrize("name", ["curve", "window_box", "magnify", "calibrate", "angle"])
def test_the_bar_names_a_tool_that_has_no_button_of_its_own(reading: Open, name: str) -> None:
    bar, done = reading.desk.viewer.toolbar, reading.desk.viewer.commands
    done.use_tool(name)
    label = next(tool.label for tool in TOOLS if tool.name == name)
    assert bar.measure.isChecked() and label in bar.measure.text() and label in bar.measure.toolTip()
    done.use_tool("length")
    assert not bar.measure.isChecked() and bar.measure.text() == "Measure"


def test_the_help_lists_the_keys_that_hold_now(reading: Open, qtbot: QtBot) -> None:
    use(reading, qtbot, "tool.length", Qt.Key.Key_J)

    lines = listed(reading.desk.hands.keys)
    assert [line.keys for line in lines if line.label == "Distance"] == [("D",)]  # the first of its two keys
    press(reading.desk.viewer, Qt.Key.Key_F1)
    assert reading.desk.help.isVisible()


def test_a_stored_body_that_cannot_be_read_gives_the_standard_keys(reading: Open, qtbot: QtBot) -> None:
    workstation = reading.parts.workstation
    user = workstation.user
    assert user is not None
    with reading.parts.database.writing() as connection:
        Preferences(connection).put(f"hands.{user.id}", {"keys": "none"})

    reading.desk.hands.read()
    qtbot.waitUntil(lambda: not workstation.running)

    assert workstation.notices[-1] == "The stored keys cannot be read; the standard ones are in use."
    assert reading.desk.hands.keys.hands == Hands()

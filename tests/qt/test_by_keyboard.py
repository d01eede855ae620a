"""A case read without a mouse."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.scene.workspace import Workspace
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

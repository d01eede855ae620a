"""Measuring by mouse and keys in the real window: every tool draws, what is drawn can be changed, undone, deleted."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.persistence.home import Home
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.text_entry import TextEntry
from tests.support.homes import opened_again
from tests.support.windows import BALL_HU, BALL_MM, PHANTOM, Open, drag, send

Kind = MeasurementKind
Place = tuple[float, float]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def scene(reading: Open) -> Workspace:
    return reading.parts.workstation.store.workspace


def pane(reading: Open) -> PaneWidget:
    found = reading.desk.viewer.grid.panes[0]
    assert isinstance(found, PaneWidget)
    return found


def pane_map(reading: Open) -> PaneMap:
    widget = pane(reading)
    assert widget.view is not None
    found = pane_of(scene(reading), widget.view, (widget.width(), widget.height()))
    assert found is not None
    return found


def at_mm(reading: Open, right: float, down: float) -> Place:
    """The place in the pane so many mm from the ball's middle."""
    shown = pane_map(reading)
    x, y = (size / 2 + mm / shown.mm_per_pixel for size, mm in zip(pane_size(reading), (right, down), strict=True))
    return x, y


def pane_size(reading: Open) -> tuple[int, int]:
    return pane(reading).width(), pane(reading).height()


def use(reading: Open, tool: str) -> None:
    reading.desk.viewer.commands.use_tool(tool)


def click(reading: Open, place: Place) -> None:
    send(pane(reading), QEvent.Type.MouseMove, place, NONE, NONE)
    send(pane(reading), QEvent.Type.MouseButtonPress, place, LEFT, LEFT)
    send(pane(reading), QEvent.Type.MouseButtonRelease, place, LEFT, NONE)


def double_click(reading: Open, place: Place) -> None:
    click(reading, place)
    send(pane(reading), QEvent.Type.MouseButtonDblClick, place, LEFT, LEFT)
    send(pane(reading), QEvent.Type.MouseButtonRelease, place, LEFT, NONE)


def trace(reading: Open, places: Sequence[Place]) -> None:
    send(pane(reading), QEvent.Type.MouseButtonPress, places[0], LEFT, LEFT)
    for place in places[1:]:
        send(pane(reading), QEvent.Type.MouseMove, place, NONE, LEFT)
    send(pane(reading), QEvent.Type.MouseButtonRelease, places[-1], LEFT, NONE)


def saved(reading: Open, qtbot: QtBot, count: int = 1) -> Measurement:
    """The last one, once nothing is being drawn or saved any more."""
    qtbot.waitUntil(lambda: len(scene(reading).measurements) == count and not scene(reading).drafts)
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)
    return scene(reading).measurements[-1]


def entry(reading: Open) -> TextEntry:
    (found,) = [one for one in pane(reading).findChildren(TextEntry) if one.isVisible()]
    return found


def circle(reading: Open, radius_mm: float, count: int = 60) -> list[Place]:
    turns = np.linspace(0, 2 * math.pi, count, endpoint=False)
    return [at_mm(reading, radius_mm * math.cos(turn), radius_mm * math.sin(turn)) for turn in turns]


def draw_length(reading: Open, qtbot: QtBot, count: int = 1) -> Measurement:
    use(reading, "length")
    drag(pane(reading), at_mm(reading, -10, 4), at_mm(reading, 10, 4))
    return saved(reading, qtbot, count)


@pytest.mark.parametrize("key", [Qt.Key.Key_D, Qt.Key.Key_A, Qt.Key.Key_B])
def test_the_keys_of_the_conventions_take_the_tool(reading: Open, key: Qt.Key) -> None:
    """clinical-conventions, Mouse and keys: D A B distance, angle, text."""
    QTest.keyClick(reading.desk.viewer, key)

    assert scene(reading).tool == {Qt.Key.Key_D: "length", Qt.Key.Key_A: "angle", Qt.Key.Key_B: "text"}[key]


def test_an_angle_is_three_clicks_and_its_open_leg_follows_the_pointer(reading: Open, qtbot: QtBot) -> None:
    use(reading, "angle")
    click(reading, at_mm(reading, 10, 0))
    click(reading, at_mm(reading, 0, 0))
    send(pane(reading), QEvent.Type.MouseMove, at_mm(reading, 0, -8), NONE, NONE)

    assert scene(reading).drafts[0].measurement.angle == pytest.approx(90, abs=0.05)

    click(reading, at_mm(reading, 7, -7))

    assert saved(reading, qtbot).angle == pytest.approx(45, abs=0.05)


def test_a_cobb_angle_is_two_lines(reading: Open, qtbot: QtBot) -> None:
    use(reading, "cobb")
    drag(pane(reading), at_mm(reading, -10, -6), at_mm(reading, 10, -6))
    drag(pane(reading), at_mm(reading, -10, 6), at_mm(reading, 10, 16))

    found = saved(reading, qtbot)

    assert found.angle == pytest.approx(math.degrees(math.atan2(1, 2)), abs=0.05)
    assert found.lines == (f"Cobb {found.angle:.1f}°",)


def test_the_short_axis_comes_by_itself_and_stays_across_when_it_is_dragged(reading: Open, qtbot: QtBot) -> None:
    use(reading, "bidirectional")
    drag(pane(reading), at_mm(reading, -12, 0), at_mm(reading, 12, 0))
    before = saved(reading, qtbot)
    assert (before.length, before.width) == (pytest.approx(24), pytest.approx(12))

    use(reading, "window")
    drag(pane(reading), at_mm(reading, 0, 6), at_mm(reading, 4, 9))
    after = saved(reading, qtbot)

    assert (after.id, after.length, after.width) == (before.id, pytest.approx(24), pytest.approx(15, abs=0.01))
    long, short = (np.subtract(after.points[n], after.points[n + 1]) for n in (0, 2))
    assert float(long @ short) == pytest.approx(0, abs=1e-6)


def test_a_polyline_ends_with_a_double_click(reading: Open, qtbot: QtBot) -> None:
    use(reading, "polyline")
    click(reading, at_mm(reading, -8, 0))
    click(reading, at_mm(reading, 0, 6))
    double_click(reading, at_mm(reading, 0, -6))

    found = saved(reading, qtbot)

    assert found.length == pytest.approx(22, abs=0.01)
    assert scene(reading).maximised is None


def test_a_polyline_ends_with_enter_takes_corners_back_and_is_given_up(reading: Open, qtbot: QtBot) -> None:
    use(reading, "polyline")
    for place in ((-8, 0), (0, 6), (3, 3), (0, -6)):
        click(reading, at_mm(reading, *place))
    QTest.keyClick(reading.desk.viewer, Qt.Key.Key_Backspace)
    QTest.keyClick(reading.desk.viewer, Qt.Key.Key_Backspace)
    click(reading, at_mm(reading, 0, -6))
    QTest.keyClick(reading.desk.viewer, Qt.Key.Key_Return)
    assert saved(reading, qtbot).length == pytest.approx(22, abs=0.01)

    click(reading, at_mm(reading, -8, 9))
    QTest.keyClick(reading.desk.viewer, Qt.Key.Key_Escape)

    assert not scene(reading).drafts
    assert len(scene(reading).measurements) == 1


@pytest.mark.parametrize("tool", ["ellipse", "rectangle", "freehand", "sphere"])
def test_a_region_within_the_ball_has_its_value_alone(reading: Open, qtbot: QtBot, tool: str) -> None:
    use(reading, tool)
    if tool == "freehand":
        trace(reading, circle(reading, 8))
    elif tool == "sphere":
        drag(pane(reading), at_mm(reading, 0, 0), at_mm(reading, 8, 0))
    else:
        drag(pane(reading), at_mm(reading, -6, -5), at_mm(reading, 6, 5))

    found = saved(reading, qtbot)
    values = found.statistics

    assert values is not None
    assert (values.mean, values.standard_deviation, values.unit) == (BALL_HU, 0, "HU")
    wanted = {"ellipse": math.pi * 30, "rectangle": 120.0, "freehand": 30 * 64 * math.sin(math.pi / 30)}
    if tool == "sphere":
        assert values.volume_mm3 == pytest.approx(4 / 3 * math.pi * 512, rel=1e-6)
        assert values.count == pytest.approx(4 / 3 * math.pi * 512 / 2, rel=0.05)  # voxels of 2 mm³
    else:
        assert values.area_mm2 == pytest.approx(wanted[tool], rel=1e-4)
        assert values.count == pytest.approx(wanted[tool], rel=0.1)  # pixels of 1 mm²


def test_a_sphere_beyond_the_ball_counts_in_true_3d(reading: Open, qtbot: QtBot) -> None:
    """The share of the ball in a sphere of twice its radius is an eighth, whatever the slices' distance."""
    use(reading, "sphere")
    drag(pane(reading), at_mm(reading, 0, 0), at_mm(reading, 0, BALL_MM * 1.5))

    values = saved(reading, qtbot).statistics

    assert values is not None
    share = (values.mean + 1000) / (BALL_HU + 1000)
    assert share == pytest.approx(1 / 1.5**3, rel=0.05)


def test_a_probe_keeps_the_value_under_it(reading: Open, qtbot: QtBot) -> None:
    use(reading, "probe")
    click(reading, at_mm(reading, 2, 2))

    assert saved(reading, qtbot).lines == (f"{BALL_HU} HU",)


def test_words_are_written_in_the_pane_itself(reading: Open, qtbot: QtBot) -> None:
    use(reading, "text")
    click(reading, at_mm(reading, 5, 5))
    assert QApplication.activeModalWidget() is None
    QTest.keyClicks(entry(reading), "Cyst, stable")
    QTest.keyClick(entry(reading), Qt.Key.Key_Return)

    found = saved(reading, qtbot)

    assert (found.kind, found.text, found.lines) == (Kind.TEXT, "Cyst, stable", ("Cyst, stable",))
    assert not pane(reading).findChildren(TextEntry) or not any(
        one.isVisible() for one in pane(reading).findChildren(TextEntry)
    )


def test_a_text_without_words_and_one_given_up_leave_nothing(reading: Open) -> None:
    use(reading, "text")
    click(reading, at_mm(reading, 5, 5))
    QTest.keyClick(entry(reading), Qt.Key.Key_Return)
    assert not scene(reading).drafts

    click(reading, at_mm(reading, 5, 5))
    QTest.keyClicks(entry(reading), "no")
    QTest.keyClick(entry(reading), Qt.Key.Key_Escape)

    assert not scene(reading).drafts and not scene(reading).measurements


@pytest.mark.parametrize("tool", ["window", "text"])
def test_another_tool_takes_the_line_to_write_in_away(reading: Open, tool: str) -> None:
    use(reading, "text")
    click(reading, at_mm(reading, 5, 5))
    QTest.keyClicks(entry(reading), "half a word")

    use(reading, tool)

    assert not scene(reading).drafts and not scene(reading).measurements
    assert not any(one.isVisible() for one in pane(reading).findChildren(TextEntry))


def test_a_press_elsewhere_takes_what_was_written(reading: Open, qtbot: QtBot) -> None:
    use(reading, "text")
    click(reading, at_mm(reading, 5, 5))
    QTest.keyClicks(entry(reading), "Node")
    middle = Qt.MouseButton.MiddleButton
    send(pane(reading), QEvent.Type.MouseButtonPress, at_mm(reading, -15, -15), middle, middle)

    assert saved(reading, qtbot).text == "Node"


def test_a_pane_that_goes_while_the_pointer_is_on_a_measurement_leaves_no_light(reading: Open, qtbot: QtBot) -> None:
    """A layout hides panes from within a listener, which cannot write."""
    draw_length(reading, qtbot)
    send(pane(reading), QEvent.Type.MouseMove, at_mm(reading, 0, 4), NONE, NONE)
    assert scene(reading).touched is not None

    QApplication.sendEvent(pane(reading), QEvent(QEvent.Type.Leave))
    reading.desk.viewer.commands.maximise(scene(reading).views[1].id)

    qtbot.waitUntil(lambda: scene(reading).touched is None)


def test_an_arrow_may_stand_without_words_and_get_some_later(reading: Open, qtbot: QtBot) -> None:
    use(reading, "arrow")
    drag(pane(reading), at_mm(reading, 0, 0), at_mm(reading, 10, 10))
    QTest.keyClick(entry(reading), Qt.Key.Key_Return)
    before = saved(reading, qtbot)
    assert (before.kind, before.text) == (Kind.ARROW, "")

    double_click(reading, at_mm(reading, 5, 5))
    QTest.keyClicks(entry(reading), "here")
    QTest.keyClick(entry(reading), Qt.Key.Key_Return)
    after = saved(reading, qtbot)

    assert replace(after, text="") == before and after.text == "here"
    assert scene(reading).maximised is None


def test_a_handle_moves_its_end_with_any_tool_and_undo_brings_it_back(reading: Open, qtbot: QtBot) -> None:
    before = draw_length(reading, qtbot)
    use(reading, "window")
    window = scene(reading).views[0].voi

    drag(pane(reading), at_mm(reading, 10, 4), at_mm(reading, 15, 4))
    after = saved(reading, qtbot)

    assert (after.id, after.length) == (before.id, pytest.approx(25, abs=0.01))
    assert scene(reading).views[0].voi == window
    workstation = reading.parts.workstation
    assert workstation.undo_name == "change distance"
    workstation.undo()
    qtbot.waitUntil(lambda: not workstation.running)
    assert scene(reading).measurements == (before,)
    workstation.redo()
    qtbot.waitUntil(lambda: not workstation.running)
    assert scene(reading).measurements == (after,)
    workstation.undo()
    qtbot.waitUntil(lambda: not workstation.running)
    workstation.undo()
    qtbot.waitUntil(lambda: not workstation.running)
    assert scene(reading).measurements == ()


def test_its_line_moves_the_whole_and_nothing_is_measured_anew(reading: Open, qtbot: QtBot) -> None:
    before = draw_length(reading, qtbot)
    use(reading, "pan")

    drag(pane(reading), at_mm(reading, 0, 4), at_mm(reading, 3, 9))
    after = saved(reading, qtbot)

    assert after.length == pytest.approx(before.length)
    shown = pane_map(reading)
    way = shown.to_pane(after.points) - shown.to_pane(before.points)
    assert way * shown.mm_per_pixel == pytest.approx(np.array([[3, 5], [3, 5]]), abs=1e-6)


def test_the_numbers_of_a_region_are_live_while_it_is_dragged(reading: Open, qtbot: QtBot) -> None:
    use(reading, "ellipse")
    drag(pane(reading), at_mm(reading, -4, -4), at_mm(reading, 4, 4))
    saved(reading, qtbot)
    use(reading, "window")

    drag(pane(reading), at_mm(reading, 4, 0), at_mm(reading, 24, 0), let_go=False)

    (draft,) = scene(reading).drafts
    assert draft.is_changing and draft.measurement.statistics is not None
    assert draft.measurement.statistics.minimum == -1000
    pane(reading).cancel_drag()
    assert not scene(reading).drafts and len(scene(reading).measurements) == 1


def test_what_is_under_the_pointer_lights_up_a_click_selects_it_and_one_beside_it_does_not(
    reading: Open, qtbot: QtBot
) -> None:
    one = draw_length(reading, qtbot)
    use(reading, "window")
    click(reading, at_mm(reading, -10, -12))
    assert scene(reading).selected is None

    send(pane(reading), QEvent.Type.MouseMove, at_mm(reading, 0, 4), NONE, NONE)
    assert scene(reading).touched == one.id
    send(pane(reading), QEvent.Type.MouseMove, at_mm(reading, 0, 14), NONE, NONE)
    assert scene(reading).touched is None
    click(reading, at_mm(reading, 0, 4))
    assert scene(reading).selected == one.id
    assert scene(reading).measurements == (one,)

    QTest.keyClick(reading.desk.viewer, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not scene(reading).measurements)
    reading.parts.workstation.undo()
    qtbot.waitUntil(lambda: scene(reading).measurements == (one,))


def test_a_click_on_its_words_selects_it_too(reading: Open, qtbot: QtBot) -> None:
    one = draw_length(reading, qtbot)
    use(reading, "window")
    click(reading, at_mm(reading, -10, -12))
    assert scene(reading).selected is None
    qtbot.waitUntil(lambda: not pane(reading).grab().isNull())
    place = pane(reading)._renderer.labels[one.id].center()

    drag(pane(reading), (place.x(), place.y()), (place.x() + 20, place.y()))

    assert scene(reading).selected == one.id
    assert scene(reading).measurements == (one,) and not scene(reading).drafts


def test_a_new_line_can_begin_on_an_old_one_with_shift(reading: Open, qtbot: QtBot) -> None:
    draw_length(reading, qtbot)
    start, end = at_mm(reading, 0, 4), at_mm(reading, 0, -12)
    shift = Qt.KeyboardModifier.ShiftModifier

    send(pane(reading), QEvent.Type.MouseButtonPress, start, LEFT, LEFT, shift)
    send(pane(reading), QEvent.Type.MouseMove, end, NONE, LEFT, shift)
    send(pane(reading), QEvent.Type.MouseButtonRelease, end, LEFT, NONE, shift)

    assert saved(reading, qtbot, 2).length == pytest.approx(16, abs=0.01)


def test_another_program_reads_every_measurement_to_the_last_bit(reading: Open, home: Home, qtbot: QtBot) -> None:
    """Must hold after a restart: what stands in the records is what stands on screen."""
    draw_length(reading, qtbot)
    use(reading, "freehand")
    trace(reading, circle(reading, 13.3))
    saved(reading, qtbot, 2)
    use(reading, "sphere")
    drag(pane(reading), at_mm(reading, 1, 1), at_mm(reading, 7.7, 3.1))
    saved(reading, qtbot, 3)
    use(reading, "window")
    drag(pane(reading), at_mm(reading, 10, 4), at_mm(reading, 8.1, 11.3))
    saved(reading, qtbot, 3)

    with opened_again(home) as library, library.records("test.look") as records:
        found = records.measurements.of_study(PHANTOM)

    assert tuple(found) == scene(reading).measurements

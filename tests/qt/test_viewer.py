"""Reading a study by mouse and keys, on the real workstation."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.finding import FindingState
from medscan_desktop.imaging.voi import Window
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.scene.navigation import slice_position
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.snapshots import SIZE as SIZE_OF_PICTURES
from medscan_desktop.ui.banner import PatientBanner
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.panels.findings import FindingItem, FindingsPanel
from medscan_desktop.ui.panels.measurements import MeasurementItem, MeasurementsPanel
from medscan_desktop.ui.panels.models import ModelItem, ModelsPanel
from tests.support.windows import BALL_MM, SIDE, SLICES, Open, drag, send, turn_wheel


def scene(reading: Open) -> Workspace:
    return reading.parts.workstation.store.workspace


def press(reading: Open, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(reading.desk.viewer, key, held)


def axial(reading: Open) -> PaneWidget:
    pane = reading.desk.viewer.grid.panes[0]
    assert isinstance(pane, PaneWidget)
    return pane


def position(reading: Open) -> int:
    workspace = scene(reading)
    shown = slice_position(workspace, workspace.view(workspace.active))
    assert shown is not None
    return shown[0]


def draw_length(reading: Open, qtbot: QtBot, pixels: float = 120.0) -> float:
    """Draw a level line of so many pixels on the axial pane; gives the mm that it must read."""
    pane = axial(reading)
    press(reading, Qt.Key.Key_D)
    middle = pane.width() / 2, pane.height() / 2
    before = len(scene(reading).measurements)
    drag(pane, (middle[0] - pixels / 2, middle[1]), (middle[0] + pixels / 2, middle[1]))
    qtbot.waitUntil(lambda: len(scene(reading).measurements) == before + 1 and not scene(reading).drafts)
    return pixels * SIDE / min(pane.width(), pane.height())  # 64 mm just fit into the shorter side


def test_a_volume_hangs_in_three_planes_and_3d(reading: Open) -> None:
    kinds = [view.kind for view in scene(reading).views]

    assert kinds == [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL, ViewKind.THREE_D]
    assert len(reading.desk.viewer.grid.panes) == 4


def test_the_patient_is_named_above_the_images_and_never_in_the_title(reading: Open) -> None:
    assert "Phantom, Test" in reading.desk.viewer.banner.patient.text()
    assert "T-1" in reading.desk.viewer.banner.patient.text()
    assert "Phantom" not in reading.desk.window().windowTitle()


def test_who_the_patient_is_has_the_room_before_the_examination(reading: Open, qtbot: QtBot) -> None:
    banner = PatientBanner()
    qtbot.addWidget(banner)
    banner.resize(900, 32)
    banner.show()
    patient = replace(scene(reading).study.patient, patient_name="Long^" + "Name " * 9)
    study = replace(scene(reading).study, patient=patient, study_description="An examination of many words " * 4)

    banner.workspace_changed(scene(reading), replace(scene(reading), study=study))

    qtbot.waitUntil(lambda: banner.patient.width() >= banner.patient.sizeHint().width())
    assert 90 <= banner.study.width() < banner.study.sizeHint().width()


@pytest.mark.parametrize(("width", "has_words"), [(960, False), (1600, True), (1024, False)])
def test_every_button_of_the_bar_is_whole_at_any_width(
    reading: Open, qtbot: QtBot, width: int, has_words: bool
) -> None:
    viewer = reading.desk.viewer
    viewer.session.name.setText("Dr. Ada Reader")

    reading.desk.setMinimumSize(960, 600)  # as the window does
    reading.desk.resize(width, 700)

    qtbot.waitUntil(lambda: viewer.toolbar.width() == width)
    assert viewer.session.name.isVisible() == has_words
    buttons = viewer.toolbar.findChildren(QAbstractButton)
    qtbot.waitUntil(lambda: all(one.width() >= one.sizeHint().width() for one in buttons if one.isVisible()))
    seen = [one for one in buttons if one.isVisible()]
    assert all(viewer.toolbar.rect().contains(one.mapTo(viewer.toolbar, one.rect().center())) for one in seen)
    more = viewer.toolbar.more
    assert set(buttons) - set(seen) == {*more.taken, *(() if more.taken else (more,))}  # nothing is lost
    more.menu().aboutToShow.emit()
    assert [line.text() for line in more.menu().actions()] == [one.toolTip() for one in more.taken]


@pytest.mark.parametrize(
    ("key", "held", "wanted"),
    [
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, SLICES // 2 + 1),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, SLICES // 2 - 1),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, SLICES // 2 - 10),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, SLICES - 1),
    ],
)
def test_arrow_and_end_keys_move_through_the_slices(
    reading: Open, key: Qt.Key, held: Qt.KeyboardModifier, wanted: int
) -> None:
    press(reading, key, held)

    assert position(reading) == wanted


def test_the_wheel_scrolls_a_slice_a_notch_and_sums_up_fine_steps(reading: Open) -> None:
    turn_wheel(axial(reading), -120)
    assert position(reading) == SLICES // 2 + 1

    for _ in range(4):
        turn_wheel(axial(reading), 60)

    assert position(reading) == SLICES // 2 - 1


def test_the_wheel_with_control_zooms_instead(reading: Open) -> None:
    turn_wheel(axial(reading), 120, Qt.KeyboardModifier.ControlModifier)

    assert position(reading) == SLICES // 2
    assert scene(reading).views[0].camera.zoom > 1


def test_dragging_right_widens_the_window_of_every_plane_and_up_brightens(reading: Open) -> None:
    before = scene(reading).views[0].voi
    assert isinstance(before, Window)

    drag(axial(reading), (100, 100), (180, 60))

    after = [view.voi for view in scene(reading).views[:3]]
    assert len(set(after)) == 1
    assert isinstance(after[0], Window)
    assert after[0].width > before.width
    assert after[0].centre < before.centre


def test_keys_choose_tools_and_invert_and_toggle(reading: Open) -> None:
    press(reading, Qt.Key.Key_Z)
    assert scene(reading).tool == "zoom"
    assert reading.desk.viewer.toolbar.tools["zoom"].isChecked()

    press(reading, Qt.Key.Key_I)
    assert all(view.inverted for view in scene(reading).views)

    press(reading, Qt.Key.Key_Space)
    press(reading, Qt.Key.Key_Space)
    assert not scene(reading).overlay

    press(reading, Qt.Key.Key_Tab)
    assert scene(reading).active == scene(reading).views[1].id


def test_a_number_key_sets_a_preset_and_zero_the_automatic_window(reading: Open) -> None:
    press(reading, Qt.Key.Key_1)
    first = scene(reading).views[0].voi
    assert isinstance(first, Window)
    assert (first.name, first.width, first.centre) == ("Soft tissue", 400, 40)

    press(reading, Qt.Key.Key_0)
    automatic = scene(reading).views[0].voi
    assert automatic.name == "Auto"


def test_a_drawn_length_reads_true_is_saved_and_listed(reading: Open, qtbot: QtBot) -> None:
    wanted = draw_length(reading, qtbot)

    saved = scene(reading).measurements[0]
    assert saved.length == pytest.approx(wanted, abs=0.05)
    assert saved.unit == "mm"
    assert saved.created_by is not None
    panel = next(panel for panel in reading.desk.viewer.panels if isinstance(panel, MeasurementsPanel))
    item = panel.items[0]
    assert isinstance(item, MeasurementItem)
    assert item.value.text() == f"{wanted:.1f} mm"


def test_undo_takes_a_length_back_and_redo_brings_the_same_one(reading: Open, qtbot: QtBot) -> None:
    draw_length(reading, qtbot)
    drawn = scene(reading).measurements
    tip = reading.desk.viewer.toolbar.undo.toolTip()
    assert tip == "Undo: draw distance (Ctrl+Z)"

    press(reading, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not scene(reading).measurements)

    press(reading, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(scene(reading).measurements) == 1)
    assert scene(reading).measurements[0].id == drawn[0].id
    assert scene(reading).measurements[0].length == drawn[0].length


def test_del_deletes_what_is_selected(reading: Open, qtbot: QtBot) -> None:
    draw_length(reading, qtbot)

    press(reading, Qt.Key.Key_Delete)

    qtbot.waitUntil(lambda: not scene(reading).measurements)


def test_escape_drops_what_is_being_drawn(reading: Open) -> None:
    press(reading, Qt.Key.Key_D)
    drag(axial(reading), (60, 60), (160, 60), let_go=False)
    assert scene(reading).drafts

    press(reading, Qt.Key.Key_Escape)

    assert not scene(reading).drafts
    send(axial(reading), QEvent.Type.MouseButtonRelease, (160, 60), Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton)
    assert not scene(reading).measurements


def test_a_click_in_the_list_goes_to_the_slice_measured(reading: Open, qtbot: QtBot) -> None:
    draw_length(reading, qtbot)
    measured = position(reading)
    press(reading, Qt.Key.Key_Home)

    panel = next(panel for panel in reading.desk.viewer.panels if isinstance(panel, MeasurementsPanel))
    QTest.mouseClick(panel.items[0], Qt.MouseButton.LeftButton)

    assert position(reading) == measured
    assert scene(reading).selected == scene(reading).measurements[0].id


def test_a_double_click_shows_one_view_large_and_back(reading: Open) -> None:
    pane = axial(reading)
    for maximised in (pane.view_id, None):
        send(pane, QEvent.Type.MouseButtonDblClick, (60, 60), Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton)
        assert scene(reading).maximised == maximised
        visible = [other.isVisible() for other in reading.desk.viewer.grid.panes]
        assert visible == ([True, False, False, False] if maximised is not None else [True] * 4)


@pytest.mark.qt_log_ignore("does not support")  # the offscreen platform of pop-ups
def test_a_right_click_without_a_drag_zooms_nothing(reading: Open, qtbot: QtBot) -> None:
    with qtbot.waitSignal(axial(reading).menu_wanted):
        drag(axial(reading), (100, 100), (100, 100), Qt.MouseButton.RightButton)

    assert scene(reading).views[0].camera.zoom == 1.0
    for menu in reading.desk.viewer.findChildren(type(reading.desk.viewer.toolbar.windows.menu())):
        menu.close()


def test_a_model_runs_beside_the_window_and_its_finding_waits_for_a_decision(reading: Open, qtbot: QtBot) -> None:
    models = next(panel for panel in reading.desk.viewer.panels if isinstance(panel, ModelsPanel))
    qtbot.waitUntil(lambda: bool(models.items))
    item = models.items[0]
    assert isinstance(item, ModelItem)
    assert item.misfit == ""

    QTest.mouseClick(item.run, Qt.MouseButton.LeftButton)
    assert item.stop.isVisible()
    qtbot.waitUntil(lambda: bool(scene(reading).findings), timeout=30_000)

    found = scene(reading).findings[0]
    ball_ml = 4 / 3 * math.pi * BALL_MM**3 / 1000
    assert found.structures[0].volume_ml == pytest.approx(ball_ml, rel=0.15)  # on the toy's coarse grid
    assert found.state is FindingState.PROPOSED
    assert scene(reading).masks

    press(reading, Qt.Key.Key_G)
    assert not scene(reading).masks_visible

    press(reading, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: scene(reading).findings[0].state is FindingState.ACCEPTED)
    panel = next(panel for panel in reading.desk.viewer.panels if isinstance(panel, FindingsPanel))
    shown = panel.items[0]
    assert isinstance(shown, FindingItem)
    assert shown.state.text() == "accepted"


def test_a_pane_paints_again_only_if_what_it_shows_has_changed(reading: Open, qtbot: QtBot) -> None:
    painted: list[QPaintEvent] = []
    pane = axial(reading)
    qtbot.wait(50)
    pane.paintEvent = painted.append  # type: ignore[method-assign]
    store = reading.parts.workstation.store

    store.update(lambda workspace: workspace.with_view(replace(workspace.views[3], preset_3d="MIP")))
    qtbot.wait(30)
    assert painted == []

    press(reading, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: len(painted) == 1)


def test_an_exported_picture_is_the_view_as_it_is(reading: Open, qtbot: QtBot, tmp_path: Path) -> None:
    """The window that was dragged, the inversion, the measurement: not the view as it first hung."""
    draw_length(reading, qtbot)
    press(reading, Qt.Key.Key_I)
    out = tmp_path / "view.png"

    reading.desk.viewer.commands.export_picture(out)
    qtbot.waitUntil(out.exists)

    workspace = scene(reading)
    expected = PaneRenderer().picture(workspace, workspace.view(workspace.active), SIZE_OF_PICTURES)
    assert QImage(str(out)).convertToFormat(expected.format()) == expected

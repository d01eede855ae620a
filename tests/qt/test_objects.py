"""Key images, what is said of a measurement, and the objects that a view leaves behind, in the real window."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.frame import Frame
from medscan_desktop.domain.key_image import KeyImageId
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.window import Window
from medscan_desktop.scene.navigation import slice_position
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import export_actions
from medscan_desktop.ui.measurement_order import Order
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.panels.key_images import KeyImagesPanel
from medscan_desktop.ui.panels.measurements import MeasurementsPanel
from tests.support.windows import Open, drag


def scene(reading: Open) -> Workspace:
    return reading.parts.workstation.store.workspace


def settled(reading: Open, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)


def press(reading: Open, qtbot: QtBot, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(reading.desk.viewer, key, held)
    settled(reading, qtbot)


def key_panel(reading: Open) -> KeyImagesPanel:
    return next(one for one in reading.desk.viewer.panels if isinstance(one, KeyImagesPanel))


def list_of(reading: Open) -> MeasurementsPanel:
    return next(one for one in reading.desk.viewer.panels if isinstance(one, MeasurementsPanel))


def measured(reading: Open, qtbot: QtBot, to: tuple[float, float] = (160, 140)) -> Measurement:
    """A distance drawn in the first pane, saved and selected."""
    before = len(scene(reading).measurements)
    pane = reading.desk.viewer.grid.panes[0]
    assert isinstance(pane, PaneWidget)
    reading.desk.viewer.commands.use_tool("length")
    drag(pane, (100, 100 + 40 * before), (to[0], to[1] + 40 * before))  # none on another, which would be changed
    qtbot.waitUntil(lambda: len(scene(reading).measurements) == before + 1)
    settled(reading, qtbot)
    return next(one for one in scene(reading).measurements if one.id == scene(reading).selected)


def at(reading: Open) -> int:
    commands = reading.desk.viewer.commands
    assert commands.view is not None
    position = slice_position(scene(reading), commands.view)
    assert position is not None
    return position[0]


def test_k_marks_the_image_and_takes_the_mark_off_and_undo_brings_it_back(reading: Open, qtbot: QtBot) -> None:
    """Mouse and keys: K key image."""
    k = at(reading)
    press(reading, qtbot, Qt.Key.Key_K)
    (marked,) = scene(reading).own_key_images
    stack = scene(reading).stacks[0]
    assert stack.slice_of(*marked.image) == k
    assert [item.text for item in key_panel(reading).shown.values()] == [f"{stack.label}, image {k + 1}"]
    assert [tile.detail for tile in reading.desk.viewer.strip.tiles] == ["24 images · 1 key"]

    press(reading, qtbot, Qt.Key.Key_K)
    assert scene(reading).own_key_images == ()
    reading.parts.workstation.undo()
    settled(reading, qtbot)
    assert scene(reading).own_key_images == (marked,)


def test_the_keys_go_from_key_image_to_key_image(reading: Open, qtbot: QtBot) -> None:
    for k in (3, 9):
        reading.desk.viewer.commands.scroll_to(0)
        reading.desk.viewer.commands.scroll(k)
        press(reading, qtbot, Qt.Key.Key_K)
    press(reading, qtbot, Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    assert at(reading) == 3
    press(reading, qtbot, Qt.Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    assert at(reading) == 9

    key_panel(reading).only.click()
    reading.desk.viewer.commands.scroll(-1)
    assert at(reading) == 3


def test_a_plane_that_cuts_through_many_images_is_no_key_image(reading: Open, qtbot: QtBot) -> None:
    workspace = scene(reading)
    cut = next(view for view in workspace.views if view.kind is ViewKind.CORONAL)
    reading.parts.workstation.store.update(lambda now: _activated(now, cut.id))
    press(reading, qtbot, Qt.Key.Key_K)

    assert scene(reading).own_key_images == ()
    assert "cuts through several" in reading.parts.workstation.notices[-1]


def _activated(workspace: Workspace, view_id: ViewId) -> Workspace:
    return replace(workspace, active=view_id)


def test_what_a_measurement_is_is_saved_at_once_and_undone(reading: Open, qtbot: QtBot) -> None:
    one = measured(reading, qtbot)
    editor = list_of(reading).shown[one.id].editor
    assert editor is not None
    editor.label.setFocus()
    editor.label.setText("<b>Läsion</b> K1")
    QTest.keyClick(editor.label, Qt.Key.Key_Return)
    settled(reading, qtbot)
    item = list_of(reading).shown[one.id]
    assert item.name.text() == "<b>Läsion</b> K1"
    assert item.name.textFormat() is Qt.TextFormat.PlainText

    editor = item.editor
    assert editor is not None
    editor.finding.activated.emit(editor.finding.findText("Nodule"))
    settled(reading, qtbot)
    editor = list_of(reading).shown[one.id].editor
    assert editor is not None
    editor.target.click()
    settled(reading, qtbot)

    (said,) = scene(reading).measurements
    assert said.label == "<b>Läsion</b> K1" and said.is_target and said.tracking_uid.startswith("2.25.")
    assert said.finding is not None and said.finding.value == "27925004"
    for _ in range(3):
        reading.parts.workstation.undo()
        settled(reading, qtbot)
    assert scene(reading).measurements == (one,)


def test_n_names_the_selected_one_by_keyboard_alone(reading: Open, qtbot: QtBot) -> None:
    """Letters go into the name and not to the viewer's keys; Esc takes them back, Enter keeps them."""
    one = measured(reading, qtbot)
    for typed, end, kept in (("kid", Qt.Key.Key_Escape, ""), ("kidney", Qt.Key.Key_Return, "kidney")):
        press(reading, qtbot, Qt.Key.Key_N)
        editor = list_of(reading).shown[one.id].editor
        assert editor is not None and editor.label.hasFocus()
        QTest.keyClicks(editor.label, typed)
        QTest.keyClick(editor.label, end)
        settled(reading, qtbot)
        assert scene(reading).measurements[0].label == kept
    assert scene(reading).own_key_images == () and scene(reading).selected == one.id


def test_n_brings_the_name_into_sight_however_the_panels_stand(reading: Open, qtbot: QtBot) -> None:
    """In a small window, with the section folded and the side panel away, the field that takes the letters is seen."""
    one = measured(reading, qtbot)
    reading.desk.resize(1024, 420)
    panel, frame = list_of(reading), reading.desk.viewer.frame
    panel.title.click()
    frame.toggle_panels()
    settled(reading, qtbot)
    press(reading, qtbot, Qt.Key.Key_N)
    editor = panel.shown[one.id].editor
    assert editor is not None
    qtbot.waitUntil(editor.label.hasFocus)
    qtbot.waitUntil(lambda: not editor.label.visibleRegion().isEmpty())


def test_the_list_is_sorted_and_grouped(reading: Open, qtbot: QtBot) -> None:
    short = measured(reading, qtbot, (130, 120))
    long = measured(reading, qtbot, (200, 180))
    panel = list_of(reading)
    assert list(panel.shown) == [short.id, long.id]
    panel.sort(Order.SIZE)
    assert list(panel.shown) == [long.id, short.id]
    panel.sort(by_series=True)
    assert [type(one).__name__ for one in panel.items] == ["ElidedLabel", "MeasurementItem", "MeasurementItem"]
    reading.desk.viewer.commands.scroll(4)
    before = at(reading)
    QTest.mouseClick(panel.shown[short.id], Qt.MouseButton.LeftButton, pos=panel.shown[short.id].name.pos())
    assert at(reading) == before - 4


def test_the_order_of_the_list_is_kept_for_its_user(reading: Open, qtbot: QtBot) -> None:
    panel, frame = list_of(reading), reading.desk.viewer.frame
    menu = QMenu()
    panel._head.fill(menu)
    lines = {action.text(): action for action in menu.actions()}
    lines[Order.SIZE.value].trigger()
    lines["Grouped by series"].trigger()
    assert (panel.order, panel.by_series) == (Order.SIZE, True)
    assert panel._head.text.text() == "Largest first, by series"
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)

    frame.show(Frame())  # somebody else's
    assert (panel.order, panel.by_series) == (Order.DRAWN, False)
    frame.read()  # and back, as at the next log-in
    qtbot.waitUntil(lambda: (panel.order, panel.by_series) == (Order.SIZE, True))
    menu.deleteLater()


def test_a_view_goes_into_the_library_and_comes_back_as_it_was(
    reading: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PS3.3 A.33.1, out and back: window, zoom, pan, turn, flip, polarity."""
    commands = reading.desk.viewer.commands
    stack = scene(reading).stacks[0]
    measured(reading, qtbot)
    commands.use_window(Window(-77.25, 333.5, name="mine"))
    commands.rotate(90)
    commands.flip(True)
    commands.invert()
    commands.change_view(lambda now, view: now.with_view(_zoomed(view)))
    before = commands.view
    assert before is not None
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Für die Visite", True))
    export_actions.save_presentation(commands, into_library=True)
    settled(reading, qtbot)

    (made,) = [one for one in scene(reading).stacks if one.object_kind is ObjectKind.PRESENTATION]
    assert reading.parts.workstation.notices[-1] == "Presentation state put into the library."
    commands.reset()
    commands.toggle_overlay_of(made)
    qtbot.waitUntil(lambda: bool(scene(reading).presentations))
    settled(reading, qtbot)
    after = next(view for view in scene(reading).views if view.stack == stack.id)
    assert isinstance(after.voi, Window) and isinstance(before.voi, Window)
    assert (after.voi.centre, after.voi.width) == (before.voi.centre, before.voi.width)
    assert after.inverted == before.inverted and after.camera.zoom == pytest.approx(before.camera.zoom, rel=1e-9)
    assert after.camera.centre == pytest.approx(before.camera.centre, abs=1e-6)
    assert turn_of(after.camera) == turn_of(before.camera) == (270, True)
    layer = scene(reading).presentations[0].presentation
    assert sum(len(look.graphics) for look in layer.frames.values()) == 1 and layer.omitted == ()


def turn_of(camera: Camera) -> tuple[float, bool]:
    """The turn after a flip from left to right: a flip from top to bottom is that one and half a turn."""
    half = 180 if camera.flip_vertical else 0
    return (camera.rotation + half) % 360, camera.flip_horizontal != camera.flip_vertical


def _zoomed(view: View) -> View:
    return replace(view, camera=replace(view.camera, zoom=1.73, centre=(3.3, -4.7)))


def test_key_images_that_are_not_in_the_open_study_stand_at_the_end_of_the_list(reading: Open, qtbot: QtBot) -> None:
    press(reading, qtbot, Qt.Key.Key_K)
    marked = scene(reading).own_key_images[0]
    gone = [replace(marked, id=KeyImageId(name), sop_instance_uid=InstanceUid(f"1.2.{name}")) for name in ("7", "8")]

    reading.parts.workstation.store.update(lambda now: replace(now, own_key_images=(*gone, marked)))

    assert [item.text for item in key_panel(reading).shown.values()][1:] == ["not in the open study"] * 2
    assert next(iter(key_panel(reading).shown)) == marked.id


def test_a_turn_that_is_no_quarter_is_told(reading: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = reading.desk.viewer.commands
    commands.rotate(30)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("View", True))
    export_actions.save_presentation(commands, into_library=True)
    settled(reading, qtbot)

    assert "quarter turns alone" in reading.parts.workstation.notices[-1]


def test_every_export_is_in_the_menu_and_in_the_log(
    reading: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured(reading, qtbot)
    press(reading, qtbot, Qt.Key.Key_K)
    menu = QMenu()
    reading.desk.viewer.toolbar._fill_export(menu)
    texts = [action.text() for action in menu.actions()]
    assert "Measurements as a table (CSV)…" in texts and "Key images as a selection (DICOM KO)…" in texts
    lines = {action.text(): action for action in menu.actions()}
    assert not lines["Segmentation of the newest accepted finding (DICOM SEG)…"].isEnabled()
    picture = tmp_path / "picture.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(picture), ""))
    lines["Picture of this view (PNG)…"].trigger()
    settled(reading, qtbot)
    assert picture.read_bytes()[:4] == b"\x89PNG"

    monkeypatch.setattr(QInputDialog, "getItem", lambda *_, **__: ("For Conference", True))
    for number, action in enumerate(
        one for one in menu.actions() if "Measurements as" in one.text() or "KO" in one.text()
    ):
        out = tmp_path / f"out{number}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, out=out, **__: (str(out), ""))
        assert action.isEnabled()
        action.trigger()
        settled(reading, qtbot)
    written = {path.read_bytes()[:4] for path in tmp_path.glob("out*")}
    assert written == {b"\0\0\0\0", b"\xef\xbb\xbfp"}
    with reading.parts.workstation._make_context(None, None, None).records("test.look") as records:
        logged = {event.action for event in records.audit.events(100)}
    assert {"export.measurement_report", "export.measurement_table", "export.key_images"} <= logged
    kinds = [one.object_kind for one in scene(reading).stacks]
    assert ObjectKind.REPORT in kinds
    assert np.all(
        [one.study_instance_uid == scene(reading).stacks[0].study_instance_uid for one in scene(reading).stacks]
    )

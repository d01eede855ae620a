"""The cells in the real window: grids, splits, drags, tile mode, the frame around them, coming back after a lock."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from medscan_desktop.scene.layout import Way
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.ui import layout_actions as layouts
from medscan_desktop.ui import pane_grid, series_tiles
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.cell_drag import cell_data, dragged_cell, dragged_stack, stack_data
from medscan_desktop.ui.layout_picker import GridPicker
from medscan_desktop.ui.pane import PaneWidget
from tests.support.dicom_files import ROOT_UID, file_bytes, series
from tests.support.windows import PASSWORD, PHANTOM, SLICES, USER, Open, drag, send

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


def actions(opened: Open) -> ViewerActions:
    return opened.desk.viewer.commands


def scene(opened: Open) -> Workspace:
    return opened.parts.workstation.store.workspace


@pytest.fixture
def many(reading: Open, tmp_path: Path, qtbot: QtBot) -> Open:
    """The phantom's study with four more series of five images."""
    for number in range(4):
        folder = tmp_path / f"more{number}"
        folder.mkdir()
        uid = f"{ROOT_UID}.9.{number}"
        more = series(5, spacing=3.0, rows=16, columns=16, SeriesInstanceUID=uid, SeriesNumber=10 + number)
        for k, dataset in enumerate(more):
            dataset.SOPInstanceUID = f"{uid}.{k}"
            (folder / f"{k}.dcm").write_bytes(file_bytes(dataset))
    workstation = reading.parts.workstation
    workstation.do(import_files, paths=(tmp_path,), on_done=lambda _: reading.desk.open_study(PHANTOM))
    qtbot.waitUntil(lambda: len(scene(reading).stacks) == 5 and not workstation.running, timeout=20_000)
    return reading


def wait_for_pixels(opened: Open, qtbot: QtBot) -> None:
    shown = lambda: [scene(opened).stack(view.stack) for view in scene(opened).views if view.stack]  # noqa: E731
    qtbot.waitUntil(lambda: all(one is not None and one.volume is not None for one in shown()), timeout=20_000)
    qtbot.waitUntil(lambda: not opened.parts.workstation.running)


def drop(grid: QWidget, at: QPoint, data: QMimeData, *, let_go: bool = True) -> bool:
    """What the window system tells of a drag; whether it would be taken there."""
    enter = QDragEnterEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(grid, enter)
    move = QDragMoveEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(grid, move)
    if let_go:
        QApplication.sendEvent(grid, QDropEvent(QPointF(at), COPY, data, LEFT, NONE))
    return enter.isAccepted() and move.isAccepted()


def pull(handle: QWidget, right: int, held: Qt.KeyboardModifier = NONE) -> None:
    """Drag a handle that goes along with the pointer."""
    parent, down = handle.parentWidget(), QPointF(handle.width() / 2, handle.height() / 2)
    start = handle.mapToParent(down)
    send(handle, QEvent.Type.MouseButtonPress, (down.x(), down.y()), LEFT, LEFT, held)
    for step in range(1, 5):
        at = handle.mapFrom(parent, start + QPointF(right * step / 4, 0))
        send(handle, QEvent.Type.MouseMove, (at.x(), at.y()), Qt.MouseButton.NoButton, LEFT, held)
    send(handle, QEvent.Type.MouseButtonRelease, (at.x(), at.y()), LEFT, Qt.MouseButton.NoButton, held)


def test_sixteen_cells_fill_with_the_next_series_and_load_by_themselves(many: Open, qtbot: QtBot) -> None:
    panes = many.desk.viewer.grid.panes
    layouts.use_grid(4, 4, actions(many))
    wait_for_pixels(many, qtbot)

    workspace, grid = scene(many), many.desk.viewer.grid
    assert sum(view.stack is None for view in workspace.views) == 16 - 4 - 4
    assert grid.panes[:4] == panes  # the same widgets: what they hold stays warm
    areas = [pane.geometry() for pane in grid.panes]
    assert not any(one.intersects(other) for n, one in enumerate(areas) for other in areas[n + 1 :])
    assert all(grid.rect().contains(area) for area in areas)


def test_a_change_of_one_cell_paints_one_of_sixteen(many: Open, qtbot: QtBot) -> None:
    layouts.use_grid(4, 4, actions(many))
    wait_for_pixels(many, qtbot)
    qtbot.wait(50)
    painted: list[int] = []
    panes = [pane for pane in many.desk.viewer.grid.panes if isinstance(pane, PaneWidget)]
    for pane in panes:
        pane.update = lambda pane=pane: painted.append(pane.view_id)  # type: ignore[method-assign,misc]
    own = next(view for view in scene(many).views if view.kind is ViewKind.ACQUIRED and view.stack is not None)
    many.parts.workstation.store.update(lambda w: w.with_view(replace(own, inverted=True)))
    assert painted == [own.id]


def test_a_series_is_dropped_into_a_cell_and_the_cell_is_marked_meanwhile(many: Open, qtbot: QtBot) -> None:
    grid, stack = many.desk.viewer.grid, scene(many).stacks[-1]
    target = grid.panes[2]
    assert drop(grid, target.geometry().center(), stack_data(stack.id), let_go=False)
    assert grid._mark.isVisible() and grid._mark.geometry() == target.geometry() and grid._mark.text == "Show here"

    drop(grid, target.geometry().center(), stack_data(stack.id))
    wait_for_pixels(many, qtbot)
    assert not grid._mark.isVisible()
    assert scene(many).views[2].stack == stack.id and scene(many).active == scene(many).views[2].id
    many.parts.workstation.undo()
    assert len({view.stack for view in scene(many).views}) == 1


def test_a_cell_dropped_on_another_changes_places_with_it(reading: Open) -> None:
    grid = reading.desk.viewer.grid
    first, last = grid.panes[0], grid.panes[3]
    places = first.geometry(), last.geometry()
    assert not drop(grid, first.geometry().center(), cell_data(first.view_id))
    assert drop(grid, last.geometry().center(), cell_data(first.view_id))
    assert (last.geometry(), first.geometry()) == places
    assert scene(reading).views[3].kind is ViewKind.AXIAL


def test_files_dropped_on_a_cell_are_left_to_the_page_and_foreign_data_is_no_cell(reading: Open) -> None:
    files = QMimeData()
    files.setText("file:///tmp/x.dcm")
    assert not drop(reading.desk.viewer.grid, QPoint(20, 20), files)
    odd = QMimeData()
    odd.setData("application/x-medscan-cell", b"-1; DROP")
    assert dragged_cell(odd) is None and dragged_stack(odd) is None


def test_a_tile_pulled_out_of_the_strip_is_a_drag_and_no_click(
    many: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled: list[str] = []
    monkeypatch.setattr(series_tiles, "drag_stack", lambda _widget, key, picture: pulled.append((key, picture.width())))
    strip = many.desk.viewer.strip
    before = scene(many).views
    at = strip.visualRect(strip.model().index(1, 0)).center()
    drag(strip.viewport(), (at.x(), at.y()), (at.x() + 90, at.y()))
    assert [key for key, _ in pulled] == [strip.tiles[1].key] and pulled[0][1] > 16
    qtbot.wait(20)
    assert scene(many).views is before


def test_a_click_in_the_strip_fills_the_active_cell_where_the_cells_differ(many: Open, qtbot: QtBot) -> None:
    layouts.split(Way.BESIDE, actions(many))
    strip, empty = many.desk.viewer.strip, scene(many).active
    strip.chosen.emit(strip.tiles[2].key)
    wait_for_pixels(many, qtbot)
    assert scene(many).view(empty).stack == strip.tiles[2].key and len(scene(many).views) == 5


def test_a_divider_is_dragged_and_the_drag_is_one_step(reading: Open) -> None:
    grid = reading.desk.viewer.grid
    upright = next(one for one in grid.dividers if one.height() > one.width())
    pane, width = grid.panes[0], grid.panes[0].width()
    middle = (upright.width() / 2, upright.height() / 2)
    pull(upright, -100)
    assert pane.width() == pytest.approx(width - 100, abs=3)
    assert grid.panes[2].width() == pane.width()  # the line goes through both rows
    assert reading.parts.workstation.undo_name == "cell sizes"
    reading.parts.workstation.undo()
    assert pane.width() == width

    pull(upright, -5000, Qt.KeyboardModifier.ShiftModifier)
    assert 60 <= pane.width() <= 80 and grid.panes[2].width() == width
    send(upright, QEvent.Type.MouseButtonDblClick, middle, LEFT, LEFT)
    assert pane.width() == width


def test_the_picker_says_rows_and_columns_under_the_pointer_and_takes_them(reading: Open, qtbot: QtBot) -> None:
    button = reading.desk.viewer.toolbar.layouts
    button.menu().aboutToShow.emit()
    picker = button.menu().findChild(GridPicker)
    picker.resize(picker.sizeHint())
    place = QPointF(picker._left + 2 * 34 + 10, 12 + 1 * 34 + 10)
    picker.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, place, place, Qt.MouseButton.NoButton, LEFT, NONE))
    assert picker.text == "2 × 3"
    send(picker, QEvent.Type.MouseButtonRelease, (place.x(), place.y()), LEFT, Qt.MouseButton.NoButton)
    assert scene(reading).layout.as_grid == (2, 3)


@pytest.mark.parametrize(
    ("change", "undo_name"),
    [
        (lambda done: layouts.use_grid(3, 3, done), "layout"),
        (lambda done: layouts.split(Way.BELOW, done), "split"),
        (layouts.close_cell, "close a cell"),
        (layouts.empty_cell, "empty a cell"),
        (layouts.swap_with_next, "change places"),
        (lambda done: layouts.use_kind(ViewKind.SAGITTAL, done), "plane of a cell"),
        (layouts.toggle_tiles, "tile mode"),
        (layouts.show_large, "show large"),
        (lambda done: layouts.hang_as("single", done), "layout"),
    ],
)
def test_each_arranging_is_undone_by_its_name(
    reading: Open, change: Callable[[ViewerActions], object], undo_name: str
) -> None:
    before = scene(reading)
    change(actions(reading))
    assert reading.parts.workstation.undo_name == undo_name
    reading.parts.workstation.undo()
    after = scene(reading)
    assert (after.views, after.layout, after.maximised) == (before.views, before.layout, before.maximised)


def test_tile_mode_pages_scrolls_and_measures_in_each_tile(reading: Open, qtbot: QtBot) -> None:
    done, kinds = actions(reading), [view.kind for view in scene(reading).views]
    layouts.toggle_tiles(done)
    frames = [view.frame for view in scene(reading).views]
    assert frames == list(range(frames[0], frames[0] + 4)) and layouts.is_tiled(done)
    layouts.turn_page(1, done)
    assert scene(reading).views[0].frame == frames[0] + 4
    done.scroll(-1)
    assert scene(reading).views[3].frame == frames[3] + 3
    done.scroll_to(-1)
    assert scene(reading).views[-1].frame == SLICES - 1

    done.use_tool("length")
    tile = reading.desk.viewer.grid.panes[2]
    drag(tile, (40, 40), (90, 60))
    qtbot.waitUntil(lambda: len(scene(reading).measurements) == 1)
    stack = scene(reading).stacks[0]
    assert scene(reading).measurements[0].sop_instance_uid == stack.instance_uids[scene(reading).views[2].frame]
    layouts.toggle_tiles(done)
    assert [view.kind for view in scene(reading).views] == kinds


def test_the_desk_is_as_it_was_after_the_lock(reading: Open, qtbot: QtBot) -> None:
    workstation, done = reading.parts.workstation, actions(reading)
    layouts.split(Way.BESIDE, done)
    done.next_view()
    done.preset(2)
    layouts.show_large(done)
    before = scene(reading)
    reading.desk.lock()
    qtbot.waitUntil(lambda: workstation.user is None)
    assert not scene(reading).views and not reading.desk.viewer.grid.panes
    workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: reading.desk.enter())
    qtbot.waitUntil(lambda: len(scene(reading).views) == 5 and not workstation.running, timeout=20_000)
    after = scene(reading)
    assert [(v.kind, v.voi, v.stack) for v in after.views] == [(v.kind, v.voi, v.stack) for v in before.views]
    assert (after.layout, after.maximised, after.active) == (before.layout, before.maximised, before.active)
    assert not reading.desk.going_on.bar.isVisible()


def test_strip_panels_and_sections_fold_and_stay_folded(reading: Open, qtbot: QtBot) -> None:
    viewer, workstation = reading.desk.viewer, reading.parts.workstation
    width = viewer.grid.width()
    viewer.frame.toggle_strip()
    viewer.frame.toggle_panels()
    section = next(panel for panel in viewer.panels if getattr(panel, "name", "") == "Findings")
    section.title.click()
    qtbot.waitUntil(lambda: viewer.grid.width() > width + 300)
    assert section.is_folded and not viewer.strip.isVisible() and not viewer.frame.side.isVisible()
    qtbot.waitUntil(lambda: not workstation.running)

    reading.desk.lock()
    qtbot.waitUntil(lambda: workstation.user is None)
    viewer.frame.toggle_all()
    viewer.frame.show(type(viewer.frame.frame)())
    workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: reading.desk.enter())
    qtbot.waitUntil(lambda: not viewer.frame.frame.strip and not workstation.running, timeout=20_000)
    assert section.is_folded and not viewer.frame.side.isVisible()


def test_the_offer_names_the_patient_takes_nothing_away_and_can_be_declined(reading: Open, qtbot: QtBot) -> None:
    workstation, going_on = reading.parts.workstation, reading.desk.going_on
    going_on.keeper.keep_now()
    qtbot.waitUntil(lambda: not workstation.running)
    reading.desk.lock()
    qtbot.waitUntil(lambda: workstation.user is None)
    going_on._left = None  # as after a restart: only the records know
    workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: reading.desk.enter())
    qtbot.waitUntil(going_on.bar.isVisible)
    assert "Go on where you were" in going_on.bar.text.text() and reading.desk.library.isVisible()
    going_on.bar.not_now.click()
    assert not going_on.bar.isVisible() and going_on.bar.text.text() == ""
    qtbot.waitUntil(lambda: not workstation.running)
    going_on.enter(workstation.user, is_elsewhere=False)
    qtbot.waitUntil(lambda: not workstation.running)
    assert not going_on.bar.isVisible()


def test_the_cells_own_menu_changes_its_plane(reading: Open) -> None:
    menu = QMenu()
    layouts.fill_cell_menu(menu, actions(reading))
    lines = {line.text(): line for line in menu.actions()}
    assert lines["Axial"].isChecked() and all(lines[name].isEnabled() for name in layouts.KIND_NAMES.values())
    lines["3D"].trigger()
    assert scene(reading).views[0].kind is ViewKind.THREE_D


def test_the_picker_is_worked_by_arrows_and_enter(qtbot: QtBot) -> None:
    picker = GridPicker((2, 2))
    qtbot.addWidget(picker)
    picked: list[tuple[int, int]] = []
    picker.picked.connect(lambda rows, columns: picked.append((rows, columns)))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Return):
        picker.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, NONE))
    assert picked == [(1, 4)]


def test_the_handle_comes_near_a_cells_top_and_drags_the_cell(reading: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = reading.desk.viewer.grid
    pulled: list[int] = []
    monkeypatch.setattr(pane_grid, "drag_cell", lambda _widget, view, _picture: pulled.append(view))
    pane, handle = grid.panes[1], grid.handle
    no_button = Qt.MouseButton.NoButton
    send(pane, QEvent.Type.MouseMove, (pane.width() / 2, pane.height() / 2), no_button, no_button)
    assert handle.isHidden()
    send(pane, QEvent.Type.MouseMove, (pane.width() / 2, 20), no_button, no_button)
    assert handle.isVisible() and pane.geometry().contains(handle.geometry())
    drag(handle, (10, 10), (60, 10))
    assert pulled == [pane.view_id] and handle.isHidden()


def test_a_key_that_an_empty_cell_has_no_use_for_says_so(reading: Open) -> None:
    layouts.empty_cell(actions(reading))
    QTest.keyClick(reading.desk.viewer, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    assert any("an empty cell has no images" in one for one in reading.parts.workstation.notices)

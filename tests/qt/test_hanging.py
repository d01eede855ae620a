"""Hanging in the real window: stages by key, the menu, the editor, and the studies of the list one after the other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.hanging_protocol import Protocol
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.studies import search_studies
from medscan_desktop.ui.hanging_window import HangingWindow
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.protocols import Listed
from tests.support.dicom_files import file_bytes
from tests.support.made_projections import chest, mammogram
from tests.support.windows import Open

DOT, COMMA = Qt.Key.Key_Period, Qt.Key.Key_Comma


@pytest.fixture
def breasts(reading: Open, qtbot: QtBot, tmp_path: Path) -> Open:
    """Beside the phantom four mammograms, which are open."""
    write(tmp_path / "mg", [mammogram(side, view) for side in "LR" for view in ("MLO", "CC")])
    bring(reading, qtbot, tmp_path / "mg")
    open_study(reading, qtbot, "mammography")
    return reading


def write(folder: Path, datasets: list) -> None:  # type: ignore[type-arg]
    folder.mkdir()
    for number, dataset in enumerate(datasets):
        (folder / f"{number}.dcm").write_bytes(file_bytes(dataset))


def bring(at: Open, qtbot: QtBot, folder: Path) -> None:
    at.parts.workstation.do(import_files, paths=(folder,))
    qtbot.waitUntil(lambda: not at.parts.workstation.running)


def open_study(at: Open, qtbot: QtBot, description: str) -> None:
    found: list[Effect] = []
    at.parts.workstation.do(search_studies, text=description, on_done=found.append)
    qtbot.waitUntil(lambda: bool(found))
    at.desk.open_study(StudyUid(found[0].value[0].study_instance_uid))
    qtbot.waitUntil(lambda: is_open(at, description) and is_there(at))


def is_open(at: Open, description: str) -> bool:
    study = at.parts.workstation.store.workspace.study
    return study is not None and study.study_description == description


def is_there(at: Open) -> bool:
    """Whether all that is on screen has arrived."""
    workspace = at.parts.workstation.store.workspace
    stacks = [workspace.stack(view.stack) for view in workspace.views]
    return bool(stacks) and all(one is None or one.loaded_count == one.frame_count for one in stacks)


def hung(at: Open) -> str:
    state = at.parts.workstation.store.workspace.hung
    return state.text if state is not None else ""


def lines(menu: QMenu) -> dict[str, Callable[[], object]]:
    return {action.text(): action.trigger for action in menu.actions()}


def menu_of(at: Open) -> QMenu:
    menu = at.desk.hanging.chip.menu()
    menu.aboutToShow.emit()
    return menu


def window(at: Open) -> HangingWindow:
    at.desk.viewer.commands.edit_hanging()
    found = at.desk.hanging.window
    assert found is not None
    return found


def saved(at: Open, qtbot: QtBot) -> dict[str, Listed]:
    qtbot.waitUntil(lambda: not at.parts.workstation.running)
    return {one.protocol.id: one for one in at.desk.hanging._listed}


def test_the_protocol_and_its_stage_stand_beside_the_examination(breasts: Open) -> None:
    assert breasts.desk.hanging.chip.text() == "Mammography · four views (1 of 7)"
    assert breasts.desk.hanging.chip.isVisible()


def test_all_cells_of_a_stage_get_their_pixels(breasts: Open) -> None:
    workspace = breasts.parts.workstation.store.workspace

    assert len(workspace.views) == 4
    assert all(view.voi.name != "Auto" or view.voi.width > 1 for view in workspace.views)


def test_the_stages_are_stepped_with_dot_and_comma_and_undone(breasts: Open, qtbot: QtBot) -> None:
    viewer, workstation = breasts.desk.viewer, breasts.parts.workstation
    QTest.keyClick(viewer, DOT)
    assert hung(breasts) == "Mammography · CC (2 of 7)"
    QTest.keyClick(viewer, DOT)
    assert hung(breasts) == "Mammography · MLO (3 of 7)"
    QTest.keyClick(viewer, COMMA)
    assert hung(breasts) == "Mammography · CC (2 of 7)"
    qtbot.waitUntil(lambda: is_there(breasts))

    assert workstation.undo_name == "hanging stage"
    workstation.undo()
    workstation.undo()
    workstation.undo()
    assert hung(breasts) == "Mammography · four views (1 of 7)"
    assert len(workstation.store.workspace.views) == 4


def test_the_ends_of_the_stages_say_so(breasts: Open) -> None:
    QTest.keyClick(breasts.desk.viewer, COMMA)

    assert breasts.parts.workstation.notices[-1] == "This is the first stage of “Mammography” that this study fills."


def test_the_menu_offers_the_stages_and_the_protocols_that_fit(breasts: Open) -> None:
    found = lines(menu_of(breasts))

    assert next(iter(found)) == "Stages of Mammography"
    assert "Mammography" in found and "CT head" not in found
    stages = menu_of(breasts).actions()[0].menu()
    assert isinstance(stages, QMenu)
    enabled = [action.text() for action in stages.actions() if action.isEnabled()]
    assert enabled == ["four views", "CC", "MLO", "R-CC", "L-CC", "R-MLO", "L-MLO"], "no prior is open"
    next(action for action in stages.actions() if action.text() == "R-MLO").trigger()
    assert hung(breasts).startswith("Mammography · R-MLO")


def test_what_i_see_is_saved_with_rules_of_its_own_and_hangs_next_time(breasts: Open, qtbot: QtBot) -> None:
    QTest.keyClick(breasts.desk.viewer, DOT)
    breasts.desk.viewer.commands.keep_hanging()
    editor = breasts.desk.hanging.window
    assert editor is not None and editor.draft is not None
    assert (editor.draft.applies.modalities, editor.draft.applies.regions) == (("MG",), ("breast",))
    cells = editor.draft.stages[0].cells
    assert [(cell.series.laterality, cell.series.views, cell.sides) for cell in cells] == [
        ("R", ("CC",), ("P", "L")),
        ("L", ("CC",), ("A", "R")),
    ]
    editor.name.setText("Two of them")
    editor.name.textEdited.emit("Two of them")
    QTest.mouseClick(editor.buttons["Save"], Qt.MouseButton.LeftButton)
    kept = saved(breasts, qtbot)
    assert next(one.protocol.name for one in kept.values()) == "Two of them"
    editor.close()

    open_study(breasts, qtbot, "mammography")
    qtbot.waitUntil(lambda: hung(breasts).startswith("Two of them"))
    assert len(breasts.parts.workstation.store.workspace.views) == 2


def test_a_fault_is_said_and_not_saved(breasts: Open) -> None:
    editor = window(breasts)
    editor.choose("ct-head")
    field = editor.rules.widgets["regions"]
    field.setText("head, elbow grease")  # type: ignore[attr-defined]
    field.textEdited.emit("head, elbow grease")  # type: ignore[attr-defined]

    assert "“regions” must be a list of some of head, neck" in editor.said.text()
    assert not editor.buttons["Save"].isEnabled()
    QTest.mouseClick(editor.buttons["Undo changes"], Qt.MouseButton.LeftButton)
    assert editor.said.text() == ""
    editor.close()


def test_a_shipped_protocol_is_changed_and_taken_back(breasts: Open, qtbot: QtBot) -> None:
    editor = window(breasts)
    editor.choose("ct-head")
    original = editor.draft
    assert isinstance(original, Protocol)
    box = editor.stages.cell_form.widgets["window"]
    box.setText("400 / 40")  # type: ignore[attr-defined]
    box.textEdited.emit("400 / 40")  # type: ignore[attr-defined]
    QTest.mouseClick(editor.buttons["Save"], Qt.MouseButton.LeftButton)
    assert saved(breasts, qtbot)["ct-head"].protocol.stages[0].cells[0].window == (40.0, 400.0)
    assert editor.buttons["Delete"].text() == "Take back"

    QTest.mouseClick(editor.buttons["Delete"], Qt.MouseButton.LeftButton)
    assert saved(breasts, qtbot)["ct-head"].protocol == original
    editor.close()


def test_what_is_unticked_is_not_tried(breasts: Open, qtbot: QtBot) -> None:
    editor = window(breasts)
    editor.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert not saved(breasts, qtbot)["mammography"].is_on
    editor.close()

    open_study(breasts, qtbot, "mammography")
    qtbot.waitUntil(lambda: hung(breasts) == "")


def test_the_order_is_changed_with_up_and_down(breasts: Open, qtbot: QtBot) -> None:
    editor = window(breasts)
    editor.choose("x-ray")
    QTest.mouseClick(editor.buttons["Up"], Qt.MouseButton.LeftButton)

    assert list(saved(breasts, qtbot))[:3] == ["mammography", "x-ray", "x-ray-chest"]
    editor.close()


def test_the_tester_says_why_the_open_study_hangs_so(breasts: Open) -> None:
    editor = window(breasts)
    editor.tabs.setCurrentWidget(editor.tester)
    top = editor.tester.tree.topLevelItem(0)

    assert editor.tester.said.text() == "mammography hangs by “Mammography”."
    assert top is not None and top.text(0) == "Mammography: applies (6): modality is MG; projection is MLO"
    stage = top.child(2)
    assert stage.text(0) == "Stage 1 · four views"
    assert stage.child(0).text(0).endswith("(R CC): modality is MG; side is R; projection is CC")
    editor.close()


def test_another_study_of_the_list_is_tried_without_opening_it(breasts: Open, qtbot: QtBot) -> None:
    editor = window(breasts)
    editor.tabs.setCurrentWidget(editor.tester)
    names = [editor.tester.studies.itemText(row) for row in range(editor.tester.studies.count())]
    phantom = next(row for row, name in enumerate(names) if name.endswith("CT · Phantom"))
    editor.tester.studies.setCurrentIndex(phantom)
    editor.tester.studies.activated.emit(phantom)
    qtbot.waitUntil(lambda: "Volume in four views" in editor.tester.said.text())

    assert is_open(breasts, "mammography")
    editor.close()


def test_cells_and_stages_are_added_and_removed(breasts: Open) -> None:
    editor = window(breasts)
    editor.choose("ct-head")
    form = editor.stages
    assert editor.draft is not None
    before = len(editor.draft.stages[0].cells)
    QTest.mouseClick(form.add_cell, Qt.MouseButton.LeftButton)
    form.picture.chosen.emit(0)
    QTest.mouseClick(form.remove_cell, Qt.MouseButton.LeftButton)
    QTest.mouseClick(form.add_stage, Qt.MouseButton.LeftButton)

    assert len(editor.draft.stages[0].cells) == before
    assert [cell.series.views for cell in editor.draft.stages[-1].cells] == [("CC",), ("CC",), ("MLO",), ("MLO",)]
    QTest.mouseClick(form.remove_stage, Qt.MouseButton.LeftButton)
    assert len(editor.draft.stages) == 4
    editor.close()


def test_the_next_study_of_the_list_opens_without_going_back(breasts: Open, qtbot: QtBot, tmp_path: Path) -> None:
    """In the order of the list. Its ends say so, and the study stays."""
    write(tmp_path / "chest", [chest("PA", "L\\F"), chest("LL", "A\\F")])
    bring(breasts, qtbot, tmp_path / "chest")
    table = breasts.desk.library.table
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    seen = {breasts.parts.workstation.store.workspace.study}
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up):
        step(breasts, qtbot, key)
    assert breasts.parts.workstation.notices[-1] == "This is the first study of the list."
    for _ in range(table.model().rowCount()):
        seen.add(breasts.parts.workstation.store.workspace.study)
        step(breasts, qtbot, Qt.Key.Key_Down)
    assert breasts.parts.workstation.notices[-1] == "This is the last study of the list."
    assert len({one.study_instance_uid for one in seen if one is not None}) == table.model().rowCount()
    assert breasts.desk.library.table.current == breasts.parts.workstation.store.workspace.study


def step(at: Open, qtbot: QtBot, key: Qt.Key) -> None:
    QTest.keyClick(at.desk.viewer, key, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not at.parts.workstation.running)


def test_the_editor_closes_with_the_lock(breasts: Open, qtbot: QtBot) -> None:
    window(breasts)
    breasts.desk.lock()
    qtbot.waitUntil(lambda: breasts.desk.hanging.window is None)

"""Reconciling, storage, holds and deletion in the window."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.conflict import ConflictState
from medscan_desktop.domain.retention import RetentionRules
from medscan_desktop.domain.study import Patient, Study, StudyUid
from medscan_desktop.persistence.studies import Found
from medscan_desktop.services.deletion import set_hold
from medscan_desktop.services.retention import set_retention
from medscan_desktop.ui.library_care import LibraryCare
from medscan_desktop.ui.plain_table import PlainTable
from medscan_desktop.ui.reconcile import ReconcileDialog
from medscan_desktop.ui.storage import StorageDialog
from medscan_desktop.ui.study_care import DeleteDialog, HoldDialog
from medscan_desktop.workstation.command import Effect
from tests.support.dicom_files import file_bytes, series
from tests.support.windows import PHANTOM, Open


@pytest.fixture
def filled(desk: Open, phantom: Path, qtbot: QtBot) -> Open:
    """The phantom in the library."""
    library = desk.desk.library
    library.bring_in([phantom])
    qtbot.waitUntil(lambda: library.table.model().rowCount() == 1, timeout=20_000)
    settle(desk, qtbot)
    return desk


@pytest.fixture
def contradicted(filled: Open, tmp_path: Path, qtbot: QtBot) -> Open:
    """And an image with the UID of one of its own and other content, held."""
    (other,) = series(1, SeriesDescription="BALL, second version", StudyDate="20260102")
    (tmp_path / "other.dcm").write_bytes(file_bytes(other))
    filled.desk.library.bring_in([tmp_path / "other.dcm"])
    qtbot.waitUntil(filled.desk.library.care.reconcile.isVisible, timeout=20_000)
    settle(filled, qtbot)
    return filled


def settle(desk: Open, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not desk.parts.workstation.running, timeout=20_000)


def text(table: PlainTable, row: int, column: int) -> str:
    item = table.item(row, column)
    assert item is not None
    return item.text()


def dialog_of(care: LibraryCare, kind: type[QDialog], qtbot: QtBot) -> QDialog:
    qtbot.waitUntil(lambda: bool(care.findChildren(kind)))
    (dialog,) = care.findChildren(kind)
    assert not dialog.isModal(), "nothing may stand in the way of reading"
    return dialog


def test_what_contradicts_the_library_is_shown_side_by_side_and_decided(contradicted: Open, qtbot: QtBot) -> None:
    care = contradicted.desk.library.care
    assert care.reconcile.text() == "1 to reconcile"
    care.reconcile.click()
    dialog = dialog_of(care, ReconcileDialog, qtbot)
    assert isinstance(dialog, ReconcileDialog)
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 0)

    marked = {text(dialog.table, row, 1) for row in range(dialog.table.rowCount()) if text(dialog.table, row, 0) == "≠"}
    assert {"Series", "SHA-256"} <= marked and "Patient" not in marked
    keep = dialog._buttons[ConflictState.KEPT]
    assert not keep.isEnabled(), "a decision needs a reason"
    assert not dialog._buttons[ConflictState.SAME_PERSON].isVisible()

    dialog.reason.setText("a copy of lower quality")
    keep.click()

    qtbot.waitUntil(lambda: dialog.why.text() == "Nothing to reconcile")
    qtbot.waitUntil(lambda: not care.reconcile.isVisible())
    assert "held files were erased" in dialog.status.text()


def test_a_study_is_deleted_after_its_counts_were_shown_and_a_reason_given(filled: Open, qtbot: QtBot) -> None:
    library = filled.desk.library
    study = library.table.current
    assert study is not None
    actions = {action.text(): action for action in library.care.menu_of(study).actions()}
    actions["Delete…"].trigger()
    dialog = dialog_of(library.care, DeleteDialog, qtbot)
    assert isinstance(dialog, DeleteDialog)
    texts = " ".join(label.text() for label in dialog.findChildren(type(library.count)))
    assert "1 series with 24 images, 0 measurements and 0 findings" in texts
    assert not dialog.delete.isEnabled()

    dialog.reason.setText("imported by mistake")
    dialog.delete.click()

    qtbot.waitUntil(library.empty.isVisible, timeout=20_000)
    assert filled.desk.footer.notice.text() == "The study was deleted with 24 images."


def test_a_study_under_legal_hold_says_so_and_cannot_be_deleted(filled: Open, qtbot: QtBot) -> None:
    library = filled.desk.library
    study = library.table.current
    assert study is not None
    {one.text(): one for one in library.care.menu_of(study).actions()}["Legal hold…"].trigger()
    dialog = dialog_of(library.care, HoldDialog, qtbot)
    assert isinstance(dialog, HoldDialog)
    dialog.reason.setText("a court asked")
    dialog.button.click()
    model = library.table.model()
    qtbot.waitUntil(lambda: model.index(0, model.columnCount() - 1).data() == "legal hold")

    held = library.table.current
    assert held is not None
    actions = {one.text(): one for one in library.care.menu_of(held).actions()}
    assert "Lift the legal hold…" in actions
    actions["Delete…"].trigger()
    deleting = dialog_of(library.care, DeleteDialog, qtbot)
    assert isinstance(deleting, DeleteDialog)
    assert not deleting.delete.isEnabled() and not deleting.reason.isVisible()


def test_retention_deletes_only_after_a_dry_run_and_a_yes(filled: Open, qtbot: QtBot) -> None:
    care = filled.desk.library.care
    assert care.storage.isVisible(), "this user administers"
    care.storage.click()
    dialog = dialog_of(care, StorageDialog, qtbot)
    assert isinstance(dialog, StorageDialog)
    qtbot.waitUntil(lambda: "free on the disk" in dialog.used.text())
    assert not dialog.run.isVisible()

    dialog.rules["study_days"].box.setChecked(True)
    dialog.rules["study_days"].number.setValue(30)
    dialog._save_and_dry_run()
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1)

    assert text(dialog.table, 0, 0) == "stays", "it was imported a moment ago"
    assert "within 24 hours" in text(dialog.table, 0, 4)
    assert not dialog.run.isVisible()
    dialog.rules["study_days"].number.setValue(31)
    assert not dialog.table.isVisible(), "other rules than those that were looked at"


def test_rules_in_the_window_are_those_that_are_kept(filled: Open, qtbot: QtBot) -> None:
    filled.parts.workstation.do(set_retention, rules=RetentionRules(unopened_days=90, most_gb=2.5, grace_hours=48))
    settle(filled, qtbot)
    filled.desk.library.care.storage.click()
    dialog = dialog_of(filled.desk.library.care, StorageDialog, qtbot)
    assert isinstance(dialog, StorageDialog)

    qtbot.waitUntil(dialog.rules["unopened_days"].box.isChecked)

    assert dialog.chosen() == RetentionRules(unopened_days=90, most_gb=2.5, grace_hours=48)


def test_a_lock_closes_every_window_with_a_patient_in_it(contradicted: Open, qtbot: QtBot) -> None:
    care = contradicted.desk.library.care
    care.reconcile.click()
    care.storage.click()
    dialog_of(care, StorageDialog, qtbot)
    settle(contradicted, qtbot)

    contradicted.desk.lock()

    qtbot.waitUntil(lambda: not care.findChildren(QDialog))
    assert not care.reconcile.isVisible()


def test_the_open_study_is_marked_while_it_is_on_the_screen(filled: Open, qtbot: QtBot) -> None:
    filled.desk.open_study(PHANTOM)
    qtbot.waitUntil(filled.desk.viewer.isVisible)
    settle(filled, qtbot)
    refused: list[str] = []
    filled.parts.workstation.listen_notices(refused.append)
    filled.parts.workstation.do(set_hold, study_instance_uid=PHANTOM, reason="x")
    settle(filled, qtbot)

    assert refused == ["The study is under legal hold."]


def test_a_decision_that_erased_nothing_can_be_taken_back_in_the_window(contradicted: Open, qtbot: QtBot) -> None:
    care = contradicted.desk.library.care
    care.reconcile.click()
    dialog = dialog_of(care, ReconcileDialog, qtbot)
    assert isinstance(dialog, ReconcileDialog)
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 0)
    dialog.reason.setText("to be asked for")
    dialog._buttons[ConflictState.APART].click()
    qtbot.waitUntil(lambda: dialog.why.text() == "Nothing to reconcile")
    settle(contradicted, qtbot)

    dialog.take_back.click()

    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    qtbot.waitUntil(care.reconcile.isVisible)


def test_a_long_list_says_how_much_of_it_is_shown(filled: Open, qtbot: QtBot) -> None:
    library = filled.desk.library
    studies = tuple(Study(StudyUid(f"1.{number}"), Patient(str(number), "Doe^Jane")) for number in range(1000))

    library._found("", Effect(value=Found(studies, 50_000)))

    assert library.count.text() == "The newest 1,000 of 50,000 studies"
    assert library.table.model().rowCount() == 1000

"""Imports in the window: the report, watched folders, dropping, stopping, and a window that stays alive meanwhile."""

import shutil
import time
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.import_report import FileOutcome, ImportReport
from medscan_desktop.services.imports import import_files
from medscan_desktop.ui.import_report import ImportReportDialog
from medscan_desktop.ui.outcome_tree import OutcomeTree
from tests.support.raw_series import write_scanner_files
from tests.support.windows import SLICES, Open

STALL_S = 0.1


def many() -> ImportReport:
    skipped = [FileOutcome(f"/cd/VIEWER/{n}.dll", "skipped", "a part of a program") for n in range(20_000)]
    return ImportReport(
        (
            *skipped,
            FileOutcome("/cd/cut.dcm", "refused", "the file is truncated"),
            FileOutcome("/cd/two.dcm", "refused", "the file is truncated"),
            FileOutcome("/cd/other.dcm", "held", "the library has this UID, with other content"),
            FileOutcome("/cd/good.dcm", "imported"),
        )
    )


def test_the_report_groups_what_was_not_taken_in_by_its_reason(desk: Open) -> None:
    dialog = ImportReportDialog(many(), desk.desk.library)
    model = dialog.model
    rows = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]

    assert rows == [
        ["refused", "2 files", "the file is truncated"],
        ["to be reconciled", "1 file", "the library has this UID, with other content"],
        ["not DICOM", "20,000 files", "a part of a program"],
    ]
    assert model.index(1, 0, model.index(0, 0)).data() == "/cd/two.dcm"
    dialog.search.setText("TWO.dcm")
    assert dialog.count.text() == "1 file"
    dialog.search.setText("")
    dialog.outcome.setCurrentIndex(dialog.outcome.findData("skipped"))
    assert (model.rowCount(), dialog.count.text()) == (1, "20,000 files")
    dialog.close()


def test_a_report_of_20_000_files_opens_and_filters_at_once(desk: Open) -> None:
    report = many()
    start = time.perf_counter()
    dialog = ImportReportDialog(report, desk.desk.library)
    dialog.show()
    QApplication.processEvents()
    opened = time.perf_counter() - start
    start = time.perf_counter()
    dialog.search.setText("19999")
    QApplication.processEvents()

    assert opened < 1.0
    assert time.perf_counter() - start < 0.5
    assert dialog.count.text() == "1 file"
    dialog.close()


def test_the_report_is_a_sound_tree(qtbot: QtBot, desk: Open) -> None:
    model = OutcomeTree(desk.desk)
    tester = QAbstractItemModelTester(model)
    model.show(many().files[-30:])
    model.show(many().files[-30:], "refused")
    assert tester is not None


def test_the_report_can_be_saved_as_a_text(desk: Open, tmp_path: Path) -> None:
    dialog = ImportReportDialog(many(), desk.desk.library)

    dialog.save(tmp_path / "report.txt")

    lines = (tmp_path / "report.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "1 imported, 1 to be reconciled, 2 refused, 20,000 not DICOM."
    assert "refused: 2 files: the file is truncated" in lines
    assert "  /cd/VIEWER: 20,000 files" in lines, "a viewer's files are counted by folder"
    dialog.close()


def test_what_comes_into_a_watched_folder_is_imported_once_it_is_complete(
    desk: Open, phantom: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    library, folder = desk.desk.library, tmp_path / "inbox"
    folder.mkdir()
    library.watched.add(folder)
    qtbot.waitUntil(lambda: bool(library.watched.watches))
    menu = QMenu()
    library.watched.fill(menu, lambda: None)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Watch a folder…",
        f"Stop watching {folder}",
    ]

    for path in phantom.iterdir():
        shutil.copy(path, folder)
    qtbot.waitUntil(lambda: library.table.model().rowCount() == 1, timeout=20_000)

    assert library.report_button.isVisible()
    desk.desk.lock()
    assert not library.watched.watches, "nothing is imported behind a lock"


def test_files_dropped_onto_the_viewer_are_imported(reading: Open, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "no.txt").write_text("no image")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "no.txt"))])
    left = Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, left, Qt.KeyboardModifier.NoModifier)

    reading.desk.viewer.dropEvent(event)

    qtbot.waitUntil(lambda: reading.desk.footer.notice.text() == "0 imported, 1 not DICOM.")


def test_a_stopped_import_keeps_what_is_complete_and_goes_on_from_there(
    desk: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    """While it runs the event loop comes round: nothing of an import is done on the window's thread."""
    write_scanner_files(tmp_path / "ct", 700)
    workstation, stall = desk.parts.workstation, Stall()
    job = workstation.do(import_files, paths=(tmp_path / "ct",))
    qtbot.waitUntil(lambda: int(job.text.split()[0] if job.text[:1].isdigit() else 0) >= 300, timeout=20_000)
    assert "700 files" in job.text
    job.cancel()
    qtbot.waitUntil(lambda: job.is_finished)

    report: ImportReport = job.effect.value
    assert report.stopped.startswith("Stopped")
    assert 200 <= report.imported < 700
    again = workstation.do(import_files, paths=(tmp_path / "ct",))
    qtbot.waitUntil(lambda: again.is_finished, timeout=30_000)
    assert again.effect.value.count("unchanged") == report.imported
    assert again.effect.value.imported == 700 - report.imported
    assert stall.longest < 3 * STALL_S, f"{stall.longest * 1000:.0f} ms"  # 100 ms on a machine that does nothing else


class Stall:
    """The longest time that the event loop did not come round."""

    def __init__(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(0)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now


def test_the_phantom_comes_in_from_the_menu(desk: Open, phantom: Path, qtbot: QtBot) -> None:
    library = desk.desk.library
    menu = library.import_button.menu()
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    library.bring_in([phantom])
    qtbot.waitUntil(lambda: library.table.model().rowCount() == 1, timeout=20_000)

    assert "Watch a folder…" in texts and "Copy from discs and read-only media too" in texts
    assert desk.desk.footer.notice.text() == f"{SLICES} imported."

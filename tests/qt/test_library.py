"""Finding and bringing in studies."""

import csv
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.import_report import FileOutcome, ImportReport
from medscan_desktop.domain.study import Patient, Study, StudyUid
from medscan_desktop.services.studies import search_studies
from medscan_desktop.ui.import_report import ImportReportDialog
from medscan_desktop.ui.library import SETTLED_MS
from medscan_desktop.ui.study_table import COLUMNS, StudyTable
from tests.support.windows import SLICES, Open


def rows(table: StudyTable) -> list[list[str]]:
    model = table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def test_an_empty_library_says_what_to_do(desk: Open, qtbot: QtBot) -> None:
    qtbot.waitUntil(desk.desk.library.empty.isVisible)

    assert desk.desk.library.empty.title.text() == "This library is empty"


def test_dropped_files_become_a_study_with_its_series(desk: Open, phantom: Path, qtbot: QtBot) -> None:
    library = desk.desk.library

    library.bring_in([phantom])
    qtbot.waitUntil(lambda: library.table.model().rowCount() == 1, timeout=20_000)
    qtbot.waitUntil(lambda: len(library.tiles.tiles) == 1)

    assert rows(library.table)[0] == ["Phantom, Test", "T-1", "", "", "2026-01-02", "CT", "Phantom", "", "1", "24", ""]
    tile = library.tiles.tiles[0]
    assert (tile.title, tile.detail, tile.modality) == ("4 · BALL", f"{SLICES} images", "CT")
    assert tile.thumbnail is not None
    assert desk.desk.footer.notice.text() == f"{SLICES} imported."


def test_enter_opens_the_selected_study(desk: Open, phantom: Path, qtbot: QtBot) -> None:
    library = desk.desk.library
    library.bring_in([phantom])
    qtbot.waitUntil(lambda: library.table.model().rowCount() == 1, timeout=20_000)

    QTest.keyClick(library.table, Qt.Key.Key_Return)

    qtbot.waitUntil(desk.desk.viewer.isVisible)
    assert desk.parts.workstation.store.workspace.study is not None


def test_a_settled_search_is_one_question_to_the_library(desk: Open, phantom: Path, qtbot: QtBot) -> None:
    library = desk.desk.library
    library.bring_in([phantom])
    qtbot.waitUntil(lambda: library.table.model().rowCount() == 1, timeout=20_000)
    qtbot.waitUntil(lambda: not desk.parts.workstation.running)
    asked: list[str] = []
    desk.parts.workstation.listen_jobs(
        lambda job: asked.append(job.name) if job.is_finished and job.name == search_studies.name else None
    )

    QTest.keyClicks(library.search, "nobody")
    qtbot.waitUntil(library.empty.isVisible, timeout=SETTLED_MS + 3000)

    assert asked == [search_studies.name]
    assert library.empty.title.text() == "No study matches this search"
    library.empty.cleared.emit()
    qtbot.waitUntil(library.table.isVisible)


def test_what_was_refused_is_shown_with_its_reason(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(bytes(128) + b"DICM" + bytes(40))

    desk.desk.library.bring_in([broken])
    qtbot.waitUntil(lambda: bool(desk.desk.library.findChildren(ImportReportDialog)), timeout=20_000)

    dialog = desk.desk.library.findChildren(ImportReportDialog)[0]
    assert not dialog.isModal()
    dialog.close()


def test_a_saved_report_has_no_cell_that_a_spreadsheet_would_run(desk: Open, tmp_path: Path) -> None:
    report = ImportReport((FileOutcome("=cmd|calc", "refused", "not complete"), FileOutcome("a.dcm", "imported")))
    dialog = ImportReportDialog(report, desk.desk.library)

    dialog.save(tmp_path / "report.csv")

    with (tmp_path / "report.csv").open(newline="", encoding="utf-8") as stream:
        assert list(csv.reader(stream)) == [
            ["file", "outcome", "reason"],
            ["'=cmd|calc", "refused", "not complete"],
            ["a.dcm", "imported", ""],
        ]
    dialog.close()


def test_a_hostile_file_name_is_plain_text_in_the_report(desk: Open, tmp_path: Path) -> None:
    """Neither markup nor a turned reading direction, and a name that is no UTF-8 can be saved."""
    name = "<img src='x'>\u202egpj.\udc80.dcm"
    dialog = ImportReportDialog(ImportReport((FileOutcome(name, "refused", "truncated"),)), desk.desk.library)
    group = dialog.model.index(0, 0)
    item = dialog.model.index(0, 0, group)

    dialog.save(tmp_path / "report.csv")

    assert item.data() == "<img src='x'>\ufffdgpj.\ufffd.dcm"
    assert "<img" not in item.data(Qt.ItemDataRole.ToolTipRole)
    assert "\ufffdgpj" in (tmp_path / "report.csv").read_text(encoding="utf-8")
    dialog.close()


def test_numbers_sort_as_numbers_and_stand_to_the_right(qtbot: QtBot) -> None:
    table = StudyTable()
    qtbot.addWidget(table)
    images = [column.title for column in COLUMNS].index("Images")
    counts = (9, 100, 21)
    table.show_studies([Study(StudyUid(f"1.{n}"), Patient("", ""), instance_count=n) for n in counts])

    table.sortByColumn(images, Qt.SortOrder.AscendingOrder)

    assert [row[images] for row in rows(table)] == ["9", "21", "100"]
    alignment = table.model().index(0, images).data(Qt.ItemDataRole.TextAlignmentRole)
    assert Qt.AlignmentFlag(alignment) & Qt.AlignmentFlag.AlignRight

"""What an import did, file by file, for what was not taken in; it can be saved as a table."""

import csv
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.import_report import FileOutcome, ImportReport
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.texts import count_text

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a cell


class ImportReportDialog(QDialog):
    """A window beside the library, never modal."""

    def __init__(self, report: ImportReport, parent: QWidget) -> None:
        super().__init__(parent)
        self._report = report
        self.setWindowTitle("Import report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 460)
        layout = make.column(self, margin=theme.MARGIN, gap=12)
        layout.addWidget(make.label(_heading(report), "heading"))
        rows = report.refused + report.skipped
        if rows:
            layout.addWidget(_table(rows))
        else:
            layout.addWidget(make.label("Every file was taken in.", "muted"), 1)
        self.problem = make.label("", "error", wrap=True)
        self.problem.hide()
        layout.addWidget(self.problem)
        buttons = make.row()
        buttons.addStretch()
        buttons.addWidget(make.button("Save as table…", self._ask_and_save))
        buttons.addWidget(make.button("Close", self.close, "primary"))
        layout.addLayout(buttons)

    def save(self, path: Path) -> None:
        """Write every file's outcome as CSV; cells that a spreadsheet would take for a formula are quoted."""
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(("file", "outcome", "reason"))
            for file in self._report.files:
                writer.writerow(_safe(shown(cell)) for cell in (file.path, file.status, file.reason))

    def _ask_and_save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the import report", "import-report.csv", "Table (*.csv)")
        if not name:
            return
        try:
            self.save(Path(name))
        except OSError as error:
            self.problem.setText(f"The report could not be written ({error.strerror}).")
            self.problem.show()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _heading(report: ImportReport) -> str:
    already = sum(file.status == "already there" for file in report.files)
    parts = [f"{count_text(report.imported, 'file')} imported"]
    parts += [f"{already:,} already there"] if already else []
    parts += [f"{len(report.refused):,} refused", f"{len(report.skipped):,} not DICOM"]
    return ", ".join(parts)


def _table(rows: tuple[FileOutcome, ...]) -> QTableWidget:
    table = QTableWidget(len(rows), 3)
    table.setHorizontalHeaderLabels(["Outcome", "File", "Reason"])
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for number, file in enumerate(rows):
        status = "refused" if file.status == "refused" else "not DICOM"
        for column, text in enumerate((status, shown(file.path), shown(file.reason))):
            item = QTableWidgetItem(text)
            item.setToolTip(make.plain_tip(text))
            table.setItem(number, column, item)
    table.setColumnWidth(0, 110)
    table.setColumnWidth(1, 330)
    table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
    return table

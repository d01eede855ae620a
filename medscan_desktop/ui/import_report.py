"""What an import did: what was not taken in, by reason, to be searched, filtered and saved."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QDialog, QFileDialog, QHeaderView, QTreeView, QWidget

from medscan_desktop.dicom.foreign.foreign_kind import can_be_wrapped
from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.domain.import_report import NOT_TAKEN_IN, WORDS, ImportReport, csv_text, plain_text
from medscan_desktop.persistence.whole_file import write_whole
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.outcome_tree import OutcomeTree
from medscan_desktop.ui.texts import count_text

_WRAPPED = 100  # files that one dialog asks about
_OPENED = 40  # files that are listed without a click, in all


class ImportReportDialog(QDialog):
    """A window beside the library, never modal."""

    def __init__(
        self, report: ImportReport, parent: QWidget, wrap: Callable[[Sequence[Path]], object] | None = None
    ) -> None:
        super().__init__(parent)
        self._wrap = wrap  # asks whose study the files go into that are no DICOM and can be wrapped
        self._report = report
        self._listed = tuple(file for file in report.files if file.status in NOT_TAKEN_IN)
        self.setWindowTitle("Import report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(940, 520)
        self.search = make.field("Search by file or reason")
        self.search.setClearButtonEnabled(True)
        self.outcome = QComboBox()
        self.outcome.addItem("Everything not taken in", "")
        for status in NOT_TAKEN_IN:
            if report.count(status):
                self.outcome.addItem(f"{WORDS[status].capitalize()} ({report.count(status):,})", status)
        self.model = OutcomeTree(self)
        self.tree = _tree(self.model)
        self.count = make.label("", "muted")
        self.problem = make.label("", "error", wrap=True)
        self.problem.hide()
        self._build()
        self.search.textChanged.connect(lambda _: self._show())
        self.outcome.currentIndexChanged.connect(lambda _: self._show())
        self._show()

    def save(self, path: Path) -> None:
        """Write every file's outcome, as CSV or (.txt) as a text. Raises MedScanError."""
        text = plain_text(self._report) if path.suffix.lower() == ".txt" else csv_text(self._report)
        write_whole(path, text.encode("utf-8", errors="backslashreplace"))

    def _build(self) -> None:
        layout = make.column(self, margin=theme.MARGIN, gap=12)
        layout.addWidget(make.label(_heading(self._report), "heading", wrap=True))
        layout.addWidget(make.label(_below(self._report), "muted", wrap=True))
        if self._listed:
            bar = make.row()
            bar.addWidget(self.search, 1)
            bar.addWidget(self.outcome)
            bar.addWidget(self.count)
            layout.addLayout(bar)
            layout.addWidget(self.tree, 1)
        else:
            layout.addWidget(make.label("Every file was taken in.", "muted"), 1)
        layout.addWidget(self.problem)
        buttons = make.row()
        others = [Path(file.path) for file in self._listed if can_be_wrapped(file.reason)][:_WRAPPED]
        if others and self._wrap is not None:
            wrap = self._wrap
            buttons.addWidget(make.button(f"Wrap {count_text(len(others), 'file')}…", lambda: wrap(others)))
        buttons.addStretch()
        buttons.addWidget(make.button("Save…", self._ask_and_save))
        buttons.addWidget(make.button("Close", self.close, "primary"))
        layout.addLayout(buttons)

    def _show(self) -> None:
        count = self.model.show(self._listed, str(self.outcome.currentData()), self.search.text().strip())
        self.count.setText(count_text(count, "file"))
        opened = 0
        for row in range(self.model.rowCount()):
            self.tree.setFirstColumnSpanned(row, QModelIndex(), False)
            group = self.model.index(row, 0)
            files = self.model.rowCount(group)
            if opened + files <= _OPENED:
                self.tree.expand(group)
                opened += files
                for each in range(files):
                    self.tree.setFirstColumnSpanned(each, group, True)

    def _ask_and_save(self) -> None:
        kinds = "Table (*.csv);;Text (*.txt)"
        name, kind = QFileDialog.getSaveFileName(self, "Save the import report", "import-report.csv", kinds)
        if not name:
            return
        path = Path(name)
        if not path.suffix:
            path = path.with_suffix(".txt" if "*.txt" in kind else ".csv")
        try:
            self.save(path)
        except MedScanError as error:
            self.problem.setText(f"The report could not be written: {error}")
            self.problem.show()


def _heading(report: ImportReport) -> str:
    return ", ".join([f"{count_text(report.imported, 'file')} imported", *report.others])


def _below(report: ImportReport) -> str:
    left = f"{report.left_in_place:,} were left on read-only media and open only while it is there."
    parts = (report.stopped, left if report.left_in_place else "", report.pace)
    return "  ".join(part for part in parts if part)


def _tree(model: OutcomeTree) -> QTreeView:
    tree = QTreeView()
    tree.setModel(model)
    tree.setUniformRowHeights(True)
    tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    tree.setAlternatingRowColors(True)
    tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    header = tree.header()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.resizeSection(0, 190)
    header.resizeSection(1, 110)
    header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
    tree.expanded.connect(lambda group: _span(tree, group))
    return tree


def _span(tree: QTreeView, group: QModelIndex) -> None:
    """A file's path has the whole row. Some thousands of rows: more would hold up the window."""
    for row in range(min(tree.model().rowCount(group), 5000)):
        tree.setFirstColumnSpanned(row, group, True)

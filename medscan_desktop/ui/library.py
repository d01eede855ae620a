"""The library page: find a study, see its series, open it; bring files in by button or by dropping them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QStackedLayout, QWidget

from medscan_desktop.dicom.foreign.foreign_kind import can_be_wrapped
from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.import_report import ImportReport
from medscan_desktop.domain.study import Series, SeriesUid, Study
from medscan_desktop.persistence.studies import Found
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.studies import SeriesRow, list_series, search_studies
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.dropping import dropped_files
from medscan_desktop.ui.empty import EmptyState
from medscan_desktop.ui.icons import icon, pixmap
from medscan_desktop.ui.import_report import ImportReportDialog
from medscan_desktop.ui.library_care import LibraryCare
from medscan_desktop.ui.series_tiles import SeriesTiles, Tile
from medscan_desktop.ui.session_bar import SessionBar
from medscan_desktop.ui.study_table import StudyTable
from medscan_desktop.ui.texts import count_text
from medscan_desktop.ui.watching import WatchedFolders
from medscan_desktop.ui.wrap_dialog import WrapDialog
from medscan_desktop.workstation.command import Effect, Kind
from medscan_desktop.workstation.jobs import Job
from medscan_desktop.workstation.workstation import Workstation

SETTLED_MS = 250  # typing has paused: one audited query a settled search
_OTHER_FILES = (
    "Volumes, pictures, documents (*.nii *.nii.gz *.nrrd *.png *.jpg *.jpeg *.tif *.tiff *.pdf *.stl);;All files (*)"
)
_OpenStudy = Callable[[Study, SeriesUid | None], None]


class LibraryPage(QWidget):
    """The studies of this library. `open_study` is called with what the user chose."""

    def __init__(self, workstation: Workstation, open_study: _OpenStudy) -> None:
        super().__init__()
        self._workstation = workstation
        self._open_study = open_study
        self._report: ImportReport | None = None
        self._listed: Study | None = None
        self.setAcceptDrops(True)
        self.search = make.field("Search by patient, ID, description or accession number")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search", theme.MUTED), self.search.ActionPosition.LeadingPosition)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self.count = make.label("", "muted")
        self.report_button = make.button("Import report", self._show_report)
        self.watched = WatchedFolders(workstation, self._watch_in, self)
        self._copies_discs = False
        self.import_button = self._make_import_button()
        self.session = SessionBar()
        self.table = StudyTable()
        self.care = LibraryCare(workstation, self.table, lambda study: open_study(study, None))
        self.empty = EmptyState()
        self.tiles = SeriesTiles(standing=False)
        self.tiles_title = make.label("", "section")
        self._build()
        self._connect()

    def refresh(self) -> None:
        """Ask the library again for what is searched."""
        self._settled.stop()
        text = self.search.text().strip()
        self._workstation.do(search_studies, text=text, on_done=lambda effect: self._found(text, effect))

    def clear(self) -> None:
        """Nothing of any patient stays in a widget: on lock."""
        self._settled.stop()
        self.search.clear()
        self._settled.stop()
        self.table.show_studies(())
        self.tiles.show_tiles(())
        self._report, self._listed = None, None
        self.care.clear()
        self.watched.end()
        self.report_button.hide()
        for dialog in (*self.findChildren(ImportReportDialog), *self.findChildren(WrapDialog)):
            dialog.close()

    def bring_in(self, paths: Sequence[Path]) -> None:
        """Import files and folders; a report opens where something was refused."""
        if paths:
            self._workstation.do(
                import_files,
                paths=tuple(paths),
                reference=False if self._copies_discs else None,
                on_done=lambda effect: self._imported(effect, tuple(paths)),
            )

    def _watch_in(self, paths: Sequence[Path]) -> Job:
        """Import what came into a watched folder; its report waits behind the button."""
        return self._workstation.do(import_files, paths=tuple(paths), on_done=self._keep_report)

    def wrap(self, paths: Sequence[Path]) -> None:
        """Ask whose study files of other formats go into."""
        if paths:
            study = self._workstation.store.workspace.study or self.table.current  # the one that is looked at
            WrapDialog(self._workstation, paths, study, self).show()

    def _build(self) -> None:
        bar = make.row()
        bar.setContentsMargins(theme.MARGIN, 12, theme.MARGIN, 12)
        self.search.setMinimumWidth(380)
        mark = make.label()
        mark.setPixmap(pixmap("scan", 24, theme.ACCENT))
        bar.addWidget(mark)
        bar.addWidget(self.search, 2)
        bar.addWidget(self.count, 1)
        bar.addWidget(self.care)
        bar.addWidget(self.report_button)
        bar.addWidget(self.import_button)
        bar.addSpacing(theme.GAP)
        bar.addWidget(self.session)
        self.report_button.hide()
        self._middle = QStackedLayout()
        self._middle.addWidget(self.table)
        self._middle.addWidget(self.empty)
        below = make.frame("panel")
        series = make.column(below, gap=2)
        series.setContentsMargins(theme.MARGIN, 10, theme.MARGIN, 6)
        series.addWidget(self.tiles_title)
        series.addWidget(self.tiles)
        self._below = below
        layout = make.column(self, gap=0)
        layout.addLayout(bar)
        layout.addLayout(self._middle, 1)
        layout.addWidget(make.divider())
        layout.addWidget(below)

    def _connect(self) -> None:
        self._settled.timeout.connect(self.refresh)
        self.search.textEdited.connect(lambda _: self._settled.start())
        self.search.textChanged.connect(lambda text: None if text else self._settled.start())
        self.search.returnPressed.connect(self._search_now)
        self.table.selected.connect(self._list_series)
        self.table.opened.connect(lambda study: self._open_study(study, None))
        self.tiles.chosen.connect(self._open_series)
        self.empty.files_wanted.connect(self._ask_for_files)
        self.empty.folder_wanted.connect(self._ask_for_folder)
        self.empty.cleared.connect(self.search.clear)
        self._workstation.listen(lambda changed: self.refresh() if Kind.STUDIES in changed else None)
        self._workstation.listen_jobs(self._job_changed)

    def _make_import_button(self) -> QPushButton:
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: self._fill_import_menu(menu))
        made = make.button("Import", lambda: None, "primary", "import")
        made.setMenu(menu)
        return made

    def _fill_import_menu(self, menu: QMenu) -> None:
        menu.clear()
        menu.addAction("Folder…", self._ask_for_folder)
        menu.addAction("Files or ZIP archives…", self._ask_for_files)
        menu.addAction("Other files: NIfTI, NRRD, pictures, PDF, STL…", self._ask_for_other_files)
        self.watched.fill(menu, self._ask_for_watched)
        menu.addSeparator()
        copies = menu.addAction("Copy from discs and read-only media too", self._toggle_copies)
        copies.setCheckable(True)
        copies.setChecked(self._copies_discs)
        copies.setToolTip("Otherwise such files are left where they are, and open only while the disc is there.")
        menu.setToolTipsVisible(True)

    def _toggle_copies(self) -> None:
        self._copies_discs = not self._copies_discs

    def _search_now(self) -> None:
        if self._settled.isActive():
            self.refresh()
        elif self.table.current is not None:
            self._open_study(self.table.current, None)

    def _found(self, text: str, effect: Effect) -> None:
        if text != self.search.text().strip():
            return  # an older search came late
        studies: Found = effect.value
        self.table.show_studies(studies)
        self.count.setText(_count_text(studies))
        self._middle.setCurrentWidget(self.table if studies else self.empty)
        self._below.setVisible(bool(studies))
        self.empty.show_for(text)

    def _job_changed(self, job: Job) -> None:
        if job.name == import_files.name and self.empty.isVisible():
            self.empty.show_import("" if job.is_finished else job.text or "looking for files")

    def _list_series(self, study: Study | None) -> None:
        if study == self._listed:
            return
        self._listed = study
        self.tiles.show_tiles(())
        self.tiles_title.setText("")
        if study is not None:
            self._workstation.do(
                list_series,
                study_instance_uid=study.study_instance_uid,
                on_done=lambda effect: self._show_series(study, effect.value),
            )

    def _show_series(self, study: Study, rows: Sequence[SeriesRow]) -> None:
        if study == self._listed:
            when = date_text(study.study_date)
            self.tiles_title.setText(" · ".join(part for part in ("SERIES", when, study.study_description) if part))
            self.tiles.show_tiles([_tile(row) for row in rows])

    def _open_series(self, key: str) -> None:
        if self._listed is not None:
            self._open_study(self._listed, SeriesUid(key))

    def _imported(self, effect: Effect, paths: Sequence[Path]) -> None:
        self._keep_report(effect)
        if self._report is not None and (self._report.refused or self._report.held):
            self._show_report()
        chosen = {str(path) for path in paths}  # not what lies in a folder: it may be hundreds
        skipped = self._report.skipped if self._report else ()
        self.wrap([Path(one.path) for one in skipped if one.path in chosen and can_be_wrapped(one.reason)])

    def _keep_report(self, effect: Effect) -> None:
        self._report = effect.value
        self.report_button.show()

    def _show_report(self) -> None:
        if self._report is not None:
            ImportReportDialog(self._report, self, self.wrap).show()

    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Import a folder")
        self.bring_in([Path(name)] if name else [])

    def _ask_for_watched(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Watch a folder")
        if name:
            self.watched.add(Path(name))

    def _ask_for_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Import files", "", "All files (*)")
        self.bring_in([Path(name) for name in names])

    def _ask_for_other_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Wrap files into a study", "", _OTHER_FILES)
        self.wrap([Path(name) for name in names])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event):
            event.acceptProposedAction()
            self.count.setText("Drop to import")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.count.setText("")

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.count.setText("")
        self.bring_in(dropped_files(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F5:
            self.refresh()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.search.hasFocus():
            self.table.setFocus()  # from the words to what they found, without a mouse
        else:
            super().keyPressEvent(event)


def _tile(row: SeriesRow) -> Tile:
    series = row.series
    number = "" if series.series_number is None else f"{series.series_number} · "
    title = f"{number}{series.series_description or series.body_part_examined or 'no description'}"
    return Tile(
        series.series_instance_uid,
        title,
        _images_text(series),
        series.modality,
        row.thumbnail,
        warning=_absent_text(series),
    )


def _images_text(series: Series) -> str:
    if series.absent_count:
        return f"{series.absent_count:,} of {series.instance_count:,} missing"
    return count_text(series.instance_count, "image")


def _absent_text(series: Series) -> str:
    if not series.absent_count:
        return ""
    return f"{series.absent_count:,} of its images were missing or changed when last looked for."


def _count_text(found: Found) -> str:
    if found.total > len(found):
        return f"The newest {len(found):,} of {count_text(found.total, 'study')}"
    return count_text(found.total, "study") if found.total else ""

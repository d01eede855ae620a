"""The table of studies: what its columns say, how they sort, how they stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.ui import make, theme

_Index = QModelIndex | QPersistentModelIndex
_SORT = Qt.ItemDataRole.UserRole
_STUDY = Qt.ItemDataRole.UserRole + 1
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    text: Callable[[Study], str]
    sort: Callable[[Study], str | int]
    alignment: Qt.AlignmentFlag = _LEFT


def _texts(title: str, width: int, text: Callable[[Study], str]) -> _Column:
    return _Column(title, width, text, lambda study: text(study).casefold())


def _number(title: str, width: int, count: Callable[[Study], int]) -> _Column:
    return _Column(title, width, lambda study: f"{count(study):,}", count, _RIGHT)


def state_text(study: Study) -> str:
    """What is to be known of a study before it is opened; "" where nothing is."""
    parts = [f"{study.absent_count:,} missing or changed"] if study.absent_count else []
    return ", ".join(parts + ["legal hold"] * (study.legal_hold is not None))


def _state_tip(study: Study) -> str:
    parts = []
    if study.absent_count:
        images = f"{study.absent_count:,} of {study.instance_count:,} images"
        parts.append(f"{images} were missing or changed when last looked for.")
    if study.legal_hold is not None:
        hold = study.legal_hold
        parts.append(f"Under legal hold since {hold.at[:10]} ({hold.by}): {hold.reason}")
    return "\n".join(parts)


COLUMNS = (
    _texts("Patient", 230, lambda study: study.patient.display_name),
    _texts("Patient ID", 150, lambda study: study.patient.patient_id),
    _texts("Birth date", 116, lambda study: date_text(study.patient.patient_birth_date)),
    _texts("Sex", 60, lambda study: study.patient.patient_sex),
    _Column(
        "Study date", 116, lambda study: date_text(study.study_date), lambda study: study.study_date + study.study_time
    ),
    _texts("Modality", 100, lambda study: ", ".join(study.modalities)),
    _texts("Description", 240, lambda study: study.study_description),
    _texts("Accession", 170, lambda study: study.accession_number),
    _number("Series", 80, lambda study: study.series_count),
    _number("Images", 88, lambda study: study.instance_count),
    _texts("State", 170, state_text),
)
_STATE = len(COLUMNS) - 1
_STRETCHED = 6


class StudyTable(QTableView):
    """Studies, one a row. `selected` follows the row, `opened` comes on a double click or Enter."""

    selected = Signal(object)  # Study | None
    opened = Signal(object)  # Study

    def __init__(self) -> None:
        super().__init__()
        self._rows = _Rows()
        self._sorted = QSortFilterProxyModel()
        self._sorted.setSourceModel(self._rows)
        self._sorted.setSortRole(_SORT)
        self.setModel(self._sorted)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._set_widths(self.horizontalHeader())
        self.selectionModel().currentRowChanged.connect(lambda current, _: self.selected.emit(current.data(_STUDY)))
        self.doubleClicked.connect(lambda index: self.opened.emit(index.data(_STUDY)))

    def show_studies(self, studies: Sequence[Study]) -> None:
        """Show these in the order given (newest first) or as sorted by the user; the same study stays selected."""
        kept = self.current.study_instance_uid if self.current else None
        self._rows.replace(tuple(studies))
        self._select(kept)

    @property
    def current(self) -> Study | None:
        """The selected study."""
        study = self.currentIndex().data(_STUDY)
        return study if isinstance(study, Study) else None

    def beside(self, uid: StudyUid, step: int) -> Study | None:
        """The study so many rows below (or above) another one, as the table is sorted; None where there is none."""
        row = self._rows.row_of(uid)
        if row is None:
            return None
        at = self._sorted.mapFromSource(self._rows.index(row, 0)).row() + step
        study = self._sorted.index(at, 0).data(_STUDY) if 0 <= at < self._sorted.rowCount() else None
        return study if isinstance(study, Study) else None

    @property
    def listed(self) -> tuple[Study, ...]:
        """All of them, from the top."""
        rows = range(self._sorted.rowCount())
        return tuple(self._sorted.index(row, 0).data(_STUDY) for row in rows)

    def select(self, uid: StudyUid) -> None:
        """Make this study the selected one, where it is listed."""
        if self._rows.row_of(uid) is not None:
            self._select(uid)

    def study_at(self, at: QPoint) -> Study | None:
        """The study in the row at a place of the viewport."""
        study = self.indexAt(at).data(_STUDY)
        return study if isinstance(study, Study) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.opened.emit(self.current)
        else:
            super().keyPressEvent(event)

    def _select(self, uid: StudyUid | None) -> None:
        row = self._rows.row_of(uid)
        if row is not None:
            self.setCurrentIndex(self._sorted.mapFromSource(self._rows.index(row, 0)))
        elif self._sorted.rowCount():
            self.setCurrentIndex(self._sorted.index(0, 0))
        else:
            self.selected.emit(None)

    def _set_widths(self, header: QHeaderView) -> None:
        header.setHighlightSections(False)
        header.setMinimumSectionSize(44)
        for number, column in enumerate(COLUMNS):
            self.setColumnWidth(number, column.width)
        header.setSectionResizeMode(_STRETCHED, QHeaderView.ResizeMode.Stretch)


class _Rows(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._studies: tuple[Study, ...] = ()

    def replace(self, studies: tuple[Study, ...]) -> None:
        self.beginResetModel()
        self._studies = studies
        self.endResetModel()

    def row_of(self, uid: StudyUid | None) -> int | None:
        return next((row for row, study in enumerate(self._studies) if study.study_instance_uid == uid), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._studies)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        study, column = self._studies[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == _STATE:
            return make.plain_tip(_state_tip(study))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(study)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme.WARN) if index.column() == _STATE else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.alignment
        if role == _SORT:
            return column.sort(study)
        return study if role == _STUDY else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return COLUMNS[section].alignment
        return None

"""What an import did not take in, as a tree: a row a reason, its files below. Made for 20,000 files and more."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from medscan_desktop.domain.import_report import WORDS, FileOutcome, Group, grouped
from medscan_desktop.domain.shown import shown
from medscan_desktop.ui import make
from medscan_desktop.ui.texts import count_text

_Index = QModelIndex | QPersistentModelIndex
_TOP = 0  # the internal id of a reason's row; a file's is the number of its group, from 1
_HEADINGS = ("Outcome", "Files", "Reason")


class OutcomeTree(QAbstractItemModel):
    """Two levels: (outcome, count, reason), and each file's path."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._groups: list[Group] = []

    def show(self, files: Sequence[FileOutcome], status: str = "", text: str = "") -> int:
        """Show those of one outcome ("" for all) whose path or reason holds `text`; how many files that are."""
        wanted = text.casefold()
        self.beginResetModel()
        self._groups = grouped(
            file
            for file in files
            if status in ("", file.status) and (wanted in file.path.casefold() or wanted in file.reason.casefold())
        )
        self.endResetModel()
        return sum(len(group.files) for group in self._groups)

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008  Qt's default
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else _TOP)

    def parent(self, child: _Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        group = child.internalId() if child.isValid() else _TOP
        return QModelIndex() if group == _TOP else self.createIndex(group - 1, 0, _TOP)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._groups)
        is_group = parent.internalId() == _TOP and parent.column() == 0
        return len(self._groups[parent.row()].files) if is_group else 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        is_heading = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return _HEADINGS[section] if is_heading else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = shown(self._text(index))
        return text if role == Qt.ItemDataRole.DisplayRole else make.plain_tip(text)

    def _text(self, index: _Index) -> str:
        if index.internalId() != _TOP:
            return self._groups[index.internalId() - 1].files[index.row()].path if index.column() == 0 else ""
        group = self._groups[index.row()]
        return (WORDS[group.status], count_text(len(group.files), "file"), group.reason)[index.column()]

"""A table of plain texts for dialogs: read, not edited; names from files never become markup."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from medscan_desktop.domain.shown import shown
from medscan_desktop.ui import make

_TOP_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PlainTable(QTableWidget):
    """Columns with a width each; the one of width 0 takes what is left."""

    def __init__(self, columns: Sequence[tuple[str, int]]) -> None:
        super().__init__(0, len(columns))
        self.setHorizontalHeaderLabels([title for title, _ in columns])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setDefaultAlignment(_TOP_LEFT)
        header.setHighlightSections(False)
        for number, (_, width) in enumerate(columns):
            if width:
                self.setColumnWidth(number, width)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: Sequence[Sequence[str]], colours: Sequence[str] = ()) -> None:
        """Show these texts; `colours` gives each row's, "" for the usual one."""
        self.setRowCount(len(rows))
        for number, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(shown(text))
                item.setToolTip(make.plain_tip(shown(text)))
                if number < len(colours) and colours[number]:
                    item.setForeground(QColor(colours[number]))
                self.setItem(number, column, item)

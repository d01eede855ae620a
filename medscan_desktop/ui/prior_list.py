"""The patient's other studies as a list over the viewer: choose one, and it hangs beside the current."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.priors import PriorRow
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.cover import Cover

_WIDTH, _ROW, _MOST_ROWS = 940, 30, 14
_COLUMNS = (("Date", 96), ("", 180), ("Modality", 84), ("Study", 0), ("How it compares", 320))
_ROLE = Qt.ItemDataRole.UserRole


class PriorList(Cover):
    """Lies over its page until one is chosen, Esc is pressed, or beside it is clicked."""

    def __init__(self, parent: QWidget, choose: Callable[[PriorRow], object]) -> None:
        super().__init__(parent)
        self._choose = choose
        self.list = QTreeWidget()
        self.list.setHeaderLabels([name for name, _ in _COLUMNS])
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName("Other studies of this patient")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.header().setStretchLastSection(False)
        for column, (_, width) in enumerate(_COLUMNS):
            if width:
                self.list.setColumnWidth(column, width)
            else:
                self.list.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.empty = make.label("The library has no other study of this patient.", "muted")
        card = make.frame("card")
        body = make.column(card, margin=12, gap=8)
        body.addWidget(make.label("Other studies of this patient", "heading"))
        body.addWidget(self.list)
        body.addWidget(self.empty)
        self.foot = make.label("Enter hangs the chosen one beside the current", "muted")
        body.addWidget(self.foot)
        self.hold(card, _WIDTH)
        self.list.itemActivated.connect(lambda _item, _column: self._take())
        self.list.itemClicked.connect(lambda _item, _column: self._take())

    def ask(self, rows: tuple[PriorRow, ...], shown: frozenset[StudyUid]) -> None:
        """Show it, newest first; the one that compares best is chosen, those in `shown` are marked."""
        self.list.clear()
        best = rows[0] if rows else None
        for row in sorted(rows, key=lambda row: (row.study.study_date, row.study.study_time), reverse=True):
            item = _item(row, is_shown=row.study.study_instance_uid in shown)
            self.list.addTopLevelItem(item)
            if row is best:
                self.list.setCurrentItem(item)
        header = self.list.header().sizeHint().height()
        self.list.setFixedHeight(max(1, min(len(rows), _MOST_ROWS)) * _ROW + header + 6)
        self.list.setVisible(bool(rows))
        self.foot.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.come(self.list if rows else self)

    def leave(self) -> None:
        """Gone, and nothing of a patient with it."""
        super().leave()
        self.list.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._pressed(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._pressed(event):
            super().keyPressEvent(event)

    def _pressed(self, event: QKeyEvent) -> bool:
        key: int = event.key()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_P):
            self.leave()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
            return True
        return False

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            row: PriorRow = item.data(0, _ROLE)
            self.leave()
            self._choose(row)


def _item(row: PriorRow, *, is_shown: bool) -> QTreeWidgetItem:
    study, when = row.study, row.relevance.when
    why = " · ".join(reason for reason in row.relevance.reasons if reason != when)
    if row.is_refused:
        why = "another person's, as was decided"
    elif row.doubts:
        why = f"check: {'; '.join(row.doubts)}"
    name = (study.study_description or "without a description") + (" · on screen" if is_shown else "")
    item = QTreeWidgetItem([date_text(study.study_date) or "no date", when, ", ".join(study.modalities), name, why])
    item.setData(0, _ROLE, row)
    item.setSizeHint(0, QSize(0, _ROW))
    item.setToolTip(4, f"{why}\nrelevance {row.relevance.score:.2f} of 1")
    colour = theme.WARN if row.doubts or row.is_refused else theme.TEXT if row.relevance.is_comparable else theme.MUTED
    for column in range(item.columnCount()):
        item.setForeground(column, QColor(colour))
    return item

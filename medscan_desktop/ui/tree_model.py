"""A text tree for Qt's tree view: the flat lines with their parents and rows, computed once."""

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from medscan_desktop.domain.text_tree import TextNode, TextTree
from medscan_desktop.ui import make, theme

_COLUMNS = ("Name", "Value", "Type")
_Index = QModelIndex | QPersistentModelIndex
_ROOT = -1


class TreeModel(QAbstractItemModel):
    """Three columns; an index's internal id is its line's number, so nothing is kept per cell."""

    def __init__(self, tree: TextTree, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes = tree.nodes
        self._parents: list[int] = []
        self._rows: list[int] = []
        self._children: dict[int, list[int]] = {}
        above: list[int] = []  # the last line of each depth
        for number, node in enumerate(tree.nodes):
            del above[node.depth :]
            parent_number = above[-1] if above else _ROOT
            above += [number] * (node.depth + 1 - len(above))
            siblings = self._children.setdefault(parent_number, [])
            self._parents.append(parent_number)
            self._rows.append(len(siblings))
            siblings.append(number)
        self._folded: list[str] = []  # made by the first search

    def node(self, index: _Index) -> TextNode | None:
        """The line at an index."""
        return self._nodes[index.internalId()] if index.isValid() else None

    def index_of(self, number: int) -> QModelIndex:
        """The index of a line."""
        return self.createIndex(self._rows[number], 0, number)

    def find(self, text: str, start: int, step: int = 1) -> int | None:
        """The next line from `start` on (around the end) that holds every word of `text`; None where none does."""
        if not self._folded:
            self._folded = [f"{node.name}\n{node.note}\n{node.value}".casefold() for node in self._nodes]
        words, count = text.casefold().split(), len(self._nodes)
        for away in range(count):
            number = (start + away * step) % count
            if all(word in self._folded[number] for word in words):
                return number
        return None

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008  Qt's default
        children = self._children.get(parent.internalId() if parent.isValid() else _ROOT, [])
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]  # Qt has QObject.parent() beside it
        number = self._parents[index.internalId()] if index.isValid() else _ROOT
        return QModelIndex() if number == _ROOT else self.createIndex(self._rows[number], 0, number)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  Qt's default
        if parent.isValid() and parent.column() > 0:
            return 0
        return len(self._children.get(parent.internalId() if parent.isValid() else _ROOT, ()))

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  Qt's default
        return len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        is_name = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return _COLUMNS[section] if is_name else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self._nodes[index.internalId()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (node.heading, node.value.replace("\n", " ⏎ "), node.kind)[column]
        if role == Qt.ItemDataRole.ForegroundRole:
            is_link = column == 1 and (node.reference is not None or node.link >= 0)
            is_heading = column == 0 and node.kind in ("CONTAINER", "SQ")
            return QColor(theme.ACCENT if is_link else theme.TEXT if column == 1 or is_heading else theme.MUTED)
        if role == Qt.ItemDataRole.ToolTipRole:
            parts = (node.heading, node.value, node.relation and f"relation: {node.relation}")
            return make.plain_tip("\n".join(part for part in parts if part))
        return None

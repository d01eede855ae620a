"""A text tree to read: what must be known first, a search box, and the lines, to be opened, followed and copied."""

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QMenu, QTreeView, QWidget

from medscan_desktop.domain.text_tree import TextTree, line_text
from medscan_desktop.ui import make, theme
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.texts import count_text
from medscan_desktop.ui.tree_model import TreeModel

_NAME_SHARE = 0.44  # of the width, for the names
_FIRST_OPEN = 20  # top lines opened where there are more
_ALL_OPEN = 3_000  # lines up to which everything is open at first
_OWN_KEYS = frozenset(
    (
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    )
)


class TreePage(QWidget):
    """`reference_wanted` gives the `Reference` that was clicked; `touched` says that somebody works here."""

    reference_wanted = Signal(object)
    touched = Signal()
    save_wanted = Signal()

    def __init__(
        self, tree: TextTree, *, title: str = "", warnings: tuple[str, ...] = (), can_save: bool = False
    ) -> None:
        super().__init__()
        self._tree = tree
        self.model = TreeModel(tree, self)
        self.view = _Lines(self)
        self.view.setModel(self.model)
        self.search = _SearchField()
        self.found = make.label("", "small")
        self.save = make.button("Save as…", self.save_wanted.emit, icon_name="export")
        self.save.setVisible(can_save)
        self._build(title or tree.title, warnings or tree.warnings)
        self.view.clicked.connect(self._follow)
        self.view.touched.connect(self.touched)
        self.search.textEdited.connect(lambda _: self._find(0))
        self.search.returnPressed.connect(lambda: self._find(1))
        if len(tree.nodes) <= _ALL_OPEN:
            self.view.expandAll()
        else:
            for row in range(min(self.model.rowCount(), _FIRST_OPEN)):  # expandToDepth asks for every line: 3 s
                self.view.setExpanded(self.model.index(row, 0), True)

    def copy(self) -> None:
        """The chosen lines, else all, as plain text."""
        chosen = sorted({index.internalId() for index in self.view.selectionModel().selectedIndexes()})
        numbers = chosen or range(len(self._tree.nodes))
        QGuiApplication.clipboard().setText("\n".join(line_text(self._tree.nodes[number]) for number in numbers))

    def go_to(self, number: int) -> None:
        """Show a line and choose it."""
        index = self.model.index_of(number)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _build(self, title: str, warnings: tuple[str, ...]) -> None:
        top = make.frame("panel")
        column = make.column(top, gap=4)
        column.setContentsMargins(14, 10, 14, 10)
        heading = ElidedLabel("heading")
        heading.setText(title)
        column.addWidget(heading)
        for warning in warnings:
            column.addWidget(make.label(warning, "warning", wrap=True))
        facts = "     ".join(f"{name}: {value}" for name, value in self._tree.facts)
        if facts:
            column.addWidget(make.label(facts, "muted", wrap=True))
        row = make.row()
        self.search.setPlaceholderText("Find in these lines")
        self.search.setMaximumWidth(320)
        row.addWidget(self.search, 1)
        row.addWidget(self.found)
        row.addStretch()
        row.addWidget(self.save)
        row.addWidget(make.label(count_text(len(self._tree.nodes), "line"), "small"))
        column.addLayout(row)
        layout = make.column(self, gap=1)
        layout.addWidget(top)
        layout.addWidget(self.view, 1)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        header.setResizeContentsPrecision(0)  # by what is visible: never all of 200,000 lines

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.header().resizeSection(0, max(160, round(self.width() * _NAME_SHARE)))
        super().resizeEvent(event)

    def _find(self, step: int) -> None:
        """The first line from the chosen one on that holds what is typed; `step` 1 leaves the chosen one."""
        text = self.search.text().strip()
        current = self.view.currentIndex()
        start = current.internalId() if current.isValid() else 0
        number = self.model.find(text, start + step) if text and self._tree.nodes else None
        if number is not None:
            self.go_to(number)
        self.found.setText("not found" if text and number is None else "")

    def _follow(self, index: QModelIndex) -> None:
        node = self.model.node(index)
        if node is None or index.column() != 1:
            return
        if node.link >= 0:
            self.go_to(node.link)
        elif node.reference is not None:
            self.reference_wanted.emit(node.reference)


class _SearchField(QLineEdit):
    """Keeps Return for itself: on the viewer's page it is also a key that decides about findings."""

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            event.accept()
            return True
        return super().event(event)


class _Lines(QTreeView):
    """The lines; keys that move in them are theirs while they have the focus."""

    touched = Signal()

    def __init__(self, page: TreePage) -> None:
        super().__init__()
        self._page = page
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setIndentation(theme.GAP + 6)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.key() in _OWN_KEYS or event.matches(QKeySequence.StandardKey.Copy))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._page.copy()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.touched.emit()
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        has_chosen = self.selectionModel().hasSelection()
        menu.addAction("Copy the chosen lines" if has_chosen else "Copy all lines", self._page.copy)
        menu.addAction("Open all", self.expandAll).setEnabled(self.model().rowCount() > 0)
        menu.addAction("Close all", self.collapseAll)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QPoint(event.globalPos()))

"""A titled part of the side panel: a heading, a line for when there is nothing, and a column of items."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolButton, QWidget

from medscan_desktop.ui import make, theme

_HEADING = (
    f"QToolButton {{ color: {theme.MUTED}; font-size: 8.5pt; font-weight: 600; border: 0; padding: 0;"
    f" background: transparent; text-align: left; }} QToolButton:hover {{ color: {theme.TEXT}; }}"
)


class Section(QFrame):
    """Items come and go; `hint` stands where there are none. A click on the heading folds the rest away.

    `sorted` tells a new order of its list and whether it is by series.
    """

    folded = Signal()
    sorted = Signal(str, bool)

    def __init__(self, title: str, hint: str) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.name = title
        self.title = QToolButton()
        self.title.setText(title.upper())
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.setStyleSheet(_HEADING)
        self.title.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.title.setCursor(Qt.CursorShape.PointingHandCursor)
        self.title.clicked.connect(self._turn)
        self._body = QWidget()
        self._layout = make.column(self._body, gap=theme.GAP)
        self.hint = make.label(hint, "small", wrap=True)
        self._layout.addWidget(self.hint)
        whole = make.column(self, gap=theme.GAP)
        whole.setContentsMargins(12, 12, 12, 12)
        whole.addWidget(self.title)
        whole.addWidget(self._body)
        self.items: list[QWidget] = []
        self.fold(False)

    @property
    def is_folded(self) -> bool:
        """Whether the heading alone is shown."""
        return self._body.isHidden()

    def fold(self, is_folded: bool) -> None:
        """Show the heading alone, or all."""
        self._body.setHidden(is_folded)
        self.title.setArrowType(Qt.ArrowType.RightArrow if is_folded else Qt.ArrowType.DownArrow)
        self.title.setToolTip("Unfold" if is_folded else "Fold")

    def show_order(self, order: str, *, by_series: bool) -> None:
        """The order of the list as its user had it, for a section that has one."""

    def show_items(self, items: list[QWidget]) -> None:
        """Show these in place of what was there; a widget that is in both stays as it is."""
        for gone in self.items:
            if gone not in items:
                self._layout.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
        for position, item in enumerate(items):
            self._layout.insertWidget(position + 1, item)
        self.items = items
        self.hint.setVisible(not items)

    def bring_into_view(self, item: QWidget) -> None:
        """Scroll the panels so far that the item is seen, once its place is known."""
        QTimer.singleShot(0, item, lambda: self._scroll_to(item))

    def unfold(self) -> None:
        """As by a click on the heading of a folded one."""
        if self.is_folded:
            self._turn()

    def _scroll_to(self, item: QWidget) -> None:
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if around is not None:
            around.ensureWidgetVisible(item, 0, theme.GAP)

    def _turn(self) -> None:
        self.fold(not self.is_folded)
        self.folded.emit()

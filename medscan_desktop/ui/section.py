"""A titled part of the side panel: a heading, a line for when there is nothing, and a column of items."""

from PySide6.QtWidgets import QFrame, QWidget

from medscan_desktop.ui import make, theme


class Section(QFrame):
    """Items come and go; `hint` stands where there are none."""

    def __init__(self, title: str, hint: str) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._layout = make.column(self, gap=theme.GAP)
        self._layout.setContentsMargins(12, 12, 12, 12)
        self.title = make.label(title.upper(), "section")
        self.hint = make.label(hint, "small", wrap=True)
        self._layout.addWidget(self.title)
        self._layout.addWidget(self.hint)
        self.items: list[QWidget] = []

    def show_items(self, items: list[QWidget]) -> None:
        """Show these in place of what was there; a widget that is in both stays as it is."""
        for gone in self.items:
            if gone not in items:
                self._layout.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
        for position, item in enumerate(items):
            self._layout.insertWidget(position + 2, item)
        self.items = items
        self.hint.setVisible(not items)

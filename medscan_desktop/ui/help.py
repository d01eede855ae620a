"""The list of mouse and keys, laid over the page by F1."""

from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from medscan_desktop.ui import make


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the help: `keys` as a person reads them."""

    group: str
    keys: tuple[str, ...]
    label: str


LISTED: tuple[Listed, ...] = (
    Listed("Images", ("↑", "↓"), "previous, next image"),
    Listed("Images", ("Shift", "↑ ↓"), "ten images"),
    Listed("Images", ("Home", "End"), "first, last image"),
    Listed("Images", ("PgUp", "PgDn"), "previous, next series"),
    Listed("Images", ("[", "]"), "previous, next phase of a 4D series"),
    Listed("Images", ("Tab",), "next view"),
    Listed("Images", ("C",), "play a clip or a run, stop"),
    Listed("Images", ("Wheel",), "scroll; with Ctrl: zoom"),
    Listed("Mouse", ("Left drag",), "the tool chosen"),
    Listed("Mouse", ("Middle drag",), "pan"),
    Listed("Mouse", ("Right drag",), "zoom; click: menu"),
    Listed("Mouse", ("Shift", "move"), "3D cursor"),
    Listed("Mouse", ("Double click",), "one view large, and back"),
    Listed("Tools", ("W", "T", "Z", "S"), "window, pan, zoom, scroll"),
    Listed("Tools", ("R", "H"), "rotate, crosshair"),
    Listed("Tools", ("D", "E"), "distance, ellipse"),
    Listed("Tools", ("Esc",), "give up what is being drawn"),
    Listed("Tools", ("Del",), "delete the selected measurement"),
    Listed("Grey values", ("0",), "automatic window"),
    Listed("Grey values", ("1", "…", "9"), "window presets"),
    Listed("Grey values", ("I",), "invert"),
    Listed("Findings", ("Enter",), "accept the finding"),
    Listed("Findings", ("Backspace",), "reject the finding"),
    Listed("Findings", ("G",), "AI overlay on, off"),
    Listed("Window", ("Space",), "corner texts on, off"),
    Listed("Window", ("Ctrl", "Z"), "undo; Ctrl Y: redo"),
    Listed("Window", ("Ctrl", "F"), "search the library"),
    Listed("Window", ("F11",), "full screen"),
    Listed("Window", ("Ctrl", "L"), "lock"),
    Listed("Window", ("F1",), "this list"),
)


class HelpOverlay(QWidget):
    """Covers its parent; any click or key takes it away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._keyboard: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        card = make.frame("card")
        body = make.column(card, margin=24, gap=14)
        body.addWidget(make.label("Mouse and keys", "heading"))
        columns = make.row(gap=36)
        groups = [(name, list(items)) for name, items in groupby(LISTED, key=lambda item: item.group)]
        for half in (groups[: (len(groups) + 1) // 2], groups[(len(groups) + 1) // 2 :]):
            side = make.column(gap=14)
            for name, items in half:
                side.addLayout(_group(name, items))
            side.addStretch()
            columns.addLayout(side)
        body.addLayout(columns)
        layout = make.column(self)
        layout.addWidget(card, alignment=Qt.AlignmentFlag.AlignCenter)
        parent.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Show and take the keyboard, or give both back."""
        if self.isVisible():
            self.hide()
            return
        self._keyboard = QApplication.focusWidget()
        self.setGeometry(self._covered.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while the list is up, no key means what it says
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._covered.rect())
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._keyboard is not None:
            self._keyboard.setFocus()
            self._keyboard = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(6, 8, 10, 200))


def _group(name: str, items: list[Listed]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(5)
    grid.setColumnMinimumWidth(0, 190)
    grid.setColumnStretch(1, 1)
    grid.addWidget(make.label(name.upper(), "section"), 0, 0, 1, 2)
    for line, item in enumerate(items, start=1):
        keys = make.row(gap=4)
        for key in item.keys:
            keys.addWidget(make.label(key, "key"))
        keys.addStretch()
        grid.addLayout(keys, line, 0)
        grid.addWidget(make.label(item.label), line, 1)
    return grid

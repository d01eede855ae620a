"""A small window over the images that asks for a number or two, and goes: never modal, gone with Esc."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from medscan_desktop.ui import make


class Popover(QFrame):
    """Held inside its page, so that no window manager takes the keyboard from the images for good."""

    def __init__(self, page: QWidget, title: str) -> None:
        super().__init__(page)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._page = page
        self.body = make.column(self, margin=12, gap=8)
        self.body.addWidget(make.label(title, "heading"))
        self.hide()

    def show_in_the_middle(self) -> None:
        """Over the upper middle of the page."""
        self.adjustSize()
        self.move(QPoint((self._page.width() - self.width()) // 2, self._page.height() // 6))
        self.show()
        self.raise_()

    def watch(self, *fields: QWidget) -> None:
        """Enter in one of these is the answer, Esc gives up."""
        for field in fields:
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while something is typed here, no key is a command of the viewer
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.give_up()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.accept()
                return True
        return QFrame.eventFilter(self, watched, event)

    def accept(self) -> None:
        """What was typed holds."""
        self.leave()

    def give_up(self) -> None:
        """Nothing was said."""
        self.leave()

    def drop(self) -> None:
        """On lock: gone, and nothing is kept of what was on screen."""
        self.hide()

    def leave(self) -> None:
        """The keyboard is the images' again."""
        self.hide()
        self._page.setFocus()

"""A line in the pane where the user writes on the image: no dialog stands in the way."""

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_WIDTH, _LONGEST = 220, 500


class TextEntry(QLineEdit):
    """`ended` gives the words, at Enter and where the keyboard goes elsewhere; `given_up` comes at Esc. One of them."""

    ended = Signal(str)
    given_up = Signal()

    def __init__(self, parent: QWidget, at: QPointF, text: str) -> None:
        super().__init__(text, parent)
        self._is_over = False
        self.setAccessibleName("Text on the image")
        self.setPlaceholderText("Write, then Enter")
        self.setMaxLength(_LONGEST)
        self.resize(min(_WIDTH, parent.width()), self.sizeHint().height())
        left = max(0, min(round(at.x()), parent.width() - self.width()))
        top = max(0, min(round(at.y()), parent.height() - self.height()))
        self.move(left, top)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Enter and Esc belong to the line while it is there, not to the viewer's keys."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif event.key() in _OWN_KEYS:
            self.take()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.take()

    def take(self) -> None:
        """Take what stands there."""
        if not self._is_over:
            self._is_over = True
            self.ended.emit(self.text().strip())

    def dismiss(self) -> None:
        """It goes without a word: what it belonged to is gone."""
        self._is_over = True
        self.hide()
        self.deleteLater()

    def give_up(self) -> None:
        """Take nothing."""
        if not self._is_over:
            self._is_over = True
            self.given_up.emit()


_OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)

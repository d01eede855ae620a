"""What lies over a whole page until it has been answered: a list to choose from, the help."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget
from shiboken6 import isValid

from medscan_desktop.ui import make

_DIM = 150  # of 255: the page below can still be made out
_ABOVE = 80  # px
_COMES_BACK = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class Cover(QWidget):
    """Dims its page and has the keyboard; gives it back to whoever had it. A click beside its content takes it away."""

    def __init__(self, page: QWidget, darkness: int = _DIM) -> None:
        super().__init__(page)
        self._page = page
        self._darkness = darkness
        self._field: QWidget = self
        self._keyboard: QWidget | None = None
        page.installEventFilter(self)
        self.hide()

    def hold(self, card: QWidget, width: int) -> None:
        """This card in the upper middle, so wide, as high as its content."""
        card.setFixedWidth(width)
        card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        layout = make.column(self)
        layout.addSpacing(_ABOVE)
        layout.addWidget(card, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()

    def come(self, field: QWidget) -> None:
        """Over the page, with the keyboard on this one of its fields."""
        if not self.isVisible():
            self._keyboard = QApplication.focusWidget()
        self._field = field
        field.installEventFilter(self)
        self.setGeometry(self._page.rect())
        self.show()
        self.raise_()
        field.setFocus()

    def leave(self) -> None:
        """The page is as it was."""
        keyboard, self._keyboard = self._keyboard, None
        self.hide()
        if keyboard is not None and isValid(keyboard):  # a line to write in goes when it loses the keyboard
            keyboard.setFocus()

    def event(self, event: QEvent) -> bool:
        """Also of its fields, which pass on what they do not want: while it is up no key is a command."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._page and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._page.rect())
        is_lost = isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _COMES_BACK
        if watched is self._field and is_lost:
            self._keyboard = None  # it is elsewhere (another study has come): nothing could be typed, nor Esc be heard
            self.leave()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(6, 8, 10, self._darkness))

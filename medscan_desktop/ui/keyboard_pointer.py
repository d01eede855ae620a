"""A pointer that keys move, for hands without a mouse: it presses where a mouse would, with whatever tool is chosen."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import theme

_SIDE = 33  # of the cross, odd: its middle is a pixel
_FAR, _REPEATED = 20, 4  # pixels a key press with Shift, and while a key is held down
_STEPS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CLICKS: frozenset[int] = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_ENDS: int = Qt.Key.Key_Escape
_OWN = frozenset({*_STEPS, *_CLICKS, _ENDS})
_LEFT, _NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


class KeyboardPointer(QWidget):
    """A cross in the active pane. It has the arrows, Enter and Esc; every other key means what it did.

    Enter is a click; Ctrl+Enter holds the button down, and again lets it go: a drag.
    """

    def __init__(self, page: QWidget, active_pane: Callable[[], QWidget | None]) -> None:
        super().__init__(page)
        self._page = page
        self._active_pane = active_pane
        self._pane: QWidget | None = None
        self._is_held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(_SIDE, _SIDE)
        self.hide()

    def toggle(self) -> None:
        """Into the middle of the active pane, or away."""
        if self.isVisible():
            self.leave()
        else:
            self._enter(self._active_pane())

    def leave(self) -> None:
        """Away; what it still held is let go."""
        self._let_go()
        had_focus = self.hasFocus()
        self._pane = None
        self.hide()
        if had_focus:
            self._page.setFocus()

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """It follows the keyboard into another pane, and goes with the study."""
        if self.isVisible() and (old.study is not new.study or self._pane is not self._active_pane()):
            QTimer.singleShot(0, self._follow)  # letting go writes, which nobody may while the screen is being told

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = event.key(), event.modifiers()
        if key in _STEPS:
            is_far = bool(held & Qt.KeyboardModifier.ShiftModifier)
            self._move(key, _FAR if is_far else _REPEATED if event.isAutoRepeat() else 1)
        elif key in _CLICKS and held & Qt.KeyboardModifier.ControlModifier:
            self._let_go() if self._is_held else self._press()
        elif key in _CLICKS:
            self._press()
            self._let_go()
        elif key == _ENDS:
            self.leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._let_go()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle, gap = _SIDE // 2, 4
        for colour, width in ((QColor(0, 0, 0, 190), 3), (QColor(theme.WARN if self._is_held else theme.ACCENT), 1)):
            painter.setPen(QPen(colour, width))
            for low, high in ((0, middle - gap), (middle + gap, _SIDE)):
                painter.drawLine(low, middle, high, middle)
                painter.drawLine(middle, low, middle, high)

    @property
    def at(self) -> QPointF:
        """Where it points, in the pane: the middle of a pixel."""
        middle = self.pos() + QPoint(_SIDE // 2, _SIDE // 2)
        return QPointF(self._pane.mapFrom(self._page, middle)) + QPointF(0.5, 0.5) if self._pane else QPointF(middle)

    def _follow(self) -> None:
        pane = self._active_pane()
        if not self.isVisible() or pane is self._pane:
            return
        self._let_go()
        if pane is None:
            self.leave()
        else:
            self._enter(pane)

    def _enter(self, pane: QWidget | None) -> None:
        if pane is None:
            return
        self._pane = pane
        self._place(pane.rect().center())
        self.show()
        self.raise_()
        self.setFocus()
        self._send(QEvent.Type.MouseMove, _NONE)

    def _move(self, key: int, pixels: int) -> None:
        if self._pane is None:
            return
        now, (right, down) = QPoint(int(self.at.x()), int(self.at.y())), _STEPS[key]
        place = now + QPoint(right * pixels, down * pixels)
        inside = self._pane.rect()
        self._place(
            QPoint(
                min(max(place.x(), inside.left()), inside.right()), min(max(place.y(), inside.top()), inside.bottom())
            )
        )
        self._send(QEvent.Type.MouseMove, _NONE)

    def _place(self, in_pane: QPoint) -> None:
        if self._pane is not None:
            self.move(self._pane.mapTo(self._page, in_pane) - QPoint(_SIDE // 2, _SIDE // 2))

    def _press(self) -> None:
        self._is_held = True
        self._send(QEvent.Type.MouseButtonPress, _LEFT)
        self.update()

    def _let_go(self) -> None:
        if self._is_held:
            self._is_held = False
            self._send(QEvent.Type.MouseButtonRelease, _LEFT)
            self.update()

    def _send(self, kind: QEvent.Type, button: Qt.MouseButton) -> None:
        pane = self._pane
        if pane is None:
            return
        buttons = _LEFT if self._is_held else _NONE
        everywhere = pane.mapToGlobal(self.at)
        QApplication.sendEvent(
            pane, QMouseEvent(kind, self.at, everywhere, button, buttons, Qt.KeyboardModifier.NoModifier)
        )

"""The button at a bar's end that holds, as menu lines, what has no room on the bar."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton

from medscan_desktop.ui.icons import icon


class Overflow(QToolButton):
    """Takes away `spare` buttons, the first ones first, until the bar fits. Hidden while all have room."""

    def __init__(self, spare: Sequence[QToolButton]) -> None:
        super().__init__()
        self._spare = tuple(spare)
        self.setText("More")
        self.setAccessibleName("More")
        self.setToolTip("What has no room here")
        self.setIcon(icon("more"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._lines = QMenu(self)
        self._lines.aboutToShow.connect(self._fill)
        self.setMenu(self._lines)
        self.hide()

    @property
    def taken(self) -> tuple[QToolButton, ...]:
        """The buttons that stand in the menu just now."""
        return tuple(button for button in self._spare if button.isHidden())

    def fit(self, fits: Callable[[], bool]) -> None:
        """Take as few as make it fit."""
        for button in self._spare:
            button.show()
        self.hide()
        for button in self._spare:
            if fits():
                return
            self.show()
            button.hide()

    def _fill(self) -> None:
        self._lines.clear()
        for button in self.taken:
            line = self._lines.addAction(button.icon(), button.toolTip(), button.click)
            line.setEnabled(button.isEnabled())
            line.setCheckable(button.isCheckable())
            line.setChecked(button.isChecked())

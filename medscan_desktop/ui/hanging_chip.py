"""By which protocol the screen hangs, beside whose images these are; a press opens the menu of the others."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton

from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui.hanging_actions import NO_PROTOCOL

_WIDEST = 380  # pixels


class HangingChip(QToolButton):
    """`fill` puts the lines into its menu when it opens."""

    def __init__(self, fill: Callable[[QMenu], object]) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setAccessibleName("Hanging protocol")
        self.setMaximumWidth(_WIDEST)
        menu = QMenu(self)

        def show() -> None:
            menu.clear()
            fill(menu)

        menu.aboutToShow.connect(show)
        self.setMenu(menu)
        self.show_hung(Workspace())

    def show_hung(self, workspace: Workspace) -> None:
        """What hangs now."""
        text = workspace.hung.text if workspace.hung is not None else NO_PROTOCOL
        room = _WIDEST - 40
        self.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room).replace("&", "&&"))
        self.setToolTip(make.plain_tip(f"{text}. Next and previous stage: . and ,"))
        self.setVisible(bool(workspace.stacks))

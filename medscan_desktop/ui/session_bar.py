"""Who is logged in, help, and the lock: at the right end of every page's bar."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medscan_desktop.ui import make, theme
from medscan_desktop.ui.icons import pixmap
from medscan_desktop.ui.key_hints import hint


class SessionBar(QWidget):
    """The user's name with two buttons."""

    help_wanted = Signal()
    lock_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = make.label("", "muted")
        picture = make.label()
        picture.setPixmap(pixmap("user", 16, theme.MUTED))
        layout = make.row(self, gap=4)
        layout.addWidget(picture)
        layout.addWidget(self.name)
        layout.addSpacing(6)
        for name, tip, wanted, command in (
            ("help", "Mouse and keys", self.help_wanted, "window.help"),
            ("lock", "Lock", self.lock_wanted, "window.lock"),
        ):
            button = make.tool_button(name, tip, wanted.emit)
            hint(button, tip, command)
            layout.addWidget(button)

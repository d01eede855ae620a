"""Who is logged in, help, and the lock: at the right end of every page's bar."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medscan_desktop.ui import make, theme
from medscan_desktop.ui.icons import pixmap


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
        layout.addWidget(make.tool_button("help", "Mouse and keys (F1)", self.help_wanted.emit))
        layout.addWidget(make.tool_button("lock", "Lock (Ctrl+L)", self.lock_wanted.emit))

"""What stands where there is nothing to list: why, and what to do about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from medscan_desktop.ui import make, theme
from medscan_desktop.ui.icons import pixmap

_TEXT_WIDTH = 720  # an import's progress changes its length all the time


class EmptyState(QWidget):
    """An empty library invites to import; a search without a hit offers to take it back."""

    folder_wanted = Signal()
    files_wanted = Signal()
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        centre = Qt.AlignmentFlag.AlignHCenter
        self.title = make.label("", "heading")
        self._text = make.label("", "muted")
        self._text.setAlignment(centre)
        self._text.setMinimumWidth(_TEXT_WIDTH)
        picture = make.label()
        picture.setPixmap(pixmap("folder", 48, theme.FAINT))
        self._folder = make.button("Import a folder…", self.folder_wanted.emit, "primary", "import")
        self._files = make.button("Import files…", self.files_wanted.emit)
        self._all = make.button("Show all studies", self.cleared.emit)
        buttons = make.row()
        buttons.addStretch()
        for each in (self._folder, self._files, self._all):
            buttons.addWidget(each)
        buttons.addStretch()
        layout = make.column(self, gap=10)
        layout.addStretch(2)
        for widget in (picture, self.title, self._text):
            layout.addWidget(widget, alignment=centre)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        layout.addStretch(3)
        self.show_for("")

    def show_for(self, search: str) -> None:
        """`search` is what was looked for, "" where the library itself is empty."""
        self.title.setText("No study matches this search" if search else "This library is empty")
        self._text.setText(
            "Every word is looked for in patient, ID, description and accession number."
            if search
            else "Drop DICOM folders, files or ZIP archives here, or choose them.\n"
            "They are copied into the encrypted library as they are."
        )
        self._folder.setVisible(not search)
        self._files.setVisible(not search)
        self._all.setVisible(bool(search))

    def show_import(self, text: str) -> None:
        """What an import into the empty library is doing; "" when it has ended."""
        if not text:
            self.show_for("")
            return
        self.title.setText("Importing…")
        self._text.setText(text)
        for each in (self._folder, self._files, self._all):
            each.hide()

"""Every attribute of one object, in a window of its own beside the images. Closed by the lock, as all others are."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from medscan_desktop.domain.text_tree import TextTree
from medscan_desktop.ui import make
from medscan_desktop.ui.tree_page import TreePage


class HeaderWindow(QDialog):
    """Not modal: reading goes on."""

    def __init__(self, tree: TextTree, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("DICOM header")
        self.resize(900, 700)
        self.page = TreePage(tree)
        layout = make.column(self, gap=0)
        layout.addWidget(self.page)

"""The one window: a stack of pages under a title that never names a patient. Knows Qt alone, so that it is up first."""

from collections.abc import Callable

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from medscan_desktop.ui import theme
from medscan_desktop.ui.icons import icon

TITLE = "MedScan Desktop"


class MainWindow(QMainWindow):
    """Shows one page at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.setWindowIcon(icon("scan", theme.ACCENT))
        self.resize(1440, 900)
        self.setMinimumSize(960, 600)
        self._pages = QStackedWidget()
        self.setCentralWidget(self._pages)
        self.may_close: Callable[[], bool] = lambda: True

    @property
    def page(self) -> QWidget | None:
        """What is shown, None before the first page."""
        return self._pages.currentWidget()

    def show_page(self, page: QWidget) -> None:
        """Show `page`; it is kept for the next time."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def drop_page(self, page: QWidget) -> None:
        """Forget a page that is not needed again."""
        self._pages.removeWidget(page)
        page.deleteLater()

    def toggle_full_screen(self) -> None:
        """Full screen and back."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self.may_close())

"""What a logged-in user works at: library and viewer over one workstation, the footer, the lock."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from medscan_desktop.domain.hands import Hands
from medscan_desktop.domain.study import SeriesUid, Study, StudyUid
from medscan_desktop.services.presence import look_at_study
from medscan_desktop.services.session import log_out
from medscan_desktop.services.studies import close_study, open_study
from medscan_desktop.ui import make
from medscan_desktop.ui.display_control import DisplayControl
from medscan_desktop.ui.footer import Footer
from medscan_desktop.ui.given_back import GivenBack
from medscan_desktop.ui.going_on import GoingOn
from medscan_desktop.ui.hands_control import HandsControl
from medscan_desktop.ui.hanging_control import HangingControl
from medscan_desktop.ui.help import HelpOverlay
from medscan_desktop.ui.idle import IdleWatch
from medscan_desktop.ui.library import LibraryPage
from medscan_desktop.ui.viewer import ViewerPage
from medscan_desktop.ui.worklist import Worklist
from medscan_desktop.workstation.command import Settings
from medscan_desktop.workstation.jobs import Job, Jobs
from medscan_desktop.workstation.workstation import Workstation


class Desk(QWidget):
    """Two pages and a footer. `locked` comes with the sentence for the login page, after the screen is blank."""

    locked = Signal(str)
    full_screen_wanted = Signal()

    def __init__(self, workstation: Workstation, jobs: Jobs, settings: Settings) -> None:
        super().__init__()
        self._workstation = workstation
        self._minutes = settings.lock_after_minutes
        self._opening: Job | None = None
        self._given_back = GivenBack(workstation.store, jobs, self)
        self.library = LibraryPage(workstation, self._open)
        self.viewer = ViewerPage(workstation, jobs, settings)
        self.footer = Footer(workstation)
        self.going_on = GoingOn(self.viewer.commands, self.library, self.open_study)
        self.help = HelpOverlay(self)
        self.hands = HandsControl(workstation, self.viewer, self.help, self)
        self.display = DisplayControl(self.viewer.commands, self)
        self.hanging = HangingControl(self.viewer, self.library.table, self)
        self.worklist = Worklist(workstation, self.library.table, self.open_study, self)
        self.viewer.commands.step_study = self.worklist.step
        self._pages = QStackedWidget()
        self._pages.addWidget(self.library)
        self._pages.addWidget(self.viewer)
        layout = make.column(self, gap=0)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.footer)
        self.idle = IdleWatch(self._minutes, self)
        self._connect()

    def enter(self, study: StudyUid | None = None) -> None:
        """Somebody has logged in: the library, or `study`, or where the same user was at the lock."""
        user = self._workstation.user
        if user is None:
            return
        for page in (self.library, self.viewer):
            page.session.name.setText(user.display_name)
        self._pages.setCurrentWidget(self.library)
        self.hands.read()
        self.viewer.frame.read()
        self.hanging.read()
        self.display.read()
        self.library.refresh()
        self.library.watched.begin()
        self.library.search.setFocus()
        self.going_on.enter(user, is_elsewhere=study is not None)
        if study is not None:
            self.open_study(study)

    def open_study(
        self, study: StudyUid, series: SeriesUid | None = None, then: Callable[[], object] = lambda: None
    ) -> None:
        """Open a study in the viewer, and `then` go on; one that was still opening is given up."""
        if self._opening is not None:
            self._opening.cancel()
        self._opening = self._workstation.do(
            open_study,
            study_instance_uid=study,
            series_instance_uid=series,
            on_done=lambda _: self._show_viewer(series, then),
        )

    def lock(self, reason: str = "user") -> None:
        """Blank everything at once and end the session; `reason` is "user" or "idle"."""
        user = self._workstation.user
        if user is None:
            return
        self.going_on.lock(user)
        idle = f"Locked after {self._minutes:g} minutes without input. Log in to go on."
        self.locked.emit(idle if reason == "idle" else "Locked. Log in to go on.")
        self.help.leave()
        self.hands.close()
        self.hanging.close()
        self.display.close()
        self.library.clear()
        self.viewer.clear()
        self.footer.clear()
        QGuiApplication.clipboard().clear()
        self._workstation.do(log_out, reason=reason)

    def end_session(self) -> None:
        """The window goes: stop what runs, log out so that the log says so, end the 3D threads."""
        self.library.watched.end()
        for job in tuple(self._workstation.running):
            job.cancel()
        if self._workstation.user is not None:
            self.going_on.end()
            self._workstation.do(log_out, reason="closed")
        self.viewer.close_workers()

    def _connect(self) -> None:
        for page in (self.library, self.viewer):
            page.session.help_wanted.connect(self.help.toggle)
            page.session.lock_wanted.connect(self.lock)
        commands = self.viewer.commands
        commands.show_help, commands.lock, commands.search_library = self.help.toggle, self.lock, self._search
        commands.full_screen, commands.show_library = self.full_screen_wanted.emit, self._to_library
        commands.edit_hands = self.hands.show_window
        self.viewer.library_wanted.connect(self._show_library)
        self.viewer.files_dropped.connect(self.library.bring_in)
        self.idle.idle.connect(lambda: self.lock("idle"))
        self.hands.use(Hands())

    def _open(self, study: Study, series: SeriesUid | None) -> None:
        self.open_study(study.study_instance_uid, series)

    def _show_viewer(self, series: SeriesUid | None, then: Callable[[], object]) -> None:
        if self._workstation.user is not None:
            self._pages.setCurrentWidget(self.viewer)
            self.viewer.study_came(series)
            then()
            study = self._workstation.store.workspace.study
            if study is not None:  # after the first image is asked for: a share may take its time to answer
                self._workstation.do(look_at_study, study_instance_uid=study.study_instance_uid)

    def _to_library(self) -> None:
        if self._pages.currentWidget() is self.viewer:
            self._show_library()

    def _show_library(self) -> None:
        self._workstation.do(close_study)
        self._pages.setCurrentWidget(self.library)
        self.library.table.setFocus()

    def _search(self) -> None:
        if self._pages.currentWidget() is self.viewer:
            self._show_library()
        self.library.search.setFocus()
        self.library.search.selectAll()

"""The window as a process: the login page painted first with Qt alone, the rest imported behind it, then the desk."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QLockFile,
    QMessageLogContext,
    QObject,
    QStandardPaths,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QMessageBox

from medscan_desktop.app.credentials import passphrase, password, user_name
from medscan_desktop.app.logs import start_logging
from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.ui.first_run import FirstRunPage, NewLibrary, RecoveryPage
from medscan_desktop.ui.garbage import MainThreadGarbage
from medscan_desktop.ui.login import Credentials, LoginPage
from medscan_desktop.ui.qt_jobs import QtJobs
from medscan_desktop.ui.theme import apply_theme
from medscan_desktop.ui.window import TITLE, MainWindow

if TYPE_CHECKING:
    from medscan_desktop.app.build import Parts
    from medscan_desktop.ui.desk import Desk
    from medscan_desktop.workstation.jobs import Job

_log = logging.getLogger("medscan.gui")
_LEVELS = {
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The window as a command. Who is named by MEDSCAN_USER and the secret files is logged in at once (the demo)."""
    parser = argparse.ArgumentParser(prog="medscan-window", description="MedScan Desktop")
    parser.add_argument("--home", type=Path, default=_default_home(), help="the library's folder")
    parser.add_argument("--open", metavar="STUDY_UID", help="open this study after the log-in")
    options = parser.parse_args(arguments)
    try:
        typed = _typed_before()
    except MedScanError as error:
        parser.error(str(error))
    return run_gui(options.home, open_study=StudyUid(options.open) if options.open else None, typed=typed)


def run_gui(home: Path, *, open_study: StudyUid | None = None, typed: Credentials | None = None) -> int:
    """Show the window on a home until it is closed; the process's exit code.

    `open_study` opens after the log-in; `typed` is submitted on the login page as if somebody had typed it.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("a Qt application without widgets is running already")
    app.setApplicationName(TITLE)
    apply_theme(app)
    place = Home(home.resolve())
    try:
        place.make_folders()
    except MedScanError as error:
        return _refused(str(error))
    start_logging(place.logs)
    qInstallMessageHandler(_log_qt)
    lock = QLockFile(str(place.root / "window.lock"))
    lock.setStaleLockTime(0)  # stale only when its process is gone, however long that runs
    if not lock.tryLock(100):
        return _refused("MedScan Desktop is already open on this library.")
    session = GuiSession(place, open_study, typed)
    _tell_bugs(session)
    session.start()
    try:
        return app.exec()
    finally:
        session.close()
        lock.unlock()


def _refused(sentence: str) -> int:
    QMessageBox.information(None, TITLE, sentence)
    return 1


def _tell_bugs(session: "GuiSession") -> None:
    """An exception that nobody caught is logged as before, and the user hears that there was one."""
    log = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log(kind, error, trace)
        session.jobs.post(lambda: session.say("Something went wrong inside the program; its log says where."))

    sys.excepthook = hook


class GuiSession(QObject):
    """From the first paint to the last: login page, first run, desk, lock, end."""

    def __init__(self, home: Home, open_study: StudyUid | None = None, typed: Credentials | None = None) -> None:
        super().__init__()
        self._home = home
        self._open_study = open_study
        self._typed = typed
        self._parts: Parts | None = None
        self._asked: Job | None = None
        self.desk: Desk | None = None
        self._garbage = MainThreadGarbage(self)
        self.jobs = QtJobs(max(4, os.cpu_count() or 1))
        self.window = MainWindow()
        self.login = LoginPage()
        self.first_run: FirstRunPage | None = None
        self.login.submitted.connect(self._log_in)

    def start(self) -> None:
        """Show the window at once, then import the rest behind it."""
        if self._home.is_made:
            self.window.show_page(self.login)
        else:
            self.first_run = FirstRunPage()
            self.first_run.submitted.connect(self._make_library)
            self.window.show_page(self.first_run)
        self.window.show()
        QTimer.singleShot(0, lambda: self.jobs.start(self._prepare))

    def say(self, sentence: str) -> None:
        """Tell the user, on whichever page is shown."""
        if self.desk is not None and self.window.page is self.desk:
            self.desk.footer.say(sentence)
        else:
            self.login.say(sentence)

    def close(self) -> None:
        """Cancel what runs, wait for it, close the library."""
        if self.desk is not None:
            self.desk.end_session()
        if self._parts is not None:
            self._parts.workers.close()  # a job may wait for one
        self.jobs.close()
        if self._parts is not None:
            self._parts.close()
            self._parts = None
        self._garbage.close()

    def _prepare(self) -> None:
        """On a worker: whether a secret must be asked for, then everything that takes long to import."""
        from medscan_desktop.app.secret import is_secret_needed  # noqa: PLC0415  late: the window is up already

        self._guarded(lambda: is_secret_needed(self._home), self._ready)
        from medscan_desktop.app import unlocking  # noqa: F401, PLC0415
        from medscan_desktop.ui import desk  # noqa: F401, PLC0415

        self.jobs.post(self._garbage.spare)

    def _ready(self, secret_needed: bool) -> None:
        self.login.ask_for_passphrase(secret_needed)
        typed, self._typed = self._typed, None
        if self.first_run is not None:
            self.first_run.set_needs_passphrase(secret_needed)
        elif typed is not None:
            self.login.name.setText(typed.name)
            self._log_in(typed)

    def _log_in(self, typed: Credentials) -> None:
        self.login.set_busy(True, "Opening the library…" if self._parts is None else "Logging in…")
        if self._parts is not None:
            self._ask_gate(self._parts, typed.name, typed.password)
            return
        self.jobs.start(lambda: self._open(typed))

    def _open(self, typed: Credentials) -> None:
        from medscan_desktop.app.unlocking import open_library  # noqa: PLC0415  after the first paint

        self._guarded(
            lambda: open_library(self._home, self.jobs, typed.secret, is_recovery_key=typed.is_recovery_key),
            lambda parts: self._opened(parts, typed),
        )

    def _opened(self, parts: "Parts", typed: Credentials) -> None:
        self._join(parts)
        self.login.ask_for_passphrase(False)
        self._ask_gate(parts, typed.name, typed.password)

    def _make_library(self, typed: NewLibrary) -> None:
        if self.first_run is not None:
            self.first_run.set_busy(True, "Making the encrypted library…")
        self.jobs.start(lambda: self._make(typed))

    def _make(self, typed: NewLibrary) -> None:
        from medscan_desktop.app.unlocking import make_library  # noqa: PLC0415  after the first paint

        self._guarded(
            lambda: make_library(
                self._home, self.jobs, name=typed.name, password=typed.password, passphrase=typed.passphrase
            ),
            lambda made: self._made(made[0], made[1], typed),
        )

    def _made(self, parts: "Parts", recovery_key: str, typed: NewLibrary) -> None:
        self._join(parts)
        page = RecoveryPage(recovery_key)
        page.confirmed.connect(lambda: self._confirmed(parts, page, typed))
        self.window.may_close = lambda: page.is_confirmed or self._may_lose_the_key()
        self.window.show_page(page)
        if self.first_run is not None:
            self.window.drop_page(self.first_run)
            self.first_run = None

    def _may_lose_the_key(self) -> bool:
        text = "The recovery key was not typed back. Without it, a lost passphrase means a lost library. Close anyway?"
        return QMessageBox.question(self.window, TITLE, text) is QMessageBox.StandardButton.Yes

    def _confirmed(self, parts: "Parts", page: RecoveryPage, typed: NewLibrary) -> None:
        self.login.name.setText(typed.name)
        self.window.show_page(self.login)
        self.window.drop_page(page)
        self.login.ask_for_passphrase(False)
        self.login.set_busy(True, "Logging in…")
        self._ask_gate(parts, typed.name, typed.password)

    def _join(self, parts: "Parts") -> None:
        from medscan_desktop.ui.desk import Desk  # noqa: PLC0415  after the first paint

        self._parts = parts
        self.jobs.start(lambda: _warm(parts))
        self.desk = Desk(parts.workstation, self.jobs, parts.settings)
        parts.workstation.listen_jobs(self._job_changed)
        self.desk.locked.connect(self._locked)
        self.desk.full_screen_wanted.connect(self.window.toggle_full_screen)
        if parts.rollback_problem:
            parts.workstation.notify(parts.rollback_problem)

    def _ask_gate(self, parts: "Parts", name: str, password: str) -> None:
        from medscan_desktop.services.session import log_in  # noqa: PLC0415  after the first paint

        self._asked = parts.workstation.do(log_in, name=name, password=password, on_done=lambda _: self._entered())

    def _job_changed(self, job: "Job") -> None:
        if job is self._asked and job.error is not None:
            self.login.fail(str(job.error))

    def _entered(self) -> None:
        self.login.reset()
        study, self._open_study = self._open_study, None
        if self.desk is not None:
            self.window.show_page(self.desk)
            self.desk.enter(study)

    def _locked(self, sentence: str) -> None:
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window:
                widget.close()
        self.login.reset(sentence)
        self.window.show_page(self.login)

    def _guarded(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """On a worker: run, then go on with the answer on the main thread; a failure is said on the page."""
        try:
            answer = work()
        except MedScanError as error:
            sentence = str(error)
            self.jobs.post(lambda: self._failed(sentence))
        except Exception as error:  # a pool thread has nobody above it, and the page must not wait for ever
            _log.critical("start.failed", exc_info=error)
            self.jobs.post(lambda: self._failed("The library could not be opened; the log says where it failed."))
        else:
            self.jobs.post(lambda: then(answer))

    def _failed(self, sentence: str) -> None:
        if self.first_run is not None:
            self.first_run.fail(sentence)
        else:
            self.login.fail(sentence)


def _warm(parts: "Parts") -> None:
    """On a worker thread, while the password is checked: the first compressed image need not wait for a process."""
    with suppress(MedScanError):  # the window was closed meanwhile; or it is told with the first image
        parts.workers.warm()


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, _text: str) -> None:
    """Qt's messages by their kind alone: their text may hold a file name."""
    if kind in _LEVELS:
        _log.log(_LEVELS[kind], "qt.message")


def _default_home() -> Path:
    kind = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(kind)) / TITLE


def _typed_before() -> Credentials | None:
    """What the environment says in place of fingers; None where it names nobody. Raises MedScanError."""
    if not {"MEDSCAN_USER", "MEDSCAN_PASSWORD_FILE"} <= os.environ.keys():
        return None
    return Credentials(user_name(), password(), passphrase() or "", is_recovery_key=False)


if __name__ == "__main__":
    sys.exit(main())

"""The way in, the lock, and the way back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_desktop.app.gui import GuiSession
from medscan_desktop.domain.import_report import ImportReport
from medscan_desktop.persistence.home import Home
from medscan_desktop.services.audit import list_audit
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in as log_in_command
from medscan_desktop.services.session import log_out
from medscan_desktop.ui.first_run import RecoveryPage
from medscan_desktop.ui.import_report import ImportReportDialog
from medscan_desktop.ui.login import NOT_CLEARED, Credentials
from tests.support.homes import PASSPHRASE
from tests.support.windows import PASSWORD, PHANTOM, USER, opened_library

LONG = 30_000


@pytest.fixture
def session(home: Home, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[GuiSession]:
    """The window on a home with a user, nobody logged in; the computer has no keyring."""
    for module in ("secret", "unlocking"):
        monkeypatch.setattr(f"medscan_desktop.app.{module}.find_keyring", lambda: None)
    started = GuiSession(home)
    started.start()
    qtbot.waitUntil(started.login.secret.isVisible, timeout=LONG)
    yield started
    started.close()
    started.window.close()


def log_in(session: GuiSession, password: str = PASSWORD, secret: str = PASSPHRASE) -> None:
    session.login.name.setText(USER)
    session.login.password.setText(password)
    session.login.secret.setText(secret)
    QTest.mouseClick(session.login.log_in, Qt.MouseButton.LeftButton)


def at_desk(session: GuiSession, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.desk is not None and session.window.page is session.desk, timeout=LONG)


def test_the_first_page_says_what_this_is_not(session: GuiSession) -> None:
    texts = [label.text() for label in session.login.findChildren(type(session.login.message))]

    assert NOT_CLEARED in texts
    assert "Not cleared as a medical device" in NOT_CLEARED


def test_passphrase_and_password_lead_to_the_library(session: GuiSession, qtbot: QtBot) -> None:
    log_in(session)

    at_desk(session, qtbot)
    assert session.login.password.text() == ""
    assert session.login.secret.text() == ""


def test_a_wrong_passphrase_says_so_and_leaves_the_window_alive(session: GuiSession, qtbot: QtBot) -> None:
    log_in(session, secret="wrong")
    qtbot.waitUntil(lambda: session.login.message.text() == "The passphrase is wrong.", timeout=LONG)

    log_in(session)

    at_desk(session, qtbot)


def test_a_wrong_password_says_so_and_leaves_the_window_alive(session: GuiSession, qtbot: QtBot) -> None:
    log_in(session, password="something else")
    qtbot.waitUntil(lambda: session.login.message.text() == "Wrong user name or password.", timeout=LONG)
    assert session.login.log_in.isEnabled()

    log_in(session)

    at_desk(session, qtbot)


def test_who_is_named_beforehand_is_logged_in_and_the_study_opens(
    home: Home, phantom: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    for module in ("secret", "unlocking"):
        monkeypatch.setattr(f"medscan_desktop.app.{module}.find_keyring", lambda: None)
    with opened_library(home) as workstation:
        workstation.answer(log_in_command, name=USER, password=PASSWORD)
        workstation.answer(import_files, paths=(phantom,))
    session = GuiSession(home, PHANTOM, Credentials(USER, PASSWORD, PASSPHRASE, is_recovery_key=False))

    session.start()

    at_desk(session, qtbot)
    assert session.desk is not None
    workstation = session.desk.viewer.commands.workstation
    qtbot.waitUntil(lambda: workstation.store.workspace.study is not None, timeout=LONG)
    assert workstation.store.workspace.study.study_instance_uid == PHANTOM
    qtbot.waitUntil(lambda: not workstation.running, timeout=LONG)
    session.close()
    session.window.close()


def test_closing_the_window_ends_the_session_in_the_audit_log(session: GuiSession, home: Home, qtbot: QtBot) -> None:
    log_in(session)
    at_desk(session, qtbot)
    assert session.desk is not None
    qtbot.waitUntil(lambda: not session.desk.viewer.commands.workstation.running)

    session.window.close()
    session.close()

    with opened_library(home) as workstation:
        workstation.answer(log_in_command, name=USER, password=PASSWORD)
        events = workstation.answer(list_audit, limit=5)
    ended = next(event for event in events if event.action == log_out.name)
    assert (ended.user, ended.detail["reason"]) == (USER, "closed")


def test_the_lock_blanks_everything_and_the_same_user_finds_the_study_again(
    session: GuiSession, phantom: Path, qtbot: QtBot
) -> None:
    log_in(session)
    at_desk(session, qtbot)
    desk = session.desk
    assert desk is not None
    workstation = desk.viewer.commands.workstation
    workstation.do(import_files, paths=(phantom,), on_done=lambda _: desk.open_study(PHANTOM))
    qtbot.waitUntil(lambda: bool(workstation.store.workspace.views), timeout=LONG)
    dialog = ImportReportDialog(ImportReport(()), desk.library)
    with qtbot.waitActive(dialog):
        dialog.show()
    QGuiApplication.clipboard().setText("Phantom, Test")

    QTest.keyClick(dialog, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)

    assert session.window.page is session.login
    assert QGuiApplication.clipboard().text() == ""
    assert not any(dialog.isVisible() for dialog in desk.library.findChildren(ImportReportDialog))
    qtbot.waitUntil(lambda: workstation.user is None)
    assert workstation.store.workspace.study is None
    assert desk.library.table.model().rowCount() == 0
    assert desk.viewer.banner.patient.text() == ""
    assert all("Phantom" not in label.text() for label in session.login.findChildren(type(session.login.message)))

    session.login.password.setText(PASSWORD)
    QTest.keyClick(session.login.password, Qt.Key.Key_Return)

    at_desk(session, qtbot)
    qtbot.waitUntil(lambda: workstation.store.workspace.study is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not workstation.running, timeout=LONG)


def test_without_input_the_session_locks_itself(session: GuiSession, qtbot: QtBot) -> None:
    log_in(session)
    at_desk(session, qtbot)
    assert session.desk is not None

    session.desk.idle.wait(minutes=0.001)

    qtbot.waitUntil(lambda: session.window.page is session.login)
    assert session.login.message.text() == "Locked after 10 minutes without input. Log in to go on."
    qtbot.waitUntil(lambda: session.desk is not None and session.desk.viewer.commands.workstation.user is None)


def test_the_first_start_makes_a_library_and_has_the_recovery_key_typed_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    for module in ("secret", "unlocking"):
        monkeypatch.setattr(f"medscan_desktop.app.{module}.find_keyring", lambda: None)
    session = GuiSession(Home(tmp_path / "new"))
    session.start()
    page = session.first_run
    assert page is not None
    page.name.setText("grace")
    page.password.setText(PASSWORD)
    page.again.setText(PASSWORD + "!")
    page.passphrase.setText(PASSPHRASE)
    page.make_library.click()
    assert page.message.text() == "The two passwords are not the same."

    page.again.setText(PASSWORD)
    page.make_library.click()
    qtbot.waitUntil(lambda: isinstance(session.window.page, RecoveryPage), timeout=LONG)
    recovery = session.window.page
    assert isinstance(recovery, RecoveryPage)
    recovery.fields[0].setText("XXXX")
    QTest.keyClick(recovery.fields[0], Qt.Key.Key_Return)
    assert recovery.message.text() == "That is not what these two groups say."

    for field, number in zip(recovery.fields, recovery.asked, strict=True):
        field.setText(recovery.groups[number].lower())
    QTest.keyClick(recovery.fields[1], Qt.Key.Key_Return)

    at_desk(session, qtbot)
    session.close()
    session.window.close()

"""How a screen stood is kept a user each, without an event for every few seconds, and only while its study exists."""

from dataclasses import replace

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import UserId
from medscan_desktop.services.deletion import delete_study
from medscan_desktop.services.desktop import keep_desktop, read_desktop
from tests.support.desks import ADA, Sitting
from tests.support.dicom_files import ROOT_UID, series

STUDY = StudyUid(f"{ROOT_UID}.1")
BODY = {"version": 1, "study": STUDY, "views": []}


def events(at: Sitting) -> int:
    with at.records() as records:
        return len(records.audit.events(10_000))


def test_a_screen_is_kept_for_its_user_alone_and_without_an_audit_event(at: Sitting) -> None:
    at.bring("first", series(2))
    before = events(at)
    at.ask(keep_desktop, body=BODY)
    assert events(at) == before + 1  # the looking itself

    assert at.ask(read_desktop).body == BODY
    at.parts.workstation.user = replace(ADA, id=UserId("u2"), name="bob")
    assert at.ask(read_desktop) is None
    at.parts.workstation.user = ADA
    at.ask(keep_desktop, body=None)
    assert at.ask(read_desktop) is None


def test_a_screen_whose_study_is_gone_or_that_cannot_be_read_is_not_offered(at: Sitting) -> None:
    at.bring("first", series(2))
    with at.parts.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO desktops VALUES ('u1', ?, 'not json', '')", (STUDY,))
    assert at.ask(read_desktop) is None
    with at.parts.database.writing() as connection:
        connection.exec_driver_sql('UPDATE desktops SET body = \'{"version": 1, "study": 3}\'')
    assert at.ask(read_desktop) is None
    at.ask(keep_desktop, body=BODY)
    at.ask(delete_study, study_instance_uid=STUDY, reason="test")
    assert at.ask(read_desktop) is None


def test_deleting_a_study_erases_the_screens_that_showed_it(at: Sitting) -> None:
    at.bring("first", series(2))
    at.ask(keep_desktop, body=BODY)
    at.ask(delete_study, study_instance_uid=STUDY, reason="test")
    with at.records() as records:
        assert records.desktops.get(ADA.id) is None

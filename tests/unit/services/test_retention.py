"""Retention, legal hold and deletion on a real library: all of a study goes or none, and the log says what went."""

import subprocess
import sys
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from sqlalchemy import select

from medscan_desktop.domain.errors import MedScanError, NotAllowed, NotFound, Unsuitable
from medscan_desktop.domain.retention import RetentionRules
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Role
from medscan_desktop.persistence.tables import (
    conflicts,
    files,
    findings,
    instances,
    measurements,
    outbox,
    series,
    sources,
    studies,
    thumbnails,
)
from medscan_desktop.services.deletion import clear_hold, delete_study, preview_deletion, set_hold
from medscan_desktop.services.measurements import save_measurement
from medscan_desktop.services.retention import dry_run_retention, run_retention, set_retention, show_retention
from medscan_desktop.services.studies import close_study, open_study
from tests.support.desks import Sitting
from tests.support.dicom_files import ROOT_UID
from tests.support.dicom_files import series as slices
from tests.support.homes import opened_again
from tests.unit.services.test_reconcile import a_length, other_content

FIRST = StudyUid(f"{ROOT_UID}.1")
EMPTIED = (studies, series, instances, thumbnails, files, measurements, findings, outbox, sources, conflicts)

KILLED = """
import os, signal, sys
from pathlib import Path
from medscan_desktop.app.build import build
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import unlock
from medscan_desktop.persistence.vault import Vault
from medscan_desktop.services.retention import run_retention
from medscan_desktop.workstation.jobs import InlineJobs
from datetime import datetime, timedelta
from tests.support.desks import ADA
from tests.support.homes import NOON, PASSPHRASE
from sqlalchemy import event
from sqlalchemy.engine import Engine

home, when = Home(Path(sys.argv[1])), sys.argv[2]
calls = []
def die(*_):
    calls.append(1)
    if len(calls) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
if when == "file":
    Vault.remove = die
else:
    event.listen(Engine, "before_cursor_execute",
        lambda c, cursor, statement, *rest: die() if statement.startswith(when) else None)
parts = build(home, unlock(home, passphrase=PASSPHRASE), InlineJobs(), now=lambda: NOON + timedelta(days=100))
parts.workstation.user = ADA
parts.workstation.answer(run_retention)
"""


def study(number: int, count: int = 2, **attributes: Any) -> list[Dataset]:
    known: dict[str, Any] = {
        "StudyInstanceUID": f"{ROOT_UID}.{number}",
        "SeriesInstanceUID": f"{ROOT_UID}.2{number}",
        "PatientID": f"P{number}",
        "StudyDate": f"2026010{number}",
    }
    made = slices(count, **known | attributes)
    for position, dataset in enumerate(made):
        dataset.SOPInstanceUID = f"{ROOT_UID}.3{number}.{position}"
    return made


def rows(at: Sitting) -> dict[str, int]:
    with at.library.database.reading() as connection:
        return {table.name: len(connection.execute(select(table)).all()) for table in EMPTIED}


def test_deleting_a_study_leaves_no_row_and_no_file_of_it(at: Sitting) -> None:
    at.bring("first", slices(3, PatientName="Doe^Jane"))
    at.ask(save_measurement, measurement=a_length())
    assert all(rows(at)[name] for name in ("studies", "instances", "files", "measurements", "outbox", "sources"))

    removed = at.ask(delete_study, study_instance_uid=FIRST, reason="imported by mistake", with_unsent=True)

    assert (removed.instances, removed.measurements, removed.unsent) == (3, 1, 1)
    assert rows(at) == {table.name: 0 for table in EMPTIED}
    assert not [path for path in at.library.home.vault.rglob("*") if path.is_file()]
    assert at.studies() == ()
    with at.records() as records:
        assert len(records.studies.search("Doe")) == 0
        assert records.audit.verify().problems == ()
    (event,) = at.events("study.delete")
    assert (event.object_id, event.detail["reason"], event.detail["instances"]) == (FIRST, "imported by mistake", 3)
    assert event.user == "ada"


def test_a_deleted_study_can_be_imported_again(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.ask(delete_study, study_instance_uid=FIRST, reason="by mistake")

    assert at.bring("first", []).imported == 3
    assert at.vault_is_sound()


def test_what_would_go_is_told_before(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.ask(save_measurement, measurement=a_length())

    told = at.ask(preview_deletion, study_instance_uid=FIRST)

    assert (told.study.instance_count, told.measurements, told.findings, told.unsent, told.kept_by) == (3, 1, 0, 1, "")


def test_changes_that_were_not_sent_keep_a_study_until_told_otherwise(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.ask(save_measurement, measurement=a_length())

    with pytest.raises(NotAllowed, match="1 changes of it were not sent"):
        at.ask(delete_study, study_instance_uid=FIRST, reason="x")
    assert rows(at)["measurements"] == 1


def test_an_open_study_is_not_deleted_until_it_is_closed(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.ask(open_study, study_instance_uid=FIRST)
    with pytest.raises(NotAllowed, match="it is open"):
        at.ask(delete_study, study_instance_uid=FIRST, reason="x")

    at.ask(close_study)

    at.ask(delete_study, study_instance_uid=FIRST, reason="x")
    assert [event.outcome.value for event in at.events("study.delete")] == ["failure", "success"]


def test_a_study_that_another_process_shows_is_not_deleted(at: Sitting) -> None:
    at.bring("first", slices(3))
    script = (
        "import sys; from pathlib import Path; from medscan_desktop.persistence.home import Home;"
        "from medscan_desktop.workstation.open_marks import mark_open; from tests.support.homes import opened_again\n"
        "with opened_again(Home(Path(sys.argv[1]))) as library:\n"
        "    with library.records('study.open') as records: mark_open(records, sys.argv[2])\n"
        "    print('open', flush=True); sys.stdin.read()\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", script, str(at.library.home.root), FIRST],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(NotAllowed, match="it is open"):
            at.ask(delete_study, study_instance_uid=FIRST, reason="x")
        other.kill()  # a mark of a process that is gone keeps nothing

    at.ask(delete_study, study_instance_uid=FIRST, reason="x")


def test_a_study_with_held_files_is_not_deleted(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.bring("second", other_content_of_first())

    with pytest.raises(NotAllowed, match="1 files in the reconcile list"):
        at.ask(delete_study, study_instance_uid=FIRST, reason="x")


def other_content_of_first() -> list[Dataset]:
    made = other_content()
    made[0].PatientName, made[0].PatientID = "Phantom^Test", "T-1"
    return made


def test_a_legal_hold_wins_over_everything_and_can_be_lifted(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.ask(set_hold, study_instance_uid=FIRST, reason="a court asked")
    at.ask(set_retention, rules=RetentionRules(study_days=1, most_gb=1e-6))
    at.clock.days_later(1000)

    with pytest.raises(NotAllowed, match=r"legal hold: a court asked \(ada, 2026-05-04\)"):
        at.ask(delete_study, study_instance_uid=FIRST, reason="x", with_unsent=True)
    assert at.ask(run_retention).deleted == ()
    (study,) = at.studies()
    assert study.legal_hold is not None and study.legal_hold.reason == "a court asked"

    at.ask(clear_hold, study_instance_uid=FIRST, reason="the case is closed")
    at.ask(delete_study, study_instance_uid=FIRST, reason="x")
    assert [event.detail["reason"] for event in at.events("hold.set", "hold.clear")] == [
        "a court asked",
        "the case is closed",
    ]


def test_a_legal_hold_can_be_taken_back(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.ask(set_hold, study_instance_uid=FIRST, reason="a court asked")
    at.parts.workstation.undo()
    assert at.studies()[0].legal_hold is None
    at.parts.workstation.redo()
    assert at.studies()[0].legal_hold is not None


@pytest.mark.parametrize("command", [set_hold, clear_hold, delete_study], ids=lambda one: one.name)
def test_holds_and_deletions_need_a_reason(at: Sitting, command: object) -> None:
    at.bring("first", slices(3))

    with pytest.raises(NotAllowed, match="needs a reason"):
        at.ask(command, study_instance_uid=FIRST, reason=" ")  # type: ignore[arg-type]
    assert len(at.studies()) == 1


def test_rules_are_off_at_first_and_a_run_then_deletes_nothing(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.clock.days_later(10_000)

    assert at.ask(show_retention).rules.are_off
    assert at.ask(dry_run_retention).plan.doomed == ()
    with pytest.raises(Unsuitable, match="off"):
        at.ask(run_retention)


def test_a_run_deletes_exactly_what_the_dry_run_said(at: Sitting) -> None:
    for number in (5, 6, 7):
        at.bring(f"s{number}", study(number))
    at.clock.days_later(100)
    at.bring("s8", study(8, StudyDate="20260801"))
    at.ask(set_hold, study_instance_uid=StudyUid(f"{ROOT_UID}.6"), reason="a court asked")
    at.ask(set_retention, rules=RetentionRules(imported_days=30))

    dry = at.ask(dry_run_retention)
    assert len(at.studies()) == 4, "a dry run changes nothing"
    run = at.ask(run_retention)

    assert [one.stored.study_instance_uid for one in dry.plan.doomed] == [f"{ROOT_UID}.5", f"{ROOT_UID}.7"]
    assert run.deleted == dry.plan.doomed
    assert run.freed == dry.plan.frees > 0
    assert run.is_erased
    assert [one.kept_by[:10] for one in run.spared] == ["legal hold"]
    assert sorted(one.study_instance_uid for one in at.studies()) == [f"{ROOT_UID}.6", f"{ROOT_UID}.8"]
    assert at.vault_is_sound()
    deleted = at.events("study.delete")
    assert [event.object_id for event in deleted] == [f"{ROOT_UID}.5", f"{ROOT_UID}.7"]
    assert all("more than 30 days ago" in str(event.detail["reason"]) for event in deleted)
    with at.records() as records:
        assert records.integrity_problems() == []


def test_what_was_just_opened_stays(at: Sitting) -> None:
    at.bring("s5", study(5))
    at.clock.days_later(100)
    at.ask(open_study, study_instance_uid=StudyUid(f"{ROOT_UID}.5"))
    at.ask(close_study)
    at.ask(set_retention, rules=RetentionRules(imported_days=30))

    (spared,) = at.ask(dry_run_retention).plan.spared

    assert "within 24 hours" in spared.kept_by


def test_what_takes_up_room_adds_up(at: Sitting) -> None:
    at.bring("first", slices(3))
    at.bring("second", other_content_of_first())
    at.bring("disc", study(5), reference=True)

    use = at.ask(show_retention).use

    with at.records() as records:
        known = records.files.many(records.files.all_ids())
    assert (use.studies, use.instances) == (2, 5)
    assert use.vault_bytes + use.held_bytes + use.other_bytes == sum(file.size for file in known.values())
    assert use.held_bytes > 0 and use.referenced_bytes > 0 and use.other_bytes == 0


def test_who_may_not_read_patients_sees_no_names_in_a_dry_run(at: Sitting) -> None:
    at.bring("s5", study(5))
    at.clock.days_later(100)
    at.ask(set_retention, rules=RetentionRules(imported_days=30))
    assert at.ask(dry_run_retention).names == {f"{ROOT_UID}.5": "Phantom, Test"}
    user = at.parts.workstation.user
    assert user is not None

    at.parts.workstation.user = replace(user, roles=frozenset({Role.ADMINISTRATOR}))

    dry = at.ask(dry_run_retention)
    assert dry.names == {} and len(dry.plan.doomed) == 1


@pytest.mark.parametrize(
    ("when", "nth", "left"),
    [("DELETE FROM instances", 1, 3), ("DELETE FROM studies", 2, 2), ("file", 1, 2), ("file", 4, 1)],
)
def test_a_run_that_is_killed_leaves_whole_studies_and_nothing_dangling(
    at: Sitting, when: str, nth: int, left: int
) -> None:
    """kill -9 within a transaction, before a commit and between the commit and the erasing of files."""
    for number in (5, 6, 7):
        at.bring(f"s{number}", study(number))
    at.ask(set_retention, rules=RetentionRules(imported_days=30))
    at.parts.close()

    root = Path(__file__).parents[3]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(at.library.home.root), when, str(nth)], cwd=root, check=False
    )

    assert killed.returncode == -9
    with opened_again(at.library.home) as again, again.records("health.check") as records:
        found = records.studies.search()
        known = records.files.all_ids()
        assert len(found) == left
        assert [one.instance_count for one in found] == [2] * left
        assert len(known) == 2 * left
        assert again.vault.missing(known) == []
        for orphan in again.vault.orphans(known, older_than_s=0):
            again.vault.remove(orphan)  # without a row it has no key: nobody can read it
        assert records.integrity_problems() == []
        assert records.audit.verify().problems == ()
        assert len([one for one in records.audit.events(100) if one.action == "study.delete"]) == 3 - left


def test_nothing_of_a_deleted_study_is_left_in_the_database_files(at: Sitting) -> None:
    """After the checkpoint neither the database nor its journal holds the rows: the files' keys are gone for good."""
    at.bring("first", slices(3))
    with at.records() as records:
        keys = [file.wrapped_key for file in records.files.many(records.files.all_ids()).values()]
    at.ask(delete_study, study_instance_uid=FIRST, reason="x")

    wal = at.library.home.database.with_name(at.library.home.database.name + "-wal")
    assert keys and wal.stat().st_size == 0


def test_what_is_not_there_cannot_be_deleted(at: Sitting) -> None:
    with pytest.raises(NotFound):
        at.ask(delete_study, study_instance_uid=StudyUid(str(uuid.uuid4().int)), reason="x")
    with pytest.raises(MedScanError):
        at.ask(set_retention, rules=RetentionRules(study_days=0))


def test_a_run_that_is_stopped_keeps_what_it_did_and_says_so(at: Sitting) -> None:
    for number in (5, 6, 7):
        at.bring(f"s{number}", study(number))
    at.clock.days_later(100)
    at.ask(set_retention, rules=RetentionRules(imported_days=30))
    at.parts.workstation.listen_jobs(
        lambda job: job.cancel() if job.name == run_retention.name and job.text.startswith("study 2") else None
    )

    run = at.ask(run_retention)

    assert len(run.deleted) == 2 and len(at.studies()) == 1, "the second is deleted when the stop is noticed"
    assert at.parts.workstation.notices[-1].startswith("Stopped. 2 studies deleted")
    assert at.vault_is_sound()

"""The unit of work: data, audit event and outbox row together or not at all."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.errors import NotFound, Unsuitable
from medscan_desktop.domain.finding import (
    Code,
    Finding,
    FindingId,
    FindingState,
    Provenance,
    Structure,
)
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Statistics
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid, VaultId
from medscan_desktop.domain.user import UserId
from medscan_desktop.persistence.outbox import uuid7
from tests.support.homes import NOON, Library

LENGTH = Measurement(
    id=MeasurementId("m1"),
    study_instance_uid=StudyUid("1.2"),
    series_instance_uid=SeriesUid("1.2.3"),
    sop_instance_uid=None,
    frame=4,
    kind=MeasurementKind.LENGTH,
    points=((0.1, 0.2, 0.3), (1.0, 2.0, 3.0)),
    normal=(0.0, 0.0, 1.0),
    unit="mm",
    calibration="",
    length=3.4,
    created_by=UserId("u"),
    created_at="2026-05-04T12:00:00+00:00",
)
ELLIPSE = replace(
    LENGTH,
    id=MeasurementId("m2"),
    kind=MeasurementKind.ELLIPSE,
    length=None,
    statistics=Statistics(12, None, -3.5, 1.25, -10.0, 4.0, "HU"),
    created_at="2026-05-04T12:00:01+00:00",
)
LIVER = Finding(
    id=FindingId("f1"),
    study_instance_uid=StudyUid("1.2"),
    series_instance_uid=SeriesUid("1.2.3"),
    state=FindingState.PROPOSED,
    structures=(
        Structure(
            1, "Liver", 1500.5, Code("123037004", "SCT", "Anatomical"), Code("10200004", "SCT", "Liver"), (1, 2, 3)
        ),
    ),
    provenance=Provenance(
        "liver-ct",
        "1",
        "ab" * 32,
        "Liver",
        SeriesUid("1.2.3"),
        (InstanceUid("1"), InstanceUid("2")),
        "p",
        "CPU",
        "t",
        3.5,
    ),
    mask=VaultId("0" * 32),
    created_by=UserId("u"),
    created_at="2026-05-04T12:00:00+00:00",
)


def rows(library: Library, table: str) -> int:
    with library.database.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_data_audit_and_outbox_are_committed_together(library: Library) -> None:
    with library.records("measurement.save", "m1", kind="length") as records:
        records.measurements.put(LENGTH)
        records.outbox.add("measurement", "m1", {"a": 1})

    with library.records("audit.list") as records:
        assert records.measurements.of_study(StudyUid("1.2")) == [LENGTH]
        (event,) = records.audit.events()
        assert (event.action, event.user, event.object_id) == ("measurement.save", "ada", "m1")
        assert (event.outcome, event.detail, event.sequence) == (Outcome.SUCCESS, {"kind": "length"}, 1)
        assert event.at == "2026-05-04T12:00:00.000000+00:00"
        assert [(row.entity, row.entity_id, row.body) for row in records.outbox.pending()] == [
            ("measurement", "m1", {"a": 1})
        ]


@pytest.mark.parametrize("error", [Unsuitable("no"), ZeroDivisionError(), KeyboardInterrupt()])
def test_a_failure_leaves_one_event_and_nothing_else(library: Library, error: BaseException) -> None:
    with pytest.raises(type(error)), library.records("measurement.save", "m1") as records:
        records.measurements.put(LENGTH)
        records.outbox.add("measurement", "m1", {})
        raise error

    assert (rows(library, "measurements"), rows(library, "outbox"), rows(library, "audit")) == (0, 0, 1)
    with library.records("audit.list") as records:
        (event,) = records.audit.events()
        assert (event.action, event.outcome) == ("measurement.save", Outcome.FAILURE)
        assert event.detail == {"error": type(error).__name__}


def test_a_use_case_may_commit_its_own_failure_and_say_how_much(library: Library) -> None:
    with library.records("session.log_in", "eve") as records:
        records.outcome = Outcome.FAILURE
        records.detail["tries"] = 3

    with library.records("audit.list") as records:
        (event,) = records.audit.events()
        assert (event.outcome, event.detail) == (Outcome.FAILURE, {"tries": 3})


def test_events_are_read_newest_first_and_by_action_and_object(library: Library) -> None:
    for action, object_id in (("study.open", "1"), ("study.open", "2"), ("study.close", "1")):
        with library.records(action, object_id):
            pass

    with library.records("audit.list") as records:
        assert [event.sequence for event in records.audit.events()] == [3, 2, 1]
        assert [event.sequence for event in records.audit.events(limit=1)] == [3]
        assert [event.sequence for event in records.audit.events(action="study.open")] == [2, 1]
        assert [event.sequence for event in records.audit.events(None, object_id="1")] == [3, 1]


def test_measurements_come_back_as_they_were_put_oldest_first(library: Library) -> None:
    with library.records("measurement.save") as records:
        records.measurements.put(ELLIPSE)
        records.measurements.put(LENGTH)

        assert records.measurements.of_study(StudyUid("1.2")) == [LENGTH, ELLIPSE]
        assert records.measurements.of_study(StudyUid("9")) == []


def test_findings_come_back_as_they_were_put(library: Library) -> None:
    with library.records("model.run") as records:
        records.findings.put(LIVER)

        assert records.findings.get(LIVER.id) == LIVER
        assert records.findings.of_study(StudyUid("1.2")) == [LIVER]


def test_a_change_is_a_new_revision_and_the_old_one_stays_in_the_table(library: Library) -> None:
    accepted = replace(LIVER, state=FindingState.ACCEPTED, decided_by=UserId("u"), decided_at="later", reason="agreed")
    with library.records("finding.accept") as records:
        assert records.findings.put(LIVER) == 1
        assert records.findings.put(accepted) == 2
        assert records.findings.of_study(StudyUid("1.2")) == [accepted]

    with library.database.reading() as connection:
        bodies = connection.execute(text("SELECT body FROM findings ORDER BY revision")).scalars()
        assert [json.loads(body)["state"] for body in bodies] == ["proposed", "accepted"]


def test_what_was_deleted_is_gone_until_it_is_put_again(library: Library) -> None:
    with library.records("measurement.delete") as records:
        records.measurements.put(LENGTH)
        records.measurements.delete(LENGTH.id)

        assert records.measurements.of_study(StudyUid("1.2")) == []
        for missing in (records.measurements.get, records.measurements.delete):
            with pytest.raises(NotFound, match="measurement"):
                missing(LENGTH.id)
        assert records.measurements.put(LENGTH) == 3
        assert records.measurements.get(LENGTH.id) == LENGTH


def test_files_keep_the_key_that_opens_them(library: Library) -> None:
    file = library.vault.write(b"content")
    with library.records("study.import") as records:
        records.files.put(file)
    with library.records("study.open") as records:
        assert library.vault.read(records.files.get(file.id)) == b"content"
        assert records.files.many([file.id, VaultId("f" * 32)]) == {file.id: file}
        assert records.files.all_ids() == {file.id}
        records.files.delete(file.id)
        with pytest.raises(NotFound):
            records.files.get(file.id)


def test_operation_ids_sort_by_time() -> None:
    early, late = uuid7(NOON), uuid7(NOON.replace(second=1))

    assert str(early) < str(late)
    assert (early.version, early.variant) == (7, UUID(int=0x8 << 60).variant)
    assert early.int >> 80 == int(NOON.timestamp() * 1000)

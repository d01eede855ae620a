"""What contradicts the library waits for a person: nothing is merged, replaced or lost unasked."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydicom.dataset import Dataset
from sqlalchemy import Connection

from medscan_desktop.domain.conflict import ConflictKind, ConflictState
from medscan_desktop.domain.errors import MedScanError, NotAllowed
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid, VaultId
from medscan_desktop.persistence.database import Database
from medscan_desktop.persistence.vault import Vault
from medscan_desktop.services.deletion import delete_study, set_hold
from medscan_desktop.services.measurements import list_measurements, save_measurement
from medscan_desktop.services.reconcile import (
    count_conflicts,
    decide_conflict,
    list_conflicts,
    reopen_conflict,
    replace_by_conflict,
    show_conflict,
)
from medscan_desktop.services.studies import list_series, open_study
from tests.support.desks import Sitting
from tests.support.dicom_files import ROOT_UID, series

STUDY, SERIES = StudyUid(f"{ROOT_UID}.1"), SeriesUid(f"{ROOT_UID}.2")
IMAGE = InstanceUid(f"{ROOT_UID}.3.1")


def doe(count: int = 3, **attributes: Any) -> list[Dataset]:
    known: dict[str, Any] = {"PatientName": "Doe^Jane", "PatientID": "P1", "StudyDate": "20260102"}
    return series(count, **known | attributes)


def other_content() -> list[Dataset]:
    return doe(1, SeriesDescription="second version")


def other_patient() -> list[Dataset]:
    return doe(2, PatientName="Roe^Richard", PatientID="P2", SeriesInstanceUID=f"{ROOT_UID}.8", SOPInstanceUID=None)


def with_uids(datasets: list[Dataset], root: str) -> list[Dataset]:
    for number, dataset in enumerate(datasets):
        dataset.SOPInstanceUID = f"{root}.{number}"
    return datasets


def a_length(uid: InstanceUid = IMAGE) -> Measurement:
    return Measurement(
        MeasurementId(str(uuid.uuid4())),
        STUDY,
        SERIES,
        uid,
        0,
        MeasurementKind.LENGTH,
        ((0, 0, 0), (3, 4, 0)),
        (0, 0, 1),
        "mm",
        "",
        length=5.0,
    )


def digests(at: Sitting) -> dict[str, str]:
    with at.records() as records:
        return {one.sop_instance_uid: one.sha256 for one in records.studies.bare_instances(STUDY)}


def the_conflict(at: Sitting) -> str:
    (conflict,) = at.ask(list_conflicts)
    return str(conflict.id)


def test_the_same_uid_with_other_content_is_held_and_shown_nowhere(at: Sitting) -> None:
    at.bring("first", doe())
    before = digests(at)

    report = at.bring("second", other_content())

    assert [file.status for file in report.files] == ["held"]
    assert "other content" in report.files[0].reason
    assert digests(at) == before
    (conflict,) = at.ask(list_conflicts)
    assert (conflict.kind, conflict.state) == (ConflictKind.CONTENT, ConflictState.OPEN)
    assert "SHA-256" in conflict.differing and "Patient" not in conflict.differing
    assert at.vault_is_sound()


def test_the_same_held_file_again_adds_no_second_entry(at: Sitting) -> None:
    at.bring("first", doe())
    at.bring("second", other_content())

    report = at.bring("third", other_content())

    assert [file.status for file in report.files] == ["held"]
    assert at.ask(count_conflicts) == 1
    assert len(at.ask(list_conflicts)[0].sop_instance_uids) == 1
    assert at.vault_is_sound(), "the second copy was not erased"


def test_a_referenced_file_is_held_as_a_copy(at: Sitting) -> None:
    """A disc leaves with its owner; what is to be decided must not."""
    at.bring("first", doe())
    at.bring("disc", other_content(), reference=True)
    (at.folder / "disc" / "000.dcm").unlink()

    assert at.vault_is_sound()
    conflict = the_conflict(at)
    with at.records() as records:
        (held,) = records.conflicts.held(conflict)
        assert (
            len(at.library.vault.read(records.files.get(VaultId(held.instance.location)))) == held.instance.size_bytes
        )


def test_another_patient_under_a_known_study_uid_is_held(at: Sitting) -> None:
    """Whose images these are is the gravest question: it is asked first."""
    at.bring("first", doe())

    at.bring("second", with_uids(other_patient(), f"{ROOT_UID}.7"))

    (conflict,) = at.ask(list_conflicts)
    assert conflict.kind is ConflictKind.PATIENT
    assert {"Patient", "Patient ID"} <= set(conflict.differing)
    assert len(conflict.sop_instance_uids) == 2, "one entry for the files of one contradiction"
    assert at.studies()[0].patient.patient_name == "Doe^Jane"
    assert at.studies()[0].instance_count == 3


def test_a_series_in_another_study_is_held(at: Sitting) -> None:
    at.bring("first", doe())

    at.bring("second", with_uids(doe(2, StudyInstanceUID=f"{ROOT_UID}.9"), f"{ROOT_UID}.7"))

    (conflict,) = at.ask(list_conflicts)
    assert conflict.kind is ConflictKind.SERIES
    assert "Study UID" in conflict.differing
    assert len(at.studies()) == 1


@pytest.mark.parametrize(
    "other",
    [{"PatientName": "Roe^Jane"}, {"PatientBirthDate": "19700101"}, {"PatientSex": "M"}],
    ids=lambda other: next(iter(other)),
)
def test_one_patient_id_with_two_identities_is_listed_and_both_stand(at: Sitting, other: dict[str, str]) -> None:
    known: dict[str, Any] = {"PatientBirthDate": "19600101", "PatientSex": "F"}
    at.bring("first", doe(**known))
    elsewhere = {"StudyInstanceUID": f"{ROOT_UID}.9", "SeriesInstanceUID": f"{ROOT_UID}.8"}
    attributes: dict[str, Any] = known | other | elsewhere
    second = doe(2, **attributes)

    report = at.bring("second", with_uids(second, f"{ROOT_UID}.7"))

    assert report.imported == 2
    assert len(at.studies()) == 2
    (conflict,) = at.ask(list_conflicts)
    assert conflict.kind is ConflictKind.IDENTITY
    assert conflict.decisions == (ConflictState.SAME_PERSON, ConflictState.DIFFERENT_PEOPLE)


@pytest.mark.parametrize(
    ("name", "birth_date"), [("DOE^JANE^", "19600101"), ("Doe^Jane", ""), ("Doe^Jane=杜^珍", "19600101")]
)
def test_what_is_only_written_otherwise_or_not_known_is_no_contradiction(
    at: Sitting, name: str, birth_date: str
) -> None:
    at.bring("first", doe(PatientBirthDate="19600101"))
    second = doe(1, PatientName=name, PatientBirthDate=birth_date, SpecificCharacterSet="ISO_IR 192")
    second[0].StudyInstanceUID, second[0].SeriesInstanceUID = f"{ROOT_UID}.9", f"{ROOT_UID}.8"

    at.bring("second", with_uids(second, f"{ROOT_UID}.7"))

    assert at.ask(list_conflicts) == []


def test_keeping_erases_the_held_file_and_remembers_the_decision(at: Sitting) -> None:
    at.bring("first", doe())
    before = digests(at)
    at.bring("second", other_content())

    at.ask(decide_conflict, conflict_id=the_conflict(at), decision=ConflictState.KEPT, reason="a copy of lower quality")

    assert digests(at) == before
    assert at.ask(count_conflicts) == 0
    assert at.vault_is_sound()
    again = at.bring("third", other_content())
    assert at.ask(count_conflicts) == 0
    assert "was decided" in again.files[0].reason
    (event,) = at.events("reconcile.decide")
    assert event.detail["decision"] == "keep" and event.detail["reason"] == "a copy of lower quality"
    assert event.user == "ada"


def test_after_a_kept_decision_is_reopened_an_import_lists_it_anew(at: Sitting) -> None:
    at.bring("first", doe())
    at.bring("second", other_content())
    conflict = the_conflict(at)
    at.ask(decide_conflict, conflict_id=conflict, decision=ConflictState.KEPT, reason="first thought")

    at.ask(reopen_conflict, conflict_id=conflict, reason="second thought")
    at.bring("second", other_content())

    assert the_conflict(at) == conflict


def test_replacing_puts_the_new_in_the_place_of_the_old_and_erases_that(at: Sitting) -> None:
    at.bring("first", doe())
    before = digests(at)
    at.bring("second", other_content())

    at.ask(replace_by_conflict, conflict_id=the_conflict(at), reason="the corrected version")

    after = digests(at)
    assert after[IMAGE] != before[IMAGE]
    assert {uid: digest for uid, digest in after.items() if uid != IMAGE} == {
        uid: digest for uid, digest in before.items() if uid != IMAGE
    }
    assert at.vault_is_sound()
    assert at.studies()[0].instance_count == 3
    assert at.ask(list_series, study_instance_uid=STUDY)[0].thumbnail


def test_replacing_is_refused_where_a_measurement_rests_on_it_unless_told(at: Sitting) -> None:
    at.bring("first", doe())
    at.bring("second", other_content())
    at.ask(save_measurement, measurement=a_length())
    at.ask(save_measurement, measurement=a_length(InstanceUid(f"{ROOT_UID}.3.3")))
    conflict = the_conflict(at)
    assert at.ask(show_conflict, conflict_id=conflict).measurements == 1
    before = digests(at)

    with pytest.raises(NotAllowed, match="1 measurements and 0 findings rest on these images"):
        at.ask(replace_by_conflict, conflict_id=conflict, reason="corrected")
    assert digests(at) == before

    at.ask(replace_by_conflict, conflict_id=conflict, reason="corrected", despite_marks=True)
    notes = {one.sop_instance_uid: one.lines for one in at.ask(list_measurements, study_instance_uid=STUDY)}
    assert notes[IMAGE] == ("5.0 mm", "its image was replaced on 2026-05-04")
    assert notes[InstanceUid(f"{ROOT_UID}.3.3")] == ("5.0 mm",)


def test_a_study_is_replaced_only_as_a_whole(at: Sitting) -> None:
    """Otherwise images with one patient's header would stand under another one's name."""
    at.bring("first", doe(3))
    at.bring("second", doe(2, PatientName="Doe-Smith^Jane"))

    with pytest.raises(NotAllowed, match="1 images here that the new files lack"):
        at.ask(replace_by_conflict, conflict_id=the_conflict(at), reason="married")
    assert at.studies()[0].patient.patient_name == "Doe^Jane"

    at.bring("third", doe(3, PatientName="Doe-Smith^Jane"))
    at.ask(replace_by_conflict, conflict_id=the_conflict(at), reason="married")
    (study,) = at.studies()
    assert (study.patient.patient_name, study.instance_count) == ("Doe-Smith^Jane", 3)
    assert at.vault_is_sound()
    with at.records() as records:
        assert len(records.studies.search("Smith")) == 1


def test_filing_adds_the_images_to_the_librarys_patient_and_can_be_taken_back(at: Sitting) -> None:
    at.bring("first", doe())
    at.bring("second", with_uids(other_patient(), f"{ROOT_UID}.7"))
    conflict = the_conflict(at)

    at.ask(decide_conflict, conflict_id=conflict, decision=ConflictState.FILED, reason="wrong worklist entry")

    (study,) = at.studies()
    assert (study.patient.patient_name, study.instance_count, study.series_count) == ("Doe^Jane", 5, 2)
    with at.records() as records:
        filed = records.studies.instance(InstanceUid(f"{ROOT_UID}.7.0"))
        content = at.library.vault.read(records.files.get(VaultId(filed.location)))
    assert b"Roe^Richard" in content, "the files' own headers are untouched"
    assert {file.status for file in at.bring("second", []).files} == {"already there"}

    at.parts.workstation.undo()
    assert at.parts.workstation.notices[-1] == "It waits again."
    assert at.studies()[0].instance_count == 3
    assert at.ask(count_conflicts) == 1
    assert at.vault_is_sound()

    at.parts.workstation.redo()
    assert at.studies()[0].instance_count == 5


def test_what_is_kept_apart_stays_encrypted_and_can_be_reopened(at: Sitting) -> None:
    at.bring("first", doe())
    at.bring("second", other_content())
    conflict = the_conflict(at)

    at.ask(decide_conflict, conflict_id=conflict, decision=ConflictState.APART, reason="to be asked for")

    assert at.ask(count_conflicts) == 0
    assert at.vault_is_sound()
    with at.records() as records:
        assert records.storage.stored(STUDY)[0].held == 1
    at.ask(reopen_conflict, conflict_id=conflict, reason="the answer came")
    assert at.ask(count_conflicts) == 1


def test_one_person_or_two_is_written_down_and_changes_no_study(at: Sitting) -> None:
    at.bring("first", doe())
    second = doe(1, PatientName="Roe^Jane", StudyInstanceUID=f"{ROOT_UID}.9", SeriesInstanceUID=f"{ROOT_UID}.8")
    at.bring("second", with_uids(second, f"{ROOT_UID}.7"))

    at.ask(decide_conflict, conflict_id=the_conflict(at), decision=ConflictState.SAME_PERSON, reason="married")

    assert sorted(study.patient.patient_name for study in at.studies()) == ["Doe^Jane", "Roe^Jane"]
    (decided,) = at.ask(list_conflicts, decided=True)
    assert (decided.state, decided.reason, decided.resolved_by) == (ConflictState.SAME_PERSON, "married", "ada")
    third = doe(1, PatientName="Roe^Jane", StudyInstanceUID=f"{ROOT_UID}.91", SeriesInstanceUID=f"{ROOT_UID}.81")
    at.bring("third", with_uids(third, f"{ROOT_UID}.71"))
    assert at.ask(count_conflicts) == 0, "the same two identities are not asked about again"


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_needs_a_reason(at: Sitting, reason: str) -> None:
    at.bring("first", doe())
    at.bring("second", other_content())

    with pytest.raises(NotAllowed, match="reason"):
        at.ask(decide_conflict, conflict_id=the_conflict(at), decision=ConflictState.KEPT, reason=reason)


def test_a_decision_that_does_not_fit_or_was_made_is_refused(at: Sitting) -> None:
    at.bring("first", doe())
    at.bring("second", other_content())
    conflict = the_conflict(at)
    for decision in (ConflictState.SAME_PERSON, ConflictState.FILED, ConflictState.REPLACED, ConflictState.OPEN):
        with pytest.raises(NotAllowed):
            at.ask(decide_conflict, conflict_id=conflict, decision=decision, reason="x")
    at.ask(decide_conflict, conflict_id=conflict, decision=ConflictState.APART, reason="x")

    with pytest.raises(NotAllowed, match="decided already"):
        at.ask(decide_conflict, conflict_id=conflict, decision=ConflictState.KEPT, reason="x")
    with pytest.raises(MedScanError, match="not in the reconcile list"):
        at.ask(decide_conflict, conflict_id="0" * 12, decision=ConflictState.KEPT, reason="x")
    with pytest.raises(MedScanError, match="not in the reconcile list"):
        at.ask(show_conflict, conflict_id="")


@pytest.mark.parametrize("kept_by", ["hold", "open"])
def test_what_is_open_or_under_legal_hold_is_not_replaced(at: Sitting, kept_by: str) -> None:
    at.bring("first", doe())
    at.bring("second", other_content())
    if kept_by == "hold":
        at.ask(set_hold, study_instance_uid=STUDY, reason="a court asked")
    else:
        at.ask(open_study, study_instance_uid=STUDY)

    with pytest.raises(NotAllowed, match=kept_by):
        at.ask(replace_by_conflict, conflict_id=the_conflict(at), reason="corrected")


def test_two_identities_stay_on_the_list_while_each_has_a_study(at: Sitting) -> None:
    at.bring("doe", doe())
    for number in (1, 2):
        one = doe(1, PatientName="Roe^Jane", StudyInstanceUID=f"{ROOT_UID}.9{number}")
        one[0].SeriesInstanceUID = f"{ROOT_UID}.8{number}"
        at.bring(f"roe{number}", with_uids(one, f"{ROOT_UID}.7{number}"))
    conflict = the_conflict(at)

    at.ask(delete_study, study_instance_uid=StudyUid(f"{ROOT_UID}.91"), reason="twice")
    (left,) = at.ask(list_conflicts)
    assert (left.id, left.theirs.study_instance_uid) == (conflict, f"{ROOT_UID}.92")

    at.ask(delete_study, study_instance_uid=StudyUid(f"{ROOT_UID}.92"), reason="twice")
    assert at.ask(list_conflicts) == []


def test_what_is_copied_to_be_held_is_read_outside_of_every_transaction(
    at: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that does not answer must not hold the library; and what is held is what was hashed."""
    at.bring("first", doe())
    open_now: list[str] = []
    writing, write = Database.writing, Vault._write

    @contextmanager
    def told(self: Database) -> Iterator[Connection]:
        with writing(self) as connection:
            open_now.append("transaction")
            yield connection
            open_now.pop()

    def watched(self: Vault, *arguments: Any, **more: Any) -> Any:
        assert not open_now, "the vault writes while the write lock is held"
        return write(self, *arguments, **more)

    monkeypatch.setattr(Database, "writing", told)
    monkeypatch.setattr(Vault, "_write", watched)
    report = at.bring("disc", other_content(), reference=True)

    assert [file.status for file in report.files] == ["held"]
    assert at.vault_is_sound()
    conflict = the_conflict(at)
    with at.records() as records:
        (held,) = records.conflicts.held(conflict)
        content = at.library.vault.read(records.files.get(VaultId(held.instance.location)))
    assert hashlib.sha256(content).hexdigest() == held.instance.sha256

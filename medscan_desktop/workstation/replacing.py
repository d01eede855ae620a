"""Taking held files in after all: beside what the library has, or in its place. All within one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from medscan_desktop.domain.conflict import Conflict, ConflictKind
from medscan_desktop.domain.errors import NotAllowed, NotFound
from medscan_desktop.domain.finding import Finding
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.study import Instance, InstanceUid, SeriesUid, StudyUid, VaultId
from medscan_desktop.persistence.conflicts import Held
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.studies import Added
from medscan_desktop.workstation.open_marks import open_studies


@dataclass(frozen=True, slots=True)
class Replaced:
    """What went. `erased` are to be removed from the vault after the commit; `marks` say that their image changed."""

    images: int
    marks: int
    erased: tuple[VaultId, ...]

    @property
    def detail(self) -> dict[str, int]:
        """Counts, for the audit event."""
        return {"replaced": self.images, "marks": self.marks}


def dependents(
    records: Records, study_uid: StudyUid, uids: set[InstanceUid]
) -> tuple[list[Measurement], list[Finding]]:
    """The measurements and findings of a study that rest on any of these images, or on a volume with one of them."""
    series = {one.series_instance_uid for one in _known(records, uids)}
    marks = [
        one
        for one in records.measurements.of_study(study_uid)
        if one.sop_instance_uid in uids or (one.sop_instance_uid is None and one.series_instance_uid in series)
    ]
    findings = [one for one in records.findings.of_study(study_uid) if uids & set(one.provenance.sop_instance_uids)]
    return marks, findings


def file_held(records: Records, conflict: Conflict, held: Sequence[Held]) -> None:
    """Add the files to the study (or series) as the library has it; they and their own headers stay untouched."""
    study = records.studies.get(conflict.ours.study_instance_uid)
    there = [one for one in held if _is_known(records, one.instance.sop_instance_uid)]
    if there:
        raise NotAllowed(
            f"{len(there):,} of these images are in the library already, with other content: keep or replace them."
        )
    for one in held:
        series = replace(one.series, study_instance_uid=study.study_instance_uid)
        if records.studies.put_instance(study, series, one.instance) is not Added.ADDED:
            raise NotAllowed("Some of these images contradict the library in another way too: keep or replace them.")


def unfile(records: Records, conflict: Conflict, held: Sequence[Held]) -> None:
    """Take out again what was filed; its files stay in the vault."""
    uids = {one.instance.sop_instance_uid for one in held}
    _check_free(records, [conflict.ours.study_instance_uid])
    marks, findings = dependents(records, conflict.ours.study_instance_uid, uids)
    if marks or findings:
        raise NotAllowed(_rests(len(marks), len(findings)))
    files = records.files.many(VaultId(one.instance.location) for one in held)
    records.storage.remove_instances(uids)
    for file in files.values():
        records.files.put(file)
    records.storage.drop_empty([conflict.ours.study_instance_uid])


def replace_held(
    records: Records, conflict: Conflict, held: Sequence[Held], now: datetime, *, despite_marks: bool
) -> Replaced:
    """Put the held files in the place of what they contradict. Raises NotAllowed."""
    going = _going(records, conflict, held)
    uids = {one.sop_instance_uid for one in going}
    touched = _studies_of(records, going) | {conflict.ours.study_instance_uid}
    _check_free(records, touched)
    marks = findings = 0
    for uid in touched:
        noted = _note_dependents(records, uid, uids, now, despite_marks=despite_marks)
        marks, findings = marks + noted[0], findings + noted[1]
    erased = records.storage.remove_instances(uids)
    if conflict.kind is ConflictKind.PATIENT:
        records.studies.put_patient(conflict.ours.study_instance_uid, held[0].study.patient)
    _check_not_emptied(records, touched, held)
    if conflict.kind is ConflictKind.SERIES:
        erased += records.storage.drop_empty(touched)
    records.studies.forget_cached()
    for one in held:
        if records.studies.put_instance(one.study, one.series, one.instance) is not Added.ADDED:
            raise NotAllowed("Some of these images contradict the library in another way too; nothing was replaced.")
    erased += records.storage.drop_empty(touched)
    records.storage.forget_thumbnails({one.series.series_instance_uid for one in held})
    records.storage.forget_sources(one.instance.sop_instance_uid for one in held)
    return Replaced(len(going), marks + findings, tuple(erased))


def _going(records: Records, conflict: Conflict, held: Sequence[Held]) -> list[Instance]:
    """What leaves the library. Half a study, or half a series, must not stay under another name than its own."""
    uids = {one.instance.sop_instance_uid for one in held}
    ours = conflict.ours
    match conflict.kind:
        case ConflictKind.PATIENT:
            whole = records.studies.bare_instances(ours.study_instance_uid)
        case ConflictKind.SERIES:
            whole = records.studies.instances(held[0].series.series_instance_uid)
        case _:
            whole = []
    there = {one.sop_instance_uid for one in whole}
    lacking = [one for one in whole if one.sop_instance_uid not in uids]
    if lacking:
        wrong = "patient" if conflict.kind is ConflictKind.PATIENT else "study"
        raise NotAllowed(
            f"The library has {len(lacking):,} images here that the new files lack; they would stand under the wrong "
            f"{wrong}. Import the rest first, or keep these apart."
        )
    return [*whole, *_known(records, uids - there)]


def _check_free(records: Records, study_uids: Iterable[StudyUid]) -> None:
    shown = open_studies(records)
    for uid in study_uids:
        study = records.studies.get(uid)
        if study.legal_hold is not None:
            raise NotAllowed(f"The library's study stays: legal hold: {study.legal_hold.reason}.")
        if uid in shown:
            raise NotAllowed("The library's study is open; close it first.")


def _check_not_emptied(records: Records, study_uids: Iterable[StudyUid], held: Sequence[Held]) -> None:
    """A study that loses its last image goes too; not so what people measured or found in it."""
    filled = {one.study.study_instance_uid for one in held}
    for uid in set(study_uids) - filled:
        rests = records.measurements.of_study(uid) or records.findings.of_study(uid)
        if rests and not records.studies.get(uid).instance_count:
            raise NotAllowed("The library's study would be left with measurements or findings and no image.")


def _note_dependents(
    records: Records, study_uid: StudyUid, uids: set[InstanceUid], now: datetime, *, despite_marks: bool
) -> tuple[int, int]:
    marks, findings = dependents(records, study_uid, uids)
    if (marks or findings) and not despite_marks:
        raise NotAllowed(_rests(len(marks), len(findings)))
    note = f"its image was replaced on {now.date().isoformat()}"
    for mark in marks:
        records.measurements.put(replace(mark, note=note))
    for finding in findings:
        records.findings.put(replace(finding, note=note))
    return len(marks), len(findings)


def _rests(marks: int, findings: int) -> str:
    return f"{marks:,} measurements and {findings:,} findings rest on these images; say so to go on all the same."


def _known(records: Records, uids: Iterable[InstanceUid]) -> list[Instance]:
    return [records.studies.instance(uid) for uid in sorted(uids) if _is_known(records, uid)]


def _studies_of(records: Records, going: Iterable[Instance]) -> set[StudyUid]:
    series: set[SeriesUid] = {one.series_instance_uid for one in going}
    return {records.studies.series_by_uid(uid).study_instance_uid for uid in series}


def _is_known(records: Records, uid: InstanceUid) -> bool:
    try:
        records.studies.instance(uid)
    except NotFound:
        return False
    return True

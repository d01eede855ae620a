"""Studies, series and instances. Nothing already there is ever overwritten or merged by an import."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, overload

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, delete, func, insert, literal, select, update

from medscan_desktop.domain.conflict import ConflictKind, is_same_identity, is_same_patient
from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import (
    Instance,
    InstanceState,
    InstanceUid,
    LegalHold,
    Patient,
    Series,
    SeriesUid,
    Storage,
    Study,
    StudyUid,
)
from medscan_desktop.persistence.conflicts import Clash, Conflicts, side_of
from medscan_desktop.persistence.study_rows import (
    hold_text,
    instance_of,
    instance_row,
    patient_of,
    series_of,
    series_row,
    study_of,
    study_row,
)
from medscan_desktop.persistence.study_search import add_to_search, drop_from_search, hit_count, matching
from medscan_desktop.persistence.tables import files, instances, series, studies, thumbnails


class Added(StrEnum):
    """What became of an instance that was to be added."""

    ADDED = "added"
    ALREADY_THERE = "already there"  # the same UID, the same content
    CONFLICT = "conflict"  # nothing was changed; `Studies.clash` says why


@dataclass(frozen=True, slots=True)
class Found(Sequence[Study]):
    """The newest studies that a search found, and how many there are in all."""

    studies: tuple[Study, ...]
    total: int

    def __len__(self) -> int:
        return len(self.studies)

    @overload
    def __getitem__(self, index: int) -> Study: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Study]: ...
    def __getitem__(self, index: int | slice) -> Study | Sequence[Study]:
        return self.studies[index]

    def __iter__(self) -> Iterator[Study]:
        return iter(self.studies)


# Made once: composing a statement costs SQLAlchemy more than running it, and an import runs these for every file.
_DIGEST = select(instances.c.sha256).where(instances.c.sop_instance_uid == bindparam("uid"))
_PARENT = select(series.c.study_instance_uid).where(series.c.series_instance_uid == bindparam("uid"))
_STUDY = select(studies).where(studies.c.study_instance_uid == bindparam("uid"))
_ADD = insert(instances)
_NEWEST = (studies.c.study_date.desc(), studies.c.study_time.desc(), studies.c.number.desc())
_PRESENT = InstanceState.PRESENT.value
_MANY = 500  # names a statement
_MOST_IDENTITIES = 10  # contradictions listed of one new study: an ID such as "0" may stand for everybody


class Studies:
    """The library within one transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._parents: dict[SeriesUid, str] = {}
        self._patients: dict[StudyUid, Patient] = {}

    def put_instance(self, study: Study, of_series: Series, instance: Instance) -> Added:
        """Add an instance, with its study and series where they are new.

        A study keeps the patient data it came with: another study of the same PatientID under another name stands
        beside it, with its own.
        """
        if self._digest(instance.sop_instance_uid) == instance.sha256:
            return self._found_again(instance)
        if self._kind(study, of_series, instance):
            return Added.CONFLICT
        self._put_study(study)
        self._put_series(of_series)
        self._connection.execute(_ADD, instance_row(instance))
        return Added.ADDED

    def clash(self, study: Study, of_series: Series, instance: Instance) -> Clash | None:
        """Why this instance cannot stand in the library, and what stands there; None where it can."""
        kind = self._kind(study, of_series, instance)
        match kind:
            case None:
                return None
            case ConflictKind.PATIENT:
                return Clash(kind, side_of(self.get(study.study_instance_uid)))
            case ConflictKind.SERIES:
                ours = self.series_by_uid(of_series.series_instance_uid)
                return Clash(kind, side_of(self.get(ours.study_instance_uid), ours))
            case _:
                stored = self.instance(instance.sop_instance_uid)
                ours = self.series_by_uid(stored.series_instance_uid)
                return Clash(kind, side_of(self.get(ours.study_instance_uid), ours, stored))

    def search(self, text: str = "", limit: int = 1000) -> Found:
        """Studies of which each word of `text` begins a word, newest first, with modalities and counts."""
        condition = matching(text)
        if condition is None and text.strip():
            return Found((), 0)  # something was typed, and no word begins with it
        query = select(studies)
        if condition is None:
            total = self._connection.execute(select(func.count()).select_from(studies)).scalar_one()
        else:
            total = hit_count(self._connection, text)
            query = query.where(condition if total <= limit else _of_many(text))
        rows = self._connection.execute(query.order_by(*_NEWEST).limit(limit))
        return Found(tuple(study_of(row) for row in rows), total)

    def get(self, uid: StudyUid) -> Study:
        """Raises NotFound."""
        row = self._connection.execute(_STUDY, {"uid": uid}).first()
        if row is None:
            raise NotFound("This study is not in the library.")
        return study_of(row)

    def of_patient(self, patient_id: str, limit: int = 500) -> list[Study]:
        """The studies under a patient ID, newest first; none for an empty one, which is nobody's."""
        if not patient_id.strip():
            return []
        query = select(studies).where(studies.c.patient_id == patient_id)
        return [study_of(row) for row in self._connection.execute(query.order_by(*_NEWEST).limit(limit))]

    def any_instance(self, study_uid: StudyUid) -> Instance | None:
        """One instance of a study, for what its header says of the whole."""
        query = select(instances).join(series).where(series.c.study_instance_uid == study_uid).limit(1)
        row = self._connection.execute(query).first()
        return instance_of(row) if row is not None else None

    def series(self, study_uid: StudyUid) -> list[Series]:
        """The study's series by series number; those without one last."""
        return self._series(series.c.study_instance_uid == study_uid)

    def series_by_uid(self, uid: SeriesUid) -> Series:
        """Raises NotFound."""
        found = self._series(series.c.series_instance_uid == uid)
        if not found:
            raise NotFound("This series is not in the library.")
        return found[0]

    def instances(self, series_uid: SeriesUid) -> list[Instance]:
        """The series' instances by instance number, with their headers."""
        rows = self._connection.execute(
            select(instances)
            .where(instances.c.series_instance_uid == series_uid)
            .order_by(instances.c.instance_number, instances.c.sop_instance_uid)
        )
        return [instance_of(row) for row in rows]

    def instance(self, uid: InstanceUid) -> Instance:
        """Raises NotFound."""
        row = self._connection.execute(select(instances).where(instances.c.sop_instance_uid == uid)).first()
        if row is None:
            raise NotFound("This image is not in the library.")
        return instance_of(row)

    def bare_instances(self, uid: StudyUid) -> list[Instance]:
        """Every instance of a study without its header, which takes longest to read; in no particular order."""
        of_study = select(series.c.series_instance_uid).where(series.c.study_instance_uid == uid)
        columns = [column for column in instances.c if column.name != "header"]
        query: Select[Any] = select(*columns, literal("{}").label("header"))
        rows = self._connection.execute(query.where(instances.c.series_instance_uid.in_(of_study)))
        return [instance_of(row) for row in rows]

    def uids(self) -> list[StudyUid]:
        """Every study, newest first."""
        rows = self._connection.execute(select(studies.c.study_instance_uid).order_by(*_NEWEST))
        return [StudyUid(uid) for uid in rows.scalars()]

    def display_names(self, uids: Iterable[StudyUid]) -> dict[StudyUid, str]:
        """The patients of these studies."""
        wanted, found = list(uids), {}
        for start in range(0, len(wanted), _MANY):
            of_these = studies.c.study_instance_uid.in_(wanted[start : start + _MANY])
            for row in self._connection.execute(select(studies).where(of_these)):
                found[StudyUid(row.study_instance_uid)] = patient_of(row).display_name
        return found

    def put_states(self, states: Mapping[InstanceUid, InstanceState], times: Mapping[InstanceUid, int]) -> None:
        """Write down what was found when bytes were looked for; `times` are of files proven to be the same."""
        for uid in {**states, **times}:
            values: dict[str, object] = {"checked_at": self._at()}
            values |= {"state": states[uid].value} if uid in states else {}
            values |= {"mtime_ns": times[uid]} if uid in times else {}
            of_instance = instances.c.sop_instance_uid == uid
            self._connection.execute(update(instances).where(of_instance).values(values))

    def put_opened(self, uid: StudyUid) -> None:
        """Somebody opens the study now."""
        self._update(uid, opened_at=self._at())

    def put_hold(self, uid: StudyUid, hold: LegalHold | None) -> None:
        """Set or (None) lift the legal hold."""
        self._update(uid, legal_hold=hold_text(hold))

    def put_patient(self, uid: StudyUid, patient: Patient) -> None:
        """Another patient's data in the place of the study's, in the search index too."""
        before = self._connection.execute(_STUDY, {"uid": uid}).one()
        self._update(
            uid,
            patient_id=patient.patient_id,
            patient_name=patient.patient_name,
            patient_birth_date=patient.patient_birth_date,
            patient_sex=patient.patient_sex,
        )
        drop_from_search(self._connection, before.number)
        after = self.get(uid)
        add_to_search(self._connection, before.number, after)
        self._patients[uid] = patient
        Conflicts(self._connection, self._now).list_identities(after, self._contradicting(after))

    def forget_cached(self) -> None:
        """After rows were removed within this transaction."""
        self._parents.clear()
        self._patients.clear()

    def thumbnail(self, series_uid: SeriesUid) -> bytes | None:
        """The small PNG; None where none was made yet, or none could be."""
        query = select(thumbnails.c.png).where(thumbnails.c.series_instance_uid == series_uid)
        return self._connection.execute(query).scalar() or None

    def put_thumbnail(self, series_uid: SeriesUid, png: bytes) -> None:
        """Keep the small PNG in the place of the one before."""
        self._connection.execute(delete(thumbnails).where(thumbnails.c.series_instance_uid == series_uid))
        self._connection.execute(insert(thumbnails).values(series_instance_uid=series_uid, png=png))

    def _kind(self, study: Study, of_series: Series, instance: Instance) -> ConflictKind | None:
        """The gravest first: whose images these are comes before which images they are."""
        patient = self._patient(study.study_instance_uid)
        if patient is not None and not is_same_patient(patient, study.patient):
            return ConflictKind.PATIENT
        parent = self._parent(of_series.series_instance_uid)
        if parent is not None and parent != study.study_instance_uid:
            return ConflictKind.SERIES
        known = self._digest(instance.sop_instance_uid)
        return ConflictKind.CONTENT if known not in (None, instance.sha256) else None

    def _digest(self, uid: InstanceUid) -> str | None:
        return self._connection.execute(_DIGEST, {"uid": uid}).scalar()

    def _parent(self, uid: SeriesUid) -> str | None:
        """The study of a series, asked once a transaction: an import comes with hundreds of instances a series."""
        if uid not in self._parents:
            found = self._connection.execute(_PARENT, {"uid": uid}).scalar()
            if found is None:
                return None
            self._parents[uid] = found
        return self._parents[uid]

    def _patient(self, uid: StudyUid) -> Patient | None:
        """Whose study it is, asked once a transaction."""
        if uid not in self._patients:
            row = self._connection.execute(_STUDY, {"uid": uid}).first()
            if row is None:
                return None
            self._patients[uid] = patient_of(row)
        return self._patients[uid]

    def _found_again(self, instance: Instance) -> Added:
        """Where the library lost sight of its bytes, the same bytes from elsewhere take their place."""
        known = self.instance(instance.sop_instance_uid)
        if known.state is InstanceState.PRESENT or known.location == instance.location:
            return Added.ALREADY_THERE
        self._connection.execute(delete(instances).where(instances.c.sop_instance_uid == instance.sop_instance_uid))
        if known.storage is Storage.VAULT:
            self._connection.execute(delete(files).where(files.c.id == known.location))
        self._connection.execute(_ADD, instance_row(replace(instance, series_instance_uid=known.series_instance_uid)))
        return Added.ADDED

    def _put_study(self, study: Study) -> None:
        if self._patient(study.study_instance_uid) is None:
            row = {**study_row(study), "imported_at": self._at()}
            number = self._connection.execute(insert(studies).values(row).returning(studies.c.number)).scalar_one()
            add_to_search(self._connection, number, study)
            Conflicts(self._connection, self._now).list_identities(study, self._contradicting(study))

    def _contradicting(self, study: Study) -> list[Study]:
        """The newest study of each other identity under the same patient ID."""
        identifier = study.patient.patient_id
        if not identifier.strip():
            return []
        same_id = (studies.c.patient_id == identifier) & (studies.c.study_instance_uid != study.study_instance_uid)
        rows = self._connection.execute(select(studies).where(same_id).order_by(*_NEWEST).limit(100))
        others: list[Study] = []
        for other in map(study_of, rows):
            if not any(is_same_identity(one.patient, other.patient) for one in (study, *others)):
                others.append(other)
        return others[:_MOST_IDENTITIES]

    def _put_series(self, new: Series) -> None:
        if self._parent(new.series_instance_uid) is None:
            self._connection.execute(insert(series).values(series_row(new)))

    def _update(self, uid: StudyUid, **values: str) -> None:
        self._connection.execute(update(studies).where(studies.c.study_instance_uid == uid).values(values))

    def _at(self) -> str:
        return self._now.astimezone(UTC).isoformat(timespec="seconds")

    def _series(self, condition: ColumnElement[bool]) -> list[Series]:
        rows = self._connection.execute(
            select(
                series,
                func.count(instances.c.sop_instance_uid).label("instance_count"),
                func.count(case((instances.c.state != _PRESENT, 1))).label("absent_count"),
            )
            .outerjoin(instances, instances.c.series_instance_uid == series.c.series_instance_uid)
            .where(condition)
            .group_by(series.c.series_instance_uid)
            .order_by(series.c.series_number.is_(None), series.c.series_number, series.c.series_instance_uid)
        )
        return [series_of(row) for row in rows]


def _of_many(text: str) -> ColumnElement[bool]:
    """For many hits: reading the index of dates until there are enough beats looking up and sorting all of them."""
    condition = matching(text, studies.c.number + 0)
    if condition is None:
        raise ValueError("nothing was typed")
    return condition

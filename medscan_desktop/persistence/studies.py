"""Studies, series and instances. Nothing already there is ever overwritten or merged by an import."""

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, insert, select

from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import (
    Instance,
    InstanceUid,
    Patient,
    Series,
    SeriesUid,
    Study,
    StudyUid,
)
from medscan_desktop.persistence.study_rows import (
    instance_of,
    instance_row,
    patient_of,
    series_of,
    series_row,
    study_of,
    study_row,
)
from medscan_desktop.persistence.study_search import add_to_search, matching
from medscan_desktop.persistence.tables import instances, series, studies, thumbnails


class Added(StrEnum):
    """What became of an instance that was to be added."""

    ADDED = "added"
    ALREADY_THERE = "already there"  # the same UID, the same content
    CONFLICT = "conflict"  # nothing was changed; `Studies.conflict` says why


# Made once: composing a statement costs SQLAlchemy more than running it, and an import runs these for every file.
_DIGEST = select(instances.c.sha256).where(instances.c.sop_instance_uid == bindparam("uid"))
_PARENT = select(series.c.study_instance_uid).where(series.c.series_instance_uid == bindparam("uid"))
_STUDY = select(studies).where(studies.c.study_instance_uid == bindparam("uid"))
_ADD = insert(instances)


class Studies:
    """The library within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._parents: dict[SeriesUid, str] = {}
        self._patients: dict[StudyUid, Patient] = {}

    def put_instance(self, study: Study, of_series: Series, instance: Instance) -> Added:
        """Add an instance, with its study and series where they are new.

        A study keeps the patient data it came with: another study of the same PatientID under another name stands
        beside it, with its own.
        """
        if self._digest(instance.sop_instance_uid) == instance.sha256:
            return Added.ALREADY_THERE
        if self.conflict(study, of_series, instance):
            return Added.CONFLICT
        self._put_study(study)
        self._put_series(of_series)
        self._connection.execute(_ADD, instance_row(instance))
        return Added.ADDED

    def conflict(self, study: Study, of_series: Series, instance: Instance) -> str:
        """Why this instance cannot stand beside what is there, as a clause without patient data; "" where it can."""
        known = self._digest(instance.sop_instance_uid)
        if known is not None and known != instance.sha256:
            return "the library has this SOP Instance UID already, with other content"
        parent = self._parent(of_series.series_instance_uid)
        if parent is not None and parent != study.study_instance_uid:
            return "the library has this Series Instance UID already, in another study"
        patient = self._patient(study.study_instance_uid)
        if patient is not None and not _is_same_patient(patient, study.patient):
            return "the library has this Study Instance UID already, of another patient"
        return ""

    def search(self, text: str = "", limit: int = 1000) -> list[Study]:
        """Studies of which each word of `text` begins a word, newest first, with modalities and counts."""
        condition = matching(text)
        if condition is None and text.strip():
            return []  # something was typed, and no word begins with it
        query = select(studies.c.number)
        if condition is not None:
            query = query.where(condition)
        newest = query.order_by(studies.c.study_date.desc(), studies.c.study_time.desc(), studies.c.number.desc())
        return self._counted(select(newest.limit(limit).subquery().c.number))

    def get(self, uid: StudyUid) -> Study:
        """Raises NotFound."""
        found = self._counted(select(studies.c.number).where(studies.c.study_instance_uid == uid))
        if not found:
            raise NotFound("This study is not in the library.")
        return found[0]

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

    def thumbnail(self, series_uid: SeriesUid) -> bytes | None:
        """The small PNG; None where none was made yet."""
        return self._connection.execute(
            select(thumbnails.c.png).where(thumbnails.c.series_instance_uid == series_uid)
        ).scalar()

    def put_thumbnail(self, series_uid: SeriesUid, png: bytes) -> None:
        """Keep the small PNG in the place of the one before."""
        self._connection.execute(delete(thumbnails).where(thumbnails.c.series_instance_uid == series_uid))
        self._connection.execute(insert(thumbnails).values(series_instance_uid=series_uid, png=png))

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

    def _put_study(self, study: Study) -> None:
        if self._patient(study.study_instance_uid) is None:
            number = self._connection.execute(
                insert(studies).values(study_row(study)).returning(studies.c.number)
            ).scalar_one()
            add_to_search(self._connection, number, study)

    def _put_series(self, new: Series) -> None:
        if self._parent(new.series_instance_uid) is None:
            self._connection.execute(insert(series).values(series_row(new)))

    def _counted(self, numbers: Select[tuple[int]]) -> list[Study]:
        """The studies of these row numbers, newest first, with what their series add up to."""
        of_study = (
            select(
                series.c.study_instance_uid,
                series.c.series_instance_uid,
                series.c.modality,
                func.count(instances.c.sop_instance_uid).label("instance_count"),
            )
            .join(studies, studies.c.study_instance_uid == series.c.study_instance_uid)
            .outerjoin(instances, instances.c.series_instance_uid == series.c.series_instance_uid)
            .where(studies.c.number.in_(numbers))
            .group_by(series.c.series_instance_uid)
            .subquery()
        )
        rows = self._connection.execute(
            select(
                studies,
                func.group_concat(of_study.c.modality.distinct()).label("modalities"),
                func.count(of_study.c.series_instance_uid).label("series_count"),
                func.coalesce(func.sum(of_study.c.instance_count), 0).label("instance_count"),
            )
            .outerjoin(of_study, of_study.c.study_instance_uid == studies.c.study_instance_uid)
            .where(studies.c.number.in_(numbers))
            .group_by(studies.c.number)
            .order_by(studies.c.study_date.desc(), studies.c.study_time.desc(), studies.c.number.desc())
        )
        return [study_of(row) for row in rows]

    def _series(self, condition: ColumnElement[bool]) -> list[Series]:
        rows = self._connection.execute(
            select(series, func.count(instances.c.sop_instance_uid).label("instance_count"))
            .outerjoin(instances, instances.c.series_instance_uid == series.c.series_instance_uid)
            .where(condition)
            .group_by(series.c.series_instance_uid)
            .order_by(series.c.series_number.is_(None), series.c.series_number, series.c.series_instance_uid)
        )
        return [series_of(row) for row in rows]


def _is_same_patient(one: Patient, other: Patient) -> bool:
    """The same id and name; a birth date only counts where both have one."""
    if one.patient_id.strip() != other.patient_id.strip() or _plain(one) != _plain(other):
        return False
    dates = {one.patient_birth_date, other.patient_birth_date} - {""}
    return len(dates) <= 1


def _plain(patient: Patient) -> str:
    """The name without what only differs in writing: case, spaces and empty components at the end of a group."""
    groups = (group.strip(" ^") for group in patient.patient_name.casefold().split("="))
    return "=".join(groups).strip("=")

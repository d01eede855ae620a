"""The reconcile list: what an import held back, and which patients contradict each other. One row a held file."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from medscan_desktop.domain.conflict import Conflict, ConflictKind, ConflictState, Side, plain_name
from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import (
    Instance,
    InstanceState,
    InstanceUid,
    Patient,
    Series,
    SeriesUid,
    Storage,
    Study,
    StudyUid,
    VaultId,
)
from medscan_desktop.persistence.study_rows import study_of
from medscan_desktop.persistence.tables import conflicts, studies

_GROUP = 12  # characters of a row's id that all rows of one entry begin with
_OPEN = ConflictState.OPEN.value


@dataclass(frozen=True, slots=True)
class Clash:
    """Why an instance cannot stand in the library, and what stands there."""

    kind: ConflictKind
    ours: Side


@dataclass(frozen=True, slots=True)
class Held:
    """A file held back: all that is needed to take it in after all. Its bytes are in the vault."""

    label: str
    study: Study
    series: Series
    instance: Instance


class Conflicts:
    """The list within one transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now.astimezone(UTC).isoformat(timespec="seconds")

    def known(self, clash: Clash, held: Held) -> ConflictState | None:
        """What was decided about this very file, OPEN where it waits; None where it is not on the list."""
        identifier = _row_id(_group_of(clash, held), held.instance)
        state = self._connection.execute(select(conflicts.c.state).where(conflicts.c.id == identifier)).scalar()
        return None if state is None else ConflictState(state)

    def hold(self, clash: Clash, held: Held) -> None:
        """Add a file that is not `known`. Its location is in the vault."""
        body = {
            "label": held.label,
            "ours": asdict(clash.ours),
            "theirs": asdict(side_of(held.study, held.series, held.instance)),
            "study": asdict(held.study),
            "series": asdict(held.series),
            "instance": {**asdict(held.instance), "header": dict(held.instance.header)},
        }
        identifier = _row_id(_group_of(clash, held), held.instance)
        study, uid = clash.ours.study_instance_uid, held.instance.sop_instance_uid
        self._add(identifier, clash.kind, study, uid, body, VaultId(held.instance.location))

    def list_identities(self, new: Study, others: Iterable[Study]) -> None:
        """List a new study's patient beside each of the others, of the same patient ID, once a pair of identities."""
        for other in others:
            group = _digest(ConflictKind.IDENTITY, *sorted((_identity(new.patient), _identity(other.patient))))
            if self._rows(group[:_GROUP]):
                continue
            body = {"label": "", "ours": asdict(side_of(other)), "theirs": asdict(side_of(new))}
            identifier = f"{group[:_GROUP]}-0"
            self._add(identifier, ConflictKind.IDENTITY, new.study_instance_uid, InstanceUid(""), body, VaultId(""))

    def open_count(self) -> int:
        """How many entries wait for a decision."""
        query = select(func.count(func.distinct(func.substr(conflicts.c.id, 1, _GROUP))))
        return self._connection.execute(query.where(conflicts.c.state == _OPEN)).scalar_one()

    def all(self, *, decided: bool = False) -> list[Conflict]:
        """The entries that wait, newest first; with `decided` also those about which somebody has decided."""
        query = select(conflicts) if decided else select(conflicts).where(conflicts.c.state == _OPEN)
        groups: dict[str, list[Row[Any]]] = {}
        for row in self._connection.execute(query.order_by(conflicts.c.at.desc(), conflicts.c.id)):
            groups.setdefault(row.id[:_GROUP], []).append(row)
        return [_conflict(rows) for rows in groups.values()]

    def get(self, identifier: str) -> Conflict:
        """What waits of an entry, else what was decided about it. Raises NotFound."""
        rows = self._current(identifier)
        if not rows:
            raise NotFound("This entry is not in the reconcile list.")
        return _conflict(rows)

    def held(self, identifier: str) -> list[Held]:
        """The files that `get` speaks of; none for two patients."""
        return [_held(json.loads(row.body)) for row in self._current(identifier) if row.sop_instance_uid]

    def resolve(self, identifier: str, state: ConflictState, by: str, reason: str) -> None:
        """Write down what was decided about what `get` speaks of. OPEN takes a decision back."""
        at = "" if state is ConflictState.OPEN else self._now
        for row in self._current(identifier):
            body = json.loads(row.body)
            holds = state in (ConflictState.OPEN, ConflictState.APART) and row.sop_instance_uid
            values = {
                "state": state.value,
                "body": json.dumps({**body, "reason": reason}, ensure_ascii=False),
                "vault_id": body["instance"]["location"] if holds else "",
                "resolved_at": at,
                "resolved_by": by if at else "",
            }
            self._connection.execute(update(conflicts).where(conflicts.c.id == row.id).values(values))

    def forget(self, identifier: str) -> None:
        """Take what `get` speaks of off the list: importing it again lists it again."""
        for row in self._current(identifier):
            self._connection.execute(delete(conflicts).where(conflicts.c.id == row.id))

    def forget_study(self, study_uid: StudyUid) -> None:
        """Drop what the list says of a study that is deleted; what it still holds back must be decided before."""
        of_study = conflicts.c.study_instance_uid == study_uid
        held = conflicts.c.kind != ConflictKind.IDENTITY.value
        self._connection.execute(delete(conflicts).where(of_study & held & (conflicts.c.vault_id == "")))
        named = conflicts.c.body.contains(f'"study_instance_uid": "{study_uid}"', autoescape=True)
        for row in self._connection.execute(select(conflicts).where(~held & named)).all():
            self._without_study(row, study_uid)

    def _without_study(self, row: Row[Any], study_uid: StudyUid) -> None:
        """Two identities stay on the list while each has a study: another one of the same replaces the deleted one."""
        body = json.loads(row.body)
        for name in ("ours", "theirs"):
            if body[name]["study_instance_uid"] == study_uid:
                patient = (
                    studies.c.patient_id,
                    studies.c.patient_name,
                    studies.c.patient_birth_date,
                    studies.c.patient_sex,
                )
                same = [column == body[name]["patient"][column.name] for column in patient]
                query = select(studies).where(*same, studies.c.study_instance_uid != study_uid).limit(1)
                other = self._connection.execute(query).first()
                if other is None:
                    self._connection.execute(delete(conflicts).where(conflicts.c.id == row.id))
                    return
                body[name] = asdict(side_of(study_of(other)))
        values = {
            "body": json.dumps(body, ensure_ascii=False),
            "study_instance_uid": body["theirs"]["study_instance_uid"],
        }
        self._connection.execute(update(conflicts).where(conflicts.c.id == row.id).values(values))

    def _add(
        self, identifier: str, kind: ConflictKind, study: StudyUid, uid: InstanceUid, body: object, vault_id: VaultId
    ) -> None:
        self._connection.execute(
            insert(conflicts).values(
                id=identifier,
                kind=kind.value,
                study_instance_uid=study,
                sop_instance_uid=uid,
                state=_OPEN,
                body=json.dumps(body, ensure_ascii=False),
                vault_id=vault_id,
                at=self._now,
                resolved_at="",
                resolved_by="",
            )
        )

    def _current(self, identifier: str) -> Sequence[Row[Any]]:
        """Later files of a decided entry wait anew, and are then what it is about."""
        rows = self._rows(identifier)
        return [row for row in rows if row.state == _OPEN] or rows

    def _rows(self, identifier: str) -> Sequence[Row[Any]]:
        return self._connection.execute(select(conflicts).where(_in(identifier)).order_by(conflicts.c.id)).all()


def side_of(study: Study, series: Series | None = None, instance: Instance | None = None) -> Side:
    """What a person needs of a study, or of one of its images, to decide."""
    return Side(
        patient=study.patient,
        study_instance_uid=study.study_instance_uid,
        study_date=study.study_date,
        study_description=study.study_description,
        accession_number=study.accession_number,
        series_instance_uid=series.series_instance_uid if series else None,
        modality=series.modality if series else "",
        series_description=series.series_description if series else "",
        size_bytes=instance.size_bytes if instance else 0,
        sha256=instance.sha256 if instance else "",
    )


def _in(identifier: str) -> Any:
    """The rows of one entry: a range of the primary key."""
    begins = identifier[:_GROUP] if len(identifier) >= _GROUP else f"{identifier}\x00"  # never the rows of many entries
    return (conflicts.c.id >= begins) & (conflicts.c.id < f"{begins}~")


def _group_of(clash: Clash, held: Held) -> str:
    ours, kind = clash.ours, clash.kind
    match kind:
        case ConflictKind.PATIENT:
            about: tuple[str, ...] = (ours.study_instance_uid, _identity(held.study.patient))
        case ConflictKind.SERIES:
            about = (held.series.series_instance_uid, held.study.study_instance_uid)
        case _:
            about = (ours.study_instance_uid, ours.series_instance_uid or "", held.series.series_instance_uid)
    return _digest(kind, *about)[:_GROUP]


def _row_id(group: str, instance: Instance) -> str:
    return f"{group}-{_digest(instance.sop_instance_uid, instance.sha256)[:20]}"


def _identity(patient: Patient) -> str:
    parts = (patient.patient_id.strip(), plain_name(patient), patient.patient_birth_date, patient.patient_sex)
    return json.dumps(parts, ensure_ascii=False)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _conflict(rows: Sequence[Row[Any]]) -> Conflict:
    bodies = [json.loads(row.body) for row in rows]
    first = rows[0]
    return Conflict(
        id=first.id[:_GROUP],
        kind=ConflictKind(first.kind),
        state=ConflictState(first.state),
        ours=_side(bodies[0]["ours"]),
        theirs=_side(bodies[0]["theirs"]),
        at=min(row.at for row in rows),
        labels=tuple(body["label"] for body in bodies if body["label"]),
        sop_instance_uids=tuple(InstanceUid(row.sop_instance_uid) for row in rows if row.sop_instance_uid),
        resolved_at=first.resolved_at,
        resolved_by=first.resolved_by,
        reason=bodies[0].get("reason", ""),
    )


def _side(body: dict[str, Any]) -> Side:
    return Side(**{**body, "patient": Patient(**body["patient"])})


def _held(body: dict[str, Any]) -> Held:
    study, instance = dict(body["study"]), dict(body["instance"])
    study |= {"patient": Patient(**study["patient"]), "modalities": tuple(study["modalities"])}
    instance |= {"storage": Storage(instance["storage"]), "state": InstanceState(instance["state"])}
    series = Series(**body["series"])
    return Held(body["label"], Study(**study), series, Instance(**instance))


def series_uids(held: Iterable[Held]) -> set[SeriesUid]:
    """The series that the held files belong to."""
    return {one.series.series_instance_uid for one in held}

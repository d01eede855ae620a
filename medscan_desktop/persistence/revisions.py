"""Records that change: each change is a new revision, and every earlier one stays readable."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import StudyUid


class Revisions:
    """One table of JSON bodies, within one transaction. `noun` names a record in the user's words."""

    def __init__(self, connection: Connection, table: Table, noun: str) -> None:
        self._connection = connection
        self._table = table
        self._noun = noun

    def put(self, identifier: str, study_uid: StudyUid, body: Mapping[str, Any]) -> int:
        """Insert, or add a revision (which also brings a deleted record back); gives the revision's number."""
        return self._add(identifier, study_uid, json.dumps(body, ensure_ascii=False, separators=(",", ":")))

    def get(self, identifier: str) -> dict[str, Any]:
        """The current body. Raises NotFound, also where it was deleted."""
        body = self.find(identifier)
        if body is None:
            raise NotFound(f"This {self._noun} is not in the records.")
        return body

    def find(self, identifier: str) -> dict[str, Any] | None:
        """The current body, None where there is none (any more)."""
        row = self._current(identifier)
        if row is None:
            return None
        body: dict[str, Any] = json.loads(row[1])
        return body

    def study_of(self, identifier: str) -> StudyUid | None:
        """The study that a record belongs to, a deleted one's too; None where there never was one of this id."""
        table = self._table.c
        found = select(table.study_instance_uid).where(table.id == identifier, table.is_current)
        study = self._connection.execute(found).scalar()
        return StudyUid(study) if study is not None else None

    def of_study(self, study_uid: StudyUid) -> list[dict[str, Any]]:
        """The current bodies of a study, in no order that means anything."""
        table = self._table.c
        rows = self._connection.execute(
            select(table.body).where(table.study_instance_uid == study_uid, table.is_current, ~table.is_deleted)
        )
        return [json.loads(body) for body in rows.scalars()]

    def delete(self, identifier: str) -> None:
        """Add a revision that says "deleted". Raises NotFound where there is nothing to delete."""
        row = self._current(identifier)
        if row is None:
            raise NotFound(f"This {self._noun} is not in the records.")
        self._add(identifier, StudyUid(row[0]), row[1], is_deleted=True)

    def _current(self, identifier: str) -> tuple[str, str] | None:
        """Study and body."""
        table = self._table.c
        row = self._connection.execute(
            select(table.study_instance_uid, table.body).where(
                table.id == identifier, table.is_current, ~table.is_deleted
            )
        ).first()
        return (row.study_instance_uid, row.body) if row is not None else None

    def _add(self, identifier: str, study_uid: StudyUid, body: str, *, is_deleted: bool = False) -> int:
        table = self._table.c
        last = self._connection.execute(select(func.max(table.revision)).where(table.id == identifier)).scalar() or 0
        self._connection.execute(
            update(self._table).where(table.id == identifier, table.revision == last).values(is_current=False)
        )
        self._connection.execute(
            insert(self._table).values(
                id=identifier,
                revision=last + 1,
                is_current=True,
                is_deleted=is_deleted,
                study_instance_uid=study_uid,
                body=body,
            )
        )
        return last + 1

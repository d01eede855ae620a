"""What the library's studies take up and what keeps them; and taking a study out of every table, whole."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, delete, func, select

from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.retention import Stored
from medscan_desktop.domain.study import InstanceUid, LegalHold, SeriesUid, Storage, StudyUid, VaultId
from medscan_desktop.persistence.conflicts import Conflicts
from medscan_desktop.persistence.study_search import drop_from_search
from medscan_desktop.persistence.tables import (
    calibrations,
    conflicts,
    desktops,
    files,
    findings,
    instances,
    key_images,
    measurements,
    outbox,
    series,
    sources,
    stack_overrides,
    studies,
    thumbnails,
)

_MANY = 500  # names a statement


@dataclass(frozen=True, slots=True)
class Use:
    """What takes how many bytes; `held_bytes` of the reconcile list, `other_bytes` of masks and key images."""

    studies: int
    instances: int
    vault_bytes: int
    referenced_bytes: int
    held_bytes: int
    other_bytes: int
    thumbnail_bytes: int
    absent: int  # images that were missing or changed when last looked at
    on_hold: int  # studies


@dataclass(frozen=True, slots=True)
class Removed:
    """What left the records with a study. `files` are to be erased from the vault after the commit."""

    instances: int
    measurements: int
    findings: int
    unsent: int
    vault_bytes: int
    files: tuple[VaultId, ...]

    @property
    def detail(self) -> dict[str, int]:
        """Counts, for the audit event."""
        names = ("instances", "measurements", "findings", "unsent", "vault_bytes")
        return {name: getattr(self, name) for name in names}


class StorageUse:
    """Room, and making it, within one transaction."""

    def __init__(self, connection: Connection, of_conflicts: Conflicts) -> None:
        self._connection = connection
        self._conflicts = of_conflicts

    def use(self) -> Use:
        """What takes up room."""
        counted = self._one(
            select(
                func.count().label("studies"),
                func.coalesce(func.sum(studies.c.instance_count), 0).label("instances"),
                func.coalesce(func.sum(studies.c.vault_bytes), 0).label("vault"),
                func.coalesce(func.sum(studies.c.absent_count), 0).label("absent"),
                func.count(case((studies.c.legal_hold != "", 1))).label("on_hold"),
            )
        )
        is_referenced = instances.c.storage == Storage.REFERENCED.value
        held = files.c.id.in_(select(conflicts.c.vault_id).where(conflicts.c.vault_id != ""))
        held_bytes = self._sum(select(func.sum(files.c.size)).where(held))
        return Use(
            studies=counted.studies,
            instances=counted.instances,
            vault_bytes=counted.vault,
            referenced_bytes=self._sum(select(func.sum(instances.c.size_bytes)).where(is_referenced)),
            held_bytes=held_bytes,
            other_bytes=max(0, self._sum(select(func.sum(files.c.size))) - counted.vault - held_bytes),
            thumbnail_bytes=self._sum(select(func.sum(func.length(thumbnails.c.png)))),
            absent=counted.absent,
            on_hold=counted.on_hold,
        )

    def stored(self, uid: StudyUid | None = None) -> list[Stored]:
        """Every study (or one) as the rules of retention see it."""
        query = select(studies) if uid is None else select(studies).where(studies.c.study_instance_uid == uid)
        unsent, held = self._unsent(), self._held()
        return [
            Stored(
                study_instance_uid=StudyUid(row.study_instance_uid),
                study_date=row.study_date,
                imported_at=row.imported_at,
                opened_at=row.opened_at,
                vault_bytes=row.vault_bytes,
                instances=row.instance_count,
                legal_hold=LegalHold(**json.loads(row.legal_hold)) if row.legal_hold else None,
                unsent=unsent.get(row.study_instance_uid, 0),
                held=held.get(row.study_instance_uid, 0),
            )
            for row in self._connection.execute(query)
        ]

    def remove_study(self, uid: StudyUid) -> Removed:
        """Take a study out of every table. Raises NotFound."""
        row = self._connection.execute(select(studies).where(studies.c.study_instance_uid == uid)).first()
        if row is None:
            raise NotFound("This study is not in the library.")
        of_study = series.c.study_instance_uid == uid
        uids = [
            SeriesUid(one)
            for one in self._connection.execute(select(series.c.series_instance_uid).where(of_study)).scalars()
        ]
        in_vault = self._files_of(uids)
        masks, made = self._masks(uid)
        marks = self._ids(measurements, uid)
        beside = [one for table in (key_images, calibrations) for one in self._ids(table, uid)]
        unsent = self._forget_unsent([*marks, *made, *beside])
        for table in (measurements, findings, key_images, calibrations, desktops):
            self._connection.execute(delete(table).where(table.c.study_instance_uid == uid))
        self._forget_sources(uids)
        for one in (thumbnails, stack_overrides, instances, series):
            self._delete(one, one.c.series_instance_uid, uids)
        self._delete(files, files.c.id, [*in_vault, *masks])
        self._conflicts.forget_study(uid)
        drop_from_search(self._connection, row.number)
        self._connection.execute(delete(studies).where(studies.c.study_instance_uid == uid))
        return Removed(row.instance_count, len(marks), len(made), unsent, row.vault_bytes, (*in_vault, *masks))

    def remove_instances(self, uids: Iterable[InstanceUid]) -> list[VaultId]:
        """Take single images out; their series stays, or `drop_empty` drops it. Gives the vault's files to erase."""
        wanted, gone = list(uids), []
        for chunk in _chunks(wanted):
            rows = self._connection.execute(
                select(instances.c.location).where(
                    instances.c.sop_instance_uid.in_(chunk), instances.c.storage == Storage.VAULT.value
                )
            )
            gone += [VaultId(location) for location in rows.scalars()]
        self._delete(sources, sources.c.sop_instance_uid, wanted)
        self._delete(instances, instances.c.sop_instance_uid, wanted)
        self._delete(files, files.c.id, gone)
        return gone

    def drop_empty(self, study_uids: Iterable[StudyUid]) -> list[VaultId]:
        """Drop the series without an image of these studies, then the studies without a series; the files to erase."""
        gone: list[VaultId] = []
        for uid in study_uids:
            full = select(instances.c.sop_instance_uid).where(
                instances.c.series_instance_uid == series.c.series_instance_uid
            )
            empty = select(series.c.series_instance_uid).where(series.c.study_instance_uid == uid, ~full.exists())
            uids = list(self._connection.execute(empty).scalars())
            for one in (thumbnails, stack_overrides, series):
                self._delete(one, one.c.series_instance_uid, uids)
            left = select(series.c.series_instance_uid).where(series.c.study_instance_uid == uid).limit(1)
            is_there = self._connection.execute(select(studies.c.number).where(studies.c.study_instance_uid == uid))
            if is_there.first() is not None and self._connection.execute(left).first() is None:
                gone += self.remove_study(uid).files
        return gone

    def forget_thumbnails(self, uids: Iterable[SeriesUid]) -> None:
        """They are drawn again."""
        self._delete(thumbnails, thumbnails.c.series_instance_uid, list(uids))

    def forget_sources(self, uids: Iterable[InstanceUid]) -> None:
        """The next import reads the files of these images again, whatever it knew of them."""
        self._delete(sources, sources.c.sop_instance_uid, list(uids))

    def _files_of(self, uids: Sequence[SeriesUid]) -> list[VaultId]:
        found: list[VaultId] = []
        for chunk in _chunks(uids):
            query = select(instances.c.location).where(
                instances.c.series_instance_uid.in_(chunk), instances.c.storage == Storage.VAULT.value
            )
            found += [VaultId(location) for location in self._connection.execute(query).scalars()]
        return found

    def _masks(self, uid: StudyUid) -> tuple[list[VaultId], list[str]]:
        """The masks of every revision of the study's findings, and the findings' ids."""
        rows = self._connection.execute(
            select(findings.c.id, findings.c.body).where(findings.c.study_instance_uid == uid)
        )
        masks: dict[VaultId, None] = {}
        made: dict[str, None] = {}
        for row in rows:
            made[row.id] = None
            if mask := json.loads(row.body).get("mask"):
                masks[VaultId(mask)] = None
        return list(masks), list(made)

    def _ids(self, table: Any, uid: StudyUid) -> list[str]:
        return list(
            self._connection.execute(select(table.c.id).distinct().where(table.c.study_instance_uid == uid)).scalars()
        )

    def _forget_unsent(self, identifiers: Sequence[str]) -> int:
        """What nobody was told yet of records that are gone: there is nothing left to tell."""
        before = self._sum(select(func.count()).select_from(outbox))
        self._delete(outbox, outbox.c.entity_id, identifiers)
        return before - self._sum(select(func.count()).select_from(outbox))

    def _forget_sources(self, uids: Sequence[SeriesUid]) -> None:
        for uid in uids:
            of_series = select(instances.c.sop_instance_uid).where(instances.c.series_instance_uid == uid)
            self._connection.execute(delete(sources).where(sources.c.sop_instance_uid.in_(of_series)))

    def _unsent(self) -> dict[str, int]:
        """Changes that wait to be sent, by study."""
        counts: dict[str, int] = {}
        for table in (measurements, findings, key_images, calibrations):
            uids = select(table.c.id, table.c.study_instance_uid).where(table.c.is_current).subquery()
            query = (
                select(uids.c.study_instance_uid, func.count())
                .join(outbox, outbox.c.entity_id == uids.c.id)
                .group_by(uids.c.study_instance_uid)
            )
            for uid, count in self._connection.execute(query):
                counts[uid] = counts.get(uid, 0) + count
        return counts

    def _held(self) -> dict[str, int]:
        query = select(conflicts.c.study_instance_uid, func.count()).where(conflicts.c.vault_id != "")
        rows = self._connection.execute(query.group_by(conflicts.c.study_instance_uid))
        return {row[0]: row[1] for row in rows}

    def _delete(self, table: Any, column: ColumnElement[Any], values: Sequence[str]) -> None:
        for chunk in _chunks(values):
            self._connection.execute(delete(table).where(column.in_(chunk)))

    def _sum(self, query: Select[Any]) -> int:
        return int(self._connection.execute(query).scalar() or 0)

    def _one(self, query: Select[Any]) -> Any:
        return self._connection.execute(query).one()


def _chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + _MANY] for start in range(0, len(values), _MANY)]

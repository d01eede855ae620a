"""Contents that ended or hung the process that read them, by their SHA-256: they are not tried again unasked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.persistence.tables import hostile_files, instances


@dataclass(frozen=True, slots=True)
class HostileFile:
    """One of them; the UIDs are "" where the library does not have it (any more)."""

    sha256: str
    reason: str
    at: str
    series_instance_uid: SeriesUid
    sop_instance_uid: InstanceUid


class HostileFiles:
    """What is remembered, within one transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def put(self, sha256: str, reason: str) -> None:
        """Remember a content; the newest reason stays."""
        self.forget([sha256])
        row = {"sha256": sha256, "reason": reason, "at": self._now.isoformat()}
        self._connection.execute(insert(hostile_files).values(row))

    def reasons(self) -> dict[str, str]:
        """Every one's reason by its SHA-256. There are few."""
        rows = self._connection.execute(select(hostile_files.c.sha256, hostile_files.c.reason))
        return {row.sha256: row.reason for row in rows}

    def all(self) -> list[HostileFile]:
        """Every one, the newest first."""
        rows = self._connection.execute(
            select(hostile_files, instances.c.series_instance_uid, instances.c.sop_instance_uid)
            .join_from(hostile_files, instances, hostile_files.c.sha256 == instances.c.sha256, isouter=True)
            .order_by(hostile_files.c.at.desc(), hostile_files.c.sha256)
        )
        return [
            HostileFile(
                row.sha256,
                row.reason,
                row.at,
                SeriesUid(row.series_instance_uid or ""),
                InstanceUid(row.sop_instance_uid or ""),
            )
            for row in rows
        ]

    def forget(self, sha256s: Iterable[str]) -> int:
        """Let them be tried again; how many of them were remembered."""
        wanted = delete(hostile_files).where(hostile_files.c.sha256.in_(list(sha256s)))
        return self._connection.execute(wanted).rowcount

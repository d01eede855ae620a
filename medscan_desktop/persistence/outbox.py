"""What waits to be sent: one row a change, in the change's own transaction."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from medscan_desktop.persistence.tables import outbox


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One change. `base_revision` is the revision that it was made on, 0 for something new."""

    op_id: str
    entity: str
    entity_id: str
    base_revision: int
    body: Mapping[str, Any]
    at: str


class Outbox:
    """The queue within one transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, entity: str, entity_id: str, body: Mapping[str, Any], *, base_revision: int = 0) -> str:
        """Queue a change; gives its operation id, by which the server knows a repetition."""
        op_id = str(uuid7(self._now))
        self._connection.execute(
            insert(outbox).values(
                op_id=op_id,
                entity=entity,
                entity_id=entity_id,
                base_revision=base_revision,
                body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
                at=self._now.astimezone(UTC).isoformat(timespec="microseconds"),
            )
        )
        return op_id

    def pending(self, limit: int = 100) -> list[Outgoing]:
        """The oldest changes first."""
        rows = self._connection.execute(select(outbox).order_by(outbox.c.op_id).limit(limit))
        return [
            Outgoing(row.op_id, row.entity, row.entity_id, row.base_revision, json.loads(row.body), row.at)
            for row in rows
        ]


def uuid7(now: datetime) -> UUID:
    """A UUID that sorts by time to the millisecond (RFC 9562, 5.7)."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)

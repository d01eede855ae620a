"""The audit log's table: appends events to the chain and reads them. `audit_verify` proves it."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from medscan_desktop.domain.audit import AuditEvent
from medscan_desktop.domain.errors import Damaged
from medscan_desktop.persistence.anchors import Anchor, Anchors
from medscan_desktop.persistence.audit_chain import GENESIS, body_of, event_of, link, sign
from medscan_desktop.persistence.audit_verify import Verification, verify_chain
from medscan_desktop.persistence.keys import Keys
from medscan_desktop.persistence.tables import audit, audit_checkpoints

__all__ = ["CHECKPOINT_EVERY", "AuditLog", "Verification"]

CHECKPOINT_EVERY = 1000


# Made once: composing a statement costs SQLAlchemy more than running it.
_END = select(audit.c.sequence, audit.c.mac).order_by(audit.c.sequence.desc()).limit(1)
_ADD = insert(audit)


class AuditLog:
    """The log within one transaction, which must hold the write lock: the chain has one end."""

    def __init__(self, connection: Connection, keys: Keys, anchors: Anchors) -> None:
        self._connection = connection
        self._keys = keys
        self._key = keys.audit_key
        self._anchors = anchors
        self._end: tuple[int, bytes] | None = None  # nobody else can move it while the lock is held

    def append(self, event: AuditEvent, at: datetime) -> None:
        """Chain the event on."""
        last, before = self._end or self._read_end()
        sequence = last + 1
        body = body_of(replace(event, at=at.astimezone(UTC).isoformat(timespec="microseconds")))
        head = link(self._key, before, sequence, body)
        self._connection.execute(_ADD, {"sequence": sequence, "body": body, "mac": head})
        self._end = sequence, head
        if sequence % CHECKPOINT_EVERY == 0:
            self._connection.execute(insert(audit_checkpoints).values(**asdict(self.anchor())))

    def anchor(self) -> Anchor:
        """The signed end of the chain, to be written once the transaction is committed."""
        sequence, head = self._end or self._read_end()
        return Anchor(sequence, head, sign(self._keys.signing_key, sequence, head))

    def _read_end(self) -> tuple[int, bytes]:
        row = self._connection.execute(_END).first()
        return (row.sequence, row.mac) if row is not None else (0, GENESIS)

    def events(self, limit: int | None = 1000, *, action: str = "", object_id: str = "") -> list[AuditEvent]:
        """The newest `limit` events (None: all), newest first; of one action or about one object where given.

        Raises Damaged where an event cannot be read.
        """
        query = select(audit.c.sequence, audit.c.body)
        if action:
            query = query.where(audit.c.action == action)
        if object_id:
            query = query.where(audit.c.object_id == object_id)
        rows = self._connection.execute(query.order_by(audit.c.sequence.desc()).limit(limit))
        try:
            return [event_of(row.sequence, row.body) for row in rows]
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged("The audit log is damaged; `medscan audit verify` says where.") from error

    def verify(self) -> Verification:
        """Prove the whole log."""
        return verify_chain(self._connection, self._keys, self._anchors)

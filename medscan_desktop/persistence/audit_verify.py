"""Proving the audit log: recomputes the chain, compares it with checkpoints and anchors, names what was done to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, select, text

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.persistence.anchors import Anchor, Anchors
from medscan_desktop.persistence.audit_chain import GENESIS, HEAD_BYTES, is_signed, link
from medscan_desktop.persistence.keys import Keys
from medscan_desktop.persistence.tables import AUDIT_TRIGGERS, audit, audit_checkpoints

_BATCH = 10_000
_LARGEST_GAP = 1_000_000  # a made-up number must not make the verifier take all memory
_MOST_BROKEN = 1000  # with more, the log as a whole is not what it was, and naming each helps nobody

_NO_ANCHORS = "The anchor file of the audit log is missing: nothing shows whether the database is the latest."


@dataclass(frozen=True, slots=True)
class Verification:
    """What a proof of the log found; `problems` are sentences, empty where all is well."""

    events: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify_chain(connection: Connection, keys: Keys, anchors: Anchors) -> Verification:
    """Prove the whole log within one transaction. Never raises: whatever goes wrong in here counts as tampering."""
    chain = _Chain()
    problems: list[str] = []
    try:
        public_key = keys.signing_key.public_key()
        problems += _changed_triggers(connection)
        chain.read(connection, keys.audit_key)
        problems += chain.problems(connection, keys.audit_key)
        problems += _wrong_checkpoints(connection, chain, public_key)
        problems += _wrong_anchors(connection, chain, anchors, public_key)
    except FileNotFoundError:
        problems.append(_NO_ANCHORS)
    except Damaged as error:
        problems.append(str(error))
    except Exception as error:  # a row crafted to stop the verifier must not pass for a sound log
        problems.append(f"The audit log cannot be read to its end ({type(error).__name__}): it was tampered with.")
    return Verification(chain.count, tuple(problems))


def rollback_problem(connection: Connection, anchors: Anchors, public_key: Ed25519PublicKey) -> str | None:
    """The quick comparison at start-up: a sentence where the last anchor is not in the database."""
    try:
        last = anchors.last()
    except FileNotFoundError:
        return _NO_ANCHORS
    except Damaged as error:
        return str(error)
    return _disagreement(connection, last, public_key) if last is not None else None


def _disagreement(connection: Connection, last: Anchor, public_key: Ed25519PublicKey) -> str | None:
    head = connection.execute(select(audit.c.mac).where(audit.c.sequence == last.sequence)).scalar()
    if head == last.head:
        return None
    if not is_signed(public_key, last.sequence, last.head, last.signature):
        return _forged(last)
    if head is not None:
        return _rewritten(last.sequence)
    end = connection.execute(select(audit.c.sequence).order_by(audit.c.sequence.desc()).limit(1)).scalar() or 0
    return _cut_short(connection, end, last.sequence)


@dataclass(slots=True)
class _Chain:
    """The log as read: the head after each event, and the places where the chain does not hold."""

    count: int = 0
    last: int = 0  # sequence of the last event
    heads: bytearray = field(default_factory=bytearray)  # 32 bytes an event: a million are 32 MB
    gaps: list[tuple[int, int]] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)

    def head(self, sequence: int) -> bytes:
        """The stored head after this event; b"" where there is none."""
        return bytes(self.heads[(sequence - 1) * HEAD_BYTES : sequence * HEAD_BYTES]) if sequence > 0 else b""

    def read(self, connection: Connection, key: bytes) -> None:
        """Recompute every link. The stored head is carried on, so that one edit breaks one link."""
        previous = GENESIS
        for sequence, body, mac in _rows(connection):
            if sequence != self.last + 1:
                self.gaps.append((self.last + 1, sequence - 1))
                if sequence - self.last > _LARGEST_GAP:
                    break
                self.heads += bytes(HEAD_BYTES * (sequence - 1 - self.last))
            elif link(key, previous, sequence, body) != mac:
                self.broken.append(sequence)
            self.heads += mac
            self.count, self.last, previous = self.count + 1, sequence, mac
            if len(self.broken) > _MOST_BROKEN or len(self.heads) != self.last * HEAD_BYTES:
                break

    def problems(self, connection: Connection, key: bytes) -> list[str]:
        """Gaps and broken links, each named by what makes it whole again."""
        if len(self.broken) > _MOST_BROKEN:
            return [f"More than {_MOST_BROKEN} events fail their check, from event {self.broken[0]} on."]
        missing = [f"{_events(first, last)} deleted from the middle of the log." for first, last in self.gaps]
        return missing + self._explained(connection, key)

    def _explained(self, connection: Connection, key: bytes) -> list[str]:
        """A place that another broken row fits was swapped with it; one that nothing fits was changed."""
        rows = _bodies(connection, self.broken)
        mended: dict[int, bytes] = {}  # the heads that the swapped places had
        swapped: set[tuple[int, int]] = set()
        changed: list[int] = []
        for sequence in self.broken:
            previous = mended.get(sequence - 1) or self.head(sequence - 1) or GENESIS
            fitting = _fitting(key, previous, sequence, rows)
            if fitting is None:
                changed.append(sequence)
            elif fitting[0] != sequence:
                swapped.add((min(sequence, fitting[0]), max(sequence, fitting[0])))
                mended[sequence] = fitting[1]
        return [
            *(f"Events {first} and {second} were swapped." for first, second in sorted(swapped)),
            *(f"Event {sequence} was changed." for sequence in changed),
        ]


def _fitting(
    key: bytes, previous: bytes, sequence: int, rows: Mapping[int, tuple[str, bytes]]
) -> tuple[int, bytes] | None:
    """Which broken row's body belongs at this place, and the head it gives; its MAC may have moved along or stayed."""
    own = rows[sequence][1]
    for candidate in (sequence, *rows):
        body, mac = rows[candidate]
        head = link(key, previous, sequence, body)
        if head in (mac, own):
            return candidate, head
    return None


def _rows(connection: Connection) -> Iterator[tuple[int, str, bytes]]:
    result = connection.exec_driver_sql("SELECT sequence, body, mac FROM audit ORDER BY sequence")
    for batch in result.partitions(_BATCH):
        yield from ((row.sequence, row.body, row.mac) for row in batch)


def _bodies(connection: Connection, sequences: list[int]) -> dict[int, tuple[str, bytes]]:
    rows = connection.execute(
        select(audit.c.sequence, audit.c.body, audit.c.mac).where(audit.c.sequence.in_(sequences))
    )
    return {row.sequence: (row.body, row.mac) for row in rows}


def _changed_triggers(connection: Connection) -> list[str]:
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    present = {row.name: row.sql for row in rows}
    if all(present.get(name) == sql for name, sql in AUDIT_TRIGGERS.items()):
        return []
    return ["The triggers that keep the log append-only were dropped or changed."]


def _wrong_checkpoints(connection: Connection, chain: _Chain, public_key: Ed25519PublicKey) -> list[str]:
    problems = []
    for row in connection.execute(select(audit_checkpoints)):
        if not is_signed(public_key, row.sequence, row.head, row.signature):
            problems.append(f"The checkpoint at event {row.sequence} is not genuine.")
        elif row.sequence <= chain.last and chain.head(row.sequence) != row.head:
            problems.append(f"The log differs from its checkpoint at event {row.sequence}.")
    return problems


def _wrong_anchors(connection: Connection, chain: _Chain, anchors: Anchors, public_key: Ed25519PublicKey) -> list[str]:
    """Compare every anchor; check the signature of those that disagree, and of the last."""
    furthest: Anchor | None = None
    rewritten: Anchor | None = None
    for anchor in anchors.all():
        furthest = max(furthest or anchor, anchor, key=lambda each: each.sequence)
        if anchor.sequence <= chain.last and chain.head(anchor.sequence) != anchor.head:
            rewritten = min(rewritten or anchor, anchor, key=lambda each: each.sequence)
    doubtful = [anchor for anchor in (rewritten, furthest) if anchor is not None]
    problems = [
        _forged(each) for each in doubtful if not is_signed(public_key, each.sequence, each.head, each.signature)
    ]
    if rewritten is not None:
        problems.append(_rewritten(rewritten.sequence))
    end = furthest.sequence if furthest is not None else 0
    if end > chain.last or _highest_given(connection) > chain.last:
        problems.append(_cut_short(connection, chain.last, end))
    return problems


def _cut_short(connection: Connection, last: int, anchored: int) -> str:
    """A deleted tail leaves the database's own count of events behind; an earlier file brings its earlier count."""
    given = _highest_given(connection)
    if given > last:
        return f"{_events(last + 1, max(given, anchored))} deleted from the end of the log."
    return (
        f"An earlier database was put back, or its log was cut: it ends at event {last}, "
        f"but event {anchored} was written and anchored."
    )


def _highest_given(connection: Connection) -> int:
    return connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")).scalar() or 0


def _events(first: int, last: int) -> str:
    return f"Event {first} was" if first == last else f"Events {first} to {last} were"


def _rewritten(sequence: int) -> str:
    return f"The log was written anew: event {sequence} is not the one that was anchored."


def _forged(anchor: Anchor) -> str:
    return f"The anchor of event {anchor.sequence} is not genuine: the anchor file was changed."

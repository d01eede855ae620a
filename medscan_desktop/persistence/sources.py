"""The ledger of what imports have seen, so that a file that has not changed since is not opened again.

A row is written in the transaction that adds its instance: a killed import never leaves a file marked as seen that is
not there.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, insert, or_, select

from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.persistence.tables import instances, sources, thumbnails

_CHUNK = 500  # names a question: SQLite takes some 32,000 parameters, and a smaller list is compiled once


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a file when it was last read: its absolute path, how it lay there, and the outcome.

    Of what lies in an archive, size and time are the archive's. `sop_instance_uid` is "" for what is no instance.
    """

    path: str
    size: int
    mtime_ns: int
    status: str
    reason: str = ""
    sop_instance_uid: str = ""
    series_instance_uid: str = ""


class Sources:
    """The ledger within one transaction. It answers only for what is still in the library."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def put(self, seen: Iterable[Seen]) -> None:
        """Remember these, in the place of what was known of the same paths."""
        rows = {one.path: {**asdict(one), "checked_at": self._now.isoformat()} for one in seen}
        if rows:
            self.forget(rows)
            self._connection.execute(_PUT, list(rows.values()))

    def at(self, paths: Iterable[str]) -> dict[str, Seen]:
        """What is known of these paths."""
        found: dict[str, Seen] = {}
        for chunk in _chunks(paths):
            found |= self._found(_AT, {"paths": chunk})
        return found

    def inside(self, archive: str) -> dict[str, Seen]:
        """What is known of the entries of an archive, archives in it included."""
        return self._found(_INSIDE, {"first": f"{archive}/", "last": f"{archive}0"})  # "0" follows "/"

    def forget(self, paths: Iterable[str]) -> None:
        """Read these again the next time."""
        for chunk in _chunks(paths):
            self._connection.execute(_FORGET, {"paths": chunk})

    def without_thumbnail(self, series: Collection[str]) -> set[SeriesUid]:
        """Those series of the library for which no small picture was made yet, or tried."""
        found: set[SeriesUid] = set()
        for chunk in _chunks(series):
            rows = self._connection.execute(
                select(instances.c.series_instance_uid)
                .distinct()
                .outerjoin(thumbnails, thumbnails.c.series_instance_uid == instances.c.series_instance_uid)
                .where(instances.c.series_instance_uid.in_(chunk), thumbnails.c.series_instance_uid.is_(None))
            )
            found |= {SeriesUid(uid) for uid in rows.scalars()}
        return found

    def _found(self, query: Select[Any], values: dict[str, object]) -> dict[str, Seen]:
        rows = self._connection.execute(query, values).all()
        return {row[0]: Seen(*row) for row in rows}


def _still_there(condition: ColumnElement[bool]) -> Select[Any]:
    """Rows of the ledger, without those whose instance has left the library."""
    columns = [column for column in sources.c if column.name != "checked_at"]
    joined = select(*columns).outerjoin(instances, instances.c.sop_instance_uid == sources.c.sop_instance_uid)
    is_there = or_(sources.c.sop_instance_uid == "", instances.c.sop_instance_uid.is_not(None))
    return joined.where(condition, is_there)


_PUT = insert(sources)  # made once: composing a statement costs more than running it
_AT = _still_there(sources.c.path.in_(bindparam("paths", expanding=True)))
_FORGET = delete(sources).where(sources.c.path.in_(bindparam("paths", expanding=True)))
_INSIDE = _still_there(and_(sources.c.path >= bindparam("first"), sources.c.path < bindparam("last")))


def _chunks(names: Iterable[str]) -> Iterator[Sequence[str]]:
    rest = iter(names)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk

"""What the database's errors mean for the user."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from medscan_desktop.domain.errors import Damaged, DiskFull, MedScanError, WrongKey

_BUSY = "Another MedScan is writing to this library and did not finish in time; try again."


@contextmanager
def database_errors_named() -> Iterator[None]:
    """Turn what the disk, another process or a wrong key cause into sentences; a bug in our SQL stays a bug."""
    try:
        yield
    except PoolTimeout as error:
        raise MedScanError(_BUSY) from error
    except DBAPIError as error:
        raise _meaning(error.orig) or error from error
    except sqlcipher.Error as error:  # while connecting, before SQLAlchemy wraps anything
        raise _meaning(error) or error from error


# By SQLite's primary result code, https://sqlite.org/rescode.html
_MEANINGS: dict[int, Callable[[], MedScanError]] = {
    5: lambda: MedScanError(_BUSY),
    6: lambda: MedScanError(_BUSY),  # LOCKED
    8: lambda: MedScanError("The library's database may not be written to; nothing was changed."),
    10: lambda: MedScanError("The disk failed while the database was read or written; nothing was changed."),
    11: lambda: Damaged("The database is damaged; nothing was changed. Put it back from a backup."),
    13: DiskFull,
    14: lambda: MedScanError("The library's database cannot be opened: its folder is missing or closed to this user."),
    26: lambda: WrongKey("The database does not open: wrong key or damaged file. It was left as it is."),
}


def _meaning(error: BaseException | None) -> MedScanError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the extended code's low byte is the primary one
    meaning = _MEANINGS.get(code)
    return meaning() if meaning is not None else None

"""What the database's errors mean for the user."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from medscan_desktop.domain.errors import Damaged, DiskFull, MedScanError, WrongKey

_BUSY = "Another MedScan is writing to this library and did not finish in time; try again."

_DAMAGED = "The database is damaged; nothing was changed. Put it back from a backup."
_DAMAGE = {11, 26}


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
    11: lambda: Damaged(_DAMAGED),
    13: DiskFull,
    14: lambda: MedScanError("The library's database cannot be opened: its folder is missing or closed to this user."),
    26: lambda: WrongKey("The database does not open: wrong key or damaged file. It was left as it is."),
}


def discard_spoilt(context: ExceptionContext) -> Damaged | None:
    """For the engine's `handle_error`: let no other transaction have a connection that met a damaged page.

    SQLCipher 4.19 fails every later statement of it, with a false "out of memory".
    """
    error = context.original_exception
    if isinstance(error, MemoryError) or _code(error) in _DAMAGE:
        context.is_disconnect = True
    return Damaged(_DAMAGED) if isinstance(error, MemoryError) else None


def _code(error: BaseException | None) -> int:
    """SQLite's primary result code: the low byte of the extended one."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _meaning(error: BaseException | None) -> MedScanError | None:
    meaning = _MEANINGS.get(_code(error))
    return meaning() if meaning is not None else None

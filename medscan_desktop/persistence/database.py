"""The encrypted database: opens it, checks that it is ours and encrypted, migrates it, and gives transactions."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.persistence.anchors import Anchors
from medscan_desktop.persistence.audit_verify import rollback_problem
from medscan_desktop.persistence.database_errors import database_errors_named, discard_spoilt
from medscan_desktop.persistence.durable import open_private
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import Keys
from medscan_desktop.persistence.migrate import SCHEMA, migrate, schema_of

APPLICATION_ID = 0x4D534344  # "MSCD"
_PLAIN_SQLITE = b"SQLite format 3\x00"
_WAIT_MS = 30_000  # for another process's transaction: a verification of a million events takes half of it
_IN_MEMORY = 2
_READING = "medscan_reading"

# At DEBUG the engine prints the values it binds.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


class Database:
    """One open library. Any thread may ask it for a transaction; each takes one connection of four."""

    def __init__(self, engine: Engine, anchors: Anchors) -> None:
        self._engine = engine
        self.anchors = anchors

    @classmethod
    def open(cls, home: Home, keys: Keys) -> "Database":
        """Open or make the database and bring it to this program's schema in one transaction.

        Raises Damaged ("wrong key or damaged file", or not a MedScan database), DiskFull. Never makes a new database
        in the place of one that does not open.
        """
        _check_not_lost(home)
        _check_outside(home.database)
        engine = _engine(home.database, keys.database_key.hex())
        database = cls(engine, Anchors(home))
        try:
            database._prepare()
        except BaseException:
            engine.dispose()
            raise
        return database

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start; commits at the end, rolls back on an error."""
        with database_errors_named(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the database that blocks no writer."""
        with database_errors_named(), self._engine.connect().execution_options(**{_READING: True}) as connection:
            yield connection

    def checkpoint(self) -> bool:
        """Fold the WAL into the database and empty it, so that what was deleted is gone from both.

        False where another process reads or writes just now; the last one to close does it then.
        """
        with database_errors_named():
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                row = cursor.fetchone()
                cursor.close()
            finally:
                connection.close()
        return row is not None and row[0] == 0

    def rollback_problem(self, keys: Keys) -> str | None:
        """For the start: a sentence where the audit log's anchor is ahead of this database, None where all is well."""
        with self.reading() as connection:
            return rollback_problem(connection, self.anchors, keys.signing_key.public_key())

    def close(self) -> None:
        """Close every connection; the last one of all processes folds the WAL into the database."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self.reading() as connection:
            if schema_of(connection) == SCHEMA and _application_id(connection) == APPLICATION_ID:
                return
        with self.writing() as connection:
            _check_ours(connection)
            migrate(connection)


def integrity_problems(connection: Connection) -> list[str]:
    """What SQLCipher's check of every page finds, or else SQLite's of every table; empty where all is well."""
    pages = connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars().all()
    if pages:  # reading a damaged page would spoil the connection
        return [str(line) for line in pages]
    tables = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
    return [str(line) for line in tables if line != "ok"]


def _engine(path: Path, key_hex: str) -> Engine:
    engine = create_engine(
        "sqlite://",  # never a URL with a path or key: URLs end in logs
        module=sqlcipher,
        creator=lambda: _connect(path, key_hex),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", discard_spoilt)
    return engine


def _begin(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _connect(path: Path, key_hex: str) -> Any:
    """A keyed connection that has shown that it encrypts."""
    if len(key_hex) != 64 or not set(key_hex) <= set("0123456789abcdef"):  # anything else is taken for a passphrase
        raise Damaged("The database key is not a 256-bit key.")
    connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
    try:
        _set_up(connection, key_hex)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: Any, key_hex: str) -> None:
    def pragma(statement: str) -> Any:
        row = connection.execute(f"PRAGMA {statement}").fetchone()
        return row[0] if row else None

    pragma("cipher_log_level = NONE")
    pragma(f"key = \"x'{key_hex}'\"")
    if not pragma("cipher_version"):
        raise Damaged("The SQLite library of this installation does not encrypt; install MedScan again.")
    pragma("temp_store = MEMORY")
    if pragma("temp_store") != _IN_MEMORY:
        raise Damaged("The SQLite library of this installation would write patient data to temporary files.")
    pragma(f"busy_timeout = {_WAIT_MS}")
    pragma("journal_mode = WAL")  # the first statement that reads the file: a wrong key fails here
    pragma("synchronous = FULL")
    pragma("foreign_keys = ON")
    pragma("secure_delete = ON")


def _check_not_lost(home: Home) -> None:
    """Anchors of events show that there was a database: an empty one must not take its place."""
    has_events = home.anchors.exists() and home.anchors.stat().st_size > 0
    if has_events and not (home.database.exists() and home.database.stat().st_size > 0):
        raise Damaged(f"The database {home.database.name} is missing or empty; put it back from a backup.")


def _check_outside(path: Path) -> None:
    """What can be seen without the key. A new file is made here, private to its owner."""
    try:
        with path.open("rb") as file:
            beginning = file.read(len(_PLAIN_SQLITE))
    except FileNotFoundError:
        os.close(open_private(path, os.O_RDWR | os.O_CREAT))
        return
    if beginning == _PLAIN_SQLITE:
        raise Damaged(f"{path.name} is a plain SQLite database, not a MedScan library; it was left as it is.")


def _application_id(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())


def _check_ours(connection: Connection) -> None:
    """An empty database, or one that an earlier MedScan made."""
    is_empty = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0
    if not is_empty and _application_id(connection) != APPLICATION_ID:
        raise Damaged("The database is not a MedScan library, though it opens with its key; it was left as it is.")

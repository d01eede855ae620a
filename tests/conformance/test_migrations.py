"""The database's shape: the migrations make what the program reads, and each happens whole or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.persistence import migrate
from medscan_desktop.persistence.database import Database
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import create_keys, unlock
from medscan_desktop.persistence.tables import AUDIT_TRIGGERS, COUNT_TRIGGERS, metadata
from tests.support.homes import CHEAP, PASSPHRASE, Library, new_library, opened_again

SEARCH_TABLES = "study_search"  # FTS5's own tables, which SQLAlchemy does not describe

KILLED_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from medscan_desktop.persistence.database import Database
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import unlock
from sqlalchemy.engine import Engine

def kill(connection, cursor, statement, *rest):
    if "CREATE TABLE audit" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", kill)
home = Home(Path(sys.argv[1]))
Database.open(home, unlock(home, passphrase=sys.argv[2]))
"""


def ours(name: str | None, kind: str) -> bool:
    return not (kind == "table" and (name or "").startswith(SEARCH_TABLES))


def test_the_migrations_make_exactly_the_tables_that_the_program_reads(tmp_path: Path) -> None:
    with new_library(tmp_path) as library, library.database.reading() as connection:
        options = {"include_name": lambda name, kind, _parents: ours(name, kind), "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)

        assert compare_metadata(context, metadata) == []


def test_the_triggers_are_those_that_verification_and_the_counts_expect(tmp_path: Path) -> None:
    with new_library(tmp_path) as library, library.database.reading() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))

        assert {row.name: row.sql for row in rows} == AUDIT_TRIGGERS | COUNT_TRIGGERS


def test_the_programs_schema_is_the_last_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))

    assert ScriptDirectory.from_config(config).get_heads() == [migrate.SCHEMA]


def schema_of(library: Library) -> str | None:
    with library.database.reading() as connection:
        return migrate.schema_of(connection)


def test_a_new_library_is_at_the_programs_schema_and_opening_again_changes_nothing(tmp_path: Path) -> None:
    with new_library(tmp_path) as library:
        assert schema_of(library) == migrate.SCHEMA
        with opened_again(library.home) as again:
            assert schema_of(again) == migrate.SCHEMA


def test_a_library_of_a_newer_program_is_refused_and_kept(tmp_path: Path) -> None:
    with new_library(tmp_path) as library:
        with library.database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        library.database.close()

        with pytest.raises(MedScanError, match="newer MedScan"):
            Database.open(library.home, library.keys)


def test_a_migration_killed_half_way_leaves_the_old_schema(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    create_keys(home, passphrase=PASSPHRASE, cost=CHEAP)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_HALF_WAY, str(home.root), PASSPHRASE], cwd=Path(__file__).parents[2], check=False
    )
    assert killed.returncode == -9

    database = Database.open(home, unlock(home, passphrase=PASSPHRASE))  # from nothing again, as if never begun
    with database.reading() as connection:
        assert migrate.schema_of(connection) == migrate.SCHEMA
    database.close()


def test_two_processes_that_open_a_new_library_at_once_migrate_it_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    create_keys(home, passphrase=PASSPHRASE, cost=CHEAP)
    script = (
        "import sys; from pathlib import Path; from medscan_desktop.persistence.home import Home;"
        "from tests.support.homes import opened_again\n"
        "with opened_again(Home(Path(sys.argv[1]))) as library:\n"
        "    with library.records('test.write'): pass\n"
    )
    root = Path(__file__).parents[2]
    both = [subprocess.Popen([sys.executable, "-W", "error", "-c", script, str(home.root)], cwd=root) for _ in range(3)]

    assert [process.wait(timeout=60) for process in both] == [0, 0, 0]
    with opened_again(home) as library, library.records("audit.verify") as records:
        assert records.audit.verify().events == 3

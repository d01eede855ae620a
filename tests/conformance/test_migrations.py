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
from medscan_desktop.domain.study import InstanceState, StudyUid
from medscan_desktop.persistence import database as database_module
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


BEFORE_0002 = (  # a library of the first schema: two studies, three series, four images, one of them on a disc
    "INSERT INTO studies VALUES (1, '1.2', 'P1', 'Doe^Jane', '19600101', 'F', '20240102', '101500', 'CT', 'A1', '')",
    "INSERT INTO studies VALUES (2, '1.3', 'P2', 'Жуков^Пётр', '', '', '', '', '', '', '')",
    (
        "INSERT INTO study_search(rowid, patient_name, patient_id, study_description, accession_number) "
        "VALUES (1, 'Doe^Jane', 'P1', 'CT', 'A1'), (2, 'Жуков^Пётр', 'P2', '', '')"
    ),
    (
        "INSERT INTO series VALUES ('1.2.1', '1.2', 'PT', 1, 'PET', ''), ('1.2.2', '1.2', 'CT', 2, 'CT', ''), "
        "('1.3.1', '1.3', 'MR', NULL, '', '')"
    ),
    (
        "INSERT INTO instances VALUES "
        "('1.2.1.1', '1.2.1', 'c', 't', 1, 1, 100, 'aa', 'vault', '00000000000000000000000000000001', '{}'), "
        "('1.2.2.1', '1.2.2', 'c', 't', 1, 1, 200, 'bb', 'vault', '00000000000000000000000000000002', '{}'), "
        "('1.2.2.2', '1.2.2', 'c', 't', 2, 1, 400, 'cc', 'referenced', '/disc/2.dcm', '{}'), "
        "('1.3.1.1', '1.3.1', 'c', 't', 1, 1, 800, 'dd', 'vault', '00000000000000000000000000000003', '{}')"
    ),
)


def test_a_library_of_the_first_schema_is_brought_to_this_one_with_all_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    keys, _ = create_keys(home, passphrase=PASSPHRASE, cost=CHEAP)
    monkeypatch.setattr(migrate, "SCHEMA", "0001")
    monkeypatch.setattr(database_module, "SCHEMA", "0001")
    old = Database.open(home, keys)
    with old.writing() as connection:
        assert migrate.schema_of(connection) == "0001"
        for statement in BEFORE_0002:
            connection.exec_driver_sql(statement)
    old.close()
    monkeypatch.undo()

    with opened_again(home) as library, library.records("study.search") as records:
        doe, zhukov = records.studies.search()
        assert (doe.modalities, doe.series_count, doe.instance_count, doe.absent_count) == (("CT", "PT"), 2, 3, 0)
        assert (zhukov.modalities, zhukov.instance_count, zhukov.imported_at, zhukov.opened_at) == (("MR",), 1, "", "")
        assert (doe.legal_hold, zhukov.patient.patient_name) == (None, "Жуков^Пётр")
        assert [one.vault_bytes for one in records.storage.stored()] == [300, 800], "what lies on a disc frees nothing"
        assert [one.study_instance_uid for one in records.studies.search("жуков")] == ["1.3"]
        kept = records.studies.bare_instances(StudyUid("1.2"))
        assert {(one.state, one.mtime_ns) for one in kept} == {(InstanceState.PRESENT, None)}
        records.storage.remove_study(StudyUid("1.2"))
        assert [one.study_instance_uid for one in records.studies.search()] == ["1.3"]


def test_counts_follow_whatever_adds_removes_or_changes_an_image(tmp_path: Path) -> None:
    """Kept by triggers, so that no way of writing can forget them; held here against counting anew."""
    with new_library(tmp_path) as library, library.database.writing() as connection:
        for statement in (
            (
                "INSERT INTO studies(number, study_instance_uid, patient_id, patient_name, patient_birth_date, "
                "patient_sex, study_date, study_time, study_description, accession_number, institution_name) "
                "VALUES (1, '1', '', '', '', '', '', '', '', '', ''), (2, '2', '', '', '', '', '', '', '', '', '')"
            ),
            (
                "INSERT INTO series VALUES ('1.1', '1', 'CT', 1, '', ''), ('1.2', '1', 'CT', 1, '', ''), "
                "('2.1', '2', '', 1, '', '')"
            ),
            *(
                "INSERT INTO instances(sop_instance_uid, series_instance_uid, sop_class_uid, transfer_syntax_uid, "
                "frames, size_bytes, sha256, storage, location, header, state) "
                f"VALUES ('{number}', '{of_series}', '', '', 1, 10, '', '{storage}', '', '', '{state}')"
                for number, (of_series, storage, state) in enumerate(
                    (
                        ("1.1", "vault", "present"),
                        ("1.1", "referenced", "missing"),
                        ("1.2", "vault", "changed"),
                        ("2.1", "vault", "present"),
                    )
                )
            ),
            "UPDATE instances SET state = 'missing' WHERE sop_instance_uid IN ('0', '2')",
            "UPDATE instances SET state = 'present' WHERE sop_instance_uid = '1'",
            "DELETE FROM instances WHERE sop_instance_uid = '2'",
            "DELETE FROM series WHERE series_instance_uid = '1.2'",
            "DELETE FROM instances WHERE sop_instance_uid = '3'",
        ):
            connection.exec_driver_sql(statement)
        rows = connection.exec_driver_sql(
            "SELECT modalities, series_count, instance_count, absent_count, vault_bytes FROM studies ORDER BY number"
        )

        assert [tuple(row) for row in rows] == [("CT", 1, 2, 1, 10), ("", 1, 0, 0, 0)]

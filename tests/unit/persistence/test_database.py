"""Opening: only an encrypted database, only ours, only with its key; and never a new one in its place."""

import contextlib
import secrets
import shutil
import threading
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import text

from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.errors import Damaged, DiskFull, WrongKey
from medscan_desktop.persistence.database import Database
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import Keys
from tests.support.homes import Library, opened_again
from tests.support.studies import a_series, a_study, an_instance


def foreign_keys() -> Keys:
    return Keys(secrets.token_bytes(32), secrets.token_bytes(32))


def test_the_file_on_disk_is_no_sqlite_file(library: Library) -> None:
    assert not library.home.database.read_bytes().startswith(b"SQLite format 3")


def test_the_safe_settings_are_on(library: Library) -> None:
    with library.database.reading() as connection:

        def pragma(name: str) -> object:
            return connection.execute(text(f"PRAGMA {name}")).scalar()

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2  # FULL
        assert pragma("temp_store") == 2  # memory
        assert pragma("foreign_keys") == 1
        assert pragma("secure_delete") == 1
        assert pragma("cipher_version")


def test_a_wrong_key_is_refused_and_the_file_kept(library: Library) -> None:
    library.database.close()
    before = library.home.database.read_bytes()

    with pytest.raises(WrongKey, match="wrong key or damaged file"):
        Database.open(library.home, foreign_keys())
    assert library.home.database.read_bytes() == before


def test_garbage_is_refused_and_kept(library: Library) -> None:
    library.database.close()
    library.home.database.write_bytes(garbage := secrets.token_bytes(20_000))

    with pytest.raises(WrongKey, match="wrong key or damaged file"):
        Database.open(library.home, library.keys)
    assert library.home.database.read_bytes() == garbage


def test_a_plain_sqlite_file_is_named_as_such(library: Library) -> None:
    library.database.close()
    library.home.database.unlink()
    with contextlib.closing(sqlcipher.connect(str(library.home.database))) as plain:
        plain.execute("CREATE TABLE theirs(a)")

    with pytest.raises(Damaged, match="plain SQLite"):
        Database.open(library.home, library.keys)


def test_an_encrypted_database_of_something_else_is_named_as_such(library: Library) -> None:
    library.database.close()
    library.home.database.unlink()
    with contextlib.closing(sqlcipher.connect(str(library.home.database))) as theirs:
        theirs.execute(f"PRAGMA key = \"x'{library.keys.database_key.hex()}'\"")
        theirs.execute("CREATE TABLE theirs(a)")

    with pytest.raises(Damaged, match="not a MedScan library"):
        Database.open(library.home, library.keys)


def test_a_transaction_that_fails_leaves_nothing_not_even_a_table(library: Library) -> None:
    with pytest.raises(ZeroDivisionError), library.database.writing() as connection:
        connection.execute(text("CREATE TABLE half(a)"))
        raise ZeroDivisionError
    with library.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'half'")).scalar() == 0


def test_readers_do_not_wait_for_a_writer(library: Library) -> None:
    with library.database.writing() as writer:
        writer.execute(text("INSERT INTO lockouts VALUES ('x', 1, 0)"))
        with library.database.reading() as reader:
            assert reader.execute(text("SELECT count(*) FROM lockouts")).scalar() == 0


def test_four_threads_write_one_after_another(library: Library) -> None:
    def write(name: str) -> None:
        for number in range(5):
            with library.records("test.write", f"{name}{number}"):
                pass

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with library.records("audit.verify") as records:
        assert len(records.audit.events()) == 20
        assert records.audit.verify().ok


def spoil_the_instances(library: Library) -> None:
    """Fill the table and flip a bit in every one of its last pages."""
    study = a_study()
    with library.records("study.import") as records:
        for number in range(200):
            records.studies.put_instance(study, a_series(study), an_instance(a_series(study), number))
    library.database.close()
    content = bytearray(library.home.database.read_bytes())
    for page in range(len(content) - 8 * 4096, len(content), 4096):
        content[page + 100] ^= 1
    library.home.database.write_bytes(content)


def test_a_flipped_bit_in_a_page_is_found(library: Library) -> None:
    spoil_the_instances(library)

    with opened_again(library.home) as again, again.records("health.check") as records:
        assert records.integrity_problems()


def test_a_damaged_page_is_a_sentence_and_the_rest_still_works(library: Library) -> None:
    spoil_the_instances(library)

    with opened_again(library.home) as again:
        for _ in range(5):
            with pytest.raises((Damaged, WrongKey), match="damaged"), again.records("study.open") as records:
                records.studies.instances(a_series(a_study()).series_instance_uid)
        with again.records("audit.list") as records:
            assert [event.outcome for event in records.audit.events(5)] == [Outcome.FAILURE] * 5


def test_a_sound_database_has_no_problems(library: Library) -> None:
    with library.records("health.check") as records:
        assert records.integrity_problems() == []


def test_a_full_disk_is_a_sentence_and_what_was_there_stays(library: Library) -> None:
    study = a_study()
    series = a_series(study)
    with library.records("study.import") as records:
        records.studies.put_instance(study, series, an_instance(series))
    with library.database.reading() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()

    with (
        pytest.raises(DiskFull, match="nothing that was saved before is lost"),
        library.records("study.import") as records,
    ):
        records._connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        for number in range(2, 2000):
            records.studies.put_instance(study, series, an_instance(series, number))

    with library.records("study.search") as records:
        assert records.studies.get(study.study_instance_uid).instance_count == 1
        assert records.integrity_problems() == []


def test_a_copy_elsewhere_opens_with_the_same_keys(library: Library, tmp_path: Path) -> None:
    library.database.close()
    copy = Home(tmp_path / "copy")
    shutil.copytree(library.home.root, copy.root)

    Database.open(copy, library.keys).close()


@pytest.mark.parametrize("is_empty", [True, False])
def test_no_new_database_takes_the_place_of_a_lost_one(library: Library, is_empty: bool) -> None:
    with library.records("user.create_first"):
        pass
    library.database.close()
    library.home.database.unlink()
    if is_empty:
        library.home.database.touch()

    with pytest.raises(Damaged, match="missing or empty"):
        Database.open(library.home, library.keys)
    assert library.home.database.exists() is is_empty

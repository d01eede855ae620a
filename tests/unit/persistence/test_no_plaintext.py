"""A canary patient is nowhere to be found outside the keys: not on disk, not in deleted files that are still open."""

import base64
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.homes import PASSPHRASE, Library
from tests.support.studies import a_series, a_study, an_instance

CANARY = "Zyxwvut^Kanarienvogel"
FORMS = [
    form.encode(coding)
    for form in (CANARY, CANARY.replace("^", " "), "Kanarienvogel")
    for coding in ("utf-8", "utf-16-le")
]


def contents(*folders: Path) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes()
                yield f"the name {path}", str(path).encode()
    for descriptor in Path("/proc/self/fd").iterdir() if Path("/proc/self/fd").exists() else ():
        try:
            if "(deleted)" in str(descriptor.readlink()):
                yield str(descriptor.readlink()), descriptor.read_bytes()
        except OSError:  # the descriptor of this very listing
            continue


def found(needles: list[bytes], *folders: Path) -> list[str]:
    return [
        name for name, content in contents(*folders) if any(needle.lower() in content.lower() for needle in needles)
    ]


@pytest.fixture
def used(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library that wrote, searched, sorted more than fits into a cache, and failed half-way."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    study = a_study(name=CANARY, patient_id="KANARIENVOGEL-1", study_description="Kanarienvogel")
    series = a_series(study)
    with library.records("study.import") as records:
        for number in range(300):
            records.studies.put_instance(study, series, an_instance(series, number))
        records.files.put(library.vault.write(CANARY.encode() * 50_000))
    with pytest.raises(ZeroDivisionError), library.records("study.import") as records:
        records.studies.put_instance(a_study("1.9", name=CANARY), a_series(study, 2), an_instance(series, 900))
        raise ZeroDivisionError
    with library.database.reading() as connection:
        many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) "
        statement = "SELECT count(*) FROM (SELECT patient_name || i AS x FROM n, studies ORDER BY x DESC)"
        connection.execute(text(many + statement)).all()
    return library


def test_no_patient_data_is_on_disk_while_the_library_is_open(used: Library, tmp_path: Path) -> None:
    with used.records("study.search") as records:
        assert records.studies.search("Kanarienvogel")
        assert found(FORMS, tmp_path) == []
    assert used.home.database.with_name("library.db-wal").exists()


def test_no_patient_data_is_on_disk_after_closing(used: Library, tmp_path: Path) -> None:
    used.database.close()

    assert found(FORMS, tmp_path) == []


def test_no_key_or_passphrase_is_on_disk(used: Library, tmp_path: Path) -> None:
    keys = used.keys
    secrets = [keys.data_key, keys.database_key, keys.vault_key, keys.audit_key, keys.signing_seed]
    forms = [form for key in secrets for form in (key, key.hex().encode(), base64.b64encode(key))]

    assert found([*forms, PASSPHRASE.encode(), used.recovery_key.encode()], tmp_path) == []


def test_the_search_would_find_it(library: Library, tmp_path: Path) -> None:
    (tmp_path / "leak.txt").write_text(f"x{CANARY}x")

    assert found(FORMS, tmp_path) == [str(tmp_path / "leak.txt")]

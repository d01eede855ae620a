"""`medscan import --report` and `medscan watch --once` as a script uses them."""

import csv
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.dicom_files import file_bytes, series


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    made = Cli(tmp_path_factory.mktemp("verbs"))
    assert made("init").code == 0
    return made


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number, dataset in enumerate(series(3)):
        (folder / f"{number}.dcm").write_bytes(file_bytes(dataset))
    (folder / "=cut.dcm").write_bytes(file_bytes(series(4)[3])[:-10])
    (folder / "viewer.exe").write_bytes(b"MZ")
    return folder


def test_files_come_in_by_a_watch_and_are_reported(cli: Cli, inbox: Path, tmp_path: Path) -> None:
    watched = cli("watch", inbox, "--once")

    assert watched.code == 1, "one file is truncated"
    assert "3 of 5 files imported, 1 refused, 1 not DICOM" in watched.out
    table, text = tmp_path / "report.csv", tmp_path / "report.txt"
    again = cli("import", inbox, "--report", table, "--json")
    assert (again.json["imported"], again.json["unchanged"]) == (0, 3)
    with table.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["file", "outcome", "reason"]
    assert [row[1] for row in rows[1:]] == ["unchanged", "unchanged", "unchanged", "refused", "skipped"]
    cli("import", inbox, "--report", text)
    assert f"not DICOM: {inbox}/viewer.exe: not a DICOM file" in text.read_text().splitlines()


def test_a_folder_that_is_not_there_cannot_be_watched(cli: Cli, tmp_path: Path) -> None:
    answer = cli("watch", tmp_path / "absent")

    assert answer.code == 1
    assert "there is no such folder" in answer.err

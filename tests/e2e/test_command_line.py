"""The whole path as a process: make a library, bring images in, look, take out; and every way it can be misused."""

import os
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.support.cli import Cli
from tests.support.raw_series import phantom, write_series

SLICES = 6


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A library with one small CT of a patient whose name needs three scripts."""
    cli = Cli(tmp_path_factory.mktemp("library"))
    answer = cli("init", "--recovery-file", cli.folder / "recovery")
    assert answer.code == 0, answer.err
    write_series(cli.folder / "ct", phantom(SLICES, 64), patient="Müller^Zoé=李^伟=Жуков^Лев")
    answer = cli("import", cli.folder / "ct")
    assert answer.code == 0, answer.err
    return cli


@pytest.fixture(scope="module")
def series_uid(library: Cli) -> str:
    study = library("studies", "--json").json[0]["study_instance_uid"]
    return str(library("series", study, "--json").json[0]["series_instance_uid"])


def test_the_library_lists_what_was_imported(library: Cli) -> None:
    (study,) = library("studies", "--json").json
    (series,) = library("series", study["study_instance_uid"], "--json").json

    assert study["patient_name"] == "Müller^Zoé=李^伟=Жуков^Лев"
    assert (study["instances"], study["modalities"]) == (SLICES, ["CT"])
    assert (series["modality"], series["instances"]) == ("CT", SLICES)
    assert library("priors", study["study_instance_uid"], "--json").json == []  # this patient's only study


@pytest.mark.parametrize("text", ["mull", "李", "жуков", "PHANTOM-1"])
def test_search_finds_a_patient_in_every_script(library: Cli, text: str) -> None:
    assert len(library("studies", "--search", text, "--json").json) == 1


def test_search_finds_nobody_else(library: Cli) -> None:
    assert library("studies", "--search", "nobody", "--json").json == []


def test_no_file_is_kept_from_being_tried(library: Cli) -> None:
    answer = library("hostile", "list")
    forgotten = library("hostile", "forget", "--all", "--json")
    unknown = library("hostile", "forget", "00")

    assert (answer.code, answer.out) == (0, "No file is kept from being tried.\n")
    assert forgotten.json == {"forgotten": 0}
    assert (unknown.code, unknown.err) == (1, "medscan: There is no such file among those that are not tried again.\n")


def test_importing_again_changes_nothing(library: Cli) -> None:
    answer = library("import", library.folder / "ct", "--json")

    assert answer.code == 0
    assert answer.json["imported"] == 0
    assert {file["status"] for file in answer.json["files"]} == {"unchanged"}


def test_an_archive_is_read_like_a_folder(library: Cli, tmp_path: Path) -> None:
    other = Cli(tmp_path / "other")
    assert other("init").code == 0
    archive = tmp_path / "ct.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in (library.folder / "ct").iterdir():
            target.write(path, f"DICOM/{path.name}")

    answer = other("import", archive, "--json")

    assert answer.code == 0, answer.err
    assert answer.json["imported"] == SLICES


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal", "3d"])
def test_a_snapshot_of_each_plane_is_a_picture(library: Cli, series_uid: str, tmp_path: Path, plane: str) -> None:
    out = tmp_path / "picture.png"

    answer = library("snapshot", "--series", series_uid, "--plane", plane, "--out", out)

    assert answer.code == 0, answer.err
    assert out.read_bytes().startswith(b"\x89PNG")


def test_a_snapshot_of_a_slice_that_is_not_there_names_those_that_are(
    library: Cli, series_uid: str, tmp_path: Path
) -> None:
    answer = library("snapshot", "--series", series_uid, "--plane", "axial", "--index", 99, "--out", tmp_path / "x.png")

    assert answer.code == 1
    assert "6 slices, from 0 to 5" in answer.err


def test_an_unknown_window_names_the_known_ones(library: Cli, series_uid: str, tmp_path: Path) -> None:
    answer = library(
        "snapshot", "--series", series_uid, "--plane", "axial", "--window", "Purple", "--out", tmp_path / "x.png"
    )

    assert answer.code == 1
    assert "Lung" in answer.err


def test_the_page_can_be_written(library: Cli, tmp_path: Path) -> None:
    study = library("studies", "--json").json[0]["study_instance_uid"]
    out = tmp_path / "page.pdf"

    answer = library("export", "pdf", "--study", study, "--out", out)

    assert answer.code == 0, answer.err
    assert out.read_bytes().startswith(b"%PDF")


def test_the_audit_log_is_whole_and_knows_the_import(library: Cli, tmp_path: Path) -> None:
    assert library("audit", "verify", "--json").json["ok"] is True
    actions = {event["action"] for event in library("audit", "list", "--json").json}
    assert {"study.import", "session.log_in", "study.search"} <= actions
    assert library("audit", "export", "--out", tmp_path / "audit.xml").code == 0
    assert "AuditMessage" in (tmp_path / "audit.xml").read_text()


def test_a_sound_home_is_healthy(library: Cli) -> None:
    checks = {check["check"]: check["problem"] for check in library("health", "--json").json}

    assert checks["database"] == checks["audit"] == checks["vault"] == ""


def _one_line(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and "Traceback" not in text


def test_a_folder_of_text_files_is_skipped_and_listed(library: Cli, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not an image\n" * 100)

    answer = library("import", tmp_path, "--json")

    assert answer.code == 0
    assert [file["status"] for file in answer.json["files"]] == ["skipped"]
    assert answer.json["files"][0]["path"].endswith("notes.txt")


def test_an_empty_file_is_listed_with_its_reason(library: Cli, tmp_path: Path) -> None:
    (tmp_path / "nothing.dcm").touch()

    answer = library("import", tmp_path, "--json")

    assert answer.json["imported"] == 0
    assert "empty" in answer.json["files"][0]["reason"]


def test_a_truncated_file_is_refused_by_name(library: Cli, tmp_path: Path) -> None:
    whole = next((library.folder / "ct").iterdir()).read_bytes()
    (tmp_path / "cut.dcm").write_bytes(whole[: len(whole) // 2])

    answer = library("import", tmp_path, "--json")

    assert answer.code == 1
    assert answer.json["rejected"][0]["path"].endswith("cut.dcm")
    assert "truncated" in answer.json["rejected"][0]["reason"]


def test_a_changed_file_with_the_same_uid_is_refused_and_the_first_kept(library: Cli, tmp_path: Path) -> None:
    path = sorted((library.folder / "ct").iterdir())[0]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    (tmp_path / "changed.dcm").write_bytes(content)

    answer = library("import", tmp_path, "--json")

    assert answer.code == 1
    assert "other content" in answer.json["rejected"][0]["reason"]


def test_a_path_that_is_not_there_is_named(library: Cli, tmp_path: Path) -> None:
    answer = library("import", tmp_path / "absent")

    assert answer.code == 1
    assert _one_line(answer.err) and "absent" in answer.err


def test_a_wrong_password_is_one_sentence(library: Cli) -> None:
    answer = library("studies", MEDSCAN_PASSWORD_FILE=str(library.secret("wrong", "not the password")))

    assert (answer.code, answer.out) == (1, "")
    assert _one_line(answer.err) and "Wrong user name or password" in answer.err


def test_a_wrong_passphrase_is_one_sentence(library: Cli) -> None:
    answer = library("studies", MEDSCAN_PASSPHRASE_FILE=str(library.secret("wrong", "not the passphrase")))

    assert answer.code == 1
    assert _one_line(answer.err)


def test_a_home_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    answer = Cli(tmp_path / "new")("studies")

    assert answer.code == 1
    assert _one_line(answer.err) and "init" in answer.err


def test_a_second_init_is_refused(library: Cli) -> None:
    answer = library("init")

    assert answer.code == 1
    assert _one_line(answer.err)


def test_a_recovery_key_that_no_file_takes_is_shown_all_the_same(tmp_path: Path) -> None:
    """It is made once: without it, and with its file refused, the library could never be recovered."""
    answer = Cli(tmp_path)("init", "--recovery-file", tmp_path / "no such folder" / "key", "--json")
    assert answer.code == 1 and "no such folder" in answer.err
    assert len(answer.json["recovery_key"]) > 60 and answer.json["recovery_file"] is None


def test_wrong_usage_is_exit_2(library: Cli) -> None:
    assert library("export", "pdf").code == 2
    assert library("nonsense").code == 2


@pytest.mark.parametrize("command", [["series", "1.2.3"], ["findings", "1.2.3"], ["accept", "no-such-finding"]])
def test_what_is_not_there_is_said(library: Cli, command: list[str]) -> None:
    answer = library(*command)

    assert answer.code == 1
    assert _one_line(answer.err)


def test_a_database_that_is_not_ours_is_not_touched(library: Cli, tmp_path: Path) -> None:
    other = Cli(tmp_path / "other")
    assert other("init").code == 0
    database = other.home / "database" / "library.db"
    database.write_bytes(b"SQLite format 3\0" + bytes(4096))

    answer = other("studies")

    assert answer.code == 1
    assert _one_line(answer.err)
    assert database.read_bytes().startswith(b"SQLite format 3\0")


def test_a_killed_import_leaves_a_sound_library_that_can_go_on(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "killed")
    assert cli("init").code == 0
    write_series(tmp_path / "ct", np.repeat(phantom(1, 256), 450, axis=0))
    process = subprocess.Popen(
        [*cli.command, "import", str(tmp_path / "ct")], env=cli.environment, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(list((cli.home / "vault").rglob("*"))) < 250:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()

    health = cli("health", "--json")
    assert health.code in (0, 1)
    assert {check["check"]: check["problem"] for check in health.json if not check["check"].startswith("model")} == {
        "database": "",
        "audit": "",
        "vault": "",
    }
    again = cli("import", tmp_path / "ct", "--json")
    assert again.code == 0, again.err
    assert cli("studies", "--json").json[0]["instances"] == 450


def test_two_processes_writing_at_once_leave_one_unbroken_chain(library: Cli) -> None:
    commands = [[*library.command, "studies", "--search", str(number)] for number in range(6)]
    running = [subprocess.Popen(one, env=library.environment, stdout=subprocess.DEVNULL) for one in commands]

    assert [process.wait(timeout=120) for process in running] == [0] * 6
    assert library("audit", "verify", "--json").json["ok"] is True


def test_a_full_disk_is_one_sentence_and_loses_nothing(library: Cli, series_uid: str, tmp_path: Path) -> None:
    """The limit on file sizes stands for the full disk: the write fails in the same place."""
    out = tmp_path / "picture.png"
    command = " ".join([*library.command, "snapshot", "--series", series_uid, "--plane", "axial", "--out", str(out)])
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 8; trap '' XFSZ; exec {command}"],
        env=library.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert _one_line(done.stderr), done.stderr
    assert not list(tmp_path.iterdir())
    assert library("audit", "verify", "--json").json["ok"] is True


def test_a_read_only_medium_is_referenced_and_missed_by_name_when_it_is_gone(library: Cli, tmp_path: Path) -> None:
    other = Cli(tmp_path / "other")
    assert other("init").code == 0
    medium = tmp_path / "medium"
    write_series(medium, phantom(4, 32))

    assert other("import", "--reference", medium, "--json").json["imported"] == 4
    study = other("studies", "--json").json[0]["study_instance_uid"]
    series = other("series", study, "--json").json[0]["series_instance_uid"]
    picture = ("snapshot", "--series", series, "--plane", "axial", "--out", tmp_path / "picture.png")
    assert other(*picture).code == 0
    assert not [path for path in (other.home / "vault").rglob("*") if path.is_file()]
    medium.rename(tmp_path / "taken-out")
    gone = other(*picture)

    assert gone.code == 1
    assert _one_line(gone.err)


def test_no_patient_data_in_clear_anywhere(library: Cli) -> None:
    """After import, reading and export to elsewhere: no name in the home (database, WAL, vault, logs) or in TMPDIR."""
    canary = ["Müller".encode(), "Zoé".encode(), "李".encode(), b"PHANTOM-1", "Жуков".encode()]
    files = [path for folder in (library.home, library.temporary) for path in folder.rglob("*") if path.is_file()]

    assert len(files) > SLICES
    assert [path.name for path in files if any(word in path.read_bytes() for word in canary)] == []


def test_names_that_no_screen_should_show_neither_end_an_import_nor_reach_the_terminal(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "names")
    assert cli("init").code == 0
    folder = tmp_path / "ct"
    write_series(folder, phantom(4, 32))[0].rename(os.fsdecode(bytes(folder) + b"/\xff\xfe.dcm"))
    (folder / "a\nb\x1b[31m\u202e.txt").write_text("no image")

    answer = cli("import", folder)

    assert answer.code == 0, answer.err
    assert "4 of 5 files imported" in answer.out
    assert not {"\x1b", "\u202e"} & set(answer.out)
    assert len(answer.out.splitlines()) == 2  # the file that is no image, and the sum


def test_a_refused_file_is_one_line_on_stderr_too(library: Cli, tmp_path: Path) -> None:
    (tmp_path / "cut\nhere.dcm").write_bytes(next((library.folder / "ct").iterdir()).read_bytes()[:2000])

    answer = library("import", tmp_path)

    assert answer.code == 1
    assert _one_line(answer.err) and "here.dcm" in answer.err


@pytest.mark.parametrize(
    "words", [["import", ""], ["audit", "list", "--limit", "-1"], ["audit", "list", "--limit", 10**30]]
)
def test_an_empty_path_and_a_silly_number_are_wrong_usage(library: Cli, words: list[object]) -> None:
    assert library(*words).code == 2


def test_ctrl_c_is_one_line_and_leaves_a_sound_library(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "stopped")
    assert cli("init").code == 0
    write_series(tmp_path / "ct", np.repeat(phantom(1, 256), 450, axis=0))
    process = subprocess.Popen(
        [*cli.command, "import", str(tmp_path / "ct")],
        env=cli.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and len(list((cli.home / "vault").rglob("*"))) < 50:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert _one_line(err) and "Stopped" in err
    checks = {check["check"]: check["problem"] for check in cli("health", "--json").json}
    assert checks["database"] == checks["audit"] == checks["vault"] == ""

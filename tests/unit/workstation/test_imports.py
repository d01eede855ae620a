"""Importing into a real library: what is read once is not read again, and nothing is lost, doubled or half there."""

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from medscan_desktop.app.build import Parts, build
from medscan_desktop.domain.import_report import ImportReport
from medscan_desktop.domain.study import Storage
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import unlock
from medscan_desktop.services.health import check_health
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.services.watching import look_for_new_files, watch_folders, watched_folders
from medscan_desktop.workstation.jobs import InlineJobs
from medscan_desktop.workstation.media import is_read_only
from medscan_desktop.workstation.watching import FolderWatch
from tests.support.dicom_files import ct_slice, file_bytes, series
from tests.support.homes import PASSPHRASE
from tests.support.windows import PASSWORD, USER, make_home

_ENHANCED = "1.2.840.10008.5.1.4.1.1.2.1"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("template") / "home").root


@pytest.fixture
def parts(template: Path, tmp_path: Path, qapp: QApplication) -> Iterator[Parts]:
    home = Home(Path(shutil.copytree(template, tmp_path / "home")))
    opened = build(home, unlock(home, passphrase=PASSPHRASE), InlineJobs())
    opened.workstation.answer(log_in, name=USER, password=PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ct"
    made.mkdir()
    for number, dataset in enumerate(series(6)):
        (made / f"{number}.dcm").write_bytes(file_bytes(dataset))
    return made


def bring_in(parts: Parts, *paths: Path, reference: bool | None = False) -> ImportReport:
    report: ImportReport = parts.workstation.answer(import_files, paths=paths, reference=reference)
    return report


def statuses(report: ImportReport) -> dict[str, str]:
    return {Path(file.path).name: file.status for file in report.files}


def vault_files(parts: Parts, tmp_path: Path) -> int:
    return sum(path.is_file() for path in (tmp_path / "home" / "vault").rglob("*"))


def test_a_second_import_opens_only_what_has_changed(parts: Parts, folder: Path) -> None:
    """Not opened is meant literally: a file that nobody may read any more is still known."""
    (folder / "readme.txt").write_text("no image")
    assert bring_in(parts, folder).imported == 6
    for path in folder.iterdir():
        found = path.stat()
        path.write_bytes(bytes(found.st_size))
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    (folder / "0.dcm").write_bytes(file_bytes(ct_slice(99)))

    again = bring_in(parts, folder)

    assert statuses(again) == {"0.dcm": "imported", "readme.txt": "skipped"} | {
        f"{n}.dcm": "unchanged" for n in range(1, 6)
    }


def test_what_has_left_the_library_is_imported_again(parts: Parts, folder: Path) -> None:
    bring_in(parts, folder)
    with parts.database.writing() as connection:
        uid = connection.exec_driver_sql("SELECT sop_instance_uid FROM instances LIMIT 1").scalar_one()
        connection.exec_driver_sql("DELETE FROM instances WHERE sop_instance_uid = ?", (uid,))

    again = bring_in(parts, folder)

    assert (again.imported, again.count("unchanged")) == (1, 5)


def test_an_unchanged_archive_is_not_opened_and_a_new_entry_is_read(parts: Parts, tmp_path: Path) -> None:
    contents = [file_bytes(one) for one in series(5)]
    path = tmp_path / "cd.zip"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("4.dcm", contents[4])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents[:3]):
            archive.writestr(f"{number}.dcm", content)
        archive.writestr("VIEWER/view.exe", b"MZ" * 100)
        archive.writestr("in.zip", inner.getvalue())
    first = bring_in(parts, path)
    assert (first.imported, len(first.skipped)) == (4, 1)
    found = path.stat()
    kept = path.read_bytes()
    path.write_bytes(bytes(found.st_size))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))

    unchanged = bring_in(parts, path)

    assert {file.path.split("cd.zip/")[1]: file.status for file in unchanged.files} == {
        "0.dcm": "unchanged",
        "1.dcm": "unchanged",
        "2.dcm": "unchanged",
        "VIEWER/view.exe": "skipped",
        "in.zip/4.dcm": "unchanged",
    }
    path.write_bytes(kept)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("3.dcm", contents[3])
    changed = bring_in(parts, path)
    assert (changed.imported, changed.count("already there")) == (1, 4)


def test_nothing_is_doubled_and_nothing_is_left_over(parts: Parts, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    bring_in(parts, folder)

    report = bring_in(parts, tmp_path / "copy")

    assert report.count("already there") == 6
    assert vault_files(parts, tmp_path) == 6
    assert not [check for check in parts.workstation.answer(check_health) if check.name == "vault" and check.problem]


def test_what_a_killed_import_left_goes_with_the_next(parts: Parts, folder: Path, tmp_path: Path) -> None:
    """The journal of an import that runs is left alone; of one that died its files go at once, however young."""
    script = (
        "import io, os, sys; from pathlib import Path\n"
        "from medscan_desktop.persistence.home import Home\n"
        "from medscan_desktop.persistence.keys import unlock\n"
        "from medscan_desktop.persistence.vault import Vault\n"
        "home = Home(Path(sys.argv[1]))\n"
        f"with Vault(home, unlock(home, passphrase={PASSPHRASE!r})).intake() as intake:\n"
        "    intake.write(io.BytesIO(b'lost')); print('ready', flush=True); sys.stdin.read(); os._exit(9)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "home")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stdout.readline() == b"ready\n"
        bring_in(parts, folder)
        assert vault_files(parts, tmp_path) == 6 + 2, "one file and the journal of the import that still runs"
        running.kill()

    bring_in(parts, folder)

    assert vault_files(parts, tmp_path) == 6


def test_a_file_that_stays_in_place_is_known_by_its_size_and_time(parts: Parts, folder: Path, tmp_path: Path) -> None:
    report = bring_in(parts, folder, reference=True)

    assert report.left_in_place == 6
    assert vault_files(parts, tmp_path) == 0
    with parts.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT location, size_bytes, mtime_ns, storage FROM instances").all()
    for location, size, mtime_ns, storage in rows:
        found = Path(location).stat()
        assert (size, mtime_ns, storage) == (found.st_size, found.st_mtime_ns, Storage.REFERENCED)


def test_left_to_itself_an_import_copies_what_could_change(parts: Parts, folder: Path) -> None:
    assert not is_read_only(str(folder))
    assert bring_in(parts, folder, reference=None).left_in_place == 0


def test_a_large_file_passes_through_little_memory(tmp_path: Path, template: Path) -> None:
    """200 MB of pixels cost the process less than 30 MB: header scan, hash and encryption go chunk by chunk."""
    home = shutil.copytree(template, tmp_path / "home")
    rows, frames = 1024, 100
    dataset = ct_slice(1, rows=1, columns=1, NumberOfFrames=frames, PixelData=b"\0\0", SOPClassUID=_ENHANCED)
    dataset.Rows = dataset.Columns = rows
    head = file_bytes(dataset)[: -(2 + 12)]
    size = rows * rows * 2 * frames
    path = tmp_path / "large.dcm"
    with path.open("wb") as out:
        out.write(head + b"\xe0\x7f\x10\x00OW\0\0" + size.to_bytes(4, "little"))
        out.truncate(out.tell() + size)
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from medscan_desktop.persistence.home import Home\n"
        "from medscan_desktop.persistence.keys import unlock\n"
        "from medscan_desktop.dicom.sources.find import find_files\n"
        "from medscan_desktop.workstation.intake import take_in\n"
        "from medscan_desktop.persistence.vault import Vault\n"
        "home = Home(Path(sys.argv[1]))\n"
        f"vault = Vault(home, unlock(home, passphrase={PASSPHRASE!r}))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "(source,) = find_files([Path(sys.argv[2])])\n"
        "with vault.intake() as intake:\n"
        "    item = take_in(source, intake, lambda size: None)\n"
        "    intake.sync(); intake.settled()\n"
        "print(item.instance.size_bytes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(home), str(path)], stdout=subprocess.PIPE, text=True, check=True
    )
    read, grown_kib = map(int, done.stdout.split())

    assert read == path.stat().st_size > 200_000_000
    assert grown_kib < 30_000, f"{grown_kib} KiB more"


def test_a_watch_gives_a_file_once_it_is_complete(tmp_path: Path) -> None:
    clock = [1_000_000.0]
    watch = FolderWatch(tmp_path, now=lambda: clock[0])

    def written(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        os.utime(path, (clock[0], clock[0]))
        return path

    one = written("one", b"half")
    assert (watch.look(), watch.is_waiting) == ([], True)
    clock[0] += 1
    assert watch.look() == [], "younger than two seconds"
    written("one", b"half and half")
    clock[0] += 3
    assert watch.look() == [], "it has grown since the last look"
    assert watch.look() == [one]
    assert (watch.look(), watch.is_waiting) == ([], False)
    clock[0] += 60
    written("one", b"something else")
    clock[0] += 60
    assert (watch.look(), watch.look()) == ([], [one])
    shutil.rmtree(tmp_path)
    watch.look()
    assert "cannot be read" in watch.problem


def test_watched_folders_are_kept_and_looked_at(parts: Parts, folder: Path) -> None:
    workstation = parts.workstation
    workstation.answer(watch_folders, folders=(folder,))
    assert workstation.answer(watched_folders) == (folder,)
    watch = FolderWatch(folder)
    workstation.answer(look_for_new_files, watches=(watch,))
    assert workstation.answer(look_for_new_files, watches=(watch,)) == (), "the next look is not due yet"

"""An import killed at any moment: the library opens, nothing is lost or doubled, importing again completes it."""

import atexit
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from functools import cache
from pathlib import Path

import numpy as np

from medscan_desktop.app.build import build
from medscan_desktop.domain.import_report import ImportReport
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import unlock
from medscan_desktop.persistence.vault import Vault
from medscan_desktop.services.health import check_health
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.services.studies import search_studies
from medscan_desktop.workstation.jobs import InlineJobs
from tests.support.homes import PASSPHRASE, opened_again
from tests.support.raw_series import write_series
from tests.support.windows import PASSWORD, USER, make_home

FILES, ZIPPED = 420, 160  # three batches and more, plain and in an archive
WAIT_S = 240.0


@cache
def _made() -> tuple[Path, Path, float]:
    """The files to import, an empty library to copy, and how long an undisturbed import takes here."""
    folder = Path(tempfile.mkdtemp(prefix="medscan-killed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    source = folder / "files"
    paths = write_series(source, np.zeros((FILES + ZIPPED, 48, 48), np.int16))
    with zipfile.ZipFile(source / "rest.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths[FILES:]:
            archive.write(path, path.name)
            path.unlink()
    (source / "readme.txt").write_text("no image")
    (folder / "password").write_text(PASSWORD)
    (folder / "passphrase").write_text(PASSPHRASE)
    template = make_home(folder / "home").root
    home = shutil.copytree(template, folder / "once")
    process = _start(folder, home)
    begun = _began(process, home)
    process.wait(WAIT_S)
    took = time.monotonic() - begun
    shutil.rmtree(home)
    return folder, template, took


def killed_import(seed: int) -> None:
    """`kill -9` at a random moment between an import's first step and its last."""
    folder, template, took = _made()
    with tempfile.TemporaryDirectory(prefix="medscan-killed-") as place:
        home = Path(shutil.copytree(template, Path(place) / "home"))
        process = _start(folder, home)
        _began(process, home)
        time.sleep(random.Random(seed).uniform(0, took))
        process.kill()
        process.wait(WAIT_S)
        _check_whole(Home(home))
        report = _import_again(Home(home), folder / "files")
        assert report.imported + report.count("unchanged") == FILES + ZIPPED, report.summary
        assert (len(report.refused), len(report.skipped)) == (0, 1), report.summary
        _check_complete(Home(home))


def _start(folder: Path, home: Path) -> "subprocess.Popen[bytes]":
    secret = {"MEDSCAN_PASSWORD_FILE": str(folder / "password"), "MEDSCAN_PASSPHRASE_FILE": str(folder / "passphrase")}
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("medscan")), "--home", str(home), "import", str(folder / "files")],
        env={**os.environ, "MEDSCAN_USER": USER, **secret},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _began(process: "subprocess.Popen[bytes]", home: Path) -> float:
    """Wait for the import's first step, its journal in the vault."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if any((home / "vault").glob("importing-*")):
            return time.monotonic()
        assert process.poll() is None, "the import ended before it began"
        time.sleep(0.002)
    raise AssertionError("the import did not begin")


def _check_whole(home: Home) -> None:
    """What a kill leaves: a sound library in which every line of the ledger has its instance, and it its file."""
    with opened_again(home) as library, library.records("health.check") as records:
        known = records.files.all_ids()
        assert records.integrity_problems() == []
        assert records.audit.verify().problems == ()
        assert library.vault.missing(known) == [], "a file that the records know is not there"
        studies = records.studies.search()
        assert sum(study.instance_count for study in studies) == len(known)
        for file in list(records.files.many(known).values())[::20]:
            assert len(library.vault.read(file)) == file.size


def _import_again(home: Home, source: Path) -> ImportReport:
    parts = build(home, unlock(home, passphrase=PASSPHRASE), InlineJobs())
    try:
        parts.workstation.answer(log_in, name=USER, password=PASSWORD)
        report: ImportReport = parts.workstation.answer(import_files, paths=(source,))
        (study,) = parts.workstation.answer(search_studies)
        assert study.instance_count == FILES + ZIPPED, f"{study.instance_count} images"
        problems = {check.name: check.problem for check in parts.workstation.answer(check_health)}
        assert problems["database"] == problems["audit"] == problems["vault"] == "", problems
    finally:
        parts.close()
    return report


def _check_complete(home: Home) -> None:
    """Every image once, and nothing in the vault beside them."""
    keys = unlock(home, passphrase=PASSPHRASE)
    with opened_again(home) as library, library.records("health.check") as records:
        known = records.files.all_ids()
    vault = Vault(home, keys)
    assert len(known) == FILES + ZIPPED
    assert vault.missing(known) == []
    assert vault.orphans(known, older_than_s=0) == [], "files that no record knows"
    assert not list(home.vault.glob("importing-*")), "a journal of a dead import"

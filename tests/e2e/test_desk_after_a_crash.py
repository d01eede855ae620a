"""The session (patient, layout, windows, positions) comes back after a crash: the real process is killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

from medscan_desktop.services.imports import import_files
from tests.support.desks import ADA
from tests.support.windows import make_home, opened_library, write_phantom

_SECONDS = 120


def start(home: Path, mode: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.support.desk_process", str(home), mode]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_after_kill_9_the_screen_is_offered_and_stands_as_it_was(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    write_phantom(tmp_path / "files")
    with opened_library(home) as workstation:
        workstation.user = ADA
        workstation.answer(import_files, paths=(tmp_path / "files",))

    with start(home.root, "work") as working:
        assert working.stdout is not None
        kept = json.loads(working.stdout.readline())
        working.kill()
        assert working.wait(_SECONDS) < 0

    with start(home.root, "return") as coming_back:
        said, _ = coming_back.communicate(timeout=_SECONDS)
        assert coming_back.returncode == 0
    offer, back = map(json.loads, said.splitlines()[:2])
    assert offer.startswith("Go on where you were: ") and "Phantom" in offer
    assert len(kept["views"]) == 5 and kept["tool"] == "length" and kept["views"][1]["kind"] == "coronal"
    assert back == kept

"""Ctrl+C at any moment of a command's life: one line or none, never a traceback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.mark.parametrize("after_s", [0.05, 0.2, 0.5, 1.0, 1.6, 2.5])
def test_a_command_that_is_stopped_says_so_and_nothing_else(tmp_path: Path, after_s: float) -> None:
    command = [sys.executable, "-m", "medscan_desktop.app.start", "--home", str(tmp_path / "home"), "init"]
    (tmp_path / "secret").write_text("a long enough secret")
    secrets = {"MEDSCAN_USER": "ada"} | dict.fromkeys(
        ("MEDSCAN_PASSWORD_FILE", "MEDSCAN_PASSPHRASE_FILE"), str(tmp_path / "secret")
    )
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | secrets
    )
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert "Traceback" not in said or after_s < 0.1  # before the first line of the program Python itself answers
    assert process.returncode in (0, 130, -signal.SIGINT) or after_s < 0.1

#!/usr/bin/env python3
"""Everything a fresh machine needs, with the standard library alone: set-up, demo, tests, bench, soak, lint, window.

python3 run.py demo    the main job on a real study
python3 run.py test    every test
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STATE = ROOT / ".setup"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")

# What Qt, VTK and their OpenGL need beyond a bare Debian 12; `ldd` on Qt's xcb plug-in is how the list was found.
DEBIAN = [
    "libegl1",
    "libgl1",
    "libglx-mesa0",
    "libegl-mesa0",
    "libgl1-mesa-dri",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxkbcommon-x11-0",
    "libxcb-image0",
    "libxcb-render-util0",
    "libxcb-xinerama0",
    "libxcb-randr0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libglib2.0-0",
    "python3-venv",
    "fontconfig",
    "libdbus-1-3",
    "libxrender1",
]
DEBIAN_FOR_TESTS = ["xvfb", "dicom3tools"]  # a screen, and a judge of what we write as DICOM


def main() -> int:
    """Run one verb; its exit code."""
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("setup", "demo", "app", "test", "bench", "soak", "lint"))
    options, rest = parser.parse_known_args()
    if sys.version_info < (3, 11):  # noqa: UP036  any python3 may start this file
        print("MedScan Desktop needs Python 3.11 or newer.", file=sys.stderr)
        return 1
    try:
        set_up(for_tests=options.verb in ("test", "bench", "soak", "lint"))
    except subprocess.CalledProcessError as error:
        print(f"run.py: `{' '.join(map(str, error.cmd))}` failed (exit {error.returncode}).", file=sys.stderr)
        return 1
    verbs = {
        "setup": [],
        "demo": [
            ["models/demo_study.py"],
            ["-m", "medscan_desktop.app.demo", str(STATE / "demo-study"), "demo-output", str(STATE / "demo-home")],
        ],
        "app": [["-m", "medscan_desktop.app.gui"]],
        "test": [["-m", "pytest"]],
        "bench": [["-m", "tests.bench"]],
        "soak": [["-m", "tests.soak"]],
        "lint": LINT,
    }
    for arguments in verbs[options.verb]:
        if code := call([str(PYTHON), *arguments, *(rest if arguments is verbs[options.verb][-1] else [])]):
            return code
    return 0


LINT = [
    ["-m", "ruff", "check", "."],
    ["-m", "ruff", "format", "--check", "."],
    ["-m", "mypy"],
    ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
]


def call(command: list[str]) -> int:
    """Run in the project's folder; the exit code."""
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def set_up(*, for_tests: bool) -> None:
    """Bring the machine to where the product runs. What is there already is not done again.

    Whatever it has to say goes to stderr: what a verb prints may be for a program (`bench --json`).
    """
    install_debian_libraries(DEBIAN + (DEBIAN_FOR_TESTS if for_tests else []))
    make_environment(extra="dev" if for_tests else "models")
    subprocess.run([str(PYTHON), "models/build.py"], cwd=ROOT, check=True, stdout=sys.stderr)


def install_debian_libraries(packages: list[str]) -> None:
    """Install what is missing when we may; else print the one line that does."""
    if not shutil.which("dpkg-query"):
        return
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    installed = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    missing = [package for package in packages if package not in installed]
    if not missing:
        return
    rights = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    line = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    may = os.geteuid() == 0 or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    if not may:
        print(f"Some Debian libraries are missing. Install them with:\n  sudo {' '.join(line)}", file=sys.stderr)
        return
    print(f"Installing Debian libraries: {' '.join(missing)}", file=sys.stderr, flush=True)
    subprocess.run([*rights, *environment, "apt-get", "update", "-q"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*rights, *environment, *line], check=True, stdout=subprocess.DEVNULL)


def make_environment(extra: str) -> None:
    """A virtual environment with the product in it; made anew only when pyproject.toml has changed."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    done = STATE / f"environment-{extra}"
    if PYTHON.exists() and any(
        mark.exists() and mark.read_text() == wanted for mark in {done, STATE / "environment-dev"}
    ):
        return
    if not PYTHON.exists():
        print("Making .venv", file=sys.stderr, flush=True)
        venv.create(VENV, with_pip=True)
    print(
        f"Installing MedScan Desktop [{extra}] and what it needs (a few minutes the first time)",
        file=sys.stderr,
        flush=True,
    )
    subprocess.run(
        [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", f".[{extra}]"],
        cwd=ROOT,
        check=True,
    )
    STATE.mkdir(exist_ok=True)
    done.write_text(wanted)


if __name__ == "__main__":
    sys.exit(main())

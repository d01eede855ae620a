"""Memory as the system counts it, and a window in use while a series loads: each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.harness import Row, at_most, at_most_times
from tests.support.large_series import write_large_series

ROOT = Path(__file__).resolve().parents[2]
RUNS = 3
LARGE = 3000
MB = 1_000_000


def loading(raw: Path) -> Row:
    """The most memory while 600 slices load, over the volume's own."""
    runs = [_probe("whole", raw) for _ in range(RUNS)]
    return at_most_times("memory_load", 1.3, [run["peak_loading"] / run["whole"] for run in runs], _need(runs[0]))


def with_3d(raw: Path) -> Row:
    """The same until shaded 3D is drawn."""
    runs = [_probe("space", raw) for _ in range(RUNS)]
    return at_most_times("memory_3d", 3, [run["peak"] / run["whole"] for run in runs], _need(runs[0]))


def reduced(raw: Path) -> Row:
    """A third of the memory that the whole would need: the most that is taken, over that budget."""
    budget = 110
    runs = [_probe("fit", raw, budget) for _ in range(RUNS)]
    return at_most_times("memory_reduced", 1, [run["peak"] / (budget * MB) for run in runs], runs[0]["warnings"][0])


def closed(raw: Path, folder: Path) -> Row:
    """What ten openings and closings leave behind after the first, over the volume."""
    runs = _window(folder / "closed", raw, 4000, "--times", "10")
    kept = [(run["before"] + run["after_closing"] - runs[0]["before"]) / MB for run in runs]
    note = f"MB over the start after each closing: {', '.join(f'{value:.0f}' for value in kept)}"
    return at_most_times("memory_closed", 0.32, [(kept[-1] - kept[0]) * MB / runs[0]["values"]], note)


def stall_while_scrolling(raw: Path, folder: Path) -> Row:
    """The window's longest stall from the click until 600 slices are there, the wheel turning over four panes."""
    runs = _window(folder / "stall", raw, 8000, "--times", "6")[1:]
    stalls = [run["stall_loading"] for run in runs]
    wheel = max(run["wheel_loading_p95"] for run in runs) * 1000
    middle = sorted(stalls)[len(stalls) // 2] * 1000
    note = f"the longest of {len(runs)} runs, median {middle:.0f} ms; a wheel turn to paint, p95: {wheel:.0f} ms"
    return at_most("stall_load", 0.033, stalls, max(stalls), note)


def large(folder: Path, budget_mb: int, *, slices: bool = False) -> Row:
    """3,000 slices of 512 x 512 in a budget: the first image, and all else in the note."""
    raw = folder / "large"
    if not raw.exists():
        write_large_series(raw, LARGE)
    (run,) = _window(folder / "large-home", raw, budget_mb, *(["--slices"] if slices else []))
    scroll = {name: value for name, value in run.items() if name.startswith("scroll") and name.endswith("p95")}
    note = (
        f"loaded {run['loaded']:.1f} s, peak {run['peak'] / MB:.0f} MB over the start, "
        + ", ".join(f"{name} {value * 1000:.1f} ms" for name, value in scroll.items())
        + f", 3D at rest {run['until_3d'] or 0:.1f} s; {' '.join(run['warnings']) or 'whole'}"
    )
    name = "large_2d" if slices else f"large_{budget_mb // 1000}g"
    return at_most(name, 1.0, [run["first_image"]], run["first_image"], note)


def _need(run: dict[str, Any]) -> str:
    return f"told beforehand: {run['need'] / MB:.0f} MB, with 3D {run['need_with_3d'] / MB:.0f} MB"


def _probe(what: str, raw: Path, budget_mb: int = 0) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_said("tests.support.memory_probe", what, str(raw), str(budget_mb)))
    return answer


def _window(home: Path, raw: Path, budget_mb: int, *options: str) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = json.loads(
        _said("tests.bench.large_window", str(home), str(raw), str(budget_mb), *options)
    )["runs"]
    return runs


def _said(module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]

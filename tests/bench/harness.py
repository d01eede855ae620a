"""Taking turns with a peer and judging the medians against a goal."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One case: seconds of each run (or, with another `unit`, plain numbers), and whether the goal was met."""

    id: str
    ours: float
    peer_name: str
    peer: float | None
    ratio: float | None
    goal: str
    met: bool
    ours_samples: list[float] = field(default_factory=list)
    peer_samples: list[float] = field(default_factory=list)
    note: str = ""
    unit: str = "ms"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def seconds(work: Work) -> float:
    """How long one call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def alternate(ours: Work, peer: Work, *, runs: int, inner: int = 1, warm: int = 1) -> tuple[list[float], list[float]]:
    """Seconds a call of each, taking turns; each sample is the mean of `inner` calls."""
    mine: list[float] = []
    theirs: list[float] = []
    for run in range(runs + warm):
        gc.collect()
        pair = [_mean(work, inner) for work in (ours, peer)]
        if run >= warm:
            mine.append(pair[0])
            theirs.append(pair[1])
    return mine, theirs


def alternate_all(works: Mapping[str, Work], *, runs: int, warm: int = 1) -> dict[str, list[float]]:
    """Seconds a call of each, by its name, all taking turns."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    for run in range(runs + warm):
        gc.collect()
        for name, work in works.items():
            taken = seconds(work)
            if run >= warm:
                samples[name].append(taken)
    return samples


def _mean(work: Work, inner: int) -> float:
    return seconds(lambda: [work() for _ in range(inner)]) / inner


def against(case: str, peer_name: str, goal: float, samples: tuple[list[float], list[float]], note: str = "") -> Row:
    """A row that is met where the peer's median is at least `goal` times ours."""
    mine, theirs = samples
    ratio = median(theirs) / median(mine)
    return Row(case, median(mine), peer_name, median(theirs), ratio, f">= {goal:g}x", ratio >= goal, mine, theirs, note)


def at_most(case: str, limit: float, samples: list[float], value: float, note: str = "") -> Row:
    """A row that is met where `value` (seconds) is within the limit."""
    return Row(case, value, "-", None, None, f"<= {limit * 1000:g} ms", value <= limit, samples, [], note)


def at_most_times(case: str, limit: float, samples: list[float], note: str = "") -> Row:
    """A row of plain ratios, met where the largest is within the limit."""
    value = max(samples)
    return Row(case, value, "-", None, None, f"<= {limit:g}x", value <= limit, samples, [], note, "x")

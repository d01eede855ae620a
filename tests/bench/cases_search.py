"""The library's search at 50,000 studies: the use case as the window asks it, and the table that shows the answer."""

import gc
from pathlib import Path
from statistics import median
from time import perf_counter

from PySide6.QtWidgets import QApplication

from medscan_desktop.app.build import Parts, build
from medscan_desktop.services.studies import search_studies
from medscan_desktop.ui.study_table import StudyTable
from medscan_desktop.workstation.jobs import InlineJobs
from tests.bench.harness import Row, at_most
from tests.support.big_library import QUERIES, fill
from tests.support.desks import ADA
from tests.support.homes import Library, new_library

STUDIES, IMAGES = 50_000, 8
RUNS = 7
LIMIT_S = 0.200


def search(folder: Path) -> Row:
    """The worst median of all kinds of question; each is a transaction with its audit event, as in the window."""
    with new_library(folder / "search") as library:
        fill(library, STUDIES, IMAGES)
        parts = _parts(library)
        medians = {kind: _seconds(parts, text) for kind, text in QUERIES.items()}
        parts.close()
    worst = max(medians, key=lambda kind: median(medians[kind]))
    note = "; ".join(f"{kind} {median(samples) * 1000:.0f}" for kind, samples in medians.items())
    return at_most("search_50k", LIMIT_S, medians[worst], median(medians[worst]), f"worst: {worst}; ms: {note}")


def show(folder: Path) -> Row:
    """From the answer to a painted table: what the window's thread does."""
    with new_library(folder / "show") as library:
        fill(library, 3_000, 1)
        parts = _parts(library)
        found = parts.workstation.answer(search_studies, text="")
        parts.close()
    table = StudyTable()
    table.resize(1400, 700)
    table.show()
    samples = []
    for _ in range(RUNS):
        gc.collect()
        start = perf_counter()
        table.show_studies(found)
        table.viewport().repaint()
        QApplication.processEvents()
        samples.append(perf_counter() - start)
    table.close()
    return at_most("search_table", 0.033, samples, median(samples), f"{len(found):,} of {found.total:,} rows")


def _parts(library: Library) -> Parts:
    parts = build(library.home, library.keys, InlineJobs())
    parts.workstation.user = ADA
    return parts


def _seconds(parts: Parts, text: str) -> list[float]:
    samples = []
    for run in range(RUNS + 1):
        start = perf_counter()
        parts.workstation.answer(search_studies, text=text)
        if run:
            samples.append(perf_counter() - start)
    return samples

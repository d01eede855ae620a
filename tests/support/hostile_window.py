"""Hostile files against the real window: each kind imported and opened, with the time, the stalls and the memory."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from medscan_desktop.domain.import_report import ImportReport
from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.store import Store
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.studies import search_studies
from medscan_desktop.workstation.command import Command
from tests.support.hostile import Hostile
from tests.support.windows import Open

LONGEST_S = 30.0
_TICK_MS = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """How one kind ended: in words, in seconds, the longest stall of the window, the most memory beyond the start's."""

    name: str
    outcome: str
    reason: str
    seconds: float
    stall_ms: float
    memory_mb: float


class Heart:
    """Beats in the window's event loop; remembers the longest time between two beats."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(_TICK_MS)
        self._last = time.perf_counter()
        self.longest_ms = 0.0

    def begin(self) -> None:
        self._last, self.longest_ms = time.perf_counter(), 0.0

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000)
        self._last = now


class _Memory:
    """The most resident memory of this process, beyond what it had when this was made; asked every 10 ms."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        gc.collect()
        self._before = self._process.memory_info().rss
        self._most = self._before
        self._ended = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def begin(self) -> None:
        self._most = 0

    @property
    def most_mb(self) -> float:
        return float(max(self._most, self._process.memory_info().rss) - self._before) / 2**20

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.01):
            self._most = max(self._most, self._process.memory_info().rss)


def run_kinds(opened: Open, kinds: Iterable[Hostile], tell: Callable[[Ended], None] = lambda _: None) -> list[Ended]:
    """Every kind in a folder of its own, one after the other in the same window."""
    heart, memory, known, rows = Heart(), _Memory(), set[StudyUid](), list[Ended]()
    for kind in kinds:
        with TemporaryDirectory() as name:
            folder = Path(name) / "case"
            folder.mkdir()
            kind.build(folder)
            gc.collect()
            heart.begin()
            memory.begin()
            start = time.monotonic()
            outcome, reason = _put_through(opened, folder, known)
            seconds = time.monotonic() - start
            stall = heart.longest_ms
        rows.append(Ended(kind.name, outcome, reason, seconds, stall, memory.most_mb))
        tell(rows[-1])
    heart.stop()
    memory.stop()
    return rows


def _put_through(opened: Open, folder: Path, known: set[StudyUid]) -> tuple[str, str]:
    report: ImportReport = _answer(opened, import_files, paths=(folder,))
    imported = [file for file in report.files if file.status == "imported"]
    others = [file for file in report.files if file.status != "imported"]
    if not imported:
        return (others[0].status, others[0].reason) if others else ("skipped", "nothing was found")
    outcome, reason = "opened", others[0].reason if others else ""
    studies: Sequence[Study] = _answer(opened, search_studies)
    new = [study for study in studies if study.study_instance_uid not in known]
    known.update(study.study_instance_uid for study in new)
    for study in new:
        problem = _open(opened, study)
        if problem:
            outcome, reason = "damaged", problem
    return outcome, reason


def _answer(opened: Open, command: Command, **arguments: Any) -> Any:
    job = opened.parts.workstation.do(command, **arguments)
    _wait(lambda: job.is_finished)
    if job.error is not None:
        raise job.error
    return job.effect.value


def _open(opened: Open, study: Study) -> str:
    """Show every stack of a study; what the window says is missing, or ""."""
    workstation, desk = opened.parts.workstation, opened.desk
    store = workstation.store
    said = len(workstation.notices)
    desk.open_study(study.study_instance_uid)
    _wait(lambda: not workstation.running)
    problems = workstation.notices[said:]
    for stack in store.workspace.stacks:
        desk.viewer.commands.show_stack(stack.id)
        _wait(lambda: not workstation.running)
        _wait(partial(_has_ended, store, stack.id))
        shown = store.workspace.stack(stack.id)
        problems += list(shown.failures) if shown is not None else []
    return problems[0] if problems else ""


def _has_ended(store: Store, stack_id: StackId) -> bool:
    stack = store.workspace.stack(stack_id)
    return stack is None or stack.volume is None or stack.loaded_count + len(stack.failures) >= stack.frame_count


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 2 * LONGEST_S
    while not until():
        QApplication.processEvents()
        time.sleep(0.001)
        assert time.monotonic() < end, "it hangs"


def table(rows: Iterable[Ended]) -> str:
    """As Markdown."""
    lines = ["| kind | outcome | reason | s | longest stall, ms | memory, MB |", "|---|---|---|--:|--:|--:|"]
    lines += [
        f"| {row.name} | {row.outcome} | {row.reason} | {row.seconds:.2f} | {row.stall_ms:.0f} | {row.memory_mb:+.0f} |"
        for row in rows
    ]
    return "\n".join(lines)

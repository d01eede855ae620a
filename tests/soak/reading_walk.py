"""A seeded walk through the real window: wheel, drags with every tool, every command, series and studies.

Whatever a hand does in whatever order, nothing is raised, Qt warns of nothing, the window answers, and after an hour's
worth of it (one act a second) the process is no larger than it was once warm.
"""

import argparse
import gc
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
import psutil
from PySide6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.tools import TOOLS
from medscan_desktop.ui.commands import UI_COMMANDS
from medscan_desktop.ui.garbage import MainThreadGarbage
from medscan_desktop.ui.theme import apply_theme
from tests.support.large_series import write_large_series
from tests.support.toy_models import write_toy_model
from tests.support.windows import PASSWORD, PHANTOM, USER, Open, drag, make_home, opened_desk, turn_wheel, write_phantom

HOUR = 3600  # acts
STUDIES = (PHANTOM, StudyUid("1.2.826.0.1.3680043.10.2.1"))  # the ball, and the large series
_WARM = 0.25  # the share of a walk after which everything has been used once
_GROWTH = 1.05
_BUG = "Something went wrong inside the program"
# What ends the walk or waits for an answer: a label that ends with "…" asks for something first.
_OUTSIDE = frozenset({"window.lock", "window.library", "window.search", "window.full_screen", "window.help"})
COMMANDS = tuple(one for one in UI_COMMANDS if one.name not in _OUTSIDE and not one.label.endswith("…"))
Act = Callable[["Walk"], None]


class Walk:
    """One walk: a random hand at a desk."""

    def __init__(self, opened: Open, seed: int) -> None:
        self.opened = opened
        self.rng = np.random.default_rng(seed)
        self.viewer = opened.desk.viewer
        self.workstation = opened.parts.workstation
        self.last = ""

    def step(self) -> None:
        """One act, and the time that the window needs for it."""
        act = ACTS[int(self.rng.integers(len(ACTS)))]
        act(self)
        QTest.qWait(1)

    def settle(self) -> None:
        """Until nothing runs any more."""
        for _ in range(2000):
            QTest.qWait(5)
            if not self.workstation.running:
                return
        raise AssertionError(f"still at work after ten seconds: {[job.name for job in self.workstation.running]}")

    def pick(self, count: int) -> int:
        return int(self.rng.integers(count))


def _wheel(walk: Walk) -> None:
    panes = walk.viewer.grid.panes
    if panes:
        notches = int(walk.rng.integers(-4, 5))
        held = Qt.KeyboardModifier.ControlModifier if walk.pick(8) == 0 else Qt.KeyboardModifier.NoModifier
        turn_wheel(panes[walk.pick(len(panes))], 120 * notches, held)


def _drag(walk: Walk) -> None:
    shown = [pane for pane in walk.viewer.grid.panes if pane.isVisible()]
    if not shown:
        return
    pane = shown[walk.pick(len(shown))]
    tool = TOOLS[walk.pick(len(TOOLS))].name
    walk.last = f"drag {tool}"
    walk.viewer.commands.use_tool(tool)
    buttons = (Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)
    start, end = (tuple(walk.rng.uniform(4, (pane.width() - 4, pane.height() - 4))) for _ in range(2))
    drag(pane, (start[0], start[1]), (end[0], end[1]), buttons[walk.pick(3)])


def _command(walk: Walk) -> None:
    command = COMMANDS[walk.pick(len(COMMANDS))]
    walk.last = command.name
    if command.is_possible(walk.viewer.commands):
        command.run(walk.viewer.commands)


def _series(walk: Walk) -> None:
    stacks = [stack for stack in walk.workstation.store.workspace.stacks if stack.frame_count]
    views = walk.workstation.store.workspace.views
    if stacks:
        view = views[walk.pick(len(views))].id if views and walk.pick(2) else None
        walk.last = "show a series"
        walk.viewer.commands.show_stack(stacks[walk.pick(len(stacks))].id, view)
        walk.settle()


def _study(walk: Walk) -> None:
    if walk.pick(6):
        return
    walk.last = "open a study"
    walk.opened.desk.open_study(STUDIES[walk.pick(len(STUDIES))])
    walk.settle()


ACTS: tuple[Act, ...] = (_wheel, _wheel, _wheel, _wheel, _drag, _drag, _drag, _command, _command, _series, _study)


def reading_walk(seed: int, steps: int = 150, *, is_measured: bool = False) -> str:
    """Walk so many steps. Raises AssertionError for whatever must not be; gives what it cost in memory."""
    said: list[str] = []

    def heard(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind is not QtMsgType.QtDebugMsg and "propagateSizeHints" not in text and "support raise" not in text:
            said.append(text)

    def raised(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        said.append("".join(traceback.format_exception(kind, error, trace)))

    before, hook = qInstallMessageHandler(heard), sys.excepthook
    sys.excepthook = raised
    try:
        with tempfile.TemporaryDirectory() as folder, _reading(Path(folder), is_large=is_measured) as opened:
            return _walked(Walk(opened, seed), steps, said, is_measured=is_measured)
    finally:
        sys.excepthook = hook
        qInstallMessageHandler(before)


def _walked(walk: Walk, steps: int, said: list[str], *, is_measured: bool) -> str:
    warm = 0.0
    for number in range(steps):
        walk.step()
        bugs = [notice for notice in walk.workstation.notices if _BUG in notice]
        assert not said and not bugs, f"after step {number} ({walk.last}): {' '.join(said + bugs)}"
        if number == int(steps * _WARM):
            warm = _megabytes(walk)
    end = _megabytes(walk)
    if is_measured:
        assert end <= warm * _GROWTH, f"{warm:.0f} MB once warm, {end:.0f} MB at the end"
    return f"{steps} acts: {warm:.0f} MB once warm, {end:.0f} MB at the end"


def hour_of_reading(seed: int) -> None:
    """An hour's worth of acts on a large CT, in a process of its own: its memory is the walk's alone."""
    subprocess.run([sys.executable, "-m", "tests.soak.reading_walk", str(seed), str(HOUR)], check=True)


@contextmanager
def _reading(folder: Path, *, is_large: bool) -> Iterator[Open]:
    """The phantom open in the real window; beside its ball a second study, larger for a measured walk."""
    write_phantom(folder / "ball")
    side, count = (512, 150) if is_large else (48, 10)
    write_large_series(folder / "large", count, side)
    home = make_home(folder / "home")
    garbage = MainThreadGarbage()
    try:
        with opened_desk(home, write_toy_model(folder / "models")) as opened:
            workstation, walk = opened.parts.workstation, Walk(opened, 0)
            opened.desk.resize(1400, 900)
            opened.desk.show()
            workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: opened.desk.enter())
            walk.settle()
            workstation.do(import_files, paths=(folder / "ball", folder / "large"))
            walk.settle()
            opened.desk.open_study(STUDIES[1])
            walk.settle()
            yield opened
    finally:
        garbage.close()


def _megabytes(walk: Walk) -> float:
    """Resident with one study as it opens, once all that is no longer used has gone: 16 cells need more than four."""
    walk.settle()
    walk.opened.desk.open_study(STUDIES[1])
    QTest.qWait(500)
    walk.settle()
    gc.collect()
    QTest.qWait(200)
    return psutil.Process().memory_info().rss / 1e6


def main() -> None:
    """`python -m tests.soak.reading_walk SEED STEPS`: one measured walk."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("steps", type=int)
    options = parser.parse_args()
    application = QApplication([])
    apply_theme(application)
    print(reading_walk(options.seed, options.steps, is_measured=True), flush=True)


if __name__ == "__main__":
    main()

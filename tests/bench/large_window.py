"""A very large CT in the real window, in a process of its own: `python -m tests.bench.large_window HOME RAW BUDGET_MB`.

Opens it in the 2x2 layout with 3D, scrolls while it loads and after, closes it. One line of JSON on stdout: seconds,
bytes, and the longest stall of the window. `--times N` opens and closes N times; `--picture F.png` keeps the screen.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from medscan_desktop.app.build import Parts, build, models_folder
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import create_keys, unlock
from medscan_desktop.scene.memory import ShownAs
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.memory import set_budget
from medscan_desktop.services.session import create_first_user, log_in
from medscan_desktop.services.studies import close_study, search_studies
from medscan_desktop.ui.desk import Desk
from medscan_desktop.ui.garbage import MainThreadGarbage
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.pane_3d import Pane3DWidget
from medscan_desktop.ui.qt_jobs import QtJobs
from medscan_desktop.ui.theme import apply_theme
from medscan_desktop.workstation.jobs import InlineJobs
from tests.bench.cases_load import Stall
from tests.support.homes import CHEAP
from tests.support.memory_probe import forget_peak, peak, resident

USER, PASSWORD, PASSPHRASE = "bench", "bench password", "bench passphrase"
TURNS = 60


def imported_home(root: Path, raw: Path) -> Home:
    """The library with the series in it; made once."""
    home = Home(root)
    if home.is_made:
        return home
    home.make_folders()
    keys, _ = create_keys(home, passphrase=PASSPHRASE, cost=CHEAP)
    parts = build(home, keys, InlineJobs())
    parts.workstation.answer(create_first_user, name=USER, password=PASSWORD)
    parts.workstation.answer(log_in, name=USER, password=PASSWORD)
    parts.workstation.answer(import_files, paths=(raw,))
    parts.close()
    return home


class Reader:
    """Somebody at the desk, with a clock."""

    def __init__(self, home: Home, budget_mb: int) -> None:
        self.jobs = QtJobs()
        self.parts: Parts = build(home, unlock(home, passphrase=PASSPHRASE), self.jobs, models=models_folder())
        self.workstation = self.parts.workstation
        self.desk = Desk(self.workstation, self.jobs, self.parts.settings)
        self.desk.resize(1600, 1000)
        self.desk.show()
        self.workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: self.desk.enter())
        self.until(lambda _: self.workstation.user is not None)
        self.workstation.do(set_budget, megabytes=budget_mb)
        self.study: list[StudyUid] = []
        self.workstation.do(search_studies, on_done=lambda done: self.study.append(done.value[0].study_instance_uid))
        self.until(lambda _: bool(self.study) and not self.workstation.running)

    @property
    def workspace(self) -> Workspace:
        return self.workstation.store.workspace

    def until(self, is_so: Callable[[Workspace], bool], limit: float = 120) -> None:
        """Turn the event loop until the workspace is so."""
        deadline = time.monotonic() + limit
        while not is_so(self.workspace):
            QApplication.processEvents()
            time.sleep(0.0005)
            assert time.monotonic() < deadline, self.workstation.notices

    def pane(self, kind: ViewKind) -> PaneWidget | Pane3DWidget | None:
        views = self.workspace.views
        panes = zip(views, self.desk.viewer.grid.panes, strict=True)
        return next((pane for view, pane in panes if view.kind is kind), None)

    def open(self) -> float:
        """Click on the study; the seconds until its first image is painted."""
        began = time.perf_counter()
        self.desk.open_study(self.study[0])
        self.until(lambda workspace: any(stack.loaded_count > 0 for stack in workspace.stacks))
        for pane in self.desk.viewer.grid.panes:
            pane.repaint()
        return time.perf_counter() - began

    def close_study(self) -> None:
        self.workstation.do(close_study)
        self.until(lambda workspace: workspace.study is None and not self.workstation.running)

    def turn_wheel(self, pane: PaneWidget, steps: int) -> float:
        """One turn over a pane; the seconds until all that it concerns is painted."""
        at = QPointF(pane.width() / 2, pane.height() / 2)
        event = QWheelEvent(
            at,
            pane.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        began = time.perf_counter()
        QApplication.sendEvent(pane, event)
        QApplication.processEvents()
        return time.perf_counter() - began

    def scrolled(self, kind: ViewKind) -> list[float]:
        pane = self.pane(kind)
        if not isinstance(pane, PaneWidget):
            return []
        return [self.turn_wheel(pane, -1 if turn % 40 < 20 else 1) for turn in range(TURNS)]

    def end(self) -> None:
        self.desk.end_session()
        self.jobs.close()
        self.parts.close()


def is_loaded(workspace: Workspace) -> bool:
    stack = next((stack for stack in workspace.stacks if stack.volume is not None), None)
    return stack is not None and stack.volume is not None and (bool(stack.volume.window) or stack.volume.is_complete)


def loading_while_scrolling(reader: Reader) -> dict[str, Any]:
    """From the click until all is there, the wheel turning over the first pane all the while."""
    stall = Stall()
    stall.start()
    first = reader.open()
    began = time.perf_counter()
    wheels: list[float] = []
    while not is_loaded(reader.workspace):
        pane = reader.desk.viewer.grid.panes[0]
        assert isinstance(pane, PaneWidget)
        wheels.append(reader.turn_wheel(pane, 1 if len(wheels) % 100 < 50 else -1))
        QApplication.processEvents()
        time.sleep(0.008)
    return {
        "first_image": first,
        "loaded": first + time.perf_counter() - began,
        "stall_loading": stall.stop(),
        "wheel_loading_p95": float(np.percentile(wheels, 95)) if wheels else 0.0,
    }


def seconds_until_3d(reader: Reader) -> float | None:
    """Until the 3D pane shows its picture at rest; None where there is none."""
    pane = reader.pane(ViewKind.THREE_D)
    if not isinstance(pane, Pane3DWidget):
        return None
    began = time.perf_counter()
    reader.until(lambda _: pane._drawn is not None and pane._drawn.full)
    return time.perf_counter() - began


def measured(reader: Reader, picture: Path | None, *, slices: bool) -> dict[str, Any]:
    """One opening, with everything around it."""
    forget_peak()
    before = resident()
    told = loading_while_scrolling(reader)
    if slices:
        reader.desk.viewer.commands.show_as(ShownAs.SLICES)
        reader.until(lambda workspace: workspace.stacks[0].volume.window is not None if workspace.stacks else False)
    told["until_3d"] = seconds_until_3d(reader)
    for kind in (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL, ViewKind.ACQUIRED):
        if samples := reader.scrolled(kind):
            told[f"scroll_{kind}_p95"] = float(np.percentile(samples, 95))
            told[f"scroll_{kind}_median"] = median(samples)
    stack = next(stack for stack in reader.workspace.stacks if stack.volume is not None)
    told |= {
        "warnings": stack.volume.warnings,
        "shape": stack.volume.values.shape,
        "values": stack.volume.values.nbytes,
    }
    if picture is not None:
        reader.desk.grab().save(str(picture))
    told |= {"before": before, "peak": peak() - before}
    del stack  # else its pixels would stay with us
    reader.close_study()
    began = time.monotonic()
    while time.monotonic() - began < 1.5:
        QApplication.processEvents()
        time.sleep(0.01)
    return told | {"after_closing": resident() - before}


def main() -> int:
    """One process, one budget."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("raw", type=Path)
    parser.add_argument("budget_mb", type=int)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--slices", action="store_true", help="2D alone")
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])  # before the import: thumbnails would make one without widgets
    apply_theme(app)
    began = time.perf_counter()
    home = imported_home(options.home, options.raw)
    imported = time.perf_counter() - began
    garbage = MainThreadGarbage()
    reader = Reader(home, options.budget_mb)
    garbage.spare()
    runs = [measured(reader, options.picture, slices=options.slices) for _ in range(options.times)]
    reader.end()
    garbage.close()
    print(json.dumps({"imported": imported, "runs": runs}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

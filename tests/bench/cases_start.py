"""The first window against importing everything first; and the window's stalls while a network runs."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from medscan_desktop.app.build import models_folder
from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.inference.predict import predict
from medscan_desktop.inference.registry import ModelRegistry
from medscan_desktop.ui.qt_jobs import QtJobs
from tests.bench.cases_load import Stall
from tests.bench.harness import Row, against, at_most
from tests.support.raw_series import phantom

EAGER = """
import time; start = time.perf_counter()
import vtkmodules.all, pydicom, sqlalchemy, SimpleITK, onnxruntime, cv2, scipy.ndimage, highdicom
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([]); label = QLabel("Log in"); label.resize(400, 300); label.show(); app.processEvents()
print(time.perf_counter() - start)
"""
OURS = """
import time; start = time.perf_counter()
from pathlib import Path
from PySide6.QtWidgets import QApplication
from medscan_desktop.app.gui import GuiSession
from medscan_desktop.persistence.home import Home
from medscan_desktop.ui.theme import apply_theme
app = QApplication([]); apply_theme(app)
session = GuiSession(Home(Path({home!r}))); session.start(); session.window.repaint()
print(time.perf_counter() - start, flush=True)
import os; os._exit(0)
"""
RUNS = 5


def first_window(folder: Path) -> Row:
    """From the interpreter's first line to a painted log-in window."""
    home = folder / "new-home"
    mine, theirs = [], []
    for _ in range(RUNS + 1):
        mine.append(_printed(OURS.format(home=str(home))))
        theirs.append(_printed(EAGER))
    row = against("first_window", "eager imports", 6, (mine[1:], theirs[1:]), "and below 0.6 s")
    return row if row.ours < 0.6 else Row(**{**row.as_json(), "met": False})


def _printed(code: str) -> float:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout.split()[0])


def stall_while_inferring() -> Row:
    """The longest stalls of the event loop while the liver network runs on a phantom, on the pool's thread."""
    values = phantom(60, 256)
    geometry = Geometry.from_axes((0, 0, 0), (1, 0, 0), (0, 1, 0), (1.4, 1.4, 3.0), values.shape)
    volume = Volume(values, geometry, np.ones(len(values), np.bool_), "HU")
    registry = ModelRegistry(models_folder())
    jobs, stall, samples, done = QtJobs(), Stall(), [], []
    stages: list[str] = []

    def run() -> None:
        with contextlib.suppress(MedScanError):  # a phantom has no liver; the network has run all the same
            predict(
                registry.card("liver-ct"),
                registry,
                volume,
                modality="CT",
                series_instance_uid=SeriesUid("1"),
                sop_instance_uids=(),
                report=lambda _, text: stages.append(text),
                on_cancel=lambda _: None,
                threads=2,
            )
        done.append(True)

    for run_number in range(2):
        stall.start()
        jobs.start(run)
        while len(done) <= run_number:
            QApplication.processEvents()
            time.sleep(0.0005)
        samples.append(stall.stop())
    jobs.close()
    assert any(stage.startswith("outlining") for stage in stages), "the network has not run"
    return at_most("stall_infer", 0.033, samples, max(samples), f"the longest of {len(samples)} runs")

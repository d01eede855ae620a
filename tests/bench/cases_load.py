"""Loading from a folder of raw slices and from the encrypted library: all of it, the first image, the stalls."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pydicom
import SimpleITK as sitk
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from medscan_desktop.app.build import Parts, build
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import create_keys
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import create_first_user, log_in
from medscan_desktop.services.studies import close_study, open_study, search_studies
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.qt_jobs import QtJobs
from medscan_desktop.workstation.jobs import InlineJobs
from medscan_desktop.workstation.workstation import Workstation
from tests.bench.harness import Row, against, alternate, at_most, seconds
from tests.bench.peers_load import DICOMSDL, dicomsdl_volume, pydicom_volume, simpleitk_volume
from tests.bench.volumes import our_volume

RUNS = 5
SITK = f"SimpleITK ImageSeriesReader {sitk.Version.VersionString()}"
PASSWORD = "bench password"


NO_WORKERS = InlineWorkers()  # uncompressed pixels never go to one


def raw_against_simpleitk(folder: Path) -> Row:
    samples = alternate(lambda: our_volume(folder, NO_WORKERS), lambda: simpleitk_volume(folder), runs=RUNS)
    return against("load_raw", SITK, 4, samples)


def raw_against_pydicom(folder: Path) -> Row:
    samples = alternate(lambda: our_volume(folder, NO_WORKERS), lambda: pydicom_volume(folder), runs=RUNS)
    return against("load_raw_pydicom", f"pydicom loop {pydicom.__version__}", 5, samples)


def raw_against_dicomsdl(folder: Path) -> Row:
    samples = alternate(lambda: our_volume(folder, NO_WORKERS), lambda: dicomsdl_volume(folder), runs=RUNS)
    reading = median(seconds(lambda: [path.read_bytes() for path in folder.iterdir()]) for _ in range(3))
    note = f"limit: reading the files {reading * 1000:.0f} ms"
    return against("load_raw_dicomsdl", DICOMSDL, 2, samples, note)


@dataclass
class Library:
    """A library with the bench's series in it, opened with a window's jobs."""

    parts: Parts
    jobs: QtJobs
    study: StudyUid

    @property
    def workstation(self) -> Workstation:
        return self.parts.workstation

    def open(self) -> None:
        """Open the study and return at once."""
        self.workstation.do(open_study, study_instance_uid=self.study)

    def close_study(self) -> None:
        self.workstation.do(close_study)
        self.until(lambda workspace: workspace.study is None)

    def until(self, is_so: Callable[[Workspace], bool], limit: float = 60) -> None:
        """Turn the event loop until the workspace is so."""
        deadline = time.monotonic() + limit
        while not is_so(self.workstation.store.workspace):
            QApplication.processEvents()
            time.sleep(0.0005)
            assert time.monotonic() < deadline, self.workstation.notices

    def end(self) -> None:
        self.jobs.close()
        self.parts.close()


def library(folder: Path, raw: Path) -> Library:
    """Made once a run."""
    home = Home(folder / "home")
    home.make_folders()
    keys, _ = create_keys(home, passphrase="bench passphrase")
    first = build(home, keys, InlineJobs())
    first.workstation.answer(create_first_user, name="bench", password=PASSWORD)
    first.workstation.answer(log_in, name="bench", password=PASSWORD)
    first.workstation.answer(import_files, paths=(raw,))
    study = first.workstation.answer(search_studies)[0].study_instance_uid
    first.close()
    jobs = QtJobs()
    parts = build(home, keys, jobs)
    opened = Library(parts, jobs, study)
    parts.workstation.do(log_in, name="bench", password=PASSWORD)
    deadline = time.monotonic() + 20
    while parts.workstation.user is None and time.monotonic() < deadline:
        QApplication.processEvents()
    return opened


def is_loaded(workspace: Workspace) -> bool:
    return any(stack.volume is not None and stack.loaded_count == stack.frame_count for stack in workspace.stacks)


def vault_against_simpleitk(raw: Path, folder: Path) -> Row:
    """From the click to the last slice, decrypted from the library; the peer reads the plain files."""
    ours = library(folder / "vault", raw)

    def load() -> None:
        ours.open()
        ours.until(is_loaded)

    def peer() -> None:
        simpleitk_volume(raw)

    mine, theirs = [], []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        load()
        mine.append(time.perf_counter() - start)
        ours.close_study()
        start = time.perf_counter()
        peer()
        theirs.append(time.perf_counter() - start)
    ours.end()
    return against("load_vault", f"{SITK}, plain files", 2, (mine[1:], theirs[1:]))


class _FirstPaint:
    """When the first pane shows a picture that is not waiting any more."""

    def __init__(self, workstation: Workstation) -> None:
        self._workstation = workstation
        self.widget: PaneWidget | None = None
        workstation.store.listen(self._changed)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if self.widget is None and new.views:
            self.widget = PaneWidget(self._workstation, new.views[0].id)
            self.widget.resize(512, 512)
            self.widget.show()
        elif self.widget is not None:
            self.widget.workspace_changed(old, new)

    def forget(self) -> None:
        if self.widget is not None:
            self.widget.close()
            self.widget.deleteLater()
            self.widget = None


def first_image(raw: Path, folder: Path, case: str, limit: float) -> Row:
    """From the click to the painted middle slice, the index in the database."""
    ours = library(folder / case, raw)
    painted = _FirstPaint(ours.workstation)
    samples = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        ours.open()
        ours.until(lambda workspace: any(stack.loaded_count > 0 for stack in workspace.stacks))
        assert painted.widget is not None
        painted.widget.repaint()
        samples.append(time.perf_counter() - start)
        ours.until(is_loaded)
        ours.close_study()
        painted.forget()
    ours.end()
    return at_most(case, limit, samples[1:], median(samples[1:]))


class Stall:
    """The longest time the event loop did not come round, by a timer that should fire all the time."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer.start()

    def stop(self) -> float:
        self._tick()
        self._timer.stop()
        return self.longest

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now

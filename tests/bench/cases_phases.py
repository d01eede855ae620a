"""A beating 4D series played in four panes of the real window: how long the window does not answer meanwhile."""

import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from medscan_desktop.scene.view import ViewKind
from tests.bench.cases_load import Stall
from tests.bench.harness import Row, at_most
from tests.bench.large_window import Reader, imported_home
from tests.support.dicom_files import ROOT_UID, file_bytes, series

_PHASES, _IMAGES, _SIDE = 12, 48, 160
_RATE = 10.0  # phases a second
_ROUND_S, _MEASURED_S = 3.0, 5.0


def beating_files(folder: Path) -> Path:
    """A ball that beats, as MR with trigger times."""
    folder.mkdir(parents=True)
    z, y, x = np.mgrid[:_IMAGES, :_SIDE, :_SIDE] - np.reshape([_IMAGES / 2, _SIDE / 2, _SIDE / 2], (3, 1, 1, 1))
    for phase in range(_PHASES):
        radius = 30 + 14 * np.sin(2 * np.pi * phase / _PHASES)
        values = np.where(x**2 + y**2 + (2 * z) ** 2 < radius**2, 600, 20).astype(np.int16)
        step = series(_IMAGES, spacing=2.0, rows=_SIDE, columns=_SIDE, TriggerTime=70 * phase)
        for k, dataset in enumerate(step):
            dataset.SOPInstanceUID, dataset.Modality = f"{ROOT_UID}.7.{phase}.{k}", "MR"
            dataset.InstanceNumber, dataset.PixelData = phase * _IMAGES + k + 1, values[k].tobytes()
            (folder / f"{phase}_{k}").write_bytes(file_bytes(dataset))
    return folder


def stall_while_playing(folder: Path) -> Row:
    """The longest that the window did not answer in some seconds of playing, after the first round; in 2x2 with 3D."""
    home = imported_home(folder / "phases-home", beating_files(folder / "phases"))
    reader = Reader(home, 4000)
    reader.open()
    reader.until(lambda workspace: any(view.kind is ViewKind.THREE_D for view in workspace.views))
    bar = reader.desk.viewer.phases
    bar.rates.setCurrentIndex(bar.rates.findData(_RATE))
    reader.until(lambda _: reader.desk.viewer.grid.is_drawn())
    bar.toggle()
    _pump(_ROUND_S)
    watch = Stall()
    watch.start()
    _pump(_MEASURED_S)
    longest = watch.stop()
    bar.stop()
    reached = bar.reached_rate
    reader.until(lambda _: not reader.workstation.running)
    reader.end()
    return at_most("phases_stall", 0.033, [longest], longest, f"{reached:.1f} of {_RATE:g} phases a second reached")


def _pump(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.001)

"""The window for tests: a home with a user, a phantom study on disk, and hands that drag and wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from medscan_desktop.app.build import Parts, build
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import create_keys, unlock
from medscan_desktop.services.session import create_first_user
from medscan_desktop.ui.desk import Desk
from medscan_desktop.ui.qt_jobs import QtJobs
from medscan_desktop.workstation.jobs import InlineJobs
from medscan_desktop.workstation.workstation import Workstation
from tests.support.dicom_files import ROOT_UID, file_bytes, series
from tests.support.homes import CHEAP, PASSPHRASE

USER, PASSWORD = "ada", "a good password"
PHANTOM = StudyUid(f"{ROOT_UID}.1")
SIDE, SLICES, SPACING_MM = 64, 24, 2.0
BALL_MM, BALL_HU = 12.0, 300
Pane = tuple[float, float]


def write_phantom(folder: Path) -> None:
    """A CT of 64 x 64 x 24 voxels, 1 x 1 x 2 mm: air around a ball of 300 HU, radius 12 mm, in its middle."""
    folder.mkdir(parents=True)
    k, j, i = np.meshgrid(np.arange(SLICES), np.arange(SIDE), np.arange(SIDE), indexing="ij")
    middle = (SIDE - 1) / 2
    squared = (i - middle) ** 2 + (j - middle) ** 2 + ((k - (SLICES - 1) / 2) * SPACING_MM) ** 2
    values = np.where(squared <= BALL_MM**2, BALL_HU, -1000).astype(np.int16)
    details = {"SeriesDescription": "BALL", "StudyDescription": "Phantom", "StudyDate": "20260102", "SeriesNumber": 4}
    slices = series(SLICES, spacing=SPACING_MM, rows=SIDE, columns=SIDE, **details)
    for number, dataset in enumerate(slices):
        dataset.PixelData = values[number].tobytes()
        (folder / f"{number:03}.dcm").write_bytes(file_bytes(dataset))


def make_home(root: Path) -> Home:
    """A library with one user, who administers and reads."""
    home = Home(root)
    keys, _ = create_keys(home, passphrase=PASSPHRASE, cost=CHEAP)
    parts = build(home, keys, InlineJobs())
    try:
        parts.workstation.answer(create_first_user, name=USER, password=PASSWORD)
    finally:
        parts.close()
    return home


@contextmanager
def opened_library(home: Home) -> Iterator[Workstation]:
    """The workstation without a window, everything inline."""
    parts = build(home, unlock(home, passphrase=PASSPHRASE), InlineJobs())
    try:
        yield parts.workstation
    finally:
        parts.close()


@dataclass(frozen=True)
class Open:
    """A desk that somebody sits at."""

    desk: Desk
    parts: Parts
    jobs: QtJobs


@contextmanager
def opened_desk(home: Home, models: Path) -> Iterator[Open]:
    """The desk over a real workstation, nobody logged in yet."""
    jobs = QtJobs()
    parts = build(home, unlock(home, passphrase=PASSPHRASE), jobs, models=models)
    desk = Desk(parts.workstation, jobs, parts.settings)
    try:
        yield Open(desk, parts, jobs)
    finally:
        desk.end_session()
        assert jobs.close()
        parts.close()
        desk.deleteLater()


def drag(
    widget: QWidget,
    start: Pane,
    end: Pane,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    *,
    let_go: bool = True,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press, move in four steps, release: as the window system would send it."""
    send(widget, QEvent.Type.MouseButtonPress, start, button, button, held)
    for step in range(1, 5):
        at = tuple(a + (b - a) * step / 4 for a, b in zip(start, end, strict=True))
        send(widget, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button, held)
    if let_go:
        send(widget, QEvent.Type.MouseButtonRelease, end, button, Qt.MouseButton.NoButton, held)


def send(
    widget: QWidget,
    kind: QEvent.Type,
    at: tuple[float, ...],
    button: Qt.MouseButton,
    held: Qt.MouseButton,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """One mouse event."""
    point = QPointF(at[0], at[1])
    QApplication.sendEvent(widget, QMouseEvent(kind, point, widget.mapToGlobal(point), button, held, keys))


def turn_wheel(
    widget: QWidget, eighths: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, at: Pane = (50, 50)
) -> None:
    """Turn the wheel by so many eighths of a degree, 120 a notch, positive away from the user."""
    point = QPointF(*at)
    event = QWheelEvent(
        point,
        widget.mapToGlobal(point),
        QPoint(),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)

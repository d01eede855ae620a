"""Thick slabs: the longest that the window stands still while one is turned by hand, let go and made exact."""

import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from medscan_desktop.render.refining import Refiner
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.plane_lines import plane_lines
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.store import Store
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.ui.qt_jobs import QtJobs
from medscan_desktop.workstation.workstation import Workstation
from tests.bench.cases_pane import _no_context, workspace_of
from tests.bench.harness import Row, at_most

_SIDE, _HANDLE_SIDE = 1024, 512
_TURNS, _STEPS, _DEGREES = 3, 30, 1.7
_FRAME_S = 0.016  # between two moves of the hand


class Slabbed:
    """An axial pane with the handles, and a thick slab that they turn, over the jobs of the window."""

    def __init__(self, values: np.ndarray, thickness_mm: float) -> None:
        shown = replace(workspace_of(values, overlay=True), tool="crosshair")
        slab = Slab(SlabMode.MIP, thickness_mm)
        views = tuple(replace(one, slab=slab) if one.kind is ViewKind.CORONAL else one for one in shown.views)
        self.store = Store(replace(shown, views=views))
        self.jobs = QtJobs()
        self.workstation = Workstation(self.store, self.jobs, _no_context)
        self.refiner = Refiner(self.jobs)
        self.axial, self.slab = (self._pane(kind) for kind in (ViewKind.AXIAL, ViewKind.CORONAL))
        self.axial.resize(_HANDLE_SIDE, _HANDLE_SIDE)
        self.slab.resize(_SIDE, _SIDE)
        for pane in (self.axial, self.slab):
            pane.show()
        self.store.listen(self._changed)
        self.rest()

    def turn(self, by: int) -> None:
        """A handle goes round by so many steps, a frame each, and is let go."""
        view = next(one for one in self.store.workspace.views if one.kind is ViewKind.AXIAL)
        pane = pane_of(self.store.workspace, view, (_HANDLE_SIDE, _HANDLE_SIDE))
        assert pane is not None
        line = plane_lines(self.store.workspace, view, pane)[0]
        away = line.handles((_HANDLE_SIDE, _HANDLE_SIDE))[1] - line.centre
        kind, angle = QEvent.Type.MouseButtonPress, 0.0
        for step in range(by + 2):
            cos, sin = np.cos(angle), np.sin(angle)
            self._send(kind, QPointF(*(line.centre + np.array([[cos, -sin], [sin, cos]]) @ away)))
            self.wait(_FRAME_S)
            kind = QEvent.Type.MouseMove if step < by else QEvent.Type.MouseButtonRelease
            angle += np.radians(_DEGREES) if step < by else 0.0

    def rest(self) -> float:
        """Seconds until the slab's picture is exact."""
        began = time.perf_counter()
        self.wait(0.02)
        while self.slab._is_moving or self.slab._renderer.is_rough:
            self.wait(0.002)
            assert time.perf_counter() - began < 60
        return time.perf_counter() - began

    def wait(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            QApplication.processEvents()
            time.sleep(0.0005)

    def close(self) -> None:
        for pane in (self.axial, self.slab):
            pane.close_worker()
            pane.close()
            pane.deleteLater()
        self.jobs.close()
        QApplication.processEvents()

    def _pane(self, kind: ViewKind) -> PaneWidget:
        view = next(one for one in self.store.workspace.views if one.kind is kind)
        return PaneWidget(self.workstation, view.id, refiner=self.refiner)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        for pane in (self.axial, self.slab):
            pane.workspace_changed(old, new)

    def _send(self, kind: QEvent.Type, at: QPointF) -> None:
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, at, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.axial, event)


class _Watch:
    """The longest that the event loop did not come round, and the longest that its own work was of it."""

    def __init__(self) -> None:
        self.wall = self.work = 0.0
        self._last = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(0)

    def stop(self) -> None:
        self._timer.stop()
        self._tick()

    def _tick(self) -> None:
        now = time.perf_counter(), time.thread_time()
        self.wall, self.work = max(self.wall, now[0] - self._last[0]), max(self.work, now[1] - self._last[1])
        self._last = now


def stall(values: np.ndarray, thickness_mm: float = 20.0) -> Row:
    """The longest stall while a hand turns a thick slab in a large pane, lets go, and until it is exact."""
    slabbed = Slabbed(values, thickness_mm)
    watch, rests = _Watch(), []
    for _ in range(_TURNS):
        slabbed.turn(_STEPS)
        rests.append(slabbed.rest())
    watch.stop()
    slabbed.close()
    note = (
        f"{thickness_mm:g} mm MIP at {_SIDE}²; its own work {watch.work * 1000:.1f} ms at most;"
        f" exact {max(rests):.1f} s after letting go"
    )
    return at_most("slab_stall", 0.033, [watch.wall], watch.wall, note)

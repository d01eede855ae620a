"""Scrolling: the product's own panes, from `store.update` to the painted widget, against VTK's Render and read-back."""

from dataclasses import replace
from statistics import median, quantiles
from time import perf_counter

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from medscan_desktop.domain.study import Patient, SeriesUid, Study, StudyUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Window
from medscan_desktop.scene.hanging import hang
from medscan_desktop.scene.stack import Corners, Stack, StackId
from medscan_desktop.scene.store import Store
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from medscan_desktop.ui.pane import PaneWidget
from medscan_desktop.workstation.jobs import InlineJobs
from medscan_desktop.workstation.workstation import Workstation
from tests.bench.harness import Row, against, alternate, at_most
from tests.bench.peers_vtk import VTK_VERSION, VtkPane, vtk_image

SPACING = (0.78125, 0.78125, 0.8)
STACK = StackId("bench#0")
RUNS, INNER = 9, 12


def workspace_of(values: np.ndarray, *, overlay: bool) -> Workspace:
    """A hung phantom; `overlay` with all its texts."""
    geometry = Geometry.from_axes((-200, -200, 0), (1, 0, 0), (0, 1, 0), SPACING, values.shape)
    volume = Volume(values, geometry, np.ones(len(values), np.bool_), "HU", vois=(Window(40, 400),))
    frames = tuple((f"Location {index * 0.8:.1f} mm", "Thickness 0.8 mm") for index in range(len(values)))
    corners = Corners(
        ("Bench, Phantom", "PHANTOM-1", "1970-01-01 56Y F"), ("Institution", "2026-01-01"), ("CT",), frames
    )
    stack = Stack(
        STACK, SeriesUid("1"), "CT", "1", len(values), True, volume=volume, loaded_count=len(values), corners=corners
    )
    study = Study(StudyUid("1"), Patient("PHANTOM-1", "Bench^Phantom"))
    return replace(hang(EMPTY, study, (stack,), STACK), overlay=overlay, crosshair=overlay)


class Panes:
    """Widgets over one store, as the window wires them."""

    def __init__(self, workspace: Workspace, kinds: tuple[ViewKind, ...], side: int) -> None:
        self.store = Store(workspace)
        self.workstation = Workstation(self.store, InlineJobs(), _no_context)
        views = [view for view in workspace.views if view.kind in kinds]
        self.widgets = [PaneWidget(self.workstation, view.id) for view in views]
        for widget in self.widgets:
            widget.resize(side, side)
            widget.show()
        self.store.listen(self._changed)
        self._volume = workspace.stacks[0].volume
        QApplication.processEvents()

    def _changed(self, old: Workspace, new: Workspace) -> None:
        for widget in self.widgets:
            widget.workspace_changed(old, new)

    def look_at(self, index_ijk: tuple[float, float, float]) -> None:
        """Move the planes and wait for the paint."""
        x, y, z = self._volume.geometry.to_patient(index_ijk)
        self.store.update(lambda workspace: workspace.with_focus(STACK, (float(x), float(y), float(z))))
        for widget in self.widgets:
            widget.repaint()

    def close(self) -> None:
        for widget in self.widgets:
            widget.close()
            widget.deleteLater()
        QApplication.processEvents()


def _no_context(*_: object) -> object:
    raise AssertionError("scrolling asks no use case")


class Steps:
    """Slice after slice, never the same twice in a row."""

    def __init__(self, count: int) -> None:
        self._count, self._at = count, 0

    def next(self) -> int:
        self._at = (self._at + 7) % self._count
        return self._at


def scroll(values: np.ndarray, side: int, case: str, goal: float) -> Row:
    """Axial scrolling in one pane."""
    panes = Panes(workspace_of(values, overlay=False), (ViewKind.AXIAL,), side)
    peer = VtkPane(vtk_image(values, SPACING), side, 2, reslice=False)
    steps, peer_steps = Steps(len(values)), Steps(len(values))
    samples = alternate(
        lambda: panes.look_at((255, 255, steps.next())),
        lambda: peer.show(peer_steps.next()),
        runs=RUNS,
        inner=INNER,
    )
    panes.close()
    peer.close()
    return against(case, f"vtkImageSliceMapper {VTK_VERSION}", goal, samples)


def three_planes(values: np.ndarray, side: int = 512) -> Row:
    """The crosshair moves through all three planes."""
    panes = Panes(workspace_of(values, overlay=False), (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL), side)
    image = vtk_image(values, SPACING)
    peers = [VtkPane(image, side, axis, reslice=True) for axis in (2, 1, 0)]
    steps, peer_steps = Steps(min(values.shape)), Steps(min(values.shape))

    def ours() -> None:
        index = steps.next()
        panes.look_at((index, index, index))

    def theirs() -> None:
        index = peer_steps.next()
        for peer in peers:
            peer.show(index)

    samples = alternate(ours, theirs, runs=RUNS, inner=4)
    panes.close()
    for peer in peers:
        peer.close()
    return against("mpr3", f"vtkImageResliceMapper {VTK_VERSION}", 3.5, samples)


def wheel(values: np.ndarray, side: int = 512) -> Row:
    """A turn of the wheel over the first of four panes, with all texts, until every pane it concerns is painted."""
    shown = workspace_of(values, overlay=True)
    planes = tuple(
        view if view.kind is not ViewKind.THREE_D else replace(view, kind=ViewKind.AXIAL) for view in shown.views
    )
    panes = Panes(replace(shown, views=planes), (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL), side)
    at = QPointF(side / 2, side / 2)
    samples = []
    for turn in range(120):
        event = QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, -120 if turn % 40 < 20 else 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        start = perf_counter()
        QApplication.sendEvent(panes.widgets[0], event)
        for widget in panes.widgets:
            widget.repaint()
        samples.append(perf_counter() - start)
    panes.close()
    p95 = quantiles(samples, n=20)[-1]
    return at_most(
        "scroll_event", 0.033, samples, p95, f"p95 of {len(samples)}, median {median(samples) * 1000:.1f} ms"
    )

"""3D in software GL: the real pane turned by a scripted hand, the seconds until it is at rest, and VTK's GPU mapper."""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkVolume
from vtkmodules.vtkRenderingOpenGL2 import vtkEGLRenderWindow
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

from medscan_desktop.render.presets_3d import preset_of
from medscan_desktop.render.space_levels import dress, made_level
from medscan_desktop.render.space_scene import SpaceScene
from medscan_desktop.scene.orbit import orbit
from medscan_desktop.scene.store import Store
from medscan_desktop.scene.view import Camera3D, ViewKind
from medscan_desktop.ui.pane_3d import Pane3DWidget
from medscan_desktop.ui.qt_jobs import QtJobs
from medscan_desktop.workstation.workstation import Workstation
from tests.bench.cases_load import Stall
from tests.bench.cases_pane import _no_context, workspace_of
from tests.bench.harness import Row, against, alternate, at_most
from tests.bench.peers_vtk import VTK_VERSION

QUAD_PANE = 560  # pixels a side: a quarter of the images' part of a 1600 x 1200 window
_FRAMES, _WARM = 60, 6
_SIDE = 512


class Turned:
    """The product's 3D pane over a phantom, with the thread and the jobs of the window."""

    def __init__(self, values: np.ndarray, side: int) -> None:
        shown = workspace_of(values, overlay=True)
        self.store = Store(shown)
        self.jobs = QtJobs()
        self.workstation = Workstation(self.store, self.jobs, _no_context)
        self.view = next(view for view in shown.views if view.kind is ViewKind.THREE_D)
        self.pane = Pane3DWidget(self.workstation, self.view.id, self.jobs)
        self.store.listen(self.pane.workspace_changed)
        self.pane.resize(side, side)
        self.pane.show()
        self.arrived = 0
        self.until(lambda: self.pane._drawn is not None and self.pane._drawn.full)

    def until(self, is_so: Callable[[], bool], limit: float = 120) -> None:
        deadline = time.monotonic() + limit
        while not is_so():
            QApplication.processEvents()
            time.sleep(0.0005)
            assert time.monotonic() < deadline

    def mouse(self, kind: QEvent.Type, x: float, held: Qt.MouseButton) -> None:
        at = QPointF(x, self.pane.height() / 2)
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, self.pane.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.pane, event)

    def orbit(self) -> tuple[list[float], float]:
        """Seconds from each move of the hand to its painted picture, then from the release to the full one."""
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        self.mouse(QEvent.Type.MouseButtonPress, 20, left)
        samples = []
        for frame in range(_WARM + _FRAMES):
            before, began = self.pane._drawn, time.perf_counter()
            self.mouse(QEvent.Type.MouseMove, 24 + 4 * frame, left)
            self.until(lambda: self.pane._drawn is not before)  # noqa: B023  of this turn of the loop
            self.pane.repaint()
            if frame >= _WARM:
                samples.append(time.perf_counter() - began)
        began = time.perf_counter()
        self.mouse(QEvent.Type.MouseButtonRelease, 24 + 4 * (_WARM + _FRAMES), none)
        self.until(lambda: self.pane._drawn is not None and self.pane._drawn.full)
        self.pane.repaint()
        return samples, time.perf_counter() - began

    def close(self) -> None:
        self.pane.close_worker()
        self.pane.close()
        self.jobs.close()
        QApplication.processEvents()


def interaction(values: np.ndarray, side: int, case: str) -> Row:
    """A scripted orbit by the mouse, from the event to the painted pane: at least 12 frames a second."""
    turned = Turned(values, side)
    samples, _ = turned.orbit()
    turned.close()
    middle = median(samples)
    return at_most(case, 1 / 12, samples, middle, f"median of {len(samples)}: {1 / middle:.1f} frames/s, {side}²")


def rest(values: np.ndarray, side: int = _SIDE) -> Row:
    """From letting go to the full picture, with shading, five times; the very first, with its gradients, is noted."""
    began = time.perf_counter()
    turned = Turned(values, side)
    first = time.perf_counter() - began
    samples = [turned.orbit()[1] for _ in range(5)]
    turned.close()
    return at_most("3d_rest", 2.0, samples, median(samples), f"median of 5; the first picture ever {first:.1f} s")


def stall(values: np.ndarray) -> Row:
    """The longest that the window did not answer while 3D was made, turned and brought to rest."""
    turned = Turned(values, _SIDE)
    watch = Stall()
    watch.start()
    for _ in range(3):
        turned.orbit()
    longest = watch.stop()
    turned.close()
    return at_most("3d_stall", 0.1, [longest], longest, "three orbits with their rest")


def against_gpu_mapper(values: np.ndarray, side: int = _SIDE) -> Row:
    """The picture at rest against VTK's GPU mapper on the same voxels, which software GL must run too."""
    volume = workspace_of(values, overlay=False).stacks[0].volume
    assert volume is not None
    look = preset_of(volume, "CT", "")
    scene = SpaceScene()
    peer = _GpuPeer(volume, look, side)
    angles = iter(range(0, 10_000, 7))

    def ours() -> None:
        seen = orbit(volume.geometry, Camera3D(azimuth=next(angles)), (side, side))
        scene.draw(volume, look, (), seen, (side, side), coarse=False)

    samples = alternate(ours, lambda: peer.draw(next(angles)), runs=3)
    scene.close()
    peer.close()
    return against("3d_software", f"vtkOpenGLGPUVolumeRayCastMapper {VTK_VERSION}", 15, samples)


class _GpuPeer:
    """The same level, look and camera under the other mapper."""

    def __init__(self, volume, look, side: int) -> None:  # type: ignore[no-untyped-def]
        stride = 2 if volume.values.size > 24_000_000 else 1
        self._volume, self._side = volume, side
        level = made_level(volume, stride, is_rest=True, in_software=False)
        dress(level, volume, look, veiled=False)
        assert isinstance(level.mapper, vtkOpenGLGPUVolumeRayCastMapper)
        self._level: object = level
        actor: vtkVolume = level.actor
        self._renderer = vtkRenderer()
        self._renderer.AddVolume(actor)
        self._window = vtkEGLRenderWindow()
        self._window.SetOffScreenRendering(True)
        self._window.SetSize(side, side)
        self._window.AddRenderer(self._renderer)

    def draw(self, azimuth: float) -> None:
        seen = orbit(self._volume.geometry, replace(Camera3D(), azimuth=azimuth), (self._side, self._side))
        camera = self._renderer.GetActiveCamera()
        camera.ParallelProjectionOn()
        camera.SetFocalPoint(*seen.focus)
        camera.SetPosition(*(seen.focus + seen.towards_viewer * seen.distance))
        camera.SetViewUp(*seen.up)
        camera.SetParallelScale(seen.half_height)
        camera.SetClippingRange(seen.radius, seen.radius * 7)
        self._window.Render()
        self._window.WaitForCompletion()

    def close(self) -> None:
        self._renderer.RemoveAllViewProps()
        self._window.Finalize()

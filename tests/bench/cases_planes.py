"""Planes with a mask, four panes, and planes that are turned: from the change to the painted widgets, against VTK."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from medscan_desktop.domain.finding import FindingId
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.oblique import Turn
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.plane_lines import plane_lines
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import ViewId, ViewKind
from medscan_desktop.scene.workspace import Grip, GripPart, Workspace
from tests.bench.cases_pane import SPACING, STACK, Panes, Steps, workspace_of
from tests.bench.harness import Row, against, alternate
from tests.bench.peers_vtk import VTK_VERSION, VtkPane, vtk_image

PLANES = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)
PEER = f"vtkImageResliceMapper {VTK_VERSION}"
TURNED = StackId("bench#1")
COLOUR = (230, 60, 60)
RUNS, INNER = 9, 4
DEGREES = 3.0  # a step of a hand that turns


def ellipsoid(shape: tuple[int, ...]) -> np.ndarray:
    """A mask as large as a pair of lungs: an ellipsoid through half of the volume each way."""
    k, j, i = (np.linspace(-1, 1, size) ** 2 for size in shape)
    return (k[:, None, None] + j[:, None] + i) < 0.25


def with_mask(workspace: Workspace, inside: np.ndarray) -> Workspace:
    layer = MaskLayer(FindingId("1"), 1, STACK, "organ", Mask.from_array(inside), COLOUR, "bench")
    return replace(workspace, masks=(layer,))


def three_planes(values: np.ndarray, side: int, case: str, goal: float, *, masked: bool) -> Row:
    """The crosshair moves through all three planes, bare or with a mask over them."""
    workspace, overlay = workspace_of(values, overlay=False), None
    if masked:
        inside = ellipsoid(values.shape)
        workspace, overlay = with_mask(workspace, inside), vtk_image(inside.astype(np.uint8), SPACING)
    panes = Panes(workspace, PLANES, side)
    image = vtk_image(values, SPACING)
    peers = [VtkPane(image, side, axis, reslice=True, overlay=overlay) for axis in (2, 1, 0)]
    return _moved_together(panes, peers, values, case, goal)


def four_panes(values: np.ndarray, side: int, case: str, goal: float) -> Row:
    """Four panes of one stack, the fourth an axial plane nearer by: all move with the crosshair."""
    workspace = workspace_of(values, overlay=False)
    near = replace(workspace.views[0].camera, zoom=2.0)
    views = tuple(
        replace(view, kind=ViewKind.AXIAL, camera=near) if view.kind is ViewKind.THREE_D else view
        for view in workspace.views
    )
    panes = Panes(replace(workspace, views=views), PLANES, side)
    image = vtk_image(values, SPACING)
    peers = [VtkPane(image, side, axis, reslice=True) for axis in (2, 1, 0, 2)]
    return _moved_together(panes, peers, values, case, goal)


def _moved_together(panes: Panes, peers: list[VtkPane], values: np.ndarray, case: str, goal: float) -> Row:
    steps, peer_steps = Steps(min(values.shape)), Steps(min(values.shape))

    def ours() -> None:
        index = steps.next()
        panes.look_at((index, index, index))

    def theirs() -> None:
        index = peer_steps.next()
        for peer in peers:
            peer.show(index)

    samples = alternate(ours, theirs, runs=RUNS, inner=INNER)
    _close(panes, peers)
    return against(case, PEER, goal, samples)


def four_with_one_oblique(values: np.ndarray, side: int, case: str, goal: float) -> Row:
    """Three planes of a stack move with the crosshair while a plane of the stack beside it is turned."""
    workspace = workspace_of(values, overlay=False)
    stack = workspace.stacks[0]
    views = tuple(
        replace(view, kind=ViewKind.CORONAL, stack=TURNED) if view.kind is ViewKind.THREE_D else view
        for view in workspace.views
    )
    focus = {**workspace.focus, TURNED: workspace.focus[STACK]}
    both = replace(workspace, stacks=(stack, replace(stack, id=TURNED)), views=views, focus=focus)
    # Held as the crosshair's tool holds it during a drag: planes along no axis are then the nearest voxels.
    held = Grip(ViewId(0), GripPart.HANDLE, ViewKind.CORONAL, is_held=True)
    panes = Panes(replace(both, grip=held), PLANES, side)
    image = vtk_image(values, SPACING)
    peers = [VtkPane(image, side, axis, reslice=True) for axis in (2, 1, 0, 1)]
    steps, peer_steps = Steps(min(values.shape)), Steps(min(values.shape))

    def ours() -> None:
        index = steps.next()
        turn = Turn().then((0, 0, 1), 10 + index % 60)
        panes.store.update(lambda scene: scene.with_turn(TURNED, turn))
        panes.look_at((index, index, index))

    def theirs() -> None:
        index = peer_steps.next()
        for peer in peers[:3]:
            peer.show(index)
        angle = np.radians(10 + index % 60)
        peers[3].show_across((-np.sin(angle), np.cos(angle), 0.0))

    samples = alternate(ours, theirs, runs=RUNS, inner=INNER)
    _close(panes, peers)
    return against(case, PEER, goal, samples, "nearest while dragging")


def turned_by_hand(values: np.ndarray, side: int, case: str, goal: float) -> Row:
    """A mouse drags the handle in the axial pane: two planes turn, all three are painted, with lines and texts."""
    panes = Panes(replace(workspace_of(values, overlay=True), tool="crosshair"), PLANES, side)
    image = vtk_image(values, SPACING)
    peers = [VtkPane(image, side, axis, reslice=True) for axis in (2, 1, 0)]
    hand = _Hand(panes, side)
    angle = 0.0

    def theirs() -> None:
        nonlocal angle
        angle = (angle + np.radians(DEGREES)) % (2 * np.pi)
        peers[0].show_across((0.0, 0.0, 1.0))
        peers[1].show_across((-np.sin(angle), np.cos(angle), 0.0))
        peers[2].show_across((np.cos(angle), np.sin(angle), 0.0))

    samples = alternate(hand.turn, theirs, runs=RUNS, inner=INNER)
    hand.let_go()
    _close(panes, peers)
    return against(case, PEER, goal, samples, "nearest while dragging")


class _Hand:
    """A pointer that goes around the crossing of the axial pane with the left button down."""

    def __init__(self, panes: Panes, side: int) -> None:
        self._panes = panes
        workspace, view = panes.store.workspace, panes.store.workspace.views[0]
        pane = pane_of(workspace, view, (side, side))
        assert pane is not None
        line = plane_lines(workspace, view, pane)[0]
        self._centre, self._away, self._angle = line.centre, line.handles((side, side))[1] - line.centre, 0.0
        self._send(QEvent.Type.MouseButtonPress)
        assert panes.store.workspace.grip is not None and panes.store.workspace.grip.part is GripPart.HANDLE

    def turn(self) -> None:
        self._angle += np.radians(DEGREES)
        self._send(QEvent.Type.MouseMove)
        for widget in self._panes.widgets:
            widget.repaint()

    def let_go(self) -> None:
        self._send(QEvent.Type.MouseButtonRelease)

    def _send(self, kind: QEvent.Type) -> None:
        cos, sin = np.cos(self._angle), np.sin(self._angle)
        at = QPointF(*(self._centre + np.array([[cos, -sin], [sin, cos]]) @ self._away))
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, at, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._panes.widgets[0], event)


def _close(panes: Panes, peers: list[VtkPane]) -> None:
    panes.close()
    for peer in peers:
        peer.close()

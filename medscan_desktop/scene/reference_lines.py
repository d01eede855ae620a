"""Where the active pane's slice cuts the other panes: lines between two points of each pane."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.scene.camera import PLANES, PaneMap
from medscan_desktop.scene.links import Relation, space_of
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_ACROSS = 0.985  # cosine, 10 degrees: planes that lie more alike cut each other far outside of both
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """From one pane position to another; `is_edge` is the first or last slice of the active pane, not the one shown."""

    start: tuple[float, float]
    end: tuple[float, float]
    is_edge: bool = False


def reference_lines(workspace: Workspace, view: View, pane: PaneMap) -> tuple[ReferenceLine, ...]:
    """The lines in one pane, as long as the active image is wide: the slice shown last, so that it lies on top."""
    source = reference_source(workspace, view)
    if source is None:
        return ()
    active, way = source
    own = pane_of(workspace, active, (1, 1))
    if own is None or abs(float(way.turned(own.normal) @ pane.normal)) > _ACROSS:
        return ()
    last = own.count - 1
    places = [(0, True), (last, True), (own.slice_index, False)] if last > 0 else [(0, False)]
    lines = [_line(own, _on_slice(own, index), way, pane, is_edge=is_edge) for index, is_edge in places]
    return tuple(line for line in lines if line is not None)


def reference_source(workspace: Workspace, view: View) -> tuple[View, Relation] | None:
    """The active view, and the way from its space to that of `view`; None where it draws no lines there.

    Planes of one stack have the lines of the crosshair already.
    """
    active = next((one for one in workspace.views if one.id == workspace.active), None)
    if active is None or active.id == view.id or not workspace.reference_lines:
        return None
    if {active.kind, view.kind} & {ViewKind.THREE_D, ViewKind.DOCUMENT, ViewKind.CURVED}:
        return None
    if active.stack == view.stack and workspace.crosshair and active.kind in PLANES and view.kind in PLANES:
        return None
    space, theirs = (space_of(workspace.stack(one.stack)) for one in (active, view))
    way = workspace.links.between(space, theirs) if space is not None and theirs is not None else None
    return (active, way) if way is not None and way.is_in_space else None


def drawn_from(workspace: Workspace, view: View) -> tuple[object, ...]:
    """What the lines in a view change with, to be compared by identity."""
    source = reference_source(workspace, view)
    stack = source[0].stack if source is not None else None
    if source is None or stack is None:
        return ()
    active = source[0]
    return active.id, active.kind, stack, active.frame, workspace.focus.get(stack), workspace.turns.get(stack)


def _on_slice(pane: PaneMap, index: int) -> Vector:
    """A point of the pane's stack on slice `index`."""
    if pane.is_oblique:
        return np.asarray(pane.origin + pane.onward * (pane.step_mm * (index - pane.slice_index)))
    at = (np.asarray(pane.geometry.size_ijk, float) - 1) / 2
    at[pane.axes.through] = index
    return pane.geometry.to_patient(at)


def _line(source: PaneMap, on_slice: Vector, way: Relation, pane: PaneMap, *, is_edge: bool) -> ReferenceLine | None:
    """Where the plane through `on_slice` cuts the pane's plane, as far as the source's image goes."""
    normal, through = way.turned(source.normal), way.to(on_slice)
    along = np.cross(normal, pane.normal)
    along /= np.linalg.norm(along)
    sides = np.stack([normal, pane.normal, along])
    on_both = np.linalg.solve(sides, [normal @ through, pane.normal @ pane.origin, along @ through])
    back = np.linalg.inv(way.matrix)
    reach = _within(source, back[:3, :3] @ on_both + back[:3, 3], back[:3, :3] @ along)
    if reach is None:
        return None
    (x0, y0), (x1, y1) = pane.to_pane(np.stack([on_both + along * reach[0], on_both + along * reach[1]])).tolist()
    return ReferenceLine((x0, y0), (x1, y1), is_edge)


def _within(source: PaneMap, at: Vector, along: Vector) -> tuple[float, float] | None:
    """The part of a line (mm from `at`) that lies on the source's image; None where it passes beside it."""
    geometry = source.geometry
    place, step = geometry.inverse[:3, :3] @ at + geometry.inverse[:3, 3], geometry.inverse[:3, :3] @ along
    low, high = -np.inf, np.inf
    for axis in range(3):
        if axis == source.axes.through:
            continue  # on its slice by construction, also where slices lie on no straight line
        edges = (-0.5, geometry.size_ijk[axis] - 0.5)
        if abs(step[axis]) < 1e-9:
            if not edges[0] <= place[axis] <= edges[1]:
                return None
            continue
        one, other = sorted(float((edge - place[axis]) / step[axis]) for edge in edges)
        low, high = max(low, one), min(high, other)
    return (low, high) if low < high else None

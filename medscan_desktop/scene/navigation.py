"""Moving through a stack: which slice a view shows, and the change that shows another one."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import Point
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.camera import PLANES, PaneMap, pane_map, point
from medscan_desktop.scene.common_scale import common_size
from medscan_desktop.scene.curve import course_on, paper, place_on
from medscan_desktop.scene.document import page_geometry
from medscan_desktop.scene.hanging import middle
from medscan_desktop.scene.key_slices import next_key
from medscan_desktop.scene.links import space_of
from medscan_desktop.scene.slabs import can_have_slab
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_SLIDES, _ON_PLANE_MM = 200, 1e-6  # how long, and how near, a point is sought that is on a plane and in the volume

_TOGETHER = 0.9  # cosine, 26 degrees: a head scan along the skull base still goes with a straight one


def volume_of(workspace: Workspace, view: View) -> Volume | None:
    """The pixels that a view looks at, None where there are none (yet)."""
    stack = workspace.stack(view.stack)
    return stack.volume if stack is not None else None


def pane_of(workspace: Workspace, view: View, pane: tuple[int, int]) -> PaneMap | None:
    """How a 2D view maps a pane of this size; None for 3D, without pixels, and for a plane of what is no volume."""
    stack = workspace.stack(view.stack)
    if stack is not None and view.kind is ViewKind.DOCUMENT:
        page = page_geometry(stack.document, view.frame) if stack.document is not None else None
        return pane_map(page, view, None, pane) if page is not None else None
    if stack is None or stack.volume is None or view.kind is ViewKind.THREE_D:
        return None
    if view.kind is not ViewKind.ACQUIRED and not stack.is_volume:
        return None
    if view.kind is ViewKind.CURVED:
        found = course_on(workspace.curves.get(stack.id), stack.volume.geometry)
        return pane_map(paper(found), view, None, pane) if found is not None else None
    if view.slab is not None and not can_have_slab(workspace, view):
        view = replace(view, slab=None)
    turn, fitted = workspace.turn_of(stack.id), common_size(workspace, view)
    return pane_map(stack.volume.geometry, view, workspace.focus.get(stack.id), pane, turn, fitted)


def slice_position(workspace: Workspace, view: View) -> tuple[int, int] | None:
    """(the slice shown, how many there are), None where the view shows none."""
    pane = pane_of(workspace, view, (1, 1))
    return None if pane is None else (pane.slice_index, pane.count)


def acquired_slice(workspace: Workspace, view: View) -> int | None:
    """The stack's slice that a view shows, None where it cuts through several."""
    pane = pane_of(workspace, view, (1, 1))
    is_slice = pane is not None and pane.axes.through == 2 and view.kind is not ViewKind.DOCUMENT
    return pane.slice_index if pane is not None and is_slice else None


def at_slice(workspace: Workspace, view: View, index: int) -> Workspace:
    """The workspace with `view` at slice `index`, held within the stack, and what scrolls with it at the same place."""
    moved = alone_at_slice(workspace, view, index)
    return moved if moved is workspace else followed(moved, moved.view(view.id))


def followed(workspace: Workspace, leader: View) -> Workspace:
    """The workspace with every view that scrolls with `leader` at the slice nearest to where that one is.

    Only planes about parallel to its own go along; each stays within its stack. The 3D cursor goes.
    """
    workspace = replace(workspace, cursor=None) if workspace.cursor is not None else workspace
    pane, space = pane_of(workspace, leader, (1, 1)), space_of(workspace.stack(leader.stack))
    if not workspace.links.scroll or pane is None or space is None:
        return workspace
    middle_mm, sheets = pane.to_patient((0.5, 0.5)), {leader.stack}
    for other in workspace.views:
        if is_moved_with(leader, other) or (other.tile is not None and other.stack in sheets):
            continue
        theirs, own = space_of(workspace.stack(other.stack)), pane_of(workspace, other, (1, 1))
        way = workspace.links.between(space, theirs) if theirs is not None else None
        if own is None or way is None or not are_parallel(way.turned(pane.normal), own.normal):
            continue
        sheets |= {other.stack} if other.tile is not None else set()
        workspace = alone_at_slice(workspace, workspace.view(other.id), nearest_slice(own, way.to(middle_mm)))
    return workspace


def is_moved_with(leader: View, other: View) -> bool:
    """Whether another view is where this one is anyway: itself, and the planes that share a focus."""
    is_plane = leader.kind in PLANES and other.kind in PLANES
    return other.id == leader.id or (is_plane and other.stack == leader.stack)


def are_parallel(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether planes of these unit normals are gone through together."""
    return abs(float(one @ other)) >= _TOGETHER


def nearest_slice(pane: PaneMap, point_mm: NDArray[np.float64]) -> int:
    """The slice of the pane's stack that is nearest to a point, along its normal; of an oblique plane the step."""
    if pane.is_oblique:
        away = float((point_mm - pane.origin) @ pane.onward)
        return min(max(pane.slice_index + round(away / pane.step_mm), 0), pane.count - 1)
    index = float(pane.geometry.to_index(point_mm)[pane.axes.through])
    return int(np.clip(np.floor(index + 0.5), 0, pane.count - 1))


def alone_at_slice(workspace: Workspace, view: View, index: int) -> Workspace:
    """The workspace with `view` at slice `index`, held within the stack: a frame, or the focus that planes share."""
    pane, volume = pane_of(workspace, view, (1, 1)), volume_of(workspace, view)
    if pane is None or view.stack is None:
        return workspace
    index = _on_sheet(workspace, view, min(max(index, 0), pane.count - 1), pane.count)
    if view.kind in (ViewKind.ACQUIRED, ViewKind.DOCUMENT) or volume is None:
        return workspace if index == view.frame else workspace.with_view(replace(view, frame=index))
    if index == pane.slice_index:
        return workspace
    geometry = volume.geometry
    focus = workspace.focus.get(view.stack, middle(geometry))
    if pane.is_oblique:
        ahead = np.asarray(focus) + pane.onward * (pane.step_mm * (index - pane.slice_index))
        return workspace.with_focus(view.stack, point(_held_on_plane(geometry, ahead, pane.onward)))
    at = geometry.to_index(focus)
    at[pane.axes.through] = index
    return workspace.with_focus(view.stack, point(geometry.to_patient(at)))


def _held_on_plane(geometry: Geometry, at: NDArray[np.float64], normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """A point of the plane through `at` that lies in the volume, near to it: the plane is kept, the point slides."""
    edges = (-0.5, np.asarray(geometry.size_ijk) - 0.5)
    held = at
    for _ in range(_SLIDES):
        within = geometry.to_patient(np.clip(geometry.to_index(held), *edges))
        off = float((at - within) @ normal)
        held = within + normal * off
        if abs(off) < _ON_PLANE_MM:
            break
    return held


def _on_sheet(workspace: Workspace, view: View, index: int, count: int) -> int:
    """The image of a tile nearest to `index` with which its whole sheet lies within the stack."""
    if view.tile is None:
        return index
    tiles = sum(other.tile is not None and other.stack == view.stack for other in workspace.views)
    return min(max(index - view.tile, 0), max(0, count - tiles)) + view.tile


def stepped(workspace: Workspace, view: View, slices: int) -> Workspace:
    """The workspace with `view` so many slices further (towards the stack's end), held within the stack.

    Where only key images are wanted: so many key images further.
    """
    if view.kind is ViewKind.CURVED:
        return _along_curve(workspace, view, slices)
    position = slice_position(workspace, view)
    if position is None:
        return workspace
    key = next_key(workspace, view, position[0], slices) if workspace.only_key_images and slices else None
    if key is not None:
        return at_slice(workspace, view, key)
    return at_slice(workspace, view, _with_image(workspace, view, position[0] + slices, 1 if slices > 0 else -1))


def _along_curve(workspace: Workspace, view: View, steps: int) -> Workspace:
    """The workspace with the planes crossing so many steps further along the curve of a straightened view."""
    volume = volume_of(workspace, view)
    curve = workspace.curves.get(view.stack) if view.stack is not None else None
    found = course_on(curve, volume.geometry) if volume is not None else None
    if found is None or curve is None or view.stack is None:
        return workspace
    at = found.nearest(workspace.focus.get(view.stack, found.points[0]))[0] + steps * found.step_mm
    return focused_at(workspace, view, place_on(found, curve.angle, at, 0.0))


def _with_image(workspace: Workspace, view: View, index: int, way: int) -> int:
    """The slice, or across the slices of a stack with a gap the next one that has an image."""
    volume = volume_of(workspace, view)
    if volume is None or not volume.empty or view.kind is ViewKind.DOCUMENT:
        return index
    pane = pane_of(workspace, view, (1, 1))
    if pane is not None and pane.axes.through == 2:
        while index in volume.empty:
            index += way
    return index


def focused_at(workspace: Workspace, view: View, target: Point) -> Workspace:
    """The workspace with the planes of the view's stack crossing at `target`, held within the stack."""
    volume = volume_of(workspace, view)
    if volume is None or view.stack is None:
        return workspace
    geometry = volume.geometry
    at = np.clip(geometry.to_index(target), 0, np.asarray(geometry.size_ijk) - 1)
    return workspace.with_focus(view.stack, point(geometry.to_patient(at)))

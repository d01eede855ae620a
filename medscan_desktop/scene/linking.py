"""What panes do together, as changes of the workspace: link, share windows and cameras, go to one point in all."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import Point
from medscan_desktop.scene.camera import PaneMap, point
from medscan_desktop.scene.links import LinkKind, Place, Relation, SpaceId, SpaceLink, rigid, space_of
from medscan_desktop.scene.navigation import alone_at_slice, are_parallel, focused_at, followed, nearest_slice, pane_of
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import Camera, View, ViewKind, with_zoom
from medscan_desktop.scene.workspace import Workspace

_FLAT = (ViewKind.THREE_D, ViewKind.DOCUMENT, ViewKind.CURVED)  # no slice of a stack


@dataclass(frozen=True, slots=True)
class LinkState:
    """What a pane says of its link: to the active pane, or of the active pane to the first that is another stack."""

    text: str
    is_linked: bool


def with_scroll_toggled(workspace: Workspace) -> Workspace:
    """Scrolling linked here, or (where all that can be linked is) not any more.

    Stacks of one frame of reference, and registered ones, go by position. For all others the slices that are on screen
    now belong together: the offset between them holds from here on.
    """
    links = workspace.links
    offsets = _offsets_here(workspace)
    if links.scroll and not offsets:
        return replace(workspace, links=replace(links.without_offsets(), scroll=False))
    if not links.scroll:
        links = links.without_offsets()
        offsets = _offsets_here(replace(workspace, links=links))
    for link in offsets:
        links = links.with_link(link)
    return replace(workspace, links=replace(links, scroll=True))


def can_be_linked(workspace: Workspace) -> bool:
    """Whether two stacks with positions are on screen: others cannot scroll together."""
    shown = {view.stack: space_of(workspace.stack(view.stack)) for view in workspace.views if view.kind not in _FLAT}
    return len([space for space in shown.values() if space is not None]) > 1


def with_link(workspace: Workspace, link: SpaceLink) -> Workspace:
    """Two spaces linked, and the other views where the active one is."""
    linked = replace(workspace, links=replace(workspace.links.with_link(link), scroll=True))
    leader = next((view for view in linked.views if view.id == linked.active), None)
    return followed(linked, leader) if leader is not None else linked


def shares_window(workspace: Workspace, view: View, other: View) -> bool:
    """Whether a window set in one view is set in the other: the planes of one stack are read together.

    Not where it hangs twice with windows of its own (brain beside bone). Other stacks where windows are linked, of one
    modality and unit: 40 is another grey in MR than in CT.
    """
    if other.stack == view.stack:
        is_apart = other.kind is view.kind and view.tile is None
        return other.id == view.id or (other.voi == view.voi and not is_apart)
    one, two = workspace.stack(view.stack), workspace.stack(other.stack)
    if not workspace.links.window or one is None or two is None or one.volume is None or two.volume is None:
        return False
    if one.volume.is_colour or two.volume.is_colour or ViewKind.DOCUMENT in (view.kind, other.kind):
        return False
    return (one.modality, one.volume.unit) == (two.modality, two.volume.unit)


def with_camera(workspace: Workspace, view: View, camera: Camera) -> Workspace:
    """The view with another camera; zoom and pan go to the other panes by as much where they are linked."""
    before, links = view.camera, workspace.links
    changed = workspace.with_view(replace(view, camera=camera))
    if not (links.zoom or links.pan):
        return changed
    ratio = camera.zoom / before.zoom if links.zoom else 1.0
    moved = np.subtract(camera.centre, before.centre) if links.pan else np.zeros(2)
    pane, sheets = pane_of(workspace, view, (1, 1)), {view.stack} if view.tile is not None else set()
    for other in workspace.views:
        if other.id == view.id or other.kind in _FLAT or (other.tile is not None and other.stack in sheets):
            continue
        sheets |= {other.stack} if other.tile is not None else set()
        centre = other.camera.centre
        if moved.any():
            right, down = _same_way(workspace, pane, moved, view, other)
            centre = centre[0] + right, centre[1] + down
        zoom = min(max(other.camera.zoom * ratio, 0.1), 50.0)
        theirs = replace(with_zoom(other.camera, zoom), centre=centre)
        changed = changed.with_view(replace(changed.view(other.id), camera=theirs))
    return changed


def cursor_at(workspace: Workspace, view: View, target: Point) -> Workspace:
    """Every pane at `target` (patient mm of the view's stack), the 3D cursor there.

    The planes of the view's own stack cross there; so do those of every stack of the same frame of reference, and of
    those registered to it. An offset does not lead to a point.
    """
    focused = focused_at(workspace, view, target)
    space = space_of(workspace.stack(view.stack))
    if space is None:
        return focused
    done: set[StackId] = set()
    for other in workspace.views:
        way = _way_in_space(workspace, space, workspace.stack(other.stack))
        if way is None or other.stack is None or other.kind in _FLAT or other.id == view.id:
            continue
        there = way.to(np.asarray(target, float))
        own = pane_of(focused, other, (1, 1))
        if own is None:
            continue
        if other.kind is ViewKind.ACQUIRED:
            focused = alone_at_slice(focused, focused.view(other.id), nearest_slice(own, there))
        elif other.stack != view.stack and other.stack not in done:
            done.add(other.stack)
            focused = focused_at(focused, other, point(there))
    return replace(focused, cursor=Place(space, target))


def cursor_in(workspace: Workspace, stack: Stack) -> NDArray[np.float64] | None:
    """Where the 3D cursor is in a stack's own space; None where there is none or no way there."""
    if workspace.cursor is None:
        return None
    way = _way_in_space(workspace, workspace.cursor.space, stack)
    return way.to(np.asarray(workspace.cursor.point, float)) if way is not None else None


def link_state(workspace: Workspace, view: View) -> LinkState | None:
    """How a pane is linked; None where there is no other stack on screen that it could go with."""
    own = workspace.stack(view.stack)
    other = _partner(workspace, view)
    space = space_of(own)
    if other is None or own is None or space is None:
        return None
    theirs = workspace.stack(other.stack)
    their_space = space_of(theirs)
    pane, their_pane = pane_of(workspace, view, (1, 1)), pane_of(workspace, other, (1, 1))
    if their_space is None or pane is None or their_pane is None:
        return None
    way = workspace.links.between(space, their_space)
    if way is not None and not are_parallel(way.turned(pane.normal), their_pane.normal):
        return None
    if not workspace.links.scroll:
        return LinkState("not linked", is_linked=False)
    if way is None:
        return LinkState("not linked (X links here)", is_linked=False)
    text = _way_text(way, pane)
    return LinkState(f"{text} · beyond its end" if is_beyond(workspace, view) else text, is_linked=True)


def told_of(workspace: Workspace, view: View) -> tuple[object, ...]:
    """What the words and marks of a pane's links change with, to be compared by identity."""
    partner, beyond = _partner(workspace, view), is_beyond(workspace, view)
    shown = (partner.stack, partner.kind) if partner is not None else ()
    return workspace.active, workspace.links, workspace.cursor, beyond, *shown


def is_beyond(workspace: Workspace, view: View) -> bool:
    """Whether a pane stands at its first or last slice because the active one, which it goes with, is further."""
    leader = _partner(workspace, view)
    if leader is None or leader.id != workspace.active or not workspace.links.scroll:
        return False
    own_space, own = _plane(workspace, view)
    if own is None or own.slice_index not in (0, own.count - 1):
        return False
    space, pane = _plane(workspace, leader)
    way = workspace.links.between(space, own_space) if space is not None and own_space is not None else None
    if way is None or pane is None:
        return False
    if not are_parallel(way.turned(pane.normal), own.normal):
        return False
    away = abs(float((way.to(pane.to_patient((0.5, 0.5))) - own.origin) @ own.normal))
    return away > own.step_mm * 0.5 + pane.step_mm * 0.5 + 1e-6


def _way_text(way: Relation, pane: PaneMap) -> str:
    if way.kind is LinkKind.OFFSET:
        return f"offset {abs(float((way.to(pane.origin) - pane.origin) @ pane.normal)):.1f} mm"
    return f"registered, {way.quality:.2f}" if way.kind is LinkKind.REGISTERED else way.kind.value


def _partner(workspace: Workspace, view: View) -> View | None:
    """The pane whose link to `view` is told: the active one; for that the first that shows another stack."""
    shown = [one for one in workspace.views if one.kind not in _FLAT and one.stack not in (None, view.stack)]
    active = [one for one in shown if one.id == workspace.active]
    return next(iter(active or shown), None)


def _offsets_here(workspace: Workspace) -> list[SpaceLink]:
    """The offsets that the slices on screen now define, of pairs that nothing else links."""
    found: list[SpaceLink] = []
    links = workspace.links
    active = next((view for view in workspace.views if view.id == workspace.active), None)
    ordered = sorted(workspace.views, key=lambda view: view is not active)
    shown = [(space, pane) for view in ordered for space, pane in [_plane(workspace, view)] if space and pane]
    for number, (space, pane) in enumerate(shown):
        for other_space, other in shown[number + 1 :]:
            if links.between(space, other_space) is not None or not are_parallel(pane.normal, other.normal):
                continue
            away = float((other.origin - pane.origin) @ pane.normal)
            matrix = np.eye(4)
            matrix[:3, 3] = pane.normal * away
            link = SpaceLink(space, other_space, rigid(matrix), LinkKind.OFFSET)
            found.append(link)
            links = links.with_link(link)
    return found


def _plane(workspace: Workspace, view: View) -> tuple[SpaceId | None, PaneMap | None]:
    if view.kind in _FLAT:
        return None, None
    return space_of(workspace.stack(view.stack)), pane_of(workspace, view, (1, 1))


def _way_in_space(workspace: Workspace, space: SpaceId, stack: Stack | None) -> Relation | None:
    theirs = space_of(stack)
    way = workspace.links.between(space, theirs) if theirs is not None else None
    return way if way is not None and way.is_in_space else None


def _same_way(
    workspace: Workspace, pane: PaneMap | None, moved: NDArray[np.float64], view: View, other: View
) -> tuple[float, float]:
    """A move of the picture (mm right and down) as the other pane's picture makes it: the same way in the patient.

    Where there are no positions the pictures are taken to lie alike; planes that stand across each other stay.
    """
    own = pane_of(workspace, other, (1, 1))
    space, theirs = space_of(workspace.stack(view.stack)), space_of(workspace.stack(other.stack))
    if pane is None or own is None or space is None or theirs is None:
        return float(moved[0]), float(moved[1])
    way = workspace.links.between(space, theirs)
    turned = way.turned if way is not None else (lambda direction: direction)
    if not are_parallel(turned(pane.normal), own.normal):
        return 0.0, 0.0
    shift = turned(pane.picture[0] * moved[0] + pane.picture[1] * moved[1])
    return float(shift @ own.picture[0]), float(shift @ own.picture[1])

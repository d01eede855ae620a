"""How a study comes onto the screen: which panes, which planes, which window, looking where."""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import Point
from medscan_desktop.domain.stack_traits import StackKind
from medscan_desktop.domain.study import Study
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.shallow import is_shallow
from medscan_desktop.imaging.window import Window, initial_voi
from medscan_desktop.scene.camera import point
from medscan_desktop.scene.document import first_zoom
from medscan_desktop.scene.layout import Layout, Way
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace

PLANES = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)
QUAD = (*PLANES, ViewKind.THREE_D)
SINGLE = (ViewKind.ACQUIRED,)
_LAYOUTS = (QUAD, PLANES, SINGLE)  # what "next layout" goes through, for a volume

# Until the first slice has arrived nothing can be windowed automatically; `with_loaded` puts the real one in its place.
PENDING = Window(0.5, 1, name="Auto")
_STARTS_AT_FIRST_FRAME = frozenset({"CR", "DX", "MG", "US", "IVUS", "XA", "RF", "ES", "GM", "SM", "XC", "OT"})


def hang(workspace: Workspace, study: Study, stacks: Sequence[Stack], first: StackId | None = None) -> Workspace:
    """The workspace with this study in place of what was open, and `first` (else the most useful stack) on screen."""
    blank = replace(
        workspace,
        study=study,
        stacks=tuple(stacks),
        views=(),
        maximised=None,
        focus=MappingProxyType({}),
        turns=MappingProxyType({}),
        curves=MappingProxyType({}),
        grip=None,
        masks=(),
        contours=(),
        washes=(),
        presentations=(),
        key_images=(),
        own_key_images=(),
        only_key_images=False,
        overlays=(),
        findings=(),
        measurements=(),
        selected=None,
        drafts=(),
    )
    chosen = blank.stack(first) or max(stacks, key=lambda stack: (stack.is_volume, stack.frame_count), default=None)
    return show_stack(blank, chosen.id, None) if chosen is not None else blank


def show_stack(workspace: Workspace, stack_id: StackId, view_id: ViewId | None) -> Workspace:
    """The workspace with a stack in one view, or (None) hung over all panes: 2x2 for a volume, else one pane.

    A shallow volume, whose planes across the slices would be lines, has one pane too. KeyError where there is no
    such stack or view.
    """
    stack = workspace.stack(stack_id)
    if stack is None:
        raise KeyError(stack_id)
    if view_id is None:
        return _laid_out(workspace, stack, QUAD if stack.is_volume and not _is_shallow(stack) else SINGLE)
    old = workspace.view(view_id)
    kind = old.kind if stack.is_volume and old.kind is not ViewKind.DOCUMENT else ViewKind.ACQUIRED
    shown = workspace.with_view(replace(fresh_view(workspace, stack, view_id, kind), preset_3d=old.preset_3d))
    return _focused(replace(shown, active=view_id), stack)


def show_document(workspace: Workspace, stack_id: StackId, view_id: ViewId | None) -> Workspace:
    """The workspace with an opened document in one view, or (None) alone on screen, at its first page.

    KeyError where there is no such stack or view.
    """
    stack = workspace.stack(stack_id)
    if stack is None or stack.document is None:
        raise KeyError(stack_id)
    zoom, right = first_zoom(stack.document)
    view = View(view_id or ViewId(0), ViewKind.DOCUMENT, stack.id, camera=Camera(zoom, (right, 0.0)))
    if view_id is not None:
        workspace.view(view_id)
        return replace(workspace.with_view(view), active=view_id)
    return replace(workspace, views=(view,), layout=Layout(view.id), active=view.id, maximised=None, drafts=())


def with_view_beside(workspace: Workspace) -> tuple[Workspace, ViewId]:
    """The workspace with a view beside the active document where an image can go, and which one that is."""
    others = [view for view in workspace.views if view.kind not in (ViewKind.DOCUMENT, ViewKind.THREE_D)]
    if others:
        return workspace, others[0].id
    new = View(ViewId(max((view.id for view in workspace.views), default=-1) + 1), ViewKind.ACQUIRED)
    layout = workspace.layout.split(workspace.active, Way.BESIDE, new.id)
    views = {view.id: view for view in (*workspace.views, new)}
    ordered = tuple(views[cell] for cell in layout.cells)
    return replace(workspace, views=ordered, layout=layout, maximised=None), new.id


def shown_alone(workspace: Workspace, stack_id: StackId) -> Workspace:
    """The workspace with a stack as acquired in one pane. KeyError where there is no such stack."""
    stack = workspace.stack(stack_id)
    if stack is None:
        raise KeyError(stack_id)
    return _laid_out(workspace, stack, SINGLE)


def next_layout(workspace: Workspace) -> Workspace:
    """The stack of the active view in the next layout: 2x2, three planes, one pane; no change for what is no volume."""
    active = next((view for view in workspace.views if view.id == workspace.active), None)
    stack = workspace.stack(active.stack) if active is not None else None
    if active is None or stack is None or not stack.is_volume:
        return workspace
    kinds = tuple(view.kind for view in workspace.views)
    return in_kinds(workspace, _LAYOUTS[(_LAYOUTS.index(kinds) + 1) % len(_LAYOUTS)] if kinds in _LAYOUTS else QUAD)


def view_with_stack(workspace: Workspace) -> View | None:
    """The active view, or where it is empty the first that holds something; None where none does."""
    views = sorted(workspace.views, key=lambda view: view.id != workspace.active)
    return next((view for view in views if view.stack is not None), None)


def in_kinds(workspace: Workspace, kinds: Sequence[ViewKind]) -> Workspace:
    """The stack of the active view over the whole window, in these kinds; no change where it cannot be shown so.

    Where the active cell is empty, the first one that is not.
    """
    active = view_with_stack(workspace)
    stack = workspace.stack(active.stack) if active is not None else None
    is_possible = stack is not None and (stack.is_volume or tuple(kinds) == SINGLE) and stack.frame_count > 0
    if active is None or stack is None or not is_possible or active.kind is ViewKind.DOCUMENT:
        return workspace
    hung = _laid_out(workspace, stack, kinds)
    same = tuple(replace(view, voi=active.voi, inverted=active.inverted) for view in hung.views)
    return replace(hung, views=same)


def with_loaded(
    workspace: Workspace,
    stack_id: StackId,
    count: int,
    failures: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
    values: NDArray[np.generic] | None = None,
) -> Workspace:
    """The workspace with `count` slices of a stack arrived; views that waited for an automatic window get it.

    `failures` name the images that will never arrive, once loading has ended; `notes` what is said of the others.
    `values` are those that arrived: a stack that has others by now is left alone.
    """
    stack = workspace.stack(stack_id)
    if stack is None or stack.volume is None or (values is not None and stack.volume.values is not values):
        return workspace
    if stack.loaded_count >= count and not failures:
        return workspace
    loaded_count = max(count, stack.loaded_count)
    arrived = workspace.with_stack(
        replace(stack, loaded_count=loaded_count, failures=failures or stack.failures, notes=notes or stack.notes)
    )
    waiting = [view for view in workspace.views if view.stack == stack_id and view.voi is PENDING]
    voi = initial_voi(stack.volume, stack.modality, workspace.presets) if waiting else None
    if voi is None:
        return arrived
    return replace(arrived, views=tuple(replace(view, voi=voi) if view in waiting else view for view in arrived.views))


def with_filled(workspace: Workspace, stack: Stack) -> Workspace:
    """The workspace with a stack's pixels, which may still be arriving, in the views that wait for them.

    A view keeps what was arranged in it; what needs the pixels (the first window, the polarity) is put right now.
    """
    if workspace.stack(stack.id) is None:
        return workspace
    with_pixels = workspace.with_stack(stack)
    views = tuple(_woken(with_pixels, stack, view) if view.stack == stack.id else view for view in workspace.views)
    return _focused(replace(with_pixels, views=views), stack)


def with_window(workspace: Workspace, view: View) -> View:
    """The view with its first window, where the pixels came while it was off screen."""
    stack = workspace.stack(view.stack)
    return view if stack is None or stack.volume is None else _woken(workspace, stack, view)


def _woken(workspace: Workspace, stack: Stack, view: View) -> View:
    kind = view.kind if stack.is_volume else ViewKind.ACQUIRED
    frame = min(view.frame, max(0, stack.slice_count - 1))  # fewer slices than there are images, over the budget
    if view.voi is not PENDING:
        return replace(view, kind=kind, frame=frame)
    fresh = fresh_view(workspace, stack, view.id, kind)
    waiting = fresh_view(workspace, replace(stack, volume=None), view.id, kind)
    is_turned = view.inverted != waiting.inverted  # by a user, or a hanging protocol, before the pixels came
    return replace(view, kind=kind, frame=frame, voi=fresh.voi, inverted=fresh.inverted != is_turned)


def emptied(workspace: Workspace, stack_id: StackId) -> Workspace:
    """The workspace with this stack's pixels gone, on screen too: others will come in their place."""
    stack = workspace.stack(stack_id)
    return workspace if stack is None else workspace.with_stack(replace(stack, volume=None, loaded_count=0))


def without_pixels(workspace: Workspace, held: frozenset[StackId]) -> Workspace:
    """The workspace without the pixels of the stacks that are neither held any more nor on screen."""
    kept = held | {view.stack for view in workspace.views}
    stacks = tuple(
        stack if stack.volume is None or stack.id in kept else replace(stack, volume=None, loaded_count=0)
        for stack in workspace.stacks
    )
    return replace(workspace, stacks=stacks)


def middle(geometry: Geometry) -> Point:
    """The centre (patient mm) of the middle voxel: of two middle slices the later one, which is also loaded first."""
    return point(geometry.to_patient(np.asarray(geometry.size_ijk) // 2))


def _laid_out(workspace: Workspace, stack: Stack, kinds: Sequence[ViewKind]) -> Workspace:
    views = tuple(fresh_view(workspace, stack, ViewId(number), kind) for number, kind in enumerate(kinds))
    layout = Layout.of([view.id for view in views], 2 if len(views) == len(QUAD) else len(views))
    hung = replace(workspace, views=views, layout=layout, active=views[0].id, maximised=None, drafts=())
    return _focused(hung, stack)


def fresh_view(workspace: Workspace, stack: Stack, view_id: ViewId, kind: ViewKind) -> View:
    """A view of a stack as it comes onto the screen: where it was looked at before, windowed as usual."""
    volume = stack.volume
    voi = initial_voi(volume, stack.modality, workspace.presets) if volume is not None else None
    is_inverted = stack.modality == "PT" and not (volume is not None and volume.inverted)  # PET reads in inverse grey
    return View(view_id, kind, stack.id, _first_frame(workspace, stack), voi or PENDING, is_inverted, Camera())


def _is_shallow(stack: Stack) -> bool:
    """Whether planes across its slices would be lines: such a volume hangs as it was acquired."""
    if stack.traits is not None:
        return stack.traits.kind is not StackKind.VOLUME
    return stack.volume is not None and is_shallow(stack.volume.geometry)


def _first_frame(workspace: Workspace, stack: Stack) -> int:
    """Where the planes are, where they have been somewhere; else the middle of a stack, the start of a film."""
    focus = workspace.focus.get(stack.id)
    if focus is not None and stack.volume is not None:
        return int(np.clip(round(float(stack.volume.geometry.to_index(focus)[2])), 0, stack.slice_count - 1))
    if stack.modality in _STARTS_AT_FIRST_FRAME:
        return 0
    return next(k for k in range(stack.slice_count // 2, stack.slice_count + 1) if k not in stack.empty)


def _focused(workspace: Workspace, stack: Stack) -> Workspace:
    """A stack that was looked at before keeps its focus."""
    if stack.volume is None or stack.id in workspace.focus or not stack.volume.geometry.spatial:
        return workspace
    return workspace.with_focus(stack.id, middle(stack.volume.geometry))

"""Choosing a view's slab, and the planes of a stack back along its own axes: pure changes of the workspace."""

from dataclasses import replace

from medscan_desktop.scene.camera import PLANES
from medscan_desktop.scene.oblique import STRAIGHT
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_FIRST_BY_WHEEL_MM = 5.0


def can_have_slab(workspace: Workspace, view: View | None) -> bool:
    """Whether the view cuts a volume whose slices lie at equal distances and have values to compare."""
    stack = workspace.stack(view.stack) if view is not None else None
    if (
        view is None
        or stack is None
        or stack.volume is None
        or view.kind not in (*PLANES, ViewKind.ACQUIRED, ViewKind.CURVED)
    ):
        return False
    return stack.is_volume and stack.volume.window is None and not stack.volume.is_colour


def with_slab(workspace: Workspace, view: View, mode: SlabMode | None) -> Workspace:
    """The view as a slab of this mode, as thick as before; None: one plane again."""
    if not can_have_slab(workspace, view):
        return workspace
    slab = None if mode is None else replace(view.slab, mode=mode) if view.slab is not None else Slab(mode)
    return workspace.with_view(replace(view, slab=slab))


def next_slab(workspace: Workspace, view: View) -> Workspace:
    """No slab, MIP, MinIP, mean, and round again."""
    modes = (None, *SlabMode)
    current = modes.index(view.slab.mode if view.slab is not None else None)
    return with_slab(workspace, view, modes[(current + 1) % len(modes)])


def thicker(workspace: Workspace, view: View, by_mm: float) -> Workspace:
    """The view's slab so much thicker; one plane becomes a MIP when it is to be thicker."""
    if not can_have_slab(workspace, view) or (view.slab is None and by_mm <= 0):
        return workspace
    slab = Slab(SlabMode.MIP, _FIRST_BY_WHEEL_MM) if view.slab is None else view.slab.thicker(by_mm)
    return workspace.with_view(replace(view, slab=slab))


def straightened(workspace: Workspace, view: View) -> Workspace:
    """The planes of the view's stack along its own axes again; where they cross stays."""
    if view.stack is None or view.stack not in workspace.turns:
        return workspace
    return workspace.with_turn(view.stack, STRAIGHT)

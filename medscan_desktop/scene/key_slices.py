"""The key images of what is on screen, as slices, and the way from one to the next."""

from medscan_desktop.scene.camera import pane_map
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace


def key_slices(workspace: Workspace, stack_id: StackId | None) -> frozenset[int]:
    """The slices of a stack that the user marked, or that a shown selection points out."""
    if stack_id is None:
        return frozenset()
    selected = [one.slices.get(stack_id, frozenset()) for one in workspace.key_images]
    return frozenset[int]().union(own_key_slices(workspace, stack_id), *selected)


def own_key_slices(workspace: Workspace, stack_id: StackId) -> frozenset[int]:
    """The slices of a stack that the user marked, as they are on screen (fewer where the stack is reduced)."""
    stack = workspace.stack(stack_id)
    if stack is None:
        return frozenset()
    blocks = stack.volume.reduction.slices if stack.volume is not None else 1
    places = (stack.slice_of(*one.image) for one in workspace.own_key_images)
    return frozenset(k // blocks for k in places if k is not None)


def next_key(workspace: Workspace, view: View, index: int, steps: int) -> int | None:
    """The key image so many key images further than slice `index`, held within the first and the last.

    None where the view does not go through its stack slice by slice, or the stack has no key images.
    """
    keys = sorted(key_slices(workspace, view.stack))
    if not keys or not _is_slice_by_slice(workspace, view):
        return None
    ahead = [k for k in keys if k > index] if steps > 0 else [k for k in reversed(keys) if k < index]
    return ahead[min(abs(steps), len(ahead)) - 1] if ahead else index if index in keys else keys[-1 if steps > 0 else 0]


def _is_slice_by_slice(workspace: Workspace, view: View) -> bool:
    stack = workspace.stack(view.stack)
    if view.kind is ViewKind.ACQUIRED:
        return True
    if view.kind is ViewKind.THREE_D or stack is None or stack.volume is None:
        return False
    turn = workspace.turn_of(stack.id)
    return pane_map(stack.volume.geometry, view, None, (1, 1), turn).axes.through == 2

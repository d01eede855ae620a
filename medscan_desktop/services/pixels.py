"""Bringing the pixels of what stands in a cell already: after a drop, a new layout, an undo, a hanging, a crash."""

from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.hanging import with_filled, without_pixels
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.arrivals import load_for_screen
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.shelf import read_series
from medscan_desktop.workstation.stacks import stack_of, with_pixels


@command("series.load", permission=Permission.READ)
def load_stack(
    ctx: Context, *, series_instance_uid: SeriesUid, stack_id: StackId, on_screen: frozenset[StackId]
) -> Effect:
    """Load a stack that stands in a view without its pixels; the views stay as they are arranged.

    `on_screen` are the stacks of all views: they keep their memory. Raises NotFound where there is no such stack.
    """
    with ctx.records("series.load", series_instance_uid) as records:
        shelved = read_series(records, ctx.vault, series_instance_uid)
    plan = shelved.plan(stack_id)
    loading, stack = load_for_screen(ctx, shelved, plan, on_screen=on_screen), stack_of(plan)
    offer, held = ctx.shelf.offer_of(plan.id), ctx.shelf.held

    def show(workspace: Workspace) -> Workspace:
        known = workspace.stack(stack.id)
        if known is None or known.volume is not None:  # closed meanwhile, or here by another way
            return workspace
        return without_pixels(with_filled(workspace, with_pixels(stack, loading, offer)), held)

    return Effect(scene=show)

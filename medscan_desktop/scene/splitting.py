"""What the screen does when a series is split in another way, and when a 4D series goes to another step."""

from collections.abc import Sequence
from dataclasses import replace

from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.workspace import Workspace


def phases_of(workspace: Workspace, stack: Stack) -> tuple[Stack, ...]:
    """The steps of the stack's phase axis in their order; empty where it has none."""
    own = stack.phase
    if own is None:
        return ()
    found = [one for one in workspace.stacks if one.phase is not None and one.phase.axis == own.axis]
    return tuple(sorted(found, key=lambda one: one.phase.number if one.phase else 0))


def one_of_each_axis(workspace: Workspace) -> tuple[Stack, ...]:
    """The stacks with one step of each phase axis: the one on screen, else the first."""
    shown = {view.stack for view in workspace.views}
    chosen: dict[str, StackId] = {}
    for stack in workspace.stacks:
        if stack.phase is not None and (stack.id in shown or stack.phase.axis not in chosen):
            chosen[stack.phase.axis] = stack.id
    return tuple(one for one in workspace.stacks if one.phase is None or chosen[one.phase.axis] == one.id)


def with_phase(workspace: Workspace, shown: StackId, phase: StackId) -> Workspace:
    """The workspace with stack `phase` in every view of `shown`: the same slice, focus, window and camera."""
    views = tuple(replace(view, stack=phase) if view.stack == shown else view for view in workspace.views)
    stepped = replace(workspace, views=views, drafts=(), selected=None)
    focus = workspace.focus.get(shown)
    return stepped if focus is None else stepped.with_focus(phase, focus)


def with_split(workspace: Workspace, series: SeriesUid, stacks: Sequence[Stack]) -> Workspace:
    """The workspace with these stacks, still without pixels, in the place of those of the series.

    Views of a stack that is gone show nothing until another is put into them.
    """
    if not any(stack.series_instance_uid == series for stack in workspace.stacks):
        return workspace
    first = next(n for n, stack in enumerate(workspace.stacks) if stack.series_instance_uid == series)
    others = [stack for stack in workspace.stacks if stack.series_instance_uid != series]
    put = (*others[:first], *stacks, *others[first:])
    gone = {stack.id for stack in workspace.stacks} - {stack.id for stack in others}
    views = tuple(replace(view, stack=None) if view.stack in gone else view for view in workspace.views)
    return replace(workspace, stacks=put, views=views, drafts=(), maximised=None)


def with_masks_of(workspace: Workspace, findings: frozenset[FindingId], layers: tuple[MaskLayer, ...]) -> Workspace:
    """The workspace with `layers` in the place of what these findings drew."""
    others = tuple(layer for layer in workspace.masks if layer.source not in findings)
    return replace(workspace, masks=others + layers)

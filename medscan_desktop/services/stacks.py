"""The stacks of a series: why they are what they are, how the user wants them, and the steps of a 4D series."""

from dataclasses import dataclass

from medscan_desktop.dicom.stacks.offered_splits import OfferedSplit, offered_splits
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.stacks.split import JOINED
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.hanging import show_stack, without_pixels
from medscan_desktop.scene.layers import all_mask_layers
from medscan_desktop.scene.splitting import with_masks_of, with_phase, with_split
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.arrivals import load_for_screen
from medscan_desktop.workstation.command import Call, Context, Effect, command
from medscan_desktop.workstation.masks import mask_files, read_masks
from medscan_desktop.workstation.shelf import Shelved, read_series
from medscan_desktop.workstation.stacks import most_useful, stack_of, stacks_of, with_pixels


@dataclass(frozen=True, slots=True)
class SeriesStacks:
    """How a series is split, by whose choice, and how it could be."""

    series_instance_uid: SeriesUid
    choice: SplitChoice
    stacks: tuple[StackPlan, ...]
    offered: tuple[OfferedSplit, ...]


@command("series.stacks", permission=Permission.READ)
def list_stacks(ctx: Context, *, series_instance_uid: SeriesUid) -> Effect:
    """The stacks of a series with their reasons and geometry, and by what it could be split."""
    with ctx.records("series.stacks", series_instance_uid) as records:
        shelved = read_series(records, ctx.vault, series_instance_uid)
        choice = records.stack_overrides.get(series_instance_uid)
    return Effect(value=_described(shelved, choice))


@command("series.split", permission=Permission.ANNOTATE)
def split_series(
    ctx: Context, *, series_instance_uid: SeriesUid, choice: SplitChoice = AUTOMATIC, is_shown: bool = False
) -> Effect:
    """Split a series as chosen from now on, here and on every later opening; AUTOMATIC takes the choice back.

    Where it is on screen (`is_shown`) the most useful of its new stacks is hung in its place. Raises Unsuitable where
    the images cannot be put together or apart in that way; nothing is stored then.
    """
    with ctx.records("series.split", series_instance_uid) as records:
        before = records.stack_overrides.get(series_instance_uid)
        records.detail |= {"choice": _text(choice), "before": _text(before)}
        records.stack_overrides.put(series_instance_uid, choice, ctx.user.name if ctx.user else "")
        shelved = read_series(records, ctx.vault, series_instance_uid)
        _check(shelved, choice)
        study = records.studies.series_by_uid(series_instance_uid).study_instance_uid
        findings = [one for one in records.findings.of_study(study) if one.series_instance_uid == series_instance_uid]
        files = mask_files(records, findings)
    masks = read_masks(ctx.vault, files)
    ctx.shelf.forget(series_instance_uid)
    ctx.shelf.remember(shelved)
    first = most_useful([shelved])
    stacks = tuple(stacks_of(shelved))
    loading = load_for_screen(ctx, shelved, first[1], on_screen=frozenset()) if first and is_shown else None
    offer = ctx.shelf.offer_of(first[1].id) if first else None

    def show(workspace: Workspace) -> Workspace:
        split = with_split(workspace, series_instance_uid, stacks)
        if loading is not None and first is not None and any(view.stack is None for view in split.views):
            bare = split.stack(first[1].id)
            filled = split if bare is None else split.with_stack(with_pixels(bare, loading, offer))
            split = filled if bare is None else show_stack(filled, bare.id, None)
        layers = all_mask_layers(findings, masks, split)
        return with_masks_of(split, frozenset(finding.id for finding in findings), layers)

    return Effect(
        scene=show,
        undo=Call(split_series, {"series_instance_uid": series_instance_uid, "choice": before, "is_shown": is_shown}),
        undo_name="split of a series",
        value=_described(shelved, choice),
    )


@command("series.phase", permission=Permission.READ)
def show_phase(
    ctx: Context, *, series_instance_uid: SeriesUid, stack_id: StackId, shown: StackId, on_screen: frozenset[StackId]
) -> Effect:
    """Show step `stack_id` of a 4D series wherever its step `shown` is: same place, same window, same camera.

    Its steps stay in memory, and the next one is loaded ahead, while the memory budget has room; then the one that was
    longest unused goes. `on_screen` are the stacks of the other views.
    """
    shelved = ctx.shelf.recall(series_instance_uid)
    if shelved is None:
        with ctx.records("series.phase", series_instance_uid) as records:
            shelved = read_series(records, ctx.vault, series_instance_uid)
        ctx.shelf.remember(shelved)
    plan = shelved.plan(stack_id)
    following = _following(shelved, plan)
    loading = load_for_screen(ctx, shelved, plan, on_screen=on_screen, following=following)
    stack = stack_of(plan)
    offer, held = ctx.shelf.offer_of(plan.id), ctx.shelf.held

    def show(workspace: Workspace) -> Workspace:
        if workspace.stack(stack.id) is None or workspace.stack(shown) is None:  # the study was closed meanwhile
            return workspace
        stepped = with_phase(workspace.with_stack(with_pixels(stack, loading, offer)), shown, stack.id)
        return without_pixels(stepped, held)

    return Effect(scene=show)


def _following(shelved: Shelved, plan: StackPlan) -> StackPlan | None:
    """The next step of the same axis, after the last the first."""
    if plan.phase is None:
        return None
    number = (plan.phase.number + 1) % plan.phase.count
    axis = [one for one in shelved.grouping.stacks if one.phase is not None and one.phase.axis == plan.phase.axis]
    return next((one for one in axis if one.phase is not None and one.phase.number == number), None)


def _described(shelved: Shelved, choice: SplitChoice) -> SeriesStacks:
    headers = [header for plan in shelved.grouping.stacks for header in plan.headers]
    every = list({header.sop_instance_uid: header for header in headers}.values())
    return SeriesStacks(shelved.series_instance_uid, choice, shelved.grouping.stacks, offered_splits(every))


def _check(shelved: Shelved, choice: SplitChoice) -> None:
    stacks = shelved.grouping.stacks
    if not stacks:
        raise Unsuitable("This series holds no image that could be split.")
    headers = [header for plan in stacks for header in plan.headers]
    if choice.by and not any(choice.by in header.per_frame or header.text(choice.by) for header in headers):
        raise Unsuitable(f"No image of this series has the attribute {choice.by}.")
    wanted = {anchor for one in choice.joins for anchor in one}
    if wanted & {plan.anchor for plan in stacks if JOINED not in plan.reason}:
        raise Unsuitable("Images of different size, kind or pixel spacing cannot be one stack.")


def _text(choice: SplitChoice) -> str:
    """As the audit log says it."""
    parts = ["together"] if choice.together else []
    parts += [f"by {choice.by}"] if choice.by else []
    parts += [f"{len(one)} stacks joined" for one in choice.joins]
    return ", ".join(parts) or "automatic"

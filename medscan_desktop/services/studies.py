"""Finding studies and putting them on the screen."""

from dataclasses import dataclass, replace
from functools import partial

from medscan_desktop.domain.study import Series, SeriesUid, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.apply_protocol import hang_best
from medscan_desktop.scene.hanging import emptied, hang, show_stack, without_pixels
from medscan_desktop.scene.layers import all_mask_layers
from medscan_desktop.scene.memory import ShownAs
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import ViewId
from medscan_desktop.scene.workspace import Workspace, blank
from medscan_desktop.workstation.arrivals import load_for_screen
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.first_hung import first_hung
from medscan_desktop.workstation.masks import mask_files, read_masks
from medscan_desktop.workstation.open_marks import mark_open, unmark
from medscan_desktop.workstation.protocols import protocols_that_hang
from medscan_desktop.workstation.shelf import read_series, read_study
from medscan_desktop.workstation.stacks import most_useful, stack_of, stacks_of, with_pixels


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series with its thumbnail (PNG), None where it has no picture."""

    series: Series
    thumbnail: bytes | None


@command("study.search", permission=Permission.READ)
def search_studies(ctx: Context, *, text: str = "") -> Effect:
    """The studies whose patient, id, description or accession number has every word of `text`; newest first."""
    with ctx.records("study.search") as records:
        return Effect(value=records.studies.search(text))


@command("series.list", permission=Permission.READ)
def list_series(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """The series of a study, by number, with thumbnails."""
    with ctx.records("series.list", study_instance_uid) as records:
        records.studies.get(study_instance_uid)
        rows = [
            SeriesRow(series, records.studies.thumbnail(series.series_instance_uid))
            for series in records.studies.series(study_instance_uid)
        ]
    return Effect(value=rows)


@command("study.open", permission=Permission.READ)
def open_study(ctx: Context, *, study_instance_uid: StudyUid, series_instance_uid: SeriesUid | None = None) -> Effect:
    """Show a study by the hanging protocol that fits it best, the pixels of its active view still arriving.

    Where a series is asked for, or no protocol fits, that series (else the most useful one) is hung as usual. Where it
    holds no image, nothing is hung: `document.open` shows it. What else is on screen is loaded by `series.load`.
    """
    with ctx.records("study.open", study_instance_uid) as records:
        study = records.studies.get(study_instance_uid)
        shelved = read_study(records, ctx.vault, study_instance_uid)
        measurements = records.measurements.of_study(study_instance_uid)
        findings = records.findings.of_study(study_instance_uid)
        keys = records.key_images.of_study(study_instance_uid)
        calibrations = records.calibrations.of_study(study_instance_uid)
        files = mask_files(records, findings)
        protocols = protocols_that_hang(records.preferences, ctx.settings.hanging, ctx.user.id if ctx.user else None)
        records.studies.put_opened(study_instance_uid)
        mark_open(records, study_instance_uid)
    stacks = tuple(stack for one in shelved for stack in stacks_of(one))
    if series_instance_uid is not None:
        protocols = ()
    first = first_hung(shelved, stacks, protocols) or most_useful(shelved, series_instance_uid)
    ctx.shelf.clear(but_ahead=first[1] if first else None)
    loading = load_for_screen(ctx, *first) if first else None  # at once: its pixels arrive while the rest is done
    offer = ctx.shelf.offer_of(first[1].id) if first else None
    masks = read_masks(ctx.vault, files)

    def filled(bare: tuple[Stack, ...]) -> tuple[Stack, ...]:
        if first is None or loading is None:
            return bare
        return tuple(with_pixels(stack, loading, offer) if stack.id == first[1].id else stack for stack in bare)

    def show(workspace: Workspace) -> Workspace:  # fills only now: slices that came before had no stack to be told to
        bare = replace(blank(workspace), is_demo=ctx.settings.is_demo)
        hung = hang(bare, study, filled(stacks), first[1].id if first else None)
        hung = hang_best(hung, protocols) or hung
        if first is None:  # documents alone: the first is opened next, and read in an act of its own
            hung = replace(hung, views=())
        layers = all_mask_layers(findings, masks, hung)
        said = replace(hung, findings=tuple(findings), masks=layers, calibrations=tuple(calibrations))
        return replace(said, measurements=tuple(measurements), own_key_images=tuple(keys))

    return Effect(scene=show)


@command("series.show", permission=Permission.READ)
def show_series(
    ctx: Context,
    *,
    series_instance_uid: SeriesUid,
    stack_id: StackId,
    view_id: ViewId | None,
    on_screen: frozenset[StackId] = frozenset(),
    shown_as: ShownAs | None = None,
) -> Effect:
    """Show a stack of the open study in a view, or (None) hang the window with it.

    `on_screen` are the stacks of the other views: they keep their memory. `shown_as` is what the user chose for a stack
    over the memory budget (WHOLE: what fits); it is loaded anew.
    """
    with ctx.records("series.show", series_instance_uid) as records:
        shelved = read_series(records, ctx.vault, series_instance_uid)
    plan = shelved.plan(stack_id)
    if shown_as is not None:
        ctx.shelf.wish(plan.id, shown_as)
        ctx.post(partial(emptied, stack_id=plan.id))  # both at once might be over the budget
    loading, stack = load_for_screen(ctx, shelved, plan, on_screen=on_screen), stack_of(plan)
    offer, held = ctx.shelf.offer_of(plan.id), ctx.shelf.held

    def show(workspace: Workspace) -> Workspace:
        if workspace.stack(stack.id) is None:  # the study was closed meanwhile
            return workspace
        shown = show_stack(workspace.with_stack(with_pixels(stack, loading, offer)), stack.id, view_id)
        return without_pixels(shown, held)

    return Effect(scene=show)


@command("study.close", permission=Permission.READ)
def close_study(ctx: Context) -> Effect:
    """Take the study off the screen; what is still loading stops."""
    with ctx.records("study.close") as records:
        unmark(records)
    ctx.shelf.clear()
    return Effect(scene=blank)

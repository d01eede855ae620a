"""Showing what other objects say about images over those images: segmentations, structures, presentations, doses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from medscan_desktop.dicom.pixels.load import Loading
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.hanging import show_stack
from medscan_desktop.scene.overlay import Overlay
from medscan_desktop.scene.overlays import OVERLAY_KINDS, Shown, Source, with_shown, without
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.arrivals import load_for_screen
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.overlays import OpenedObject, open_object, stored_objects
from medscan_desktop.workstation.shelf import Shelved, read_study
from medscan_desktop.workstation.stacks import with_pixels
from medscan_desktop.workstation.wash import base_for, wash_over


@dataclass(frozen=True, slots=True)
class OverlayRow:
    """An object of a study that can be shown over images: where it belongs, or (`problem`) why it cannot be shown."""

    series_instance_uid: SeriesUid
    sop_instance_uid: InstanceUid
    kind: ObjectKind
    title: str
    target: SeriesUid | None
    overlay: Overlay | None
    problem: str = ""


@command("overlay.list", permission=Permission.READ)
def list_overlays(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """Every object of a study that can be shown over images, read and matched to them."""
    with ctx.records("overlay.list", study_instance_uid) as records:
        records.studies.get(study_instance_uid)
        shelved = read_study(records, ctx.vault, study_instance_uid)
        found = [
            stored
            for one in shelved
            if any(refusal.kind in OVERLAY_KINDS for refusal in one.grouping.refused)
            for stored in stored_objects(records, ctx.vault, one.series_instance_uid)
        ]
    plans = [plan for one in shelved for plan in one.grouping.stacks]
    rows = []
    for stored in found:
        header = stored.header
        target, overlay, problem, title = None, None, "", stored.kind.capitalize()
        try:
            opened = open_object(ctx.workers, stored)
            title, matched = opened.title, opened.match(plans)
            overlay = opened.place(matched, matched.plan.geometry, plans).overlay
            target = matched.plan.series_instance_uid
        except MedScanError as error:  # one that cannot be read or placed must not hide the others
            problem = str(error)
        uids = header.series_instance_uid, header.sop_instance_uid
        rows.append(OverlayRow(*uids, stored.kind, title, target, overlay, problem))
    return Effect(value=rows)


@command("overlay.show", permission=Permission.READ)
def show_overlay(
    ctx: Context,
    *,
    series_instance_uid: SeriesUid,
    sop_instance_uid: InstanceUid | None = None,
    on_screen: StackId | None = None,
) -> Effect:
    """Show an object (or all of a series) over the images it belongs to, which come onto the screen if need be.

    `on_screen` is the stack that the user looks at.
    """
    with ctx.records("overlay.show", series_instance_uid) as records:
        series = records.studies.series_by_uid(series_instance_uid)
        stored = stored_objects(records, ctx.vault, series_instance_uid, sop_instance_uid)
        shelved = read_study(records, ctx.vault, series.study_instance_uid)
    plans = [plan for one in shelved for plan in one.grouping.stacks]
    ctx.job.report(0.1, "reading")
    changes = [_over_its_images(ctx, open_object(ctx.workers, one), plans, shelved, on_screen) for one in stored]

    def show(workspace: Workspace) -> Workspace:
        for plan, loading, shown in changes:
            workspace = _shown(workspace, plan, loading, shown)
        return workspace

    return Effect(scene=show, value=[shown.overlay for _, _, shown in changes])


@command("overlay.hide", permission=Permission.READ)
def hide_overlay(_ctx: Context, *, source: Source) -> Effect:
    """Take an object off the images again."""
    return Effect(scene=partial(without, source=source))


@command("overlay.wash", permission=Permission.READ)
def show_wash(ctx: Context, *, series_instance_uid: SeriesUid, stack_id: StackId | None = None) -> Effect:
    """Show a dose or a parametric map in colours over the images of the same frame of reference."""
    with ctx.records("overlay.wash", series_instance_uid) as records:
        series = records.studies.series_by_uid(series_instance_uid)
        shelved = read_study(records, ctx.vault, series.study_instance_uid)
    own = next(one for one in shelved if one.series_instance_uid == series_instance_uid)
    wash_plan = own.plan(stack_id)
    base = base_for(wash_plan, [plan for one in shelved for plan in one.grouping.stacks])
    loading, base_loading = ctx.shelf.load(own, wash_plan), _start(ctx, shelved, base)
    ctx.job.report(0.1, "reading the values")
    loading.wait()
    shown = wash_over(wash_plan, loading.volume, base)
    return Effect(scene=lambda workspace: _shown(workspace, base, base_loading, shown), value=[shown.overlay])


def _over_its_images(
    ctx: Context,
    opened: OpenedObject,
    plans: Sequence[StackPlan],
    shelved: Sequence[Shelved],
    on_screen: StackId | None,
) -> tuple[StackPlan, Loading, Shown]:
    matched = opened.match(plans, on_screen)
    loading = _start(ctx, shelved, matched.plan)
    return matched.plan, loading, opened.place(matched, loading.volume.geometry, plans)


def _shown(workspace: Workspace, plan: StackPlan, loading: Loading, shown: Shown) -> Workspace:
    """The object over its stack, and that stack on screen; nothing where the study was closed meanwhile."""
    stack: Stack | None = workspace.stack(plan.id)
    if stack is None:
        return workspace
    filled = workspace.with_stack(with_pixels(stack, loading))
    if not any(view.stack == plan.id for view in filled.views):
        filled = show_stack(filled, plan.id, None)
    return with_shown(filled, shown)


def _start(ctx: Context, shelved: Sequence[Shelved], plan: StackPlan) -> Loading:
    own = next(one for one in shelved if one.series_instance_uid == plan.series_instance_uid)
    return load_for_screen(ctx, own, plan)

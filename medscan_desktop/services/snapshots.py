"""Pictures as the window shows them, written to PNG files: of a series as it would hang, or of a view as it is."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import NotFound, Unsuitable
from medscan_desktop.domain.finding import Finding, FindingId
from medscan_desktop.domain.study import SeriesUid, Study
from medscan_desktop.domain.user import Permission
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Voi, Window, offered_windows
from medscan_desktop.scene.figure import figure_at, key_point, middle_of_slice, slice_count
from medscan_desktop.scene.hanging import hang
from medscan_desktop.scene.layers import all_mask_layers
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.masks import mask_files, read_masks
from medscan_desktop.workstation.outgoing import write_out
from medscan_desktop.workstation.overlays import overlaid, overlay_source
from medscan_desktop.workstation.shelf import Shelved, read_series
from medscan_desktop.workstation.stacks import stack_of, with_all_pixels

SIZE = (900, 900)


@command("export.snapshot", permission=Permission.EXPORT)
def export_snapshot(
    ctx: Context,
    *,
    series_instance_uid: SeriesUid,
    out: Path,
    plane: ViewKind = ViewKind.ACQUIRED,
    index: int | None = None,
    window: str = "",
    finding_id: FindingId | None = None,
    overlay_uid: SeriesUid | None = None,
    stack_number: int | None = None,
    phase: int | None = None,
    size: tuple[int, int] = SIZE,
) -> Effect:
    """Write a plane (slice `index`, from 0; without it the one that shows most of the finding) or the 3D view.

    Of stack `stack_number` (from 1, as they are listed), else the most useful one; `phase` (from 1) is a step of it.
    `overlay_uid` is a series of objects, or of values such as a dose, to be shown over it.
    """
    with ctx.records("export.snapshot", series_instance_uid) as records:
        if overlay_uid:
            records.detail["overlay"] = overlay_uid
        series = records.studies.series_by_uid(series_instance_uid)
        study = records.studies.get(series.study_instance_uid)
        finding = records.findings.get(finding_id) if finding_id else None
        files = mask_files(records, [finding] if finding else [])
        shelved = read_series(records, ctx.vault, series_instance_uid)
        calibrations = tuple(records.calibrations.of_study(study.study_instance_uid))
        source = overlay_source(records, ctx.vault, overlay_uid) if overlay_uid else None
    over = None if source is None else overlaid(ctx, source, shelved.grouping.stacks)
    plan = _plan(shelved, stack_number, phase, finding) if over is None else over.plan
    loading = ctx.shelf.load(shelved, plan)
    stack = with_all_pixels(stack_of(plan), loading, ctx.shelf.offer_of(plan.id))
    scene = replace(_scene(study, stack, finding, ctx.settings.is_demo), calibrations=calibrations)
    if finding is not None:
        layers = all_mask_layers([finding], read_masks(ctx.vault, files), scene)
        if not layers:
            raise Unsuitable("The finding is not on this series, or was rejected: there is nothing to draw.")
        scene = replace(scene, masks=layers)
    if over is not None and stack.volume is not None:
        scene = over.on(scene, stack.volume.geometry)
    shown, view = _looking(scene, stack, plane, index, window)
    write_out(ctx, "export.snapshot", series_instance_uid, out, ctx.pictures.png(shown, view, size))
    return Effect(value=out, notice=f"Picture written to {out}.")


@command("export.view", permission=Permission.EXPORT)
def export_view(ctx: Context, *, workspace: Workspace, view: View, out: Path, size: tuple[int, int] = SIZE) -> Effect:
    """Write a view of the screen as it is: its window, zoom, turn, masks and measurements."""
    stack = workspace.stack(view.stack)
    if stack is None:
        raise Unsuitable("This view shows nothing that could be written.")
    with ctx.records("export.view", stack.series_instance_uid):
        pass
    write_out(ctx, "export.view", stack.series_instance_uid, out, ctx.pictures.png(workspace, view, size))
    return Effect(value=out, notice=f"Picture written to {out}.")


def _plan(shelved: Shelved, stack_number: int | None, phase: int | None, finding: Finding | None) -> StackPlan:
    """The stack that was asked for, that of the finding, or the most useful one; and the step of it."""
    stacks = shelved.grouping.stacks
    if stack_number is not None and not 1 <= stack_number <= len(stacks):
        raise NotFound(f"There is no stack {stack_number}: this series has {len(stacks)}.")
    plan = stacks[stack_number - 1] if stack_number is not None else shelved.plan()
    if finding is not None and stack_number is None:
        plan = next((one for one in stacks if finding.provenance.is_of(one.images)), plan)
    if phase is None:
        return plan
    own = plan.phase.axis if plan.phase else None
    axis = {one.phase.number + 1: one for one in stacks if one.phase and one.phase.axis == own}
    if phase not in axis:
        has = f"it has {len(axis)}, from 1" if axis else "it has no phases"
        raise NotFound(f"There is no phase {phase} in this series: {has}.")
    return axis[phase]


def _scene(study: Study, stack: Stack, finding: Finding | None, is_demo: bool) -> Workspace:
    hung = hang(replace(EMPTY, is_demo=is_demo), study, (stack,), stack.id)
    return replace(hung, findings=(finding,) if finding else ())


def _looking(scene: Workspace, stack: Stack, plane: ViewKind, index: int | None, window: str) -> tuple[Workspace, View]:
    volume = stack.volume
    if volume is None:
        raise Unsuitable(stack.refusal or "This series has no pixels that can be shown.")
    if plane is not ViewKind.ACQUIRED and not stack.is_volume:
        raise Unsuitable(f"This series is no volume, so it has no {plane} plane: {stack.refusal or 'one image'}.")
    view = replace(scene.views[0], kind=plane)
    if window:
        view = replace(view, voi=_named(offered_windows(volume, stack.modality), window))
    point = key_point(volume.geometry, [layer.mask for layer in scene.masks])
    if index is not None and plane is not ViewKind.THREE_D:
        index = _checked(volume, plane, index)
        point = middle_of_slice(volume.geometry, plane, index)
        view = replace(view, frame=index)
    return figure_at(scene, view, stack.id, point)


def _checked(volume: Volume, plane: ViewKind, index: int) -> int:
    if plane is ViewKind.ACQUIRED and volume.empty:  # the places of missing images are not counted
        there = [k for k in range(len(volume.loaded)) if k not in volume.empty]
        if 0 <= index < len(there):
            return there[index]
        raise NotFound(f"There is no image {index}: this stack has {len(there)}, from 0 to {len(there) - 1}.")
    count = slice_count(volume.geometry, plane)
    if not 0 <= index < count:
        raise NotFound(f"There is no slice {index}: this plane has {count} slices, from 0 to {count - 1}.")
    return index


def _named(offered: Sequence[Voi], name: str) -> Window:
    windows = [voi for voi in offered if isinstance(voi, Window)]
    for voi in windows:
        if voi.name.casefold() == name.casefold():
            return voi
    known = ", ".join(voi.name for voi in windows if voi.name)
    raise NotFound(f'There is no window "{name}" for this series; there are: {known}.')

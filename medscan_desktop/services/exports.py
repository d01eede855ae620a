"""Findings leave the house: DICOM SEG of an accepted finding, and the one-page PDF. Whole files or none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from medscan_desktop.dicom.objects.write_seg import build_seg
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.finding import Finding, FindingId, FindingState
from medscan_desktop.domain.findings_page import Figure, findings_page
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.study import SeriesUid, Study, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.exporters.pdf import page_pdf
from medscan_desktop.exporters.seg import seg_bytes
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.scene.display import CornerTexts
from medscan_desktop.scene.figure import figure_at, key_point
from medscan_desktop.scene.hanging import hang
from medscan_desktop.scene.layers import all_mask_layers
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.masks import Masks, mask_files, read_masks
from medscan_desktop.workstation.outgoing import write_out
from medscan_desktop.workstation.shelf import Shelved, read_series, read_study
from medscan_desktop.workstation.stacks import most_useful, stack_of, with_all_pixels

_LARGE, _SMALL = (1000, 1000), (1080, 540)  # pixels of the page's pictures


@command("export.seg", permission=Permission.EXPORT)
def export_seg(ctx: Context, *, finding_id: FindingId, out: Path) -> Effect:
    """Write an accepted finding as a DICOM Segmentation of its source images."""
    with ctx.records("export.seg", finding_id) as records:
        finding = records.findings.get(finding_id)
        finding.check_accepted()
        files = mask_files(records, [finding])
        shelved = read_series(records, ctx.vault, finding.series_instance_uid)
    masks = read_masks(ctx.vault, files).get(finding_id, {})
    fitting = [plan for plan in shelved.grouping.stacks if plan.geometry.shape[0] == _slices(masks)]
    plan = next((plan for plan in fitting if finding.provenance.is_of(plan.images)), None)
    if plan is None:
        raise Unsuitable("The series is not the one this finding was made on: its number of images has changed.")
    content = seg_bytes(build_seg(plan, shelved.opener, masks, finding, made_at=ctx.now()))
    write_out(ctx, "export.seg", finding_id, out, content)
    return Effect(value=out, notice=f"Segmentation written to {out}.")


@command("export.pdf", permission=Permission.EXPORT)
def export_pdf(ctx: Context, *, study_instance_uid: StudyUid, out: Path) -> Effect:
    """Write the study's accepted findings and measurements, with figures, as one PDF page."""
    with ctx.records("export.pdf", study_instance_uid) as records:
        study = records.studies.get(study_instance_uid)
        findings = records.findings.of_study(study_instance_uid)
        measurements = records.measurements.of_study(study_instance_uid)
        accepted = [finding for finding in findings if finding.state is FindingState.ACCEPTED]
        files = mask_files(records, accepted)
        wanted = _figure_series(accepted, measurements)
        shelved = (
            [read_series(records, ctx.vault, wanted)] if wanted else read_study(records, ctx.vault, study_instance_uid)
        )
        names = records.users.names()
        calibrations = tuple(records.calibrations.of_study(study_instance_uid))
    first = most_useful(shelved)
    scene = replace(
        EMPTY,
        is_demo=ctx.settings.is_demo,
        measurements=tuple(measurements),
        findings=tuple(accepted),
        calibrations=calibrations,
    )
    images = _figures(ctx, study, first, scene, read_masks(ctx.vault, files)) if first else ()
    page = findings_page(
        study,
        findings,
        measurements,
        images,
        names=names,
        made_by=ctx.user.display_name if ctx.user else "",
        made_at=ctx.now(),
        is_demo=ctx.settings.is_demo,
    )
    write_out(ctx, "export.pdf", study_instance_uid, out, page_pdf(page, ctx.settings.fonts))
    return Effect(value=out, notice=f"PDF written to {out}.")


def _slices(masks: Mapping[int, Mask]) -> int:
    return next(iter(masks.values())).shape[0] if masks else 0


def _figure_series(accepted: Sequence[Finding], measurements: Sequence[Measurement]) -> SeriesUid | None:
    """The series that the pictures are of: of the last accepted finding, else of the last measurement."""
    about = [one.series_instance_uid for one in measurements] + [one.series_instance_uid for one in accepted]
    return about[-1] if about else None


def _figures(
    ctx: Context,
    study: Study,
    first: tuple[Shelved, StackPlan],
    about: Workspace,
    masks: Masks,
) -> tuple[Figure, ...]:
    """A volume: three planes through what was found, and 3D. Else the frame that was measured, or the middle one.

    `about` holds the study's measurements, accepted findings and calibrations.
    """
    shelved, plan = first
    ctx.job.report(0.2, "reading the images")
    loading = ctx.shelf.load(shelved, plan)
    stack = with_all_pixels(stack_of(plan), loading, ctx.shelf.offer_of(plan.id))
    if stack.volume is None:
        return ()
    hung = hang(about, study, (stack,), stack.id)
    layers = all_mask_layers(about.findings, masks, hung)
    scene = replace(hung, measurements=about.measurements, findings=about.findings, masks=layers)
    point = key_point(stack.volume.geometry, [layer.mask for layer in layers])
    images = []
    for position, view in enumerate(hung.views):
        ctx.job.report(0.3 + 0.6 * position / len(hung.views), "drawing the pictures")
        alone, only = figure_at(scene, view, stack.id, point)
        small = replace(alone, overlay=CornerTexts.MINIMAL)  # only what is never hidden
        shown = alone if position == 0 else small
        png = ctx.pictures.png(shown, only, _SMALL if position else _LARGE)
        images.append(Figure(png, _caption(view.kind, layers)))
    return tuple(images)


def _caption(kind: ViewKind, layers: Sequence[MaskLayer]) -> str:
    names = ", ".join(dict.fromkeys(layer.name for layer in layers))
    return ("3D" if kind is ViewKind.THREE_D else kind.value.capitalize()) + (
        f", with {names} (AI, accepted)" if names else ""
    )

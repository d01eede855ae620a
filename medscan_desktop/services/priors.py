"""The other studies of a patient: which there are, how well they compare, and one of them open beside the current."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.domain.conflict import ConflictKind, ConflictState
from medscan_desktop.domain.errors import NotAllowed, NotFound
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.relevant_prior import Examination, Relevance, ranked
from medscan_desktop.domain.same_patient import contradictions, decided
from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.persistence.records import Records
from medscan_desktop.scene.comparing import PriorContent, counterpart, with_prior, without_prior
from medscan_desktop.scene.hanging import without_pixels
from medscan_desktop.scene.layers import all_mask_layers
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.arrivals import load_for_screen
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.masks import mask_files, read_masks
from medscan_desktop.workstation.open_marks import mark_beside, unmark_beside
from medscan_desktop.workstation.shelf import Shelved, read_study
from medscan_desktop.workstation.stacks import stacks_of, with_pixels


@dataclass(frozen=True, slots=True)
class PriorRow:
    """Another study of the patient. `doubts` are what speaks against its being the same person's."""

    study: Study
    relevance: Relevance
    doubts: tuple[str, ...] = ()
    is_refused: bool = False  # it was decided in the reconcile list that these are two people


@command("prior.list", permission=Permission.READ)
def list_priors(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """The other studies under the patient's ID, the one that compares best first. The value is a tuple of PriorRow."""
    with ctx.records("prior.list", study_instance_uid) as records:
        return Effect(value=_rows(records, study_instance_uid))


@command("prior.open", permission=Permission.READ)
def open_prior(
    ctx: Context,
    *,
    study_instance_uid: StudyUid,
    beside: StudyUid,
    like: Stack | None = None,
    on_screen: frozenset[StackId] = frozenset(),
    despite_doubts: bool = False,
) -> Effect:
    """Open another study of the patient beside the open one; nothing of it is hung yet.

    Loads the counterpart of `like`, the value of the effect (None where the prior holds no image); the stacks in
    `on_screen` keep their memory. NotAllowed where it may be another person's, unless a user who was told so says
    `despite_doubts`; and NotFound where it is not this patient's at all.
    """
    with ctx.records("study.open", study_instance_uid, beside=beside) as records:
        row = _row(records, beside, study_instance_uid)
        _check(row, despite_doubts=despite_doubts)
        if row.doubts:
            records.detail["despite"] = "; ".join(doubt.split(":")[0] for doubt in row.doubts)
        shelved = read_study(records, ctx.vault, study_instance_uid)
        findings = records.findings.of_study(study_instance_uid)
        prior = PriorContent(
            row.study,
            tuple(stack for one in shelved for stack in stacks_of(one)),
            tuple(records.measurements.of_study(study_instance_uid)),
            tuple(findings),
            tuple(records.key_images.of_study(study_instance_uid)),
            tuple(records.calibrations.of_study(study_instance_uid)),
        )
        files = mask_files(records, findings)
        records.studies.put_opened(study_instance_uid)
        mark_beside(records, study_instance_uid)
    masks = read_masks(ctx.vault, files)
    first = counterpart(like, prior.stacks)
    filled = _loaded(ctx, shelved, first, on_screen) if first is not None else None
    held = ctx.shelf.held
    return Effect(
        scene=partial(_shown, prior=prior, beside=beside, filled=filled, masks=masks, held=held),
        value=first.id if first is not None else None,
    )


@command("prior.close", permission=Permission.READ)
def close_prior(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """Take a prior off the screen; its pixels are let go."""
    with ctx.records("prior.close", study_instance_uid) as records:
        unmark_beside(records, study_instance_uid)
        uids = [one.series_instance_uid for one in records.studies.series(study_instance_uid)]
    for uid in uids:
        ctx.shelf.forget(uid)
    return Effect(scene=partial(without_prior, uid=study_instance_uid))


def _rows(records: Records, study_uid: StudyUid) -> tuple[PriorRow, ...]:
    current = records.studies.get(study_uid)
    others = [
        one for one in records.studies.of_patient(current.patient.patient_id) if one.study_instance_uid != study_uid
    ]
    known = {one.study_instance_uid: one for one in others}
    found = ranked(_examination(records, current), (_examination(records, one) for one in others))
    conflicts = [one for one in records.conflicts.all(decided=True) if one.kind is ConflictKind.IDENTITY]
    rows = []
    for examination, relevance in found:
        other = known[examination.study.study_instance_uid]
        issuers = _issuer(records, current), _issuer(records, other)
        doubts = contradictions(current.patient, other.patient, issuers)
        decision = decided(current.patient, other.patient, conflicts) if doubts else None
        is_refused = decision is ConflictState.DIFFERENT_PEOPLE
        rows.append(PriorRow(other, relevance, () if decision is ConflictState.SAME_PERSON else doubts, is_refused))
    return tuple(rows)


def _row(records: Records, current: StudyUid, wanted: StudyUid) -> PriorRow:
    row = next((one for one in _rows(records, current) if one.study.study_instance_uid == wanted), None)
    if row is None:
        raise NotFound("This study is not one of the patient's other studies.")
    return row


def _check(row: PriorRow, *, despite_doubts: bool) -> None:
    if row.is_refused:
        raise NotAllowed(
            "This study has the same patient ID, but it was decided that it is another person's. Take that decision"
            " back in the reconcile list if it was wrong."
        )
    if row.doubts and not despite_doubts:
        raise NotAllowed(f"This study may be another person's: {'; '.join(row.doubts)}. It was not opened.")


def _examination(records: Records, study: Study) -> Examination:
    return Examination(study, tuple(records.studies.series(study.study_instance_uid)))


def _issuer(records: Records, study: Study) -> str:
    instance = records.studies.any_instance(study.study_instance_uid)
    return Header.from_json(instance.header).text("IssuerOfPatientID") if instance is not None else ""


def _loaded(ctx: Context, shelved: list[Shelved], first: Stack, on_screen: frozenset[StackId]) -> Stack:
    own = next(one for one in shelved if one.series_instance_uid == first.series_instance_uid)
    plan = own.plan(first.id)
    loading = load_for_screen(ctx, own, plan, on_screen=on_screen)
    return with_pixels(first, loading, ctx.shelf.offer_of(plan.id))


def _shown(
    workspace: Workspace,
    prior: PriorContent,
    beside: StudyUid,
    filled: Stack | None,
    masks: Mapping[FindingId, Mapping[int, Mask]],
    held: frozenset[StackId],
) -> Workspace:
    """Nothing where another study came onto the screen meanwhile."""
    if workspace.study is None or workspace.study.study_instance_uid != beside:
        return workspace
    opened = with_prior(workspace, prior)
    if filled is not None:
        opened = opened.with_stack(filled)
    layers = all_mask_layers(prior.findings, masks, opened)
    others = tuple(layer for layer in opened.masks if layer.source not in {one.id for one in prior.findings})
    return without_pixels(replace(opened, masks=others + layers), held)

"""The models at hand, and running one on a series."""

import uuid
from dataclasses import dataclass

from medscan_desktop.domain.errors import NotAllowed, Unsuitable
from medscan_desktop.domain.finding import Finding, FindingId, FindingState
from medscan_desktop.domain.study import SeriesUid, StudyUid
from medscan_desktop.domain.user import Permission, User
from medscan_desktop.imaging.mask import pack
from medscan_desktop.inference.card import Card
from medscan_desktop.inference.predict import Prediction, predict
from medscan_desktop.inference.suitability import check_resolution
from medscan_desktop.scene.layers import with_finding
from medscan_desktop.scene.stack import StackId
from medscan_desktop.workstation.command import Context, Effect, Kind, command
from medscan_desktop.workstation.shelf import read_series

_LOADING_SHARE = 0.05  # of the progress bar


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model and what is wrong with its files ("" = sound)."""

    card: Card
    problem: str


@command("model.list", permission=Permission.READ)
def list_models(ctx: Context) -> Effect:
    """Every model that this release knows."""
    return Effect(value=ctx.models.cards())


@command("model.verify", permission=Permission.READ)
def verify_models(ctx: Context) -> Effect:
    """Every model with its files read and their sha256 held to the card's."""
    return Effect(value=[ModelRow(card, ctx.models.verify(card.id) or "") for card in ctx.models.cards()])


@command("model.run", permission=Permission.RUN_MODELS)
def run_model(
    ctx: Context, *, model_id: str, series_instance_uid: SeriesUid, stack_id: StackId | None = None
) -> Effect:
    """Run a model on a series and keep what it finds as a proposed finding with its provenance."""
    if ctx.user is None:
        raise NotAllowed("Log in first.")
    card = ctx.models.card(model_id)
    with ctx.records("model.read_input", series_instance_uid, model=model_id) as records:
        shelved = read_series(records, ctx.vault, series_instance_uid)
        series = records.studies.series_by_uid(series_instance_uid)
    plan = shelved.plan(stack_id)
    if plan.is_volume and plan.volume_refusal:
        raise Unsuitable(f"No model runs on this series: {plan.volume_refusal}.")
    loading = ctx.shelf.load(shelved, plan)
    check_resolution(card, loading.volume)
    ctx.job.report(0.0, "reading the images")
    loading.wait()
    prediction = predict(
        card,
        ctx.models,
        loading.volume,
        modality=series.modality,
        description=series.series_description,
        body_part=series.body_part_examined,
        sop_instance_uids=tuple(frame.instance for frame in plan.frames),
        frame_numbers=tuple(frame.frame for frame in plan.frames),
        series_instance_uid=series_instance_uid,
        report=lambda share, text: ctx.job.report(_LOADING_SHARE + share * (1 - _LOADING_SHARE), text),
        on_cancel=ctx.job.on_cancel,
        threads=ctx.settings.threads,
        now=ctx.now,
        refusal=plan.refusal,
    )
    finding = _keep(ctx, prediction, series.study_instance_uid, ctx.user)
    return Effect(
        changed=frozenset({Kind.FINDINGS}),
        scene=lambda workspace: with_finding(workspace, finding, prediction.masks),
        value=finding,
        notice=" ".join(prediction.cautions),
    )


def _keep(ctx: Context, prediction: Prediction, study: StudyUid, user: User) -> Finding:
    source = prediction.provenance
    mask_file = ctx.vault.write(pack(prediction.masks))
    finding = Finding(
        id=FindingId(str(uuid.uuid4())),
        study_instance_uid=study,
        series_instance_uid=source.series_instance_uid,
        state=FindingState.PROPOSED,
        structures=prediction.structures,
        provenance=source,
        mask=mask_file.id,
        created_by=user.id,
        created_at=ctx.now().isoformat(),
    )
    try:
        with ctx.records("model.run", finding.id, model=source.model, sha256=source.sha256) as records:
            records.files.put(mask_file)
            records.findings.put(finding)
            records.outbox.add("finding", finding.id, {"state": finding.state, "model": source.model})
    except BaseException:
        ctx.vault.remove(mask_file.id)
        raise
    return finding

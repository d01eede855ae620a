"""What becomes of a model's result: listed, accepted, rejected, proposed again."""

from dataclasses import replace

from medscan_desktop.domain.errors import NotAllowed
from medscan_desktop.domain.finding import Finding, FindingId, FindingState
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.layers import with_finding
from medscan_desktop.workstation.command import Call, Command, Context, Effect, Kind, command
from medscan_desktop.workstation.masks import mask_files, read_masks


@command("finding.list", permission=Permission.READ)
def list_findings(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """The findings of a study, oldest first."""
    with ctx.records("finding.list", study_instance_uid) as records:
        records.studies.get(study_instance_uid)
        return Effect(value=records.findings.of_study(study_instance_uid))


@command("finding.accept", permission=Permission.ACCEPT)
def accept_finding(ctx: Context, *, finding_id: FindingId, reason: str = "") -> Effect:
    """The reader agrees: from now on the finding is theirs and may be exported."""
    return _decide(ctx, "finding.accept", finding_id, FindingState.ACCEPTED, reason)


@command("finding.reject", permission=Permission.ACCEPT)
def reject_finding(ctx: Context, *, finding_id: FindingId, reason: str = "") -> Effect:
    """The reader disagrees; the finding stays in the list with the reason and leaves the image."""
    return _decide(ctx, "finding.reject", finding_id, FindingState.REJECTED, reason)


@command("finding.propose", permission=Permission.ACCEPT)
def propose_finding(ctx: Context, *, finding_id: FindingId, reason: str = "") -> Effect:
    """Take a decision back: the finding waits again."""
    return _decide(ctx, "finding.propose", finding_id, FindingState.PROPOSED, reason)


_COMMAND_TO: dict[FindingState, Command] = {
    FindingState.ACCEPTED: accept_finding,
    FindingState.REJECTED: reject_finding,
    FindingState.PROPOSED: propose_finding,
}


def _decide(ctx: Context, action: str, finding_id: FindingId, state: FindingState, reason: str) -> Effect:
    with ctx.records(action, finding_id) as records:
        before = records.findings.get(finding_id)
        if before.state is state:
            raise NotAllowed(f"This finding is already {state}.")
        after = _decided(ctx, before, state, reason)
        records.findings.put(after)
        records.outbox.add("finding", finding_id, {"state": state, "reason": reason})
        files = mask_files(records, [after])
    masks = read_masks(ctx.vault, files).get(finding_id, {})
    return Effect(
        changed=frozenset({Kind.FINDINGS}),
        scene=lambda workspace: with_finding(workspace, after, masks),
        undo=Call(_COMMAND_TO[before.state], {"finding_id": finding_id, "reason": before.reason}),
        undo_name=f"{action.rsplit('.', 1)[1]} finding",
        value=after,
    )


def _decided(ctx: Context, before: Finding, state: FindingState, reason: str) -> Finding:
    user = ctx.user.id if ctx.user and state is not FindingState.PROPOSED else None
    at = ctx.now().isoformat() if user else ""
    return replace(before, state=state, decided_by=user, decided_at=at, reason=reason)

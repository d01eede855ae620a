"""Whether what the library knows is still there, and unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medscan_desktop.domain.study import InstanceState, InstanceUid, Study, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.command import Context, Effect, Kind, command
from medscan_desktop.workstation.presence import Look, look_at, states_of, times_of


@dataclass(frozen=True, slots=True)
class StudyPresence:
    """What was found of one study; `absent` are the images that are missing or changed."""

    study: Study
    instances: int
    absent: tuple[Look, ...]

    def count(self, state: InstanceState) -> int:
        """How many of the absent are so."""
        return sum(look.state is state for look in self.absent)


@command("library.check", permission=Permission.READ)
def check_library(ctx: Context, *, deep: bool = False, study_instance_uid: StudyUid | None = None) -> Effect:
    """Look for every image's bytes, of one study or of all, and write down what was found.

    By size and time; with `deep` every byte is read: referenced files are compared with what was imported, vault files
    decrypted.
    """
    with ctx.records("library.check", study_instance_uid or "", deep=deep) as records:
        uids = records.studies.uids() if study_instance_uid is None else [study_instance_uid]
    found = []
    for number, uid in enumerate(uids):
        ctx.job.report(number / len(uids), f"study {number + 1:,} of {len(uids):,}")
        found.append(_check(ctx, uid, deep=deep, fraction=number / len(uids)))
    absent = sum(len(one.absent) for one in found)
    images = sum(one.instances for one in found)
    notice = (
        f"{absent:,} of {images:,} images are missing or changed." if absent else f"All {images:,} images are there."
    )
    return Effect(changed=frozenset({Kind.STUDIES}), value=tuple(found), notice=notice)


@command("study.look", permission=Permission.READ)
def look_at_study(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """Whether the images of the study on screen are there; series nobody has looked at yet say so already."""
    found = _check(ctx, study_instance_uid, deep=False)
    reasons = {look.instance.sop_instance_uid: look.reason for look in found.absent}

    def show(workspace: Workspace) -> Workspace:
        if not workspace.is_open(study_instance_uid) or not reasons:
            return workspace
        return replace(workspace, stacks=tuple(_with_absent(stack, reasons) for stack in workspace.stacks))

    changed = frozenset({Kind.STUDIES} if len(found.absent) != found.study.absent_count else ())
    return Effect(changed=changed, scene=show, value=found)


def _with_absent(stack: Stack, reasons: Mapping[InstanceUid, str]) -> Stack:
    """A stack that is being loaded hears of it from the loading."""
    absent: Sequence[str] = [reasons[uid] for uid in dict.fromkeys(stack.instance_uids) if uid in reasons]
    return replace(stack, failures=tuple(absent)) if absent and stack.volume is None else stack


def _check(ctx: Context, uid: StudyUid, *, deep: bool, fraction: float = 0.0) -> StudyPresence:
    """The disk is looked at outside of a transaction: a share that does not answer must not hold the library."""
    with ctx.records("library.check_study", uid) as records:
        study = records.studies.get(uid)
        instances = records.studies.bare_instances(uid)
        files = records.files.of(instances)

    def report(number: int) -> None:
        ctx.job.report(fraction, f"image {number + 1:,} of {len(instances):,}")

    looks = look_at(instances, files, ctx.vault, deep=deep, report=report)
    if any(look.is_news for look in looks):
        with ctx.records("library.note_states", uid, absent=sum(not look.is_present for look in looks)) as records:
            records.studies.put_states(states_of(looks), times_of(looks))
    return StudyPresence(study, len(instances), tuple(look for look in looks if not look.is_present))

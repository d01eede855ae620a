"""Loading ahead what may be opened next, so that going through a list of studies waits for none of them."""

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.first_hung import first_hung
from medscan_desktop.workstation.protocols import protocols_that_hang
from medscan_desktop.workstation.shelf import read_study
from medscan_desktop.workstation.stacks import most_useful, stacks_of


@command("study.load_ahead", permission=Permission.READ)
def load_ahead(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """Load what this study would show first, where the memory budget has room beside what is open. Shows nothing.

    The value says whether anything is loading.
    """
    with ctx.records("study.load_ahead", study_instance_uid) as records:
        records.studies.get(study_instance_uid)
        shelved = read_study(records, ctx.vault, study_instance_uid)
        protocols = protocols_that_hang(records.preferences, ctx.settings.hanging, ctx.user.id if ctx.user else None)
    stacks = tuple(stack for one in shelved for stack in stacks_of(one))
    first = first_hung(shelved, stacks, protocols) or most_useful(shelved)
    return Effect(value=first is not None and ctx.shelf.load_ahead(*first))

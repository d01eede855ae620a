"""The memory budget: what it is, setting it, and what the series of a study would take of it."""

from dataclasses import dataclass

from medscan_desktop.dicom.pixels.budget import need_of
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.imaging.need import MEGABYTE, size_text
from medscan_desktop.scene.stack import StackId
from medscan_desktop.workstation.command import Context, Effect, Kind, command
from medscan_desktop.workstation.fitting import fit, warning_of
from medscan_desktop.workstation.shelf import read_study

PREFERENCE = "memory_budget"
LEAST_MB = 256


@dataclass(frozen=True, slots=True)
class MemoryBudget:
    """Bytes. `standard` is what holds where nobody has chosen: the settings' or half of `machine`."""

    budget: int
    standard: int
    machine: int


@dataclass(frozen=True, slots=True)
class StackNeed:
    """What a stack would take, and how it would come onto the screen ("" = whole)."""

    stack: StackId
    label: str
    shape: tuple[int, int, int]  # columns, rows, slices
    values: int
    total: int
    shown: str


@command("memory.budget", permission=Permission.READ)
def read_budget(ctx: Context) -> Effect:
    """The budget as it is now."""
    return Effect(value=_budget(ctx))


@command("memory.set_budget", permission=Permission.READ)
def set_budget(ctx: Context, *, megabytes: int) -> Effect:
    """Set the budget in millions of bytes, for this library from now on; 0 for the standard. What is open stays.

    Unsuitable where it is more than the computer has, or too little for anything.
    """
    most = ctx.settings.machine_bytes // MEGABYTE
    if megabytes and not LEAST_MB <= megabytes <= most:
        raise Unsuitable(f"The memory budget can be from {LEAST_MB} MB to {most} MB, all that there is.")
    with ctx.records("memory.set_budget", megabytes=megabytes) as records:
        if megabytes:
            records.preferences.put(PREFERENCE, {"megabytes": megabytes})
        else:
            records.preferences.remove(PREFERENCE)
    ctx.shelf.budget = megabytes * MEGABYTE or ctx.settings.memory_budget
    budget = _budget(ctx)
    return Effect(
        value=budget, changed=frozenset({Kind.MEMORY}), notice=f"The memory budget is {size_text(budget.budget)}."
    )


@command("memory.needs", permission=Permission.READ)
def list_needs(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """What each stack of a study would take, from the headers in the records alone."""
    with ctx.records("memory.needs", study_instance_uid) as records:
        records.studies.get(study_instance_uid)
        shelved = read_study(records, ctx.vault, study_instance_uid)
    needs = []
    for plan in (plan for one in shelved for plan in one.grouping.stacks):
        need, (k, j, i) = need_of(plan), plan.geometry.shape
        shown = warning_of(fit(plan, ctx.shelf.budget), plan)
        needs.append(StackNeed(plan.id, plan.label, (i, j, k), need.values, need.total, shown))
    return Effect(value=needs)


def _budget(ctx: Context) -> MemoryBudget:
    settings = ctx.settings
    return MemoryBudget(ctx.shelf.budget or settings.memory_budget, settings.memory_budget, settings.machine_bytes)

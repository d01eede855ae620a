"""How long studies stay: the rules, what they would delete, and doing it."""

from dataclasses import dataclass
from datetime import datetime

from medscan_desktop.domain.disk import disk_text
from medscan_desktop.domain.errors import Cancelled, NotAllowed, NotFound, Unsuitable
from medscan_desktop.domain.retention import (
    Doomed,
    RetentionPlan,
    RetentionRules,
    Room,
    Spared,
    Stored,
    plan,
    protection,
    with_open,
)
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.storage import Use
from medscan_desktop.workstation.command import Context, Effect, Kind, command
from medscan_desktop.workstation.deleting import delete_one
from medscan_desktop.workstation.open_marks import open_studies

_KEY = "retention"


@dataclass(frozen=True, slots=True)
class Storage:
    """What takes up room, and the rules."""

    use: Use
    room: Room
    rules: RetentionRules


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the rules would do now. `names` are the patients', for those who may read them."""

    rules: RetentionRules
    plan: RetentionPlan
    names: dict[StudyUid, str]


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """What was done. `is_erased`: no trace is left in the database's journal either."""

    deleted: tuple[Doomed, ...]
    spared: tuple[Spared, ...]
    freed: int
    is_erased: bool


@command("retention.show", permission=Permission.ADMINISTER)
def show_retention(ctx: Context) -> Effect:
    """What takes up room in the library, and the rules of retention."""
    with ctx.records("retention.show") as records:
        use, rules = records.storage.use(), _rules(records)
    return Effect(value=Storage(use, Room(ctx.vault.free_bytes(), use.vault_bytes), rules))


@command("retention.set", permission=Permission.ADMINISTER)
def set_retention(ctx: Context, *, rules: RetentionRules) -> Effect:
    """Keep new rules in the place of the old; nothing is deleted by that."""
    if problem := rules.problem():
        raise Unsuitable(problem)
    body = {name: value for name, value in rules.to_json().items() if value is not None}
    with ctx.records("retention.set", **body) as records:
        records.preferences.put(_KEY, body)
    return Effect(value=rules, notice="The rules of retention are saved; nothing was deleted.")


@command("retention.dry_run", permission=Permission.ADMINISTER)
def dry_run_retention(ctx: Context) -> Effect:
    """Exactly what a run would delete now and why, and what is kept from it. Changes nothing."""
    free = ctx.vault.free_bytes()
    with ctx.records("retention.dry_run") as records:
        rules, planned = _planned(records, free, ctx.now())
        may_read = ctx.user is not None and ctx.user.can(Permission.READ)
        named = [one.stored for one in planned.doomed] + [one.stored for one in planned.spared] if may_read else []
        names = records.studies.display_names(one.study_instance_uid for one in named)
    return Effect(value=DryRun(rules, planned, names))


@command("retention.run", permission=Permission.ADMINISTER)
def run_retention(ctx: Context) -> Effect:
    """Delete what the rules say: each study in a transaction of its own, with one audit event. Can be stopped."""
    free = ctx.vault.free_bytes()
    with ctx.records("retention.run") as records:
        rules, planned = _planned(records, free, ctx.now())
        records.detail["studies"] = len(planned.doomed)
    if rules.are_off:
        raise Unsuitable("All rules of retention are off; nothing was deleted.")
    deleted, spared, freed, stopped = [], list(planned.spared), 0, ""
    for number, one in enumerate(planned.doomed):
        try:
            ctx.job.report(number / len(planned.doomed), f"study {number + 1:,} of {len(planned.doomed):,}")
        except Cancelled:  # what is deleted stays deleted, and is told
            stopped = "Stopped. "
            break
        uid = one.stored.study_instance_uid
        try:
            freed += delete_one(ctx, uid, one.reason, lambda stored: protection(stored, rules, ctx.now())).vault_bytes
        except (NotAllowed, NotFound) as error:  # opened, held or deleted since it was planned
            spared.append(Spared(one.stored, one.reason, str(error)))
        else:
            deleted.append(one)
    is_erased = ctx.checkpoint()
    run = RetentionRun(tuple(deleted), tuple(spared), freed, is_erased)
    notice = f"{stopped}{len(deleted):,} studies deleted, {disk_text(freed)} freed, {len(spared):,} kept."
    return Effect(changed=frozenset({Kind.STUDIES}), value=run, notice=notice)


def _planned(records: Records, free: int, now: datetime) -> tuple[RetentionRules, RetentionPlan]:
    rules = _rules(records)
    if rules.are_off:
        return rules, RetentionPlan()
    studies: list[Stored] = with_open(records.storage.stored(), open_studies(records))
    return rules, plan(rules, studies, Room(free, sum(one.vault_bytes for one in studies)), now)


def _rules(records: Records) -> RetentionRules:
    return RetentionRules.from_json(records.preferences.get(_KEY))

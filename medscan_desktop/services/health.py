"""Whether the home is sound: database, audit chain, vault, models."""

from dataclasses import dataclass

from medscan_desktop.domain.user import Permission
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.intake import clear_abandoned


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `problem` is "" where it is sound."""

    name: str
    detail: str
    problem: str = ""


@command("health.check", permission=Permission.READ)
def check_health(ctx: Context) -> Effect:
    """Look at everything; what a killed import left in the vault is removed and counted."""
    cleared = clear_abandoned(ctx)
    with ctx.records("health.check") as records:
        studies = records.studies.search("")
        verification = records.audit.verify()
        known = records.files.all_ids()
        damage = records.integrity_problems()
    orphans = ctx.vault.orphans(known)
    for orphan in orphans:
        ctx.vault.remove(orphan)
    missing = ctx.vault.missing(known)
    checks = [
        Check("database", f"{studies.total} studies", "; ".join(damage)),
        Check("audit", f"{verification.events} events", "; ".join(verification.problems)),
        Check(
            "vault",
            f"{len(known)} files, {len(orphans) + cleared} left over by an interrupted import and removed",
            f"{len(missing)} files are missing" if missing else "",
        ),
        *(Check(f"model {card.id}", card.version, ctx.models.verify(card.id) or "") for card in ctx.models.cards()),
    ]
    return Effect(value=checks)

"""Looking at the audit log, proving it whole, taking it out."""

from pathlib import Path

from medscan_desktop.domain.user import Permission
from medscan_desktop.persistence.audit_export import audit_message_xml
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.outgoing import write_out


@command("audit.list", permission=Permission.READ_AUDIT)
def list_audit(ctx: Context, *, limit: int = 200) -> Effect:
    """The newest events, newest first. That the log was used is an event too."""
    with ctx.records("audit.list") as records:
        return Effect(value=records.audit.events(limit))


@command("audit.verify", permission=Permission.READ_AUDIT)
def verify_audit(ctx: Context) -> Effect:
    """Hold every row to the chain, the checkpoints and the anchors outside the database."""
    with ctx.records("audit.verify") as records:
        return Effect(value=records.audit.verify())


@command("audit.export", permission=Permission.READ_AUDIT)
def export_audit(ctx: Context, *, out: Path) -> Effect:
    """Write the whole log as DICOM audit messages (PS3.15 A.5)."""
    with ctx.records("audit.export") as records:
        events = records.audit.events(None)
    write_out(ctx, "audit.export", "", out, audit_message_xml(reversed(events)).encode())
    return Effect(value=out)

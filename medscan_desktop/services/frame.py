"""What of the viewer's frame a user has folded away."""

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.frame import Frame
from medscan_desktop.domain.user import Permission
from medscan_desktop.workstation.command import Context, Effect, command


@command("frame.read", permission=Permission.READ)
def read_frame(ctx: Context) -> Effect:
    """The logged-in user's `Frame`; everything unfolded where nothing is stored, or nothing readable."""
    with ctx.records("frame.read") as records:
        body = records.preferences.get(_key(ctx))
    try:
        return Effect(value=Frame.from_json(body) if body is not None else Frame())
    except Damaged:
        return Effect(value=Frame())


@command("frame.save", permission=Permission.READ)
def save_frame(ctx: Context, *, frame: Frame) -> Effect:
    """Keep this for the logged-in user."""
    with ctx.records("frame.save") as records:
        records.preferences.put(_key(ctx), frame.to_json())
    return Effect(value=frame)


def _key(ctx: Context) -> str:
    return f"frame.{ctx.user.id if ctx.user else ''}"

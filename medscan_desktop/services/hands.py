"""Keys and mouse as a user has them; each user of a library has their own."""

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.hands import Hands
from medscan_desktop.domain.user import Permission
from medscan_desktop.workstation.command import Context, Effect, Kind, command

_STANDARD = "The stored keys cannot be read; the standard ones are in use."


@command("hands.read", permission=Permission.READ)
def read_hands(ctx: Context) -> Effect:
    """The keys and the mouse of the logged-in user; the standard ones where nothing is stored, or nothing readable."""
    with ctx.records("hands.read") as records:
        body = records.preferences.get(_key(ctx))
    try:
        return Effect(value=Hands.from_json(body) if body is not None else Hands())
    except Damaged:
        return Effect(value=Hands(), notice=_STANDARD)


@command("hands.save", permission=Permission.READ)
def save_hands(ctx: Context, *, hands: Hands) -> Effect:
    """Keep these for the logged-in user."""
    with ctx.records("hands.save", profile=hands.profile, keys=len(hands.keys)) as records:
        records.preferences.put(_key(ctx), hands.to_json())
    return Effect(changed=frozenset({Kind.SETTINGS}), value=hands)


def _key(ctx: Context) -> str:
    return f"hands.{ctx.user.id if ctx.user else ''}"

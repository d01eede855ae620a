"""Who is at the workstation: the first user, logging in, logging out."""

import uuid
from math import ceil

from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.errors import NotAllowed
from medscan_desktop.domain.user import Permission, Role, User, UserId
from medscan_desktop.workstation.command import Context, Effect, Kind, command
from medscan_desktop.workstation.open_marks import unmark

MINIMUM_PASSWORD = 8


@command("user.create_first", permission=Permission.NONE)
def create_first_user(ctx: Context, *, name: str, password: str) -> Effect:
    """On a new workstation: one person who administers and reads. Refused once anybody is there."""
    check_new_user(name, password)
    with ctx.records("user.create_first", name) as records:
        if records.users.count():
            raise NotAllowed("This home already has users; an administrator adds more.")
        roles = frozenset({Role.ADMINISTRATOR, Role.RADIOLOGIST})
        user = User(UserId(str(uuid.uuid4())), name, name, roles)
        records.users.add(user, password)
    return Effect(changed=frozenset({Kind.SESSION}), value=user)


def check_new_user(name: str, password: str) -> None:
    """Refuse a user name or password that could not stand, before anything is made."""
    if not name.strip():
        raise NotAllowed("A user needs a name.")
    if len(password) < MINIMUM_PASSWORD:
        raise NotAllowed(f"A password has at least {MINIMUM_PASSWORD} characters.")


@command("session.log_in", permission=Permission.NONE)
def log_in(ctx: Context, *, name: str, password: str) -> Effect:
    """Log in. A wrong name and a wrong password give the same answer."""
    with ctx.records("session.log_in") as records:
        known = records.users.by_name(name)  # a name nobody has may be a password typed into the wrong field
        records.detail["name"] = known.name if known else "unknown"
        answer = records.users.check(name, password)
        if answer.user is None:
            records.outcome = Outcome.FAILURE  # committed, so that the lockout's count stays
    if answer.user is None and answer.wait_seconds > 0:
        raise NotAllowed(f"Too many wrong passwords. Try again in {ceil(answer.wait_seconds)} s.")
    if answer.user is None:
        raise NotAllowed("Wrong user name or password.")
    return Effect(changed=frozenset({Kind.SESSION}), session=answer.user, value=answer.user)


@command("session.log_out", permission=Permission.NONE)
def log_out(ctx: Context, *, reason: str = "user") -> Effect:
    """End the session; the screen empties. `reason` is "user" or "idle"."""
    with ctx.records("session.log_out", ctx.user.name if ctx.user else "", reason=reason) as records:
        unmark(records)
    ctx.shelf.clear()
    return Effect(changed=frozenset({Kind.SESSION}), session=None)

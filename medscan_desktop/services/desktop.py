"""How a user's screen stood: kept while they work, read when they come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medscan_desktop.domain.errors import Damaged, NotFound
from medscan_desktop.domain.study import Study
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.desktop import study_of_desktop
from medscan_desktop.workstation.command import Context, Effect, command


@dataclass(frozen=True, slots=True)
class LeftDesktop:
    """A screen that can be gone back to."""

    study: Study
    body: Mapping[str, Any]


@command("desktop.keep", permission=Permission.READ)
def keep_desktop(ctx: Context, *, body: Mapping[str, Any] | None) -> Effect:
    """Keep how the logged-in user's screen stands in the place of what was kept; None: nothing is left to go back to.

    No audit event: it says nothing about the patient that `study.open` has not recorded, and it is written every few
    seconds.
    """
    if ctx.user is not None:
        with ctx.desktops() as desktops:
            if body is None:
                desktops.remove(ctx.user.id)
            else:
                desktops.put(ctx.user.id, study_of_desktop(body), body)
    return Effect()


@command("desktop.read", permission=Permission.READ)
def read_desktop(ctx: Context) -> Effect:
    """The logged-in user's `LeftDesktop`; None where there is none, its study is gone, or it cannot be read."""
    with ctx.records("desktop.read") as records:
        body = records.desktops.get(ctx.user.id) if ctx.user is not None else None
        if body is None:
            return Effect()
        try:
            study = records.studies.get(study_of_desktop(body))
        except (Damaged, NotFound):
            return Effect()
    return Effect(value=LeftDesktop(study, body))

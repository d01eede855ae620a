"""Files that ended or hung the process that decodes them: which they are, and trying them again."""

from collections.abc import Sequence

from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.workstation.command import Context, Effect, command


@command("hostile.list", permission=Permission.READ)
def list_hostile(ctx: Context) -> Effect:
    """Every file that is not tried again, with the reason; the newest first."""
    with ctx.records("hostile.list") as records:
        return Effect(value=records.hostile.all())


@command("hostile.forget", permission=Permission.READ)
def forget_hostile(ctx: Context, *, sha256s: Sequence[str] | None = None) -> Effect:
    """Let these be tried again, or all (None), when their series is opened next. Raises NotFound."""
    with ctx.records("hostile.forget") as records:
        known = records.hostile.reasons()
        wanted = list(known) if sha256s is None else list(sha256s)
        if not set(wanted) <= set(known):
            raise NotFound("There is no such file among those that are not tried again.")
        count = records.hostile.forget(wanted)
        records.detail["files"] = count
    files = "1 file" if count == 1 else f"{count} files"
    return Effect(value=count, notice=f"{files} will be tried again when the series is opened.")


@command("hostile.retry", permission=Permission.READ)
def retry_series(ctx: Context, *, series_instance_uid: SeriesUid) -> Effect:
    """Let every image of a series be tried once more: its pixels are let go, so that showing it loads it anew."""
    with ctx.records("hostile.retry", series_instance_uid) as records:
        known = records.hostile.reasons()
        own = {instance.sha256 for instance in records.studies.instances(series_instance_uid)}
        records.detail["files"] = records.hostile.forget(own & known.keys())
    ctx.shelf.forget(series_instance_uid)
    return Effect()

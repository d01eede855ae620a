"""Folders that are watched: which they are, and what came into them."""

from collections.abc import Sequence
from pathlib import Path

from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.domain.user import Permission
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.watching import FolderWatch

_KEY = "watched_folders"


@command("watch.list", permission=Permission.IMPORT)
def watched_folders(ctx: Context) -> Effect:
    """The folders whose new files are imported while somebody who may import is logged in."""
    with ctx.records("watch.list") as records:
        body = records.preferences.get(_KEY) or {}
    return Effect(value=tuple(Path(folder) for folder in body.get("folders", ())))


@command("watch.set", permission=Permission.IMPORT)
def watch_folders(ctx: Context, *, folders: Sequence[Path]) -> Effect:
    """Watch these and no others from now on."""
    for folder in folders:
        try:
            str(folder).encode()
        except UnicodeEncodeError:
            raise FileRefused(str(folder), "its name is not Unicode, so it cannot be watched") from None
    with ctx.records("watch.set", folders=len(folders)) as records:
        records.preferences.put(_KEY, {"folders": [str(folder) for folder in folders]})
    return Effect(value=tuple(folders))


@command("watch.look", permission=Permission.IMPORT)
def look_for_new_files(_: Context, *, watches: Sequence[FolderWatch]) -> Effect:
    """The complete new files of those folders that are due. Only names are read, and nothing of the library."""
    return Effect(value=tuple(path for watch in watches if watch.is_due for path in watch.look()))

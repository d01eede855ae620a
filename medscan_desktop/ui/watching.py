"""The folders that are watched while somebody who may import is logged in; nothing is imported behind a lock."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMenu

from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.user import Permission
from medscan_desktop.services.watching import look_for_new_files, watch_folders, watched_folders
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.jobs import Job
from medscan_desktop.workstation.watching import FolderWatch
from medscan_desktop.workstation.workstation import Workstation

_TICK_MS = 500


class WatchedFolders(QObject):
    """Looks at each folder now and then, off the main thread; `came` gets what is complete and new."""

    def __init__(self, workstation: Workstation, came: Callable[[Sequence[Path]], Job | None], parent: QObject) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._came = came
        self._looking: Job | None = None
        self._importing: Job | None = None
        self.watches: list[FolderWatch] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Somebody has logged in."""
        user = self._workstation.user
        if user is not None and user.can(Permission.IMPORT):
            self._workstation.do(watched_folders, on_done=lambda effect: self._watch(effect.value))

    def end(self) -> None:
        """Nobody is logged in any more."""
        self._timer.stop()
        self.watches = []

    def add(self, folder: Path) -> None:
        """Watch this one too."""
        folders = [watch.folder for watch in self.watches]
        if folder not in folders:
            self._set([*folders, folder], f"New files in {folder} are imported from now on, while you are logged in.")

    def remove(self, folder: Path) -> None:
        """Stop watching it."""
        kept = [watch.folder for watch in self.watches if watch.folder != folder]
        self._set(kept, f"{folder} is not watched any more.")

    def fill(self, menu: QMenu, ask: Callable[[], None]) -> None:
        """The part of the import menu that is about this."""
        menu.addSeparator()
        menu.addAction("Watch a folder…", ask)
        for watch in self.watches:
            problem = f" ({watch.problem})" if watch.problem else ""
            text = shown(f"Stop watching {watch.folder}{problem}").replace("&", "&&")
            menu.addAction(text, partial(self.remove, watch.folder))

    def _set(self, folders: Sequence[Path], sentence: str) -> None:
        def done(effect: Effect) -> None:
            self._watch(effect.value)
            self._workstation.notify(shown(sentence))

        self._workstation.do(watch_folders, folders=tuple(folders), on_done=done)

    def _watch(self, folders: Sequence[Path]) -> None:
        known = {watch.folder: watch for watch in self.watches}
        self.watches = [known.get(folder) or FolderWatch(folder) for folder in folders]
        if self.watches:
            self._timer.start()
        else:
            self._timer.stop()

    def _look(self) -> None:
        is_busy = any(job is not None and not job.is_finished for job in (self._looking, self._importing))
        if not is_busy and any(watch.is_due for watch in self.watches):
            watches = tuple(self.watches)
            self._looking = self._workstation.do(look_for_new_files, watches=watches, on_done=self._found)

    def _found(self, effect: Effect) -> None:
        if effect.value and self.watches:
            self._importing = self._came(effect.value)

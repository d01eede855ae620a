"""The studies of the library's list one after the other, without going back to it; the next one is loaded ahead."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.ahead import load_ahead
from medscan_desktop.ui.study_table import StudyTable
from medscan_desktop.workstation.workstation import Workstation

_QUIET_MS = 400  # after the last slice of the open study came: what is read now has its turn first


class Worklist(QObject):
    """`open_study` opens one; the table is the order."""

    def __init__(
        self, workstation: Workstation, table: StudyTable, open_study: Callable[[StudyUid], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._table = table
        self._open = open_study
        self._way = 1  # in which the user goes through the list
        self._asked: StudyUid | None = None
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._look_ahead)
        workstation.store.listen(self._changed)

    def step(self, step: int) -> None:
        """Open the next (1) or previous (-1) study of the list; at its end say so."""
        study = self._workstation.store.workspace.study
        if study is None:
            return
        self._way = step
        following = self._table.beside(study.study_instance_uid, step)
        if following is None:
            where = "last" if step > 0 else "first"
            self._workstation.notify(f"This is the {where} study of the list.")
            return
        self._table.select(following.study_instance_uid)
        self._open(following.study_instance_uid)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if new.study is None:
            self._quiet.stop()
            self._asked = None
        elif old.stacks is not new.stacks or old.views is not new.views:
            self._quiet.start()

    def _look_ahead(self) -> None:
        workspace = self._workstation.store.workspace
        study = workspace.study
        if study is None or self._workstation.user is None:
            return
        if self._workstation.running or not _is_there(workspace):
            self._quiet.start()
            return
        following = self._table.beside(study.study_instance_uid, self._way)
        if following is not None and following.study_instance_uid != self._asked:
            self._asked = following.study_instance_uid
            self._workstation.do(load_ahead, study_instance_uid=following.study_instance_uid)


def _is_there(workspace: Workspace) -> bool:
    """Whether all that is on screen has arrived, as far as it will."""
    for view in workspace.views:
        stack = workspace.stack(view.stack)
        if stack is None or stack.frame_count == 0:
            continue
        if stack.volume is None:
            return False
        if stack.volume.window is None and stack.loaded_count + len(stack.failures) < stack.frame_count:
            return False
    return True

"""Brings the pixels of what stands in a cell without them: the active one first, a few at a time, each once."""

from PySide6.QtCore import QObject, QTimer

from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.pixels import load_stack
from medscan_desktop.workstation.jobs import Job
from medscan_desktop.workstation.workstation import Workstation

_AT_ONCE = 4  # stacks that load beside each other: more would only make each of them late


class PixelBringer(QObject):
    """Asks when a change of the screen has been drawn. What failed is asked for again when its study opens anew."""

    def __init__(self, workstation: Workstation, parent: QObject) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self._asked: dict[StackId, Job] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._ask)
        workstation.store.listen(self._changed)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if old.study is not new.study:
            self._asked.clear()
        is_other = old.views is not new.views or old.stacks is not new.stacks or old.maximised != new.maximised
        if is_other and _waiting(new):
            self._soon.start()

    def _ask(self) -> None:
        workspace = self._workstation.store.workspace
        on_screen = frozenset(view.stack for view in workspace.views if view.stack is not None)
        room = _AT_ONCE - sum(_is_loading(workspace.stack(stack_id)) for stack_id in on_screen)
        room -= sum(not job.is_finished for job in self._asked.values())
        for stack in _waiting(workspace):
            job = self._asked.get(stack.id)
            if job is not None and (not job.is_finished or job.error is not None):
                continue
            if room <= 0:
                return
            room -= 1
            series = stack.series_instance_uid
            self._asked[stack.id] = self._workstation.do(
                load_stack, series_instance_uid=series, stack_id=stack.id, on_screen=on_screen
            )


def _waiting(workspace: Workspace) -> list[Stack]:
    """The stacks in sight without pixels, that of the active view first."""
    views = sorted(workspace.views, key=lambda view: view.id != workspace.active)
    if workspace.maximised is not None:
        views = [view for view in views if view.id == workspace.maximised]
    wanted = dict.fromkeys(view.stack for view in views if view.kind is not ViewKind.DOCUMENT)
    stacks = [workspace.stack(stack_id) for stack_id in wanted]
    return [stack for stack in stacks if stack is not None and stack.volume is None and stack.frame_count > 0]


def _is_loading(stack: Stack | None) -> bool:
    if stack is None or stack.volume is None or stack.volume.window is not None:
        return False
    return stack.loaded_count + len(stack.failures) < stack.frame_count

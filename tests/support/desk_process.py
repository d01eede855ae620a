"""The window as a process of its own, for tests that kill it: `python -m tests.support.desk_process HOME work|return`.

`work` opens the phantom, arranges the screen, prints how it stands once that is kept, and waits to be killed.
`return` waits for the offer, prints it, takes it, prints how the screen stands then, and ends.
"""

import json
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from medscan_desktop.app.gui import run_gui
from medscan_desktop.scene.desktop import desktop_of
from medscan_desktop.scene.layout import Way
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.services.desktop import keep_desktop
from medscan_desktop.ui import layout_actions as layouts
from medscan_desktop.ui.desk import Desk
from medscan_desktop.ui.login import Credentials
from medscan_desktop.workstation.jobs import Job
from tests.support.homes import PASSPHRASE
from tests.support.windows import PASSWORD, PHANTOM, USER

_EVERY_MS = 50


class Hands(QObject):
    """Somebody who works, or comes back."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._step = self._work if mode == "work" else self._wait_for_offer
        self._is_arranged = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(_EVERY_MS)

    def _tick(self) -> None:
        desk = next((one for one in QApplication.allWidgets() if isinstance(one, Desk)), None)
        if desk is not None:
            self._step(desk)

    def _work(self, desk: Desk) -> None:
        actions = desk.viewer.commands
        workspace, stack = actions.workspace, actions.stack
        if self._is_arranged or stack is None or stack.volume is None or not stack.volume.is_complete:
            return
        self._is_arranged = True
        actions.workstation.listen_jobs(partial(self._kept, desk))
        layouts.split(Way.BELOW, actions)
        actions.put(stack.id, actions.workspace.active)
        layouts.use_kind(ViewKind.CORONAL, actions)
        actions.preset(3)
        actions.scroll(4)
        actions.rotate(90)
        actions.use_tool("length")
        assert len(actions.workspace.views) == len(workspace.views) + 1

    def _kept(self, desk: Desk, job: Job) -> None:
        if job.name == keep_desktop.name and job.is_finished:
            _say(desktop_of(desk.viewer.commands.workspace))

    def _wait_for_offer(self, desk: Desk) -> None:
        bar = desk.going_on.bar
        if bar.isVisible():
            _say(bar.text.text())
            self._step = self._wait_for_screen
            bar.go_on.click()

    def _wait_for_screen(self, desk: Desk) -> None:
        actions = desk.viewer.commands
        shown = [actions.workspace.stack(view.stack) for view in actions.workspace.views]
        if desk.viewer.isVisible() and shown and all(one is not None and one.volume is not None for one in shown):
            _say(desktop_of(actions.workspace))
            QApplication.exit(0)


def _say(value: object) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    app = QApplication.instance() or QApplication(sys.argv[:1])
    hands = Hands(sys.argv[2])
    is_working = sys.argv[2] == "work"
    typed = Credentials(USER, PASSWORD, PASSPHRASE, is_recovery_key=False)
    sys.exit(run_gui(Path(sys.argv[1]), open_study=PHANTOM if is_working else None, typed=typed))

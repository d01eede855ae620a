"""Coming back to where one was: at once after a lock, and as an offer above the library after a crash or a restart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.study import SeriesUid, StudyUid
from medscan_desktop.domain.user import User, UserId
from medscan_desktop.scene.desktop import active_stack, priors_of_desktop, study_of_desktop, with_desktop
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.services.desktop import LeftDesktop, keep_desktop, read_desktop
from medscan_desktop.services.priors import open_prior
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.desk_keeper import DeskKeeper
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.texts import patient_line, study_line
from medscan_desktop.workstation.command import Effect

_Body = Mapping[str, Any]


class GoOnBar(QFrame):
    """A question that may be left unanswered: it stands above the list and takes nothing away."""

    accepted = Signal()
    declined = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setFixedHeight(46)
        self.text = ElidedLabel("strong")
        self.go_on = make.button("Go on", self.accepted.emit, "primary")
        self.not_now = make.button("Not now", self.declined.emit)
        row = make.row(self)
        row.setContentsMargins(16, 4, 16, 4)
        row.addWidget(self.text, 1)
        row.addWidget(self.go_on)
        row.addWidget(self.not_now)
        self.hide()

    def ask(self, left: LeftDesktop) -> None:
        """Offer this screen."""
        study = study_line(left.study)
        about = " · ".join(part for part in (patient_line(left.study), study) if part)
        self.text.setText(f"Go on where you were: {about}?")
        self.show()

    def forget(self) -> None:
        """No offer, and no name on screen."""
        self.text.setText("")
        self.hide()


@dataclass(frozen=True, slots=True)
class _Left:
    """Whose screen was locked, and how it stood."""

    user: UserId
    body: _Body


class GoingOn:
    """Keeps how the screen stands, and brings it back. `open_study` (study, series, then) opens what a screen shows."""

    def __init__(
        self,
        actions: ViewerActions,
        library: QWidget,
        open_study: Callable[[StudyUid, SeriesUid | None, Callable[[], object]], object],
    ) -> None:
        self._actions = actions
        self._workstation = actions.workstation
        self._open_study = open_study
        self._left: _Left | None = None
        self._offered: LeftDesktop | None = None
        self.keeper = DeskKeeper(actions.workstation, library)
        self.bar = GoOnBar()
        self.bar.accepted.connect(self._accept)
        self.bar.declined.connect(self._decline)
        above = library.layout()
        if isinstance(above, QVBoxLayout):
            above.insertWidget(0, self.bar)
        actions.store.listen(lambda old, new: self._forget_offer() if new.study is not old.study else None)

    def enter(self, user: User, *, is_elsewhere: bool) -> None:
        """Somebody has logged in: to where they were at the lock, or the offer; neither where they go elsewhere."""
        left, self._left = self._left, None
        self._forget_offer()
        if is_elsewhere:
            return
        if left is not None and left.user == user.id:
            self._open(left.body)
        else:
            self._workstation.do(read_desktop, on_done=self._came)

    def lock(self, user: User) -> None:
        """The screen goes dark: keep how it stands."""
        body = self.keeper.keep_now()
        self._left = _Left(user.id, body) if body is not None else None
        self.keeper.forget()
        self._forget_offer()

    def end(self) -> None:
        """The window goes."""
        self.keeper.keep_now()
        self.keeper.forget()

    def _came(self, effect: Effect) -> None:
        left: LeftDesktop | None = effect.value
        if left is not None and self._workstation.user is not None and self._actions.workspace.study is None:
            self._offered = left
            self.bar.ask(left)

    def _accept(self) -> None:
        left = self._offered
        self._forget_offer()
        if left is not None:
            self._open(left.body)

    def _decline(self) -> None:
        self._forget_offer()
        self._workstation.do(keep_desktop, body=None)

    def _forget_offer(self) -> None:
        self._offered = None
        self.bar.forget()

    def _open(self, body: _Body) -> None:
        try:
            study, stack = study_of_desktop(body), active_stack(body)
        except Damaged:
            return
        series = SeriesUid(stack.partition("#")[0]) if stack else None
        self._open_study(study, series, lambda: self._restore(body))

    def _restore(self, body: _Body) -> None:
        study = self._actions.workspace.study
        self._apply(body)
        for uid in priors_of_desktop(body):
            if study is not None:
                self._workstation.do(
                    open_prior,
                    on_done=lambda _: self._apply(body),
                    study_instance_uid=uid,
                    beside=study.study_instance_uid,
                )

    def _apply(self, body: _Body) -> None:
        """A screen that cannot be read is no loss: the study is open as it always opens."""
        try:
            self._actions.store.update(partial(with_desktop, body=body))
        except Damaged:
            return
        for view in self._actions.workspace.views:
            stack = self._actions.workspace.stack(view.stack)
            if view.kind is ViewKind.DOCUMENT and stack is not None and stack.document is None:
                self._actions.read_document(stack, view.id)

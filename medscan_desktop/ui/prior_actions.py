"""What the window does with a patient's other studies: list them, hang one beside the current, step through them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.scene.comparing import alone, beside, compared_view, counterpart, is_beside, prior_beside
from medscan_desktop.scene.linking import with_link
from medscan_desktop.scene.links import SpaceLink
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.presence import look_at_study
from medscan_desktop.services.priors import PriorRow, close_prior, list_priors, open_prior
from medscan_desktop.services.registration import register_stacks
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.prior_doubt import PriorDoubt
from medscan_desktop.ui.texts import count_text
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.jobs import Job

_NONE = "The library has no other study of this patient."
_STEP = "prior beside the current"


class PriorActions:
    """Speaks about the open study. `told` is called with every new list, `came` when a prior has been opened."""

    def __init__(self, actions: ViewerActions, parent: QWidget) -> None:
        self.actions = actions
        self.rows: tuple[PriorRow, ...] = ()  # the one that compares best first
        self.told: Callable[[tuple[PriorRow, ...]], object] = lambda _rows: None
        self.came: Callable[[], object] = lambda: None
        self._parent = parent
        self._study: StudyUid | None = None
        self._last: StudyUid | None = None  # the prior that was beside the current the last time
        self._job: Job | None = None

    def ask(self) -> None:
        """Read which other studies the patient has: another study came."""
        study = self.actions.workspace.study
        self._use(None, ())
        if study is not None:
            uid = study.study_instance_uid
            self.actions.workstation.do(
                list_priors, study_instance_uid=uid, on_done=lambda effect: self._use(uid, effect.value)
            )

    def forget(self) -> None:
        """Nothing of a patient stays: on lock, and when the study leaves the screen."""
        self._use(None, ())
        self.close_windows()

    def close_windows(self) -> None:
        """The question that may be up goes."""
        for window in self._parent.findChildren(PriorDoubt):
            window.close()

    def toggle(self) -> None:
        """The most relevant prior beside the current (else the one that was there), and off again."""
        workspace = self.actions.workspace
        if is_beside(workspace):
            self.actions.workstation.edit(_STEP, alone)
            return
        row = self._row(self._last) or next(iter(self._possible), None)
        if row is None:
            self.actions.workstation.notify(_NONE)
        else:
            self.show(row)

    def step(self, way: int) -> None:
        """The next older (-1) or newer (1) of the patient's other studies beside the current, from the one shown."""
        current = self.actions.workspace.study
        if current is None or not self._possible:
            self.actions.workstation.notify(_NONE)
            return
        shown = prior_beside(self.actions.workspace) or current
        by_time = sorted(self._possible, key=lambda row: _moment(row.study))
        ahead = [row for row in by_time if (_moment(row.study) > _moment(shown)) == (way > 0)]
        ahead = [row for row in ahead if row.study.study_instance_uid != shown.study_instance_uid]
        if ahead:
            self.show(ahead[0] if way > 0 else ahead[-1])
        else:
            self.actions.workstation.notify(f"This patient has no {'newer' if way > 0 else 'older'} study here.")

    def show(self, row: PriorRow, *, despite_doubts: bool = False) -> None:
        """Hang this study beside the current one; where it may be another person's, ask first."""
        workspace, uid = self.actions.workspace, row.study.study_instance_uid
        if workspace.study is None:
            return
        if workspace.is_open(uid):
            self._hang(uid, None)
        elif row.doubts and not row.is_refused and not despite_doubts:
            PriorDoubt(row, partial(self.show, row, despite_doubts=True), self._parent).show()
        else:
            self._open(row, lambda effect: self._hang(uid, effect.value), despite_doubts=despite_doubts)

    def _open(self, row: PriorRow, then: Callable[[Effect], object], *, despite_doubts: bool = False) -> None:
        workspace, uid = self.actions.workspace, row.study.study_instance_uid
        if workspace.study is None:
            return
        if self._job is not None:
            self._job.cancel()
        self._job = self.actions.workstation.do(
            open_prior,
            study_instance_uid=uid,
            beside=workspace.study.study_instance_uid,
            like=self._like(workspace),
            on_screen=frozenset(view.stack for view in workspace.views if view.stack is not None),
            despite_doubts=despite_doubts,
            on_done=lambda effect: self._opened(uid, effect, then),
        )

    def bring(self, then: Callable[[], object]) -> bool:
        """Open the most relevant earlier study, hang nothing of it, and go on; False where there is none to open.

        One that may be another person's is left to the user, who is told.
        """
        workspace, current = self.actions.workspace, self.actions.workspace.study
        row = next(iter(self._possible), None)
        if current is None or row is None or not row.relevance.is_comparable or workspace.is_open(_uid(row)):
            return False
        if row.doubts or _moment(row.study) > _moment(current):
            if row.doubts:
                self.actions.workstation.notify(
                    "The most relevant prior may be another person's: see the list of priors."
                )
            return False
        self._open(row, lambda _: then())
        return True

    def close(self) -> None:
        """The prior beside the current (else the last that was opened) leaves the screen and the memory."""
        priors = self.actions.workspace.priors
        shown = prior_beside(self.actions.workspace) or (priors[-1] if priors else None)
        if shown is not None:
            self._last = None
            self.actions.workstation.do(close_prior, study_instance_uid=shown.study_instance_uid)

    def register(self) -> None:
        """Register the active pane's stack with the one beside it."""
        pair = self.pair
        if pair is None:
            self.actions.workstation.notify("Two series of different studies or positions must be on screen for this.")
            return
        self.actions.workstation.do(register_stacks, fixed=pair[0], moving=pair[1], on_done=self._registered)

    @property
    def pair(self) -> tuple[Stack, Stack] | None:
        """The active stack, and the first other one on screen; None where there are no two."""
        workspace, own = self.actions.workspace, self.actions.stack
        others = [workspace.stack(view.stack) for view in workspace.views if own is not None and view.stack != own.id]
        other = next((one for one in others if one is not None and one.volume is not None), None)
        return (own, other) if own is not None and other is not None and own.volume is not None else None

    def _use(self, study: StudyUid | None, rows: tuple[PriorRow, ...]) -> None:
        current = self.actions.workspace.study
        if study is not None and (current is None or current.study_instance_uid != study):
            return  # another study came while the list was read
        if study is None or study != self._study:
            self._last = None
        self._study, self.rows = study, rows
        self.told(rows)

    @property
    def _possible(self) -> tuple[PriorRow, ...]:
        """Without those of which it was decided that they are another person's: they stand in the list alone."""
        return tuple(row for row in self.rows if not row.is_refused)

    def _row(self, uid: StudyUid | None) -> PriorRow | None:
        return next((row for row in self.rows if row.study.study_instance_uid == uid), None)

    def _like(self, workspace: Workspace) -> Stack | None:
        """What the prior's counterpart is looked for to."""
        view = compared_view(workspace)
        return workspace.stack(view.stack) if view is not None else None

    def _opened(self, uid: StudyUid, effect: Effect, then: Callable[[Effect], object]) -> None:
        if not self.actions.workspace.is_open(uid):
            return
        self._last = uid
        then(effect)
        self.came()
        self.actions.workstation.do(look_at_study, study_instance_uid=uid)
        row = self._row(uid)
        if row is not None:
            self.actions.workstation.notify(f"Beside the current: {'; '.join(row.relevance.reasons)}.")

    def _hang(self, uid: StudyUid, stack: StackId | None) -> None:
        workspace = self.actions.workspace
        own = [one for one in workspace.stacks if one.study_instance_uid == uid]
        found = workspace.stack(stack) or counterpart(self._like(workspace), own)
        self._last = uid
        if found is None:
            self.actions.workstation.notify("This study holds no image; its documents are in the strip.")
            return
        self.actions.workstation.edit(_STEP, lambda now: beside(now, found.id))

    def _registered(self, effect: Effect) -> None:
        link: SpaceLink = effect.value
        self.actions.workstation.edit("link by registration", lambda workspace: with_link(workspace, link))


def _uid(row: PriorRow) -> StudyUid:
    return row.study.study_instance_uid


def _moment(study: Study) -> tuple[str, str, str]:
    """What sorts by time; studies of one moment keep an order."""
    return study.study_date, study.study_time, study.study_instance_uid


def prior_count_text(rows: tuple[PriorRow, ...]) -> str:
    """For the bar: "3 priors", "1 prior, 1 later study", "1 prior (1 to be checked)"."""
    doubtful = sum(bool(row.doubts) for row in rows)
    later = sum(row.relevance.when.endswith("after") for row in rows)
    counts = ((len(rows) - later, "prior"), (later, "later study"))
    shown = ", ".join(count_text(number, noun) for number, noun in counts if number)
    return shown + (f" ({doubtful} to be checked)" if doubtful else "")

"""The one gate. `Workstation.do` holds permission, threading, errors and notification; use cases hold the rest.

Main thread only, but for what use cases call from their own: `Context.post` and `Job.report`.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.errors import Cancelled, MedScanError, NotAllowed, NotFound
from medscan_desktop.domain.user import Permission, User
from medscan_desktop.scene.arrangement import SceneEdit, edit_between
from medscan_desktop.scene.store import Store
from medscan_desktop.scene.workspace import EMPTY, SceneChange, Workspace
from medscan_desktop.workstation.command import Call, Command, Context, Effect, Kind
from medscan_desktop.workstation.history import Edit, History, Reverse
from medscan_desktop.workstation.jobs import Job, Jobs

_log = logging.getLogger("medscan.workstation")

_NO_MEMORY = (
    "There is not enough memory for this; nothing was saved by this step. Close other programs, or lower the memory"
    " budget so that less of a series is loaded at a time."
)
_FORGOTTEN = "Undo keeps as many steps as fit its memory: the oldest are forgotten from now on."


class ContextMaker(Protocol):
    """Joins the parts a use case may reach; `app/build.py` has the real one."""

    def __call__(self, user: User | None, job: Job, post: Callable[[SceneChange], None]) -> Context:
        """A context for one call."""
        ...


class Workstation:
    """What the window and the command line talk to: `do`, `undo`, `redo`, and three things to listen to."""

    def __init__(self, store: Store, jobs: Jobs, make_context: ContextMaker) -> None:
        self.store = store
        self.user: User | None = None
        self.notices: list[str] = []
        self.running: list[Job] = []
        self._jobs = jobs
        self._make_context = make_context
        self.history = History()
        self._wanted: list[Callable[[], None]] = []  # undo and redo asked for while one is at work
        self._is_reversing = False
        self._has_forgotten = False
        self._listeners: list[Callable[[frozenset[Kind]], None]] = []
        self._notice_listeners: list[Callable[[str], None]] = []
        self._job_listeners: list[Callable[[Job], None]] = []
        store.listen(self._changed)

    def do(
        self,
        command: Command,
        *,
        on_done: Callable[[Effect], None] | None = None,
        on_failed: Callable[[], None] = lambda: None,
        **arguments: Any,
    ) -> "Job":
        """Run a command as the logged-in user; returns at once with its job (finished, where jobs run inline).

        `on_done` gets the effect on the main thread, after the screen has it. A failure becomes a notice and stands
        in `job.error`; `on_failed` is told that it is one.
        """

        def ended(error: MedScanError | None) -> None:
            if error is not None:
                on_failed()

        return self._start(Call(command, arguments), on_done, self._remember_new, ended)

    def answer(self, command: Command, **arguments: Any) -> Any:
        """Run a command where jobs run inline, and return its value; raises the MedScanError that ended it."""
        job = self.do(command, **arguments)
        if job.error is not None:
            raise job.error
        if not job.is_finished:
            raise RuntimeError("answer() is for inline jobs; a window uses on_done")
        return job.effect.value

    def edit(self, name: str, change: SceneChange) -> None:
        """Change the screen alone, as a step that undo reverses; nothing where it changes nothing arranged."""
        before = self.store.workspace
        self.store.update(change)
        self.remember_edit(name, before)

    def remember_edit(self, name: str, before: Workspace) -> None:
        """What was changed on screen since `before` (a whole drag, say) is one step that undo reverses."""
        edit = edit_between(before, self.store.workspace)
        if edit is not None:
            self._remember(Edit(name, edit))
            self._tell(frozenset({Kind.HISTORY}))

    def undo(self) -> None:
        """Reverse the last edit: one of the records by its inverse command, through this same gate."""
        self._reverse(lambda: self.history.last_done, self.history.moved_to_undone)

    def redo(self) -> None:
        """Do again what was undone last."""
        self._reverse(lambda: self.history.last_undone, self.history.moved_to_done)

    @property
    def undo_name(self) -> str:
        """What undo would reverse, "" where there is nothing."""
        edit = self.history.last_done
        return edit.name if edit is not None else ""

    @property
    def redo_name(self) -> str:
        """What redo would do again, "" where there is nothing."""
        edit = self.history.last_undone
        return edit.name if edit is not None else ""

    def listen(self, listener: Callable[[frozenset[Kind]], None]) -> None:
        """Tell what every command changed. A listener draws; it cannot write."""
        self._listeners.append(listener)

    def listen_notices(self, listener: Callable[[str], None]) -> None:
        """Tell every sentence meant for the user."""
        self._notice_listeners.append(listener)

    def listen_jobs(self, listener: Callable[[Job], None]) -> None:
        """Tell every job's start, progress and end."""
        self._job_listeners.append(listener)

    def notify(self, sentence: str) -> None:
        """Show a sentence to the user."""
        self.notices.append(sentence)
        for listener in tuple(self._notice_listeners):
            listener(sentence)

    def _start(
        self,
        call: Call,
        on_done: Callable[[Effect], None] | None,
        remember: Callable[[Effect], None],
        ended: Callable[[MedScanError | None], None] = lambda _error: None,
    ) -> Job:
        """`remember` gets the effect of a call that went well; `ended` is called however it ends, with its error."""
        job = Job(call.command.name, lambda job: self._jobs.post(lambda: self._tell_job(job)))
        ctx = self._make_context(self.user, job, self._post_scene)
        self.running.append(job)
        user = self.user

        def work() -> None:
            try:
                effect = _run(ctx, call)
            except MedScanError as error:
                self._jobs.post(partial(self._failed, job, error, ended))
            except MemoryError:
                self._jobs.post(partial(self._failed, job, MedScanError(_NO_MEMORY), ended))
            except Exception as error:  # the gate: whatever a use case did wrong must not end the window
                self._jobs.post(partial(self._failed, job, _as_bug(call.command.name, error), ended))
            else:
                self._jobs.post(lambda: self._done(job, user, effect, on_done, remember, ended))

        self._tell_job(job)
        self._jobs.start(work)
        return job

    def _done(
        self,
        job: Job,
        user: User | None,
        effect: Effect,
        on_done: Callable[[Effect], None] | None,
        remember: Callable[[Effect], None],
        ended: Callable[[MedScanError | None], None],
    ) -> None:
        job.finish(replace(effect, scene=None))  # who keeps the job keeps no pixels with it
        self.running.remove(job)
        if effect.session is ... and self.user is not user:  # logged out meanwhile: it must not reach the next screen
            self._tell_job(job)
            ended(None)
            return
        if effect.session is not ...:
            self._switch_user(effect.session)
        remember(effect)
        if effect.scene is not None:
            self.store.update(effect.scene)
        if effect.notice:
            self.notify(effect.notice)
        changed = effect.changed | ({Kind.HISTORY} if effect.undo is not None else set())
        if changed:
            self._tell(changed)
        self._tell_job(job)
        ended(None)
        if on_done is not None:
            on_done(effect)

    def _failed(self, job: Job, error: MedScanError, ended: Callable[[MedScanError | None], None]) -> None:
        job.fail(error)
        self.running.remove(job)
        self._tell_job(job)
        if not isinstance(error, Cancelled):
            self.notify(str(error))
        ended(error)

    def _switch_user(self, user: User | None) -> None:
        self.user = user
        self.history.clear()
        self._wanted.clear()
        self._has_forgotten = False
        if user is None:
            self.store.update(lambda _: EMPTY)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        """Another study came: a step back would change one that nobody sees any more."""
        uids = [one.study.study_instance_uid if one.study is not None else None for one in (old, new)]
        if uids[0] != uids[1]:
            self.history.clear()

    def _tell(self, changed: frozenset[Kind]) -> None:
        for listener in tuple(self._listeners):
            listener(changed)

    def _post_scene(self, change: SceneChange) -> None:
        self._jobs.post(lambda: self.store.update(change))

    def _tell_job(self, job: Job) -> None:
        for listener in tuple(self._job_listeners):
            listener(job)

    def _remember_new(self, effect: Effect) -> None:
        if effect.undo is not None:
            self._remember(Edit(effect.undo_name, effect.undo, effect.undo_bytes))

    def _remember(self, edit: Edit) -> None:
        if self.history.add(edit) and not self._has_forgotten:
            self._has_forgotten = True
            self.notify(_FORGOTTEN)

    def _reverse(self, which: Callable[[], Edit | None], moved: Callable[[Edit, Reverse | None], None]) -> None:
        """One step at a time: the next waits until this one is through. A step that fails stays where it was."""
        if self._is_reversing:
            self._wanted.append(lambda: self._reverse(which, moved))
            return
        edit = which()
        if edit is None:
            return
        if isinstance(edit.reverse, SceneEdit):
            workspace, again = edit.reverse.reversed(self.store.workspace)
            self.store.update(lambda _: workspace)
            moved(edit, again)
            self._tell(frozenset({Kind.HISTORY}))
            return
        self._is_reversing = True
        self._start(edit.reverse, None, lambda effect: moved(edit, effect.undo), partial(self._reversed, edit, moved))

    def _reversed(self, edit: Edit, moved: Callable[[Edit, Reverse | None], None], error: MedScanError | None) -> None:
        self._is_reversing = False
        if isinstance(error, NotFound):  # what it was about is gone: it would stand in the way of all before it
            moved(edit, None)
            self._tell(frozenset({Kind.HISTORY}))
        wanted, self._wanted = self._wanted, []
        for ask in wanted:
            ask()


def _run(ctx: Context, call: Call) -> Effect:
    _require(ctx, call.command)
    ctx.job.report(0.0)
    return call.command.run(ctx, **call.arguments)


def _require(ctx: Context, command: Command) -> None:
    if command.permission is Permission.NONE or (ctx.user and ctx.user.can(command.permission)):
        return
    with ctx.records(command.name, outcome=Outcome.DENIED):
        pass
    if ctx.user is None:
        raise NotAllowed("Log in first.")
    raise NotAllowed(f"Your roles do not allow this ({command.permission}).")


def _as_bug(name: str, error: Exception) -> MedScanError:
    reference = secrets.token_hex(4)
    _log.error("use_case.failed", exc_info=error, extra={"reference": reference, "command": name})
    return MedScanError(
        f"Something went wrong inside the program. Reference {reference}; nothing was saved by this step."
    )

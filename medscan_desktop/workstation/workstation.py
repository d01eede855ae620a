"""The one gate. `Workstation.do` holds permission, threading, errors and notification; use cases hold the rest.

Main thread only, but for what use cases call from their own: `Context.post` and `Job.report`.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.errors import Cancelled, MedScanError, NotAllowed
from medscan_desktop.domain.user import Permission, User
from medscan_desktop.scene.store import Store
from medscan_desktop.scene.workspace import EMPTY, SceneChange
from medscan_desktop.workstation.command import Call, Command, Context, Effect, Kind
from medscan_desktop.workstation.jobs import Job, Jobs

_log = logging.getLogger("medscan.workstation")

_NO_MEMORY = (
    "There is not enough memory for this; nothing was saved by this step. Close other programs, or lower the memory"
    " budget so that less of a series is loaded at a time."
)
UNDO_STEPS = 200  # edits kept; the oldest goes first


class ContextMaker(Protocol):
    """Joins the parts a use case may reach; `app/build.py` has the real one."""

    def __call__(self, user: User | None, job: Job, post: Callable[[SceneChange], None]) -> Context:
        """A context for one call."""
        ...


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of undo or redo: what it was called, and the command that reverses it."""

    name: str
    call: Call


class Workstation:
    """What the window and the command line talk to: `do`, `undo`, `redo`, and three things to listen to."""

    def __init__(self, store: Store, jobs: Jobs, make_context: ContextMaker) -> None:
        self.store = store
        self.user: User | None = None
        self.notices: list[str] = []
        self.running: list[Job] = []
        self._jobs = jobs
        self._make_context = make_context
        self._undo: list[Edit] = []
        self._redo: list[Edit] = []
        self._listeners: list[Callable[[frozenset[Kind]], None]] = []
        self._notice_listeners: list[Callable[[str], None]] = []
        self._job_listeners: list[Callable[[Job], None]] = []

    def do(self, command: Command, *, on_done: Callable[[Effect], None] | None = None, **arguments: Any) -> "Job":
        """Run a command as the logged-in user; returns at once with its job (finished, where jobs run inline).

        `on_done` gets the effect on the main thread, after the screen has it. A failure becomes a notice and stands
        in `job.error`.
        """
        return self._start(Call(command, arguments), on_done, self._remember_new)

    def answer(self, command: Command, **arguments: Any) -> Any:
        """Run a command where jobs run inline, and return its value; raises the MedScanError that ended it."""
        job = self.do(command, **arguments)
        if job.error is not None:
            raise job.error
        if not job.is_finished:
            raise RuntimeError("answer() is for inline jobs; a window uses on_done")
        return job.effect.value

    def undo(self) -> None:
        """Reverse the last edit by its inverse command, through this same gate."""
        if self._undo:
            edit = self._undo.pop()
            self._start(edit.call, None, self._remember_undone(edit.name))

    def redo(self) -> None:
        """Do again what was undone last."""
        if self._redo:
            edit = self._redo.pop()
            self._start(edit.call, None, self._remember_redone(edit.name))

    @property
    def undo_name(self) -> str:
        """What undo would reverse, "" where there is nothing."""
        return self._undo[-1].name if self._undo else ""

    @property
    def redo_name(self) -> str:
        """What redo would do again, "" where there is nothing."""
        return self._redo[-1].name if self._redo else ""

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

    def _start(self, call: Call, on_done: Callable[[Effect], None] | None, remember: Callable[[Effect], None]) -> Job:
        job = Job(call.command.name, lambda job: self._jobs.post(lambda: self._tell_job(job)))
        ctx = self._make_context(self.user, job, self._post_scene)
        self.running.append(job)
        user = self.user

        def work() -> None:
            try:
                effect = _run(ctx, call)
            except MedScanError as error:
                self._jobs.post(partial(self._failed, job, error))
            except MemoryError:
                self._jobs.post(partial(self._failed, job, MedScanError(_NO_MEMORY)))
            except Exception as error:  # the gate: whatever a use case did wrong must not end the window
                self._jobs.post(partial(self._failed, job, _as_bug(call.command.name, error)))
            else:
                self._jobs.post(lambda: self._done(job, user, effect, on_done, remember))

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
    ) -> None:
        job.finish(replace(effect, scene=None))  # who keeps the job keeps no pixels with it
        self.running.remove(job)
        if effect.session is ... and self.user is not user:  # logged out meanwhile: it must not reach the next screen
            self._tell_job(job)
            return
        if effect.session is not ...:
            self._switch_user(effect.session)
        remember(effect)
        if effect.scene is not None:
            self.store.update(effect.scene)
        if effect.notice:
            self.notify(effect.notice)
        if effect.changed:
            for listener in tuple(self._listeners):
                listener(effect.changed)
        self._tell_job(job)
        if on_done is not None:
            on_done(effect)

    def _failed(self, job: Job, error: MedScanError) -> None:
        job.fail(error)
        self.running.remove(job)
        self._tell_job(job)
        if not isinstance(error, Cancelled):
            self.notify(str(error))

    def _switch_user(self, user: User | None) -> None:
        self.user = user
        self._undo.clear()
        self._redo.clear()
        if user is None:
            self.store.update(lambda _: EMPTY)

    def _post_scene(self, change: SceneChange) -> None:
        self._jobs.post(lambda: self.store.update(change))

    def _tell_job(self, job: Job) -> None:
        for listener in tuple(self._job_listeners):
            listener(job)

    def _remember_new(self, effect: Effect) -> None:
        if effect.undo is not None:
            self._undo.append(Edit(effect.undo_name, effect.undo))
            del self._undo[:-UNDO_STEPS]
            self._redo.clear()

    def _remember_undone(self, name: str) -> Callable[[Effect], None]:
        return lambda effect: self._redo.append(Edit(name, effect.undo)) if effect.undo else None

    def _remember_redone(self, name: str) -> Callable[[Effect], None]:
        return lambda effect: self._undo.append(Edit(name, effect.undo)) if effect.undo else None


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

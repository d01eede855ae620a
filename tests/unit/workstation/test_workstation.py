"""The gate: permission, errors, notification, undo by inverse commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.errors import Cancelled, MedScanError, NotAllowed
from medscan_desktop.domain.user import Permission, Role, User, UserId
from medscan_desktop.scene.store import Store
from medscan_desktop.scene.workspace import EMPTY
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command
from medscan_desktop.workstation.jobs import InlineJobs, Job
from medscan_desktop.workstation.workstation import Workstation

RADIOLOGIST = User(UserId("1"), "reader", "Reader", frozenset({Role.RADIOLOGIST}))
AUDITOR = User(UserId("2"), "auditor", "Auditor", frozenset({Role.AUDITOR}))


@command("tool.choose", permission=Permission.ANNOTATE)
def choose_tool(ctx: Context, *, tool: str, before: str) -> Effect:
    """Something that can be undone."""
    return Effect(
        changed=frozenset({Kind.MEASUREMENTS}),
        scene=lambda workspace: replace(workspace, tool=tool),
        undo=Call(choose_tool, {"tool": before, "before": tool}),
        undo_name=f"choose {tool}",
        value=tool,
    )


@command("fail.expected", permission=Permission.READ)
def refuse(ctx: Context) -> Effect:
    raise MedScanError("This cannot be done.")


@command("fail.bug", permission=Permission.READ)
def stumble(ctx: Context) -> Effect:
    raise ZeroDivisionError("secret patient name")


@command("fail.memory", permission=Permission.READ)
def ask_for_too_much(ctx: Context) -> Effect:
    raise MemoryError


@command("fail.cancelled", permission=Permission.READ)
def give_up(ctx: Context) -> Effect:
    ctx.job.cancel()
    ctx.job.report(0.5)
    raise AssertionError("report() raises once the job was cancelled")


@pytest.fixture
def audit() -> list[tuple[str, Outcome]]:
    return []


@pytest.fixture
def workstation(audit: list[tuple[str, Outcome]]) -> Workstation:
    @contextmanager
    def records(action: str, object_id: str = "", *, outcome: Outcome = Outcome.SUCCESS, **_: Any) -> Iterator[Any]:
        yield SimpleNamespace()
        audit.append((action, outcome))

    def make_context(user: User | None, job: Any, post: Any) -> Any:
        return SimpleNamespace(user=user, job=job, post=post, records=records)

    gate = Workstation(Store(), InlineJobs(), make_context)
    gate.user = RADIOLOGIST
    return gate


def test_a_command_changes_the_screen_and_tells_what_changed(workstation: Workstation) -> None:
    told: list[frozenset[Kind]] = []
    workstation.listen(told.append)

    assert workstation.answer(choose_tool, tool="length", before="window") == "length"

    assert workstation.store.workspace.tool == "length"
    assert told == [frozenset({Kind.MEASUREMENTS, Kind.HISTORY})]


def test_undo_and_redo_go_through_the_gate_and_name_their_step(workstation: Workstation) -> None:
    workstation.do(choose_tool, tool="length", before="window")
    assert workstation.undo_name == "choose length"

    workstation.undo()
    assert (workstation.store.workspace.tool, workstation.undo_name, workstation.redo_name) == (
        "window",
        "",
        "choose length",
    )

    workstation.redo()
    assert (workstation.store.workspace.tool, workstation.redo_name) == ("length", "")
    workstation.undo()
    assert workstation.store.workspace.tool == "window"


def test_a_new_edit_ends_what_could_be_done_again(workstation: Workstation) -> None:
    workstation.do(choose_tool, tool="length", before="window")
    workstation.undo()

    workstation.do(choose_tool, tool="pan", before="window")

    assert workstation.redo_name == ""


def test_undo_with_nothing_to_undo_does_nothing(workstation: Workstation) -> None:
    workstation.undo()
    workstation.redo()

    assert workstation.notices == []


def test_a_role_without_the_permission_is_refused_and_the_refusal_is_audited(
    workstation: Workstation, audit: list[tuple[str, Outcome]]
) -> None:
    workstation.user = AUDITOR

    with pytest.raises(NotAllowed, match="roles do not allow"):
        workstation.answer(choose_tool, tool="length", before="window")

    assert workstation.store.workspace.tool == "window"
    assert audit == [("tool.choose", Outcome.DENIED)]


def test_nobody_may_do_anything_before_logging_in(workstation: Workstation) -> None:
    workstation.user = None

    with pytest.raises(NotAllowed, match="Log in first"):
        workstation.answer(refuse)


def test_an_expected_failure_becomes_its_own_sentence(workstation: Workstation) -> None:
    job = workstation.do(refuse)

    assert workstation.notices == ["This cannot be done."]
    assert str(job.error) == "This cannot be done."
    assert workstation.running == []


@pytest.mark.expects_log
def test_a_bug_becomes_a_reference_number_and_tells_nothing_of_the_patient(
    workstation: Workstation, caplog: pytest.LogCaptureFixture
) -> None:
    workstation.do(stumble)

    (notice,) = workstation.notices
    assert "Reference" in notice
    assert "secret" not in notice
    assert caplog.records[0].reference in notice


def test_a_cancelled_job_is_no_failure_to_tell(workstation: Workstation) -> None:
    job = workstation.do(give_up)

    assert isinstance(job.error, Cancelled)
    assert workstation.notices == []


def test_logging_out_empties_the_screen_and_forgets_the_edits(workstation: Workstation) -> None:
    @command("session.end", permission=Permission.NONE)
    def end(ctx: Context) -> Effect:
        return Effect(session=None)

    workstation.do(choose_tool, tool="length", before="window")
    workstation.do(end)

    assert workstation.user is None
    assert workstation.store.workspace is EMPTY
    assert workstation.undo_name == ""


def test_a_listener_draws_and_cannot_write(workstation: Workstation) -> None:
    store = workstation.store
    store.listen(lambda old, new: store.update(lambda workspace: EMPTY))

    with pytest.raises(RuntimeError, match="cannot write"):
        store.update(lambda workspace: replace(workspace, tool="pan"))


def test_what_ends_after_the_log_out_does_not_reach_the_screen(workstation: Workstation) -> None:
    posted: list[Any] = []
    workstation._jobs = SimpleNamespace(start=lambda work: work(), post=posted.append)
    shown: list[Effect] = []
    workstation.do(choose_tool, tool="length", before="window", on_done=shown.append)

    workstation._switch_user(None)
    for callback in posted:
        callback()

    assert workstation.store.workspace.tool == EMPTY.tool
    assert not shown
    assert not workstation.running


def test_without_memory_a_step_ends_with_a_sentence_and_the_next_one_runs(workstation: Workstation) -> None:
    workstation.user = RADIOLOGIST
    workstation.do(ask_for_too_much)

    assert workstation.notices[-1].startswith("There is not enough memory for this; nothing was saved by this step.")
    assert workstation.do(choose_tool, tool="zoom", before="window").error is None


def test_what_asks_to_be_woken_after_the_cancelling_is_woken_at_once() -> None:
    """Else a model that begins to compute just then computes to its end."""
    woken: list[str] = []
    job = Job("model.run")
    job.on_cancel(lambda: woken.append("before"))
    job.cancel()
    job.on_cancel(lambda: woken.append("after"))

    assert woken == ["before", "after"]

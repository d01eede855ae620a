"""Saving a measurement: at once, as one step, whose undo brings back what was; on screen in its draft's place."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.domain.study import Patient, Study, StudyUid
from medscan_desktop.domain.user import Role, User, UserId
from medscan_desktop.scene.gesture import Step
from medscan_desktop.scene.view import ViewId
from medscan_desktop.scene.workspace import Draft, Workspace
from medscan_desktop.services.measurements import delete_measurement, list_measurements, save_measurement
from medscan_desktop.workstation.workstation import Workstation
from tests.support.desks import Sitting, sitting
from tests.support.measured import LENGTH, REGION

STUDY = Study(StudyUid("1"), Patient("P", "Doe^J"))
LATER = replace(REGION, id=type(REGION.id)("n"), created_at="2026-05-04T12:00:01+00:00")


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[Sitting]:
    with sitting(tmp_path) as found:
        found.parts.workstation.store.update(lambda _: Workspace(study=STUDY))
        yield found


def screen(at_work: Sitting) -> tuple[Measurement, ...]:
    return at_work.parts.workstation.store.workspace.measurements


def records(at_work: Sitting) -> tuple[Measurement, ...]:
    return tuple(at_work.ask(list_measurements, study_instance_uid=STUDY.study_instance_uid))


def test_a_new_one_is_there_at_once_and_undo_takes_it_away_and_redo_brings_the_same(at_work: Sitting) -> None:
    workstation = at_work.parts.workstation
    saved = at_work.ask(save_measurement, measurement=LENGTH)

    assert (saved.created_by, saved.created_at) == ("u1", at_work.clock.now.isoformat())
    assert records(at_work) == screen(at_work) == (saved,)
    assert workstation.undo_name == "draw distance"
    workstation.undo()
    assert records(at_work) == screen(at_work) == ()
    workstation.redo()
    assert records(at_work) == screen(at_work) == (saved,)


def test_undo_of_a_change_brings_back_the_revision_before_it_and_each_step_is_one(at_work: Sitting) -> None:
    workstation = at_work.parts.workstation
    states = [at_work.ask(save_measurement, measurement=LENGTH)]
    for number in range(1, 4):
        change = replace(states[-1], points=((0, 0, 0), (0, 0, number)), length=float(number), label=f"rev {number}")
        states.append(at_work.ask(save_measurement, measurement=change))
    assert workstation.undo_name == "change distance"

    for state in states[-2::-1]:
        workstation.undo()
        assert records(at_work) == screen(at_work) == (state,)
    workstation.undo()
    assert records(at_work) == ()
    for state in states:
        workstation.redo()
        assert records(at_work) == screen(at_work) == (state,)


def test_a_change_by_another_keeps_who_drew_it(at_work: Sitting) -> None:
    saved = at_work.ask(save_measurement, measurement=LENGTH)
    at_work.parts.workstation.user = User(UserId("u2"), "bob", "Bob", frozenset({Role.RADIOLOGIST}))

    changed = at_work.ask(save_measurement, measurement=replace(saved, is_target=True))

    assert changed.created_by == "u1"
    with at_work.records() as found:
        events = [event for event in found.audit.events(100) if event.action == "measurement.save"]
    assert len(events) == 2


def test_the_list_keeps_its_order_when_one_is_changed_or_comes_back(at_work: Sitting) -> None:
    """Undo must bring back the same screen, not only the same set."""
    workstation = at_work.parts.workstation
    one = at_work.ask(save_measurement, measurement=replace(LENGTH, created_at="2026-05-04T12:00:00+00:00"))
    other = at_work.ask(save_measurement, measurement=LATER)

    at_work.ask(save_measurement, measurement=replace(one, label="first"))
    assert [each.id for each in screen(at_work)] == [one.id, other.id]
    at_work.ask(delete_measurement, measurement_id=one.id)
    workstation.undo()
    workstation.undo()

    assert screen(at_work) == records(at_work) == (one, other)


def test_what_is_drawn_on_a_prior_is_shown_and_belongs_to_it(at_work: Sitting) -> None:
    prior = replace(STUDY, study_instance_uid=StudyUid("0.9"))
    at_work.parts.workstation.store.update(lambda scene: replace(scene, priors=(prior,)))
    elsewhere = replace(LENGTH, study_instance_uid=StudyUid("7"), id=type(LENGTH.id)("x"))

    saved = at_work.ask(save_measurement, measurement=replace(LENGTH, study_instance_uid=prior.study_instance_uid))
    at_work.ask(save_measurement, measurement=elsewhere)

    assert screen(at_work) == (saved,)
    assert records(at_work) == ()


def test_a_deleted_one_cannot_be_deleted_again(at_work: Sitting) -> None:
    at_work.ask(save_measurement, measurement=LENGTH)
    at_work.ask(delete_measurement, measurement_id=LENGTH.id)

    with pytest.raises(NotFound):
        at_work.ask(delete_measurement, measurement_id=LENGTH.id)


def test_a_long_outline_counts_for_what_it_keeps_alive(at_work: Sitting) -> None:
    workstation = at_work.parts.workstation
    outline = replace(REGION, kind=MeasurementKind.FREEHAND, points=((1.0, 2.0, 3.0),) * 1000)

    at_work.ask(save_measurement, measurement=outline)

    assert workstation.history.done[-1].size > 100_000


def test_saving_that_fails_is_told_to_who_asked(at_work: Sitting) -> None:
    """So that the draft leaves the screen: what stands there would be taken for saved."""
    workstation: Workstation = at_work.parts.workstation
    workstation.user = User(UserId("u3"), "eve", "Eve", frozenset())
    step = Step(Workspace(study=STUDY, drafts=(Draft(1, ViewId(0), LENGTH, is_saving=True),)))
    workstation.store.update(lambda _: step.workspace)
    failed: list[bool] = []

    workstation.do(save_measurement, on_failed=lambda: failed.append(True), measurement=LENGTH, draft_key=1)

    assert failed == [True] and workstation.notices
    assert screen(at_work) == ()

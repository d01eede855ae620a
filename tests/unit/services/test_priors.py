"""A patient's other studies: which are listed, whose they are, and one of them open beside the current."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from medscan_desktop.domain.conflict import ConflictState
from medscan_desktop.domain.errors import NotAllowed, NotFound
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind
from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.comparing import alone, beside, is_beside, prior_beside
from medscan_desktop.scene.hanging import shown_alone
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.deletion import delete_study
from medscan_desktop.services.measurements import save_measurement
from medscan_desktop.services.memory import list_needs
from medscan_desktop.services.priors import PriorRow, close_prior, list_priors, open_prior
from medscan_desktop.services.reconcile import decide_conflict, list_conflicts
from medscan_desktop.services.studies import close_study, open_study
from medscan_desktop.workstation.command import Command, Effect
from tests.support.desks import Sitting, sitting
from tests.support.dicom_files import series

CURRENT, PRIOR, OLD, ABDOMEN = (StudyUid(f"1.2.3.{n}") for n in range(1, 5))
DAYS = {CURRENT: "20251102", PRIOR: "20240302", OLD: "20200101", ABDOMEN: "20250901"}
PLACES = {CURRENT: "CT CHEST", PRIOR: "CT Thorax", OLD: "CT CHEST", ABDOMEN: "CT ABDOMEN"}


def files(uid: StudyUid, **more: object) -> list[Dataset]:
    made = series(
        12,
        StudyInstanceUID=uid,
        SeriesInstanceUID=f"{uid}.1",
        FrameOfReferenceUID=f"{uid}.9",
        StudyDate=DAYS.get(uid, "20240101"),
        StudyDescription=PLACES.get(uid, "CT CHEST"),
        SeriesDescription="axial",
        PatientBirthDate="19620517",
        **more,
    )
    for dataset in made:
        dataset.SOPInstanceUID = f"{uid}.1.{dataset.InstanceNumber}"
    return made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Sitting]:
    with sitting(tmp_path) as sat:
        for uid in DAYS:
            sat.bring(uid, files(uid))
        sat.ask(open_study, study_instance_uid=CURRENT)
        yield sat


def screen(desk: Sitting) -> Workspace:
    return desk.parts.workstation.store.workspace


def rows(desk: Sitting, uid: StudyUid = CURRENT) -> dict[StudyUid, PriorRow]:
    return {row.study.study_instance_uid: row for row in desk.ask(list_priors, study_instance_uid=uid)}


def active_stack(desk: Sitting) -> Stack:
    workspace = screen(desk)
    stack = workspace.stack(workspace.view(workspace.active).stack)
    assert stack is not None
    return stack


def show(desk: Sitting, uid: StudyUid, **more: object) -> None:
    shown = frozenset(view.stack for view in screen(desk).views if view.stack is not None)
    like = active_stack(desk)
    stack = desk.ask(open_prior, study_instance_uid=uid, beside=CURRENT, like=like, on_screen=shown, **more)
    desk.parts.workstation.edit("prior", lambda workspace: beside(workspace, stack))


def test_the_other_studies_are_listed_the_one_that_compares_best_first(desk: Sitting) -> None:
    listed = desk.ask(list_priors, study_instance_uid=CURRENT)

    assert [row.study.study_instance_uid for row in listed] == [PRIOR, OLD, ABDOMEN]
    assert "1 year 8 months before" in listed[0].relevance.reasons
    assert not any(row.doubts for row in listed)


def test_a_prior_opens_beside_with_what_was_drawn_on_it_and_each_pane_knows_its_study(desk: Sitting) -> None:
    drawn = Measurement(
        id=MeasurementId("m1"),
        study_instance_uid=PRIOR,
        series_instance_uid=f"{PRIOR}.1",  # type: ignore[arg-type]
        sop_instance_uid=f"{PRIOR}.1.4",  # type: ignore[arg-type]
        frame=3,
        kind=MeasurementKind.LENGTH,
        points=((10.0, 20.0, 36.0), (12.0, 20.0, 36.0)),
        normal=(0.0, 0.0, 1.0),
        unit="mm",
        calibration="",
    )
    desk.ask(save_measurement, measurement=drawn)
    assert screen(desk).measurements == ()  # of a study that is not on screen

    show(desk, PRIOR)

    workspace = screen(desk)
    left, right = (workspace.stack(view.stack) for view in workspace.views)
    studies: list[Study | None] = [workspace.study_of(stack) for stack in (left, right)]
    assert [study.study_date if study else "" for study in studies] == ["20251102", "20240302"]  # current left
    assert [one.id for one in workspace.measurements] == ["m1"]
    assert right is not None
    assert right.volume is not None
    assert left is not None
    assert left.volume is not None


def test_opening_a_prior_is_in_the_log_as_an_opening_of_that_study(desk: Sitting) -> None:
    show(desk, PRIOR)

    event = desk.events("study.open")[-1]
    assert (event.object_id, event.detail["beside"]) == (PRIOR, CURRENT)


def test_a_prior_on_screen_cannot_be_deleted_until_it_is_closed(desk: Sitting) -> None:
    show(desk, PRIOR)
    with pytest.raises(NotAllowed):
        desk.ask(delete_study, study_instance_uid=PRIOR, reason="test", with_unsent=True)
    desk.ask(close_prior, study_instance_uid=PRIOR)
    desk.ask(delete_study, study_instance_uid=PRIOR, reason="test", with_unsent=True)

    show(desk, OLD)
    desk.ask(close_study)
    desk.ask(delete_study, study_instance_uid=OLD, reason="test", with_unsent=True)


def test_closing_a_prior_takes_all_of_it_off_the_screen_and_leaves_the_current(desk: Sitting) -> None:
    before = screen(desk)
    show(desk, PRIOR)
    assert prior_beside(screen(desk)) is not None

    desk.ask(close_prior, study_instance_uid=PRIOR)

    after = screen(desk)
    assert after.priors == ()
    assert [stack.id for stack in after.stacks] == [stack.id for stack in before.stacks]
    assert [(view.kind, view.stack) for view in after.views] == [(view.kind, view.stack) for view in before.views]


def test_hanging_it_beside_is_a_step_of_undo_and_off_again_gives_back_what_was_hung(desk: Sitting) -> None:
    before = screen(desk)
    show(desk, PRIOR)
    beside_it = screen(desk)

    desk.parts.workstation.undo()
    assert screen(desk).views == before.views
    assert screen(desk).layout == before.layout
    desk.parts.workstation.redo()
    assert screen(desk).views == beside_it.views

    desk.parts.workstation.edit("off", alone)
    assert [(view.kind, view.stack) for view in screen(desk).views] == [(v.kind, v.stack) for v in before.views]


def test_what_was_hung_since_is_not_undone_by_taking_a_prior_off_that_is_not_there(desk: Sitting) -> None:
    show(desk, PRIOR)
    only = desk.parts.workstation.store.workspace.views[0].stack
    desk.parts.workstation.edit("layout", lambda workspace: shown_alone(workspace, only))  # type: ignore[arg-type]
    assert not is_beside(screen(desk))
    single = screen(desk).layout

    show(desk, PRIOR)
    desk.parts.workstation.edit("off", alone)

    assert screen(desk).layout == single


def test_the_currents_pixels_stay_and_a_prior_off_screen_makes_room_for_the_next(desk: Sitting) -> None:
    needs = [one.total for one in desk.ask(list_needs, study_instance_uid=CURRENT)]
    shelf = desk.ask(Command("test.shelf", Permission.NONE, lambda ctx: Effect(value=ctx.shelf)))
    shelf.budget = int(sum(needs) * 1.9)  # room for two of these studies without their copies, and not for a third
    show(desk, PRIOR)
    desk.parts.workstation.edit("off", alone)
    show(desk, OLD)

    kept = {stack.study_instance_uid for stack in screen(desk).stacks if stack.volume is not None}
    assert kept == {CURRENT, OLD}


def test_another_name_or_birth_date_under_the_same_id_is_never_opened_silently(desk: Sitting) -> None:
    other = StudyUid("1.2.3.7")
    desk.bring("other", files(other, PatientName="Roe^Richard"))

    row = rows(desk)[other]
    assert row.doubts == ("name: Phantom, Test / Roe, Richard",)
    with pytest.raises(NotAllowed, match="may be another person's"):
        desk.ask(open_prior, study_instance_uid=other, beside=CURRENT)
    assert not screen(desk).is_open(other)

    desk.ask(open_prior, study_instance_uid=other, beside=CURRENT, despite_doubts=True)
    assert screen(desk).is_open(other)
    assert desk.events("study.open")[-1].detail["despite"] == "name"  # which field, never whose


def test_what_was_decided_in_the_reconcile_list_holds(desk: Sitting) -> None:
    other = StudyUid("1.2.3.8")
    desk.bring("other", files(other, PatientName="Married^Test"))
    conflict = desk.ask(list_conflicts)[0]

    desk.ask(decide_conflict, conflict_id=conflict.id, decision=ConflictState.DIFFERENT_PEOPLE, reason="two people")

    assert rows(desk)[other].is_refused
    with pytest.raises(NotAllowed, match="decided that it is another person's"):
        desk.ask(open_prior, study_instance_uid=other, beside=CURRENT, despite_doubts=True)


def test_the_same_number_from_another_issuer_is_a_doubt(desk: Sitting) -> None:
    one, other = StudyUid("1.2.3.5"), StudyUid("1.2.3.6")
    for uid, issuer in ((one, "HOSPITAL A"), (other, "HOSPITAL B")):
        desk.bring(uid, files(uid, IssuerOfPatientID=issuer))

    assert rows(desk, one)[other].doubts == ("the ID was issued by HOSPITAL A / HOSPITAL B",)
    assert rows(desk, one)[CURRENT].doubts == ()  # one of the two names no issuer


def test_another_patients_study_is_no_prior_at_all(desk: Sitting) -> None:
    stranger = StudyUid("1.2.3.9")
    desk.bring("stranger", files(stranger, PatientID="T-2"))

    assert stranger not in rows(desk)
    with pytest.raises(NotFound):
        desk.ask(open_prior, study_instance_uid=stranger, beside=CURRENT, despite_doubts=True)

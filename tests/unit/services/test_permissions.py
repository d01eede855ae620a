"""The gate holds for what deletes, replaces and protects: who may not is refused, and the log says so."""

from dataclasses import replace

import pytest

from medscan_desktop.domain.errors import NotAllowed
from medscan_desktop.domain.retention import RetentionRules
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Role
from medscan_desktop.services.deletion import delete_study, set_hold
from medscan_desktop.services.reconcile import decide_conflict, replace_by_conflict
from medscan_desktop.services.retention import run_retention, set_retention
from medscan_desktop.workstation.command import Command
from tests.support.desks import ADA, Sitting
from tests.support.dicom_files import ROOT_UID, series

STUDY = StudyUid(f"{ROOT_UID}.1")


@pytest.mark.parametrize(
    ("role", "command", "arguments"),
    [
        (Role.TECHNOLOGIST, delete_study, {"study_instance_uid": STUDY, "reason": "x"}),
        (Role.ADMINISTRATOR, delete_study, {"study_instance_uid": STUDY, "reason": "x"}),
        (Role.TECHNOLOGIST, replace_by_conflict, {"conflict_id": "x", "reason": "x"}),
        (Role.AUDITOR, decide_conflict, {"conflict_id": "x", "decision": "keep", "reason": "x"}),
        (Role.RADIOLOGIST, set_retention, {"rules": RetentionRules(study_days=1)}),
        (Role.RADIOLOGIST, run_retention, {}),
        (Role.TECHNOLOGIST, set_hold, {"study_instance_uid": STUDY, "reason": "x"}),
    ],
    ids=lambda value: getattr(value, "name", None) or str(value) if not isinstance(value, dict) else "",
)
def test_who_may_not_is_refused_and_recorded(
    at: Sitting, role: Role, command: Command, arguments: dict[str, object]
) -> None:
    at.bring("first", series(2))
    at.parts.workstation.user = replace(ADA, roles=frozenset({role}))

    with pytest.raises(NotAllowed, match="Your roles do not allow this"):
        at.ask(command, **arguments)

    assert [event.outcome.value for event in at.events(command.name)] == ["denied"]
    at.parts.workstation.user = ADA
    assert len(at.studies()) == 1

"""The exported log against the AuditMessage schema of PS3.15 A.5.1, element by element."""

import base64

import pytest
from defusedxml import ElementTree

from medscan_desktop.domain.audit import AuditEvent, Outcome
from medscan_desktop.persistence.audit_export import audit_message_xml

EVENT = AuditEvent("study.open", "ada", "1.2.3", Outcome.SUCCESS, {"count": 2}, "2026-05-04T12:00:00+00:00", 7)


def message_of(event: AuditEvent):  # type: ignore[no-untyped-def]
    root = ElementTree.fromstring(audit_message_xml([event]))
    assert root.tag == "AuditMessages"
    (message,) = root
    return message


def test_the_parts_come_in_the_schemas_order() -> None:
    assert [part.tag for part in message_of(EVENT)] == [
        "EventIdentification",
        "ActiveParticipant",
        "AuditSourceIdentification",
        "ParticipantObjectIdentification",
    ]


def test_who_what_when_and_about_what() -> None:
    message = message_of(EVENT)

    assert message.find("EventIdentification").get("EventDateTime") == "2026-05-04T12:00:00+00:00"
    assert message.find("EventIdentification/EventID").attrib["csd-code"] == "110103"
    assert message.find("EventIdentification/EventTypeCode").attrib["csd-code"] == "study.open"
    assert message.find("ActiveParticipant").attrib == {"UserID": "ada", "UserIsRequestor": "true"}
    assert message.find("ParticipantObjectIdentification").get("ParticipantObjectID") == "1.2.3"
    details = {
        detail.get("type"): base64.b64decode(detail.get("value")).decode()
        for detail in message.iter("ParticipantObjectDetail")
    }
    assert details == {"sequence": "7", "count": "2"}


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.SUCCESS, "0"), (Outcome.FAILURE, "4"), (Outcome.DENIED, "8")])
def test_outcomes_are_the_standards(outcome: Outcome, code: str) -> None:
    event = AuditEvent("study.open", "ada", outcome=outcome, at="2026-05-04T12:00:00+00:00")

    assert message_of(event).find("EventIdentification").get("EventOutcomeIndicator") == code


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("user.log_in", "110114"),
        ("study.import", "110107"),
        ("study.search", "110112"),
        ("export.seg", "110106"),
        ("audit.verify", "110101"),
        ("user.create_first", "110113"),
        ("finding.accept", "110110"),
        ("health.check", "110100"),
    ],
)
def test_each_action_has_its_event_id(action: str, code: str) -> None:
    event = AuditEvent(action, "ada", at="2026-05-04T12:00:00+00:00")

    assert message_of(event).find("EventIdentification/EventID").attrib["csd-code"] == code


def test_nothing_in_an_event_can_break_out_of_the_document() -> None:
    event = AuditEvent('a<b>&"', "<eve>", '"/><x>', detail={"k": "</AuditMessage>"}, at="2026-05-04T12:00:00+00:00")

    assert message_of(event).find("ActiveParticipant").get("UserID") == "<eve>"


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    event = AuditEvent("user.log_in", "e\x00v\x1be", "\ud800", at="2026-05-04T12:00:00+00:00")

    assert message_of(event).find("ActiveParticipant").get("UserID") == "e\ufffdv\ufffde"

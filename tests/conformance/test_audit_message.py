"""The exported log against the AuditMessage schema of PS3.15 A.5.1, element by element."""

import base64
import re
from pathlib import Path

import pytest
from defusedxml import ElementTree

from medscan_desktop import services
from medscan_desktop.domain.audit import AuditEvent, Outcome
from medscan_desktop.persistence.audit_export import audit_message_xml
from medscan_desktop.services import COMMANDS

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


# Every command of the product, and what use cases record besides.
EVENT_IDS = {
    "110100": {
        "desktop.keep", "desktop.read", "display.read", "display.save_presets", "display.save_screen", "frame.read",
        "frame.save", "hands.read", "hands.save", "hanging.arrange", "hanging.delete", "hanging.delete_for_all",
        "hanging.export", "hanging.import", "hanging.list", "hanging.restore", "hanging.save", "hanging.save_for_all",
        "health.check", "hostile.forget",
        "hostile.list", "hostile.retry", "library.note_states", "looks.delete", "looks.read", "looks.save",
        "memory.budget", "memory.needs", "memory.set_budget", "model.list", "model.verify", "retention.dry_run",
        "retention.run", "retention.set", "retention.show", "watch.list", "watch.look", "watch.set", "wrap.look",
    },
    "110105": {"study.delete"},
    "110101": {"audit.export", "audit.list", "audit.verify"},
    "110103": {
        "document.list", "document.open", "hanging.test", "header.read", "library.check",
        "library.check_study", "model.read_input", "overlay.hide", "overlay.list", "overlay.show", "overlay.wash",
        "prior.close", "prior.open", "series.list", "series.load", "series.phase", "series.read_thumbnail",
        "series.register", "series.show", "series.split", "series.stacks", "series.thumbnail", "study.close",
        "study.deletion", "study.load_ahead", "study.look", "study.open",
    },
    "110106": {
        "document.save", "export.document", "export.key_images", "export.measurement_copy",
        "export.measurement_report", "export.measurement_table", "export.pdf", "export.presentation", "export.seg",
        "export.shown_surface", "export.snapshot", "export.surface", "export.view",
    },
    "110107": {"study.import", "study.wrap"},
    "110110": {
        "calibration.list", "calibration.remove", "calibration.save", "finding.accept", "finding.list",
        "finding.propose", "finding.reject", "hold.clear", "hold.set", "key_image.add", "key_image.list",
        "key_image.remove", "measurement.delete", "measurement.describe", "measurement.list",
        "measurement.read_report", "measurement.restore", "measurement.save", "measurement.take_over",
        "measurement.withdraw", "model.run", "reconcile.count", "reconcile.decide", "reconcile.draw", "reconcile.list",
        "reconcile.reopen", "reconcile.replace", "reconcile.show",
    },
    "110112": {"prior.list", "study.search"},
    "110113": {"user.create_first"},
    "110114": {"session.log_in", "session.log_out"},
}  # fmt: skip


def test_no_action_is_left_out_of_the_event_ids() -> None:
    package = Path(services.__file__).parents[1]
    sources = [path for layer in ("services", "workstation") for path in (package / layer).glob("*.py")]
    recorded = {action for path in sources for action in re.findall(r'records\(\s*"([a-z_.]+)"', path.read_text())}

    assert {command.name for command in COMMANDS} | recorded == set().union(*EVENT_IDS.values())


@pytest.mark.parametrize(
    ("action", "code"), [(action, code) for code, actions in EVENT_IDS.items() for action in sorted(actions)]
)
def test_each_action_has_its_event_id(action: str, code: str) -> None:
    event = AuditEvent(action, "ada", at="2026-05-04T12:00:00+00:00")

    assert message_of(event).find("EventIdentification/EventID").attrib["csd-code"] == code


@pytest.mark.parametrize(
    ("action", "object_id", "code"),
    [("study.open", "1.2.3", "110180"), ("series.show", "1.2.3.4", "series"), ("finding.accept", "a-b", "record")],
)
def test_what_it_was_about_is_named_for_what_it_is(action: str, object_id: str, code: str) -> None:
    event = AuditEvent(action, "ada", object_id, at="2026-05-04T12:00:00+00:00")

    assert message_of(event).find(".//ParticipantObjectIDTypeCode").attrib["csd-code"] == code


def test_nothing_in_an_event_can_break_out_of_the_document() -> None:
    event = AuditEvent('a<b>&"', "<eve>", '"/><x>', detail={"k": "</AuditMessage>"}, at="2026-05-04T12:00:00+00:00")

    assert message_of(event).find("ActiveParticipant").get("UserID") == "<eve>"


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    event = AuditEvent("session.log_in", "e\x00v\x1be", "\ud800", at="2026-05-04T12:00:00+00:00")

    assert message_of(event).find("ActiveParticipant").get("UserID") == "e\ufffdv\ufffde"

"""The audit log as DICOM PS3.15 A.5 AuditMessage XML, for a hospital's audit repository."""

import base64
import re
from collections.abc import Iterable
from xml.etree import ElementTree

from medscan_desktop.domain.audit import AuditEvent, Outcome

# PS3.16 CID 400; the first prefix of the action that matches. What fits none is activity of the application.
_EVENT_IDS = (
    ("audit.", ("110101", "Audit Log Used")),
    ("study.import", ("110107", "Import")),
    ("study.wrap", ("110107", "Import")),
    ("study.search", ("110112", "Query")),
    ("study.delete", ("110105", "DICOM Study Deleted")),
    ("study.", ("110103", "DICOM Instances Accessed")),
    ("series.", ("110103", "DICOM Instances Accessed")),
    ("overlay.", ("110103", "DICOM Instances Accessed")),
    ("document.save", ("110106", "Export")),
    ("document.", ("110103", "DICOM Instances Accessed")),
    ("header.", ("110103", "DICOM Instances Accessed")),
    ("export.", ("110106", "Export")),
    ("library.check", ("110103", "DICOM Instances Accessed")),
    ("prior.list", ("110112", "Query")),
    ("prior.", ("110103", "DICOM Instances Accessed")),
    ("hanging.test", ("110103", "DICOM Instances Accessed")),
    ("measurement.", ("110110", "Patient Record")),
    ("calibration.", ("110110", "Patient Record")),
    ("key_image.", ("110110", "Patient Record")),
    ("reconcile.", ("110110", "Patient Record")),
    ("hold.", ("110110", "Patient Record")),
    ("finding.", ("110110", "Patient Record")),
    ("model.read_input", ("110103", "DICOM Instances Accessed")),
    ("model.run", ("110110", "Patient Record")),
    ("session.", ("110114", "User Authentication")),
    ("user.", ("110113", "Security Alert")),
    ("security.", ("110113", "Security Alert")),
)
_ABOUT_A_SERIES = frozenset(
    (
        "series.show",
        "series.load",
        "series.phase",
        "series.split",
        "series.stacks",
        "export.presentation",
        "series.read_thumbnail",
        "series.thumbnail",
        "export.snapshot",
        "export.view",
        "model.read_input",
        "hostile.retry",
    )
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2 Char
_APPLICATION = ("110100", "Application Activity")
_OUTCOMES = {Outcome.SUCCESS: "0", Outcome.FAILURE: "4", Outcome.DENIED: "8"}  # success, minor and serious failure
_ACTIONS = {
    "import": "C",
    "wrap": "C",
    "create_first": "C",
    "save": "C",
    "add": "C",
    "take_over": "C",
    "delete": "D",
    "remove": "D",
    "withdraw": "D",
    "describe": "U",
    "accept": "U",
    "reject": "U",
    "propose": "U",
}
_EXECUTE = "E"
_OWN_SCHEME = "99MEDSCAN"


def audit_message_xml(events: Iterable[AuditEvent], *, source: str = "MedScan Desktop") -> str:
    """One document of AuditMessage elements, in the order given. `source` names this workstation.

    Its text is UTF-8 when written, as its first line says.
    """
    root = ElementTree.Element("AuditMessages")
    for event in events:
        root.append(_message(event, source))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _message(event: AuditEvent, source: str) -> ElementTree.Element:
    """PS3.15 A.5.1: event, who, source, what it was about."""
    message = ElementTree.Element("AuditMessage")
    identification = ElementTree.SubElement(
        message,
        "EventIdentification",
        EventActionCode=_ACTIONS.get(event.action.rpartition(".")[2], _EXECUTE),
        EventDateTime=event.at,
        EventOutcomeIndicator=_OUTCOMES[event.outcome],
    )
    _code(identification, "EventID", *_event_id(event.action), scheme="DCM")
    _code(identification, "EventTypeCode", event.action, event.action, scheme=_OWN_SCHEME)
    ElementTree.SubElement(
        message,
        "ActiveParticipant",
        UserID=_text(event.user) or "nobody",
        UserIsRequestor="true" if event.user else "false",
    )
    ElementTree.SubElement(message, "AuditSourceIdentification", AuditSourceID=source)
    message.append(_object(event))
    return message


def _object(event: AuditEvent) -> ElementTree.Element:
    """What it was about; the row's number and its details besides, so that the export can be compared with the log."""
    element = ElementTree.Element(
        "ParticipantObjectIdentification",
        ParticipantObjectID=_text(event.object_id) or "none",
        ParticipantObjectTypeCode="2",  # system object
        ParticipantObjectTypeCodeRole="3",  # report
    )
    if "." not in event.object_id:
        _code(element, "ParticipantObjectIDTypeCode", "record", "Record", scheme=_OWN_SCHEME)
    elif event.action in _ABOUT_A_SERIES:  # CID 404 has no code for it
        _code(element, "ParticipantObjectIDTypeCode", "series", "Series Instance UID", scheme=_OWN_SCHEME)
    else:
        _code(element, "ParticipantObjectIDTypeCode", "110180", "Study Instance UID", scheme="DCM")
    ElementTree.SubElement(element, "ParticipantObjectName").text = _text(event.object_id)
    for name, value in (("sequence", event.sequence), *sorted(event.detail.items())):
        encoded = base64.b64encode(str(value).encode()).decode()  # the schema's type is base64Binary
        ElementTree.SubElement(element, "ParticipantObjectDetail", type=name, value=encoded)
    return element


def _text(typed: str) -> str:
    """What somebody may have typed, with the characters that XML cannot hold replaced."""
    return _NOT_XML.sub("\ufffd", typed)


def _event_id(action: str) -> tuple[str, str]:
    return next((code for prefix, code in _EVENT_IDS if action.startswith(prefix)), _APPLICATION)


def _code(parent: ElementTree.Element, tag: str, value: str, meaning: str, *, scheme: str) -> None:
    ElementTree.SubElement(
        parent, tag, {"csd-code": value, "codeSystemName": scheme, "originalText": meaning, "displayName": meaning}
    )

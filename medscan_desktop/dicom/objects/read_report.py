"""Structured reports and key object selections (PS3.3 A.35, C.17.3) as a tree of text. Runs in a worker."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from medscan_desktop.dicom.objects.parsed import items_of, line, numbers_of, parsed, plain, text_of, texts_of
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.text_nodes import Rows, tree_body
from medscan_desktop.dicom.workers.task import Task
from medscan_desktop.domain.dates import date_text, time_text
from medscan_desktop.domain.study import Patient

if TYPE_CHECKING:
    from pydicom import Dataset

_SHOWN_POINTS = 4
_MODIFIES = "HAS CONCEPT MOD"
_Path = tuple[int, ...]  # a content item's place: 1 for the root, then its number among its parent's items


def read_report(task: Task) -> Mapping[str, Any]:
    """Answers `text_nodes.tree_body`: the document's state as facts, its content tree as lines."""
    with quiet():  # values are converted as they are asked for
        return _report(parsed(task.file))


def _report(dataset: "Dataset") -> Mapping[str, Any]:
    rows = Rows()
    places: dict[_Path, int] = {}
    repeats: list[tuple[int, _Path]] = []
    waiting: list[tuple[Dataset, int, _Path]] = [(dataset, 0, (1,))]
    while waiting and not rows.is_full:  # a stack of our own: depth costs no recursion
        item, depth, path = waiting.pop()
        index = _add(rows, item, depth)
        if index < 0:
            continue
        places[path] = index
        if target := _identifier(item):
            repeats.append((index, target))
        children = [(child, depth + 1, (*path, n)) for n, child in enumerate(items_of(item, "ContentSequence"), 1)]
        waiting.extend(reversed([child for child in children if not _is_note(child[0])]))
    for index, target in repeats:
        if target in places:
            rows.link(index, places[target])
    title = _concept(dataset) or text_of(dataset, "SeriesDescription") or "Report"
    return tree_body(title, _facts(dataset), rows, _warnings(dataset))


def _add(rows: Rows, item: "Dataset", depth: int) -> int:
    kind = text_of(item, "ValueType").upper()
    relation = text_of(item, "RelationshipType").lower()
    name = _concept(item)
    if identifier := _identifier(item):
        return rows.add(depth, name or "see", ".".join(map(str, identifier)), "reference", relation)
    read = _VALUES.get(kind)
    value = read(item) if read else text_of(item, "TextValue")
    return rows.add(
        depth, name or _UNNAMED.get(kind, kind.lower()), value, kind, relation, _notes(item), _reference(item)
    )


def _concept(item: "Dataset") -> str:
    """What the item is about, in words."""
    return next((_meaning(code) for code in items_of(item, "ConceptNameCodeSequence")), "")


def _meaning(code: "Dataset") -> str:
    return line(text_of(code, "CodeMeaning") or _code_value(code))


def _code_value(code: "Dataset") -> str:
    keywords = ("CodeValue", "LongCodeValue", "URNCodeValue")
    return line(next((text for keyword in keywords if (text := text_of(code, keyword))), ""))


def _coded(code: "Dataset") -> str:
    """`Liver (10200004, SCT)`."""
    identity = ", ".join(part for part in (_code_value(code), text_of(code, "CodingSchemeDesignator")) if part)
    return f"{_meaning(code)} ({line(identity)})" if identity else _meaning(code)


def _is_note(item: "Dataset") -> bool:
    """A concept modifier without anything below it stands beside the concept; one with more keeps its own line."""
    is_modifier = text_of(item, "RelationshipType").upper() == _MODIFIES
    return is_modifier and not items_of(item, "ContentSequence") and not _identifier(item)


def _notes(item: "Dataset") -> str:
    """The modifiers of the item's concept: `Laterality: Left`."""
    notes = []
    for child in items_of(item, "ContentSequence"):
        if _is_note(child):
            kind = text_of(child, "ValueType").upper()
            value = _plain_code(child) if kind == "CODE" else _VALUES.get(kind, _text)(child)
            notes.append(": ".join(part for part in (_concept(child), line(value)) if part))
    return ", ".join(notes)


def _identifier(item: "Dataset") -> _Path:
    return tuple(int(number) for number in numbers_of(item, "ReferencedContentItemIdentifier"))


def _text(item: "Dataset") -> str:
    return text_of(item, "TextValue")


def _plain_code(item: "Dataset") -> str:
    return next((_meaning(code) for code in items_of(item, "ConceptCodeSequence")), "")


def _code(item: "Dataset") -> str:
    return next((_coded(code) for code in items_of(item, "ConceptCodeSequence")), "")


def _number(item: "Dataset") -> str:
    """`12.5 mm`, with the UCUM unit's meaning where it says more; without a value, the qualifier says why."""
    qualifier = next((_meaning(code) for code in items_of(item, "NumericValueQualifierCodeSequence")), "")
    measured = items_of(item, "MeasuredValueSequence")
    if not measured:
        return f"no value ({qualifier})" if qualifier else "no value"
    unit = next((_unit(code) for code in items_of(measured[0], "MeasurementUnitsCodeSequence")), "")
    value = " ".join(part for part in (line(text_of(measured[0], "NumericValue")), unit) if part)
    return f"{value} ({qualifier})" if qualifier else value


def _unit(code: "Dataset") -> str:
    value, meaning = _code_value(code), _meaning(code)
    if value == "1" or value.startswith("{"):  # UCUM's unity: a count, or a number without a unit
        return "" if meaning.casefold() in ("no units", "unity", "1") else meaning
    return value if not meaning or meaning.casefold() == value.casefold() else f"{value} ({meaning})"


def _person(item: "Dataset") -> str:
    return line(Patient("", text_of(item, "PersonName")).display_name)


def _date(item: "Dataset") -> str:
    return line(date_text(text_of(item, "Date")))


def _time(item: "Dataset") -> str:
    return line(time_text(text_of(item, "Time")))


def _date_time(item: "Dataset") -> str:
    return line(_moment(text_of(item, "DateTime")))


def _moment(text: str) -> str:
    """A DT as 2026-03-01 14:05."""
    return f"{date_text(text[:8])} {time_text(text[8:])}".strip()


def _uid(item: "Dataset") -> str:
    return line(_uid_name(text_of(item, "UID")))


def _container(item: "Dataset") -> str:
    return next((f"TID {line(text_of(one, 'TemplateIdentifier'))}" for one in _templates(item)), "")


def _templates(item: "Dataset") -> list["Dataset"]:
    return [one for one in items_of(item, "ContentTemplateSequence") if text_of(one, "TemplateIdentifier")]


def _object(item: "Dataset") -> str:
    """What is referred to: its type, the frames or channels or segments, and the UID."""
    parts = []
    for one in items_of(item, "ReferencedSOPSequence"):
        words = [_uid_name(text_of(one, "ReferencedSOPClassUID")).removesuffix(" Storage")]
        for keyword, noun in (
            ("ReferencedFrameNumber", "frame"),
            ("ReferencedSegmentNumber", "segment"),
            ("ReferencedWaveformChannels", "channels"),
        ):
            if text := text_of(one, keyword):
                words.append(f"{noun} {text}")
        if items_of(one, "ReferencedSOPSequence"):
            words.append("with a presentation state")
        words.append(text_of(one, "ReferencedSOPInstanceUID"))
        parts.append(line(" ".join(words)))
    return "; ".join(parts)


def _reference(item: "Dataset") -> list[Any] | None:
    """The object a click leads to: the item's own, or the image that its coordinates were selected from."""
    own = items_of(item, "ReferencedSOPSequence")
    if not own and text_of(item, "ValueType").upper() in ("SCOORD", "TCOORD"):
        children = items_of(item, "ContentSequence")
        own = next((found for child in children if (found := items_of(child, "ReferencedSOPSequence"))), [])
    if not own:
        return None
    frames = [int(number) for number in numbers_of(own[0], "ReferencedFrameNumber")][:1000]
    return [line(text_of(own[0], "ReferencedSOPInstanceUID")), line(text_of(own[0], "ReferencedSOPClassUID")), frames]


def _region(item: "Dataset") -> str:
    """`POLYLINE, 4 points: (10, 20), (30, 20), ...` in pixels of the image."""
    return _coordinates(item, 2, "")


def _region_3d(item: "Dataset") -> str:
    frame = line(text_of(item, "ReferencedFrameOfReferenceUID"))
    return _coordinates(item, 3, " mm") + (f", frame of reference {frame}" if frame else "")


def _coordinates(item: "Dataset", dimensions: int, unit: str) -> str:
    values = numbers_of(item, "GraphicData")
    points = [values[at : at + dimensions] for at in range(0, len(values) - dimensions + 1, dimensions)]
    shown = ", ".join("(" + ", ".join(f"{value:g}" for value in point) + ")" for point in points[:_SHOWN_POINTS])
    count = f"{len(points):,} point{'s' if len(points) != 1 else ''}"
    more = ", …" if len(points) > _SHOWN_POINTS else ""
    return f"{line(text_of(item, 'GraphicType')) or 'region'}, {count}: {shown}{more}{unit}"


def _times(item: "Dataset") -> str:
    values = next(
        (
            f"{noun} {line(text)}"
            for keyword, noun in (
                ("ReferencedSamplePositions", "samples"),
                ("ReferencedTimeOffsets", "seconds"),
                ("ReferencedDateTime", "at"),
            )
            if (text := ", ".join(texts_of(item, keyword)))
        ),
        "",
    )
    return " ".join(part for part in (line(text_of(item, "TemporalRangeType")), values) if part)


def _uid_name(uid: str) -> str:
    """A registered UID by its name, any other as it is."""
    from pydicom.uid import UID  # noqa: PLC0415  only a worker needs it

    return UID(uid).name if uid else ""


_VALUES: dict[str, Callable[["Dataset"], str]] = {
    "TEXT": _text,
    "CODE": _code,
    "NUM": _number,
    "PNAME": _person,
    "DATE": _date,
    "TIME": _time,
    "DATETIME": _date_time,
    "UIDREF": _uid,
    "IMAGE": _object,
    "COMPOSITE": _object,
    "WAVEFORM": _object,
    "SCOORD": _region,
    "SCOORD3D": _region_3d,
    "TCOORD": _times,
    "CONTAINER": _container,
}
_UNNAMED = {
    "IMAGE": "image",
    "COMPOSITE": "object",
    "WAVEFORM": "waveform",
    "SCOORD": "region",
    "SCOORD3D": "region in space",
    "TCOORD": "time range",
    "CONTAINER": "section",
    "": "item",
}


def _facts(dataset: "Dataset") -> list[tuple[str, str]]:
    """What the document says of itself (PS3.3 C.17.2)."""
    content = f"{date_text(text_of(dataset, 'ContentDate'))} {time_text(text_of(dataset, 'ContentTime'))}".strip()
    completion = text_of(dataset, "CompletionFlag").lower()
    described = text_of(dataset, "CompletionFlagDescription")
    facts = [
        ("Content date", line(content)),
        ("Completion", line(f"{completion} ({described})" if described else completion)),
        ("Verification", line(text_of(dataset, "VerificationFlag").lower())),
    ]
    facts += [("Verified by", _observer(one)) for one in items_of(dataset, "VerifyingObserverSequence")]
    facts += [("Author", _author(one)) for one in items_of(dataset, "AuthorObserverSequence")]
    facts.append(("Preliminary", line(text_of(dataset, "PreliminaryFlag").lower())))
    replaced = sum(_counted(one) for one in items_of(dataset, "PredecessorDocumentsSequence"))
    if replaced:
        facts.append(("Replaces", f"{replaced} earlier document{'s' if replaced != 1 else ''}"))
    evidence = sum(_counted(one) for one in items_of(dataset, "CurrentRequestedProcedureEvidenceSequence"))
    if evidence:
        facts.append(("Evidence", f"{evidence:,} object{'s' if evidence != 1 else ''}"))
    return facts


def _observer(item: "Dataset") -> str:
    name = Patient("", text_of(item, "VerifyingObserverName")).display_name
    parts = (name, text_of(item, "VerifyingOrganization"), _moment(text_of(item, "VerificationDateTime")))
    return line(", ".join(part for part in parts if part))


def _author(item: "Dataset") -> str:
    person = text_of(item, "PersonName")
    name = Patient("", person).display_name if person else text_of(item, "StationName")
    return line(", ".join(part for part in (name, text_of(item, "InstitutionName")) if part))


def _counted(item: "Dataset") -> int:
    """Objects of one study."""
    return sum(len(items_of(one, "ReferencedSOPSequence")) for one in items_of(item, "ReferencedSeriesSequence"))


def _warnings(dataset: "Dataset") -> list[str]:
    told = []
    if text_of(dataset, "CompletionFlag").upper() == "PARTIAL":
        told.append("This document is partial: it is not finished.")
    if text_of(dataset, "VerificationFlag").upper() == "UNVERIFIED":
        told.append("Nobody has verified this document.")
    if not items_of(dataset, "ContentSequence"):
        told.append(plain("This document has no content."))
    return told

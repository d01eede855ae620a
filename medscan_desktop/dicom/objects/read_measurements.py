"""Reads the measurement groups of a structured report (PS3.16 TID 1500 and what resembles it), in a worker.

It says what the items say and judges nothing: which of it can be a measurement here is `dicom.objects.measured`'s.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects import measured_codes as terms
from medscan_desktop.dicom.objects.parsed import items_of, line, numbers_of, parsed, plain, text_of
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.workers.task import Task
from medscan_desktop.domain.object_kind import ObjectKind, object_kind

if TYPE_CHECKING:
    from pydicom import Dataset

_MOST_ITEMS, _MOST_GROUPS, _MOST_NUMBERS = 200_000, 2_000, 1_000_000
_DEEPEST = 64
_COORDINATES = ("SCOORD", "SCOORD3D")


def read_measurements(task: Task) -> Mapping[str, Any]:
    """Answers {"title", "study", "sop", "maker", "groups", "outside"}; `outside` names the numbers of no group.

    A group: {"tracking_id", "tracking_uid", "finding", "site", "is_target", "details", "remarks", "numbers", "shapes",
    "others"}. Codes are [value, scheme, meaning] or null; frames are counted from 1, as the report does.
    """
    with quiet():
        dataset = parsed(task.file)
        if object_kind(text_of(dataset, "SOPClassUID"), "", has_pixels=False) is not ObjectKind.REPORT:
            raise Malformed("is no structured report")
        if not items_of(dataset, "ContentSequence"):
            raise Malformed("is a report without content")
        return _Reader().read(dataset)


class _Reader:
    """Counts as it goes, so that a report made to be endless is refused and not read."""

    def __init__(self) -> None:
        self._items = 0
        self._numbers = 0

    def read(self, dataset: "Dataset") -> Mapping[str, Any]:
        groups, outside = [], []
        waiting = [(dataset, 0)]
        while waiting:  # a stack of our own: depth costs no recursion
            item, depth = waiting.pop()
            if _is(item, terms.GROUP):
                groups.append(self._group(item))
                if len(groups) > _MOST_GROUPS:
                    raise Malformed(f"holds more than {_MOST_GROUPS:,} measurement groups")
                continue
            if text_of(item, "ValueType") == "NUM":
                outside.append(line(_name(item)))
            waiting.extend((child, depth + 1) for child in reversed(self._children(item, depth)))
        return {
            "title": line(_name(dataset)) or "Report",
            "study": text_of(dataset, "StudyInstanceUID"),
            "sop": text_of(dataset, "SOPInstanceUID"),
            "maker": line(text_of(dataset, "Manufacturer"))[:64],
            "groups": groups,
            "outside": outside[:_MOST_GROUPS],
        }

    def _children(self, item: "Dataset", depth: int = 0) -> list["Dataset"]:
        found = items_of(item, "ContentSequence")
        self._items += len(found)
        if self._items > _MOST_ITEMS or depth > _DEEPEST:
            raise Malformed("holds more items, or deeper ones, than a report of measurements may")
        return found

    def _group(self, group: "Dataset") -> Mapping[str, Any]:
        made: dict[str, Any] = {
            "tracking_id": "",
            "tracking_uid": "",
            "finding": None,
            "site": None,
            "is_target": False,
            "details": "",
            "remarks": [],
            "numbers": [],
            "shapes": [],
            "others": [],
        }
        for item in self._children(group):
            kind, (value, scheme, _) = text_of(item, "ValueType"), _code(item, "ConceptNameCodeSequence")
            if kind == "NUM":
                made["numbers"].append(self._number(item))
            elif kind in _COORDINATES:
                made["shapes"].append(self._shape(item))
            elif kind == "TEXT" and value == terms.TRACKING_ID:
                made["tracking_id"] = text_of(item, "TextValue")
            elif kind == "UIDREF" and value == terms.TRACKING_UID:
                made["tracking_uid"] = text_of(item, "UID")
            elif kind == "CODE" and (value, scheme) == terms.FINDING:
                made["finding"] = _code(item, "ConceptCodeSequence")
            elif kind == "CODE" and (value, scheme) in (terms.SITE, terms.OLD_SITE):
                made["site"] = _code(item, "ConceptCodeSequence")
            elif kind == "CODE" and _is(item, terms.TARGET_LESION):
                made["is_target"] = _code(item, "ConceptCodeSequence")[0] == terms.YES.value
            elif kind == "TEXT" and _is(item, terms.DETAILS):
                made["details"] = text_of(item, "TextValue")
            elif kind == "TEXT":
                made["remarks"].append(plain(text_of(item, "TextValue")))
            elif kind not in ("UIDREF", "IMAGE"):
                made["others"].append(line(_name(item)) or kind.lower())
        return made

    def _number(self, item: "Dataset") -> Mapping[str, Any]:
        measured = next(iter(items_of(item, "MeasuredValueSequence")), None)
        exact = numbers_of(measured, "FloatingPointValue") if measured is not None else []
        written = numbers_of(measured, "NumericValue") if measured is not None else []
        derivation, shapes = None, []
        for child in self._children(item):
            if text_of(child, "ValueType") in _COORDINATES:
                shapes.append(self._shape(child))
            elif _code(child, "ConceptNameCodeSequence")[0] in ("121401", "G-C036"):  # DCM Derivation, SRT modifier
                derivation = _code(child, "ConceptCodeSequence")
        return {
            "name": _code(item, "ConceptNameCodeSequence"),
            "value": next(iter(exact or written), None),
            "unit": _code(measured, "MeasurementUnitsCodeSequence") if measured is not None else ["", "", ""],
            "derivation": derivation,
            "shapes": shapes,
        }

    def _shape(self, item: "Dataset") -> Mapping[str, Any]:
        data = numbers_of(item, "GraphicData")
        self._numbers += len(data)
        if self._numbers > _MOST_NUMBERS:
            raise Malformed("holds more coordinates than a report of measurements may")
        image = next((one for child in self._children(item) for one in items_of(child, "ReferencedSOPSequence")), None)
        return {
            "graphic": text_of(item, "GraphicType"),
            "data": data,
            "space": text_of(item, "ReferencedFrameOfReferenceUID"),
            "image": text_of(image, "ReferencedSOPInstanceUID") if image is not None else "",
            "frames": [int(one) for one in numbers_of(image, "ReferencedFrameNumber")] if image is not None else [],
            "of_matrix": text_of(item, "PixelOriginInterpretation") == "VOLUME",
        }


def _is(item: "Dataset", concept: Any) -> bool:
    return _code(item, "ConceptNameCodeSequence")[:2] == [concept.value, concept.scheme]


def _code(item: "Dataset", keyword: str) -> list[str]:
    for code in items_of(item, keyword)[:1]:
        values = (text_of(code, one) for one in _values(code))
        return [next(values, ""), text_of(code, "CodingSchemeDesignator"), line(text_of(code, "CodeMeaning"))]
    return ["", "", ""]


def _values(code: "Dataset") -> Iterator[str]:
    return (one for one in ("CodeValue", "LongCodeValue", "URNCodeValue") if text_of(code, one))


def _name(item: "Dataset") -> str:
    return _code(item, "ConceptNameCodeSequence")[2]

"""Any DICOM file as a tree of its attributes: tags, names, values. Long and binary values by their length alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from medscan_desktop.dicom.objects.parsed import line, parsed
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.text_nodes import MAX_DEPTH, Rows, tree_body
from medscan_desktop.dicom.workers.task import Task

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.tag import BaseTag

_LONGEST = 1_024  # bytes of a value that is shown, and letters
_LEFT_IN_FILE = 32 << 20  # bytes of a value (pixels, nearly always) that is not even read
_BINARY = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN", "OB or OW"))


def read_attributes(task: Task) -> Mapping[str, Any]:
    """Answers `text_nodes.tree_body`: one line an attribute, items and their attributes below it."""
    with quiet():
        dataset = parsed(task.file, defer_size=_LEFT_IN_FILE)
        rows = Rows()
        meta = dataset.file_meta if hasattr(dataset, "file_meta") else None
        if meta:
            rows.add(0, "File Meta Information")
            _add_all(rows, meta, 1)
        _add_all(rows, dataset, 0)
        name = getattr(getattr(dataset, "SOPClassUID", None), "name", "") or "DICOM object"
        syntax = getattr(getattr(meta, "TransferSyntaxUID", None), "name", "") if meta else ""
        facts = [("Type", line(str(name))), ("Transfer syntax", line(str(syntax)))]
        return tree_body("DICOM header", facts, rows)


def _add_all(rows: Rows, dataset: "Dataset", depth: int) -> None:
    """The attributes of a data set; recursion ends at the depth that is shown."""
    for tag in sorted(dataset.keys()):
        if rows.is_full:
            return
        _add(rows, dataset, tag, depth)


def _add(rows: Rows, dataset: "Dataset", tag: "BaseTag", depth: int) -> None:
    from pydicom.dataelem import RawDataElement  # noqa: PLC0415  only a worker needs it

    raw: Any = dataset.get_item(tag, keep_deferred=True)  # else pydicom opens the file by a name that it does not have
    if isinstance(raw, RawDataElement) and raw.length not in (0, 0xFFFFFFFF) and raw.value is None:  # left in the file
        rows.add(depth, _name(dataset, tag), f"{raw.length:,} bytes", raw.VR or _vr(tag))
        return
    try:
        element = dataset[tag]
    except Exception as error:  # what pydicom cannot convert is shown as such
        rows.add(depth, _name(dataset, tag), f"cannot be read ({type(error).__name__})", getattr(raw, "VR", "") or "")
        return
    if element.VR != "SQ":
        rows.add(depth, _name(dataset, tag), _value(element.value, element.VR), element.VR)
        return
    count = len(element.value)
    rows.add(depth, _name(dataset, tag), f"{count:,} item{'s' if count != 1 else ''}", "SQ")
    for number, item in enumerate(element.value, 1):
        if depth + 2 > MAX_DEPTH:
            rows.add(MAX_DEPTH + 1, "")  # says that there was more
            return
        if rows.add(depth + 1, f"Item {number}") < 0:
            return
        _add_all(rows, item, depth + 2)


def _name(dataset: "Dataset", tag: "BaseTag") -> str:
    """`(0010,0010) Patient's Name`; a private attribute by its creator."""
    from pydicom.datadict import dictionary_description, private_dictionary_description  # noqa: PLC0415  only a worker needs it

    number = f"({tag.group:04X},{tag.element:04X})"
    try:
        if not tag.is_private:
            return f"{number} {dictionary_description(tag)}"
        if tag.is_private_creator:
            return f"{number} Private Creator"
        creator = str(dataset[(tag.group, tag.element >> 8)].value)
        return f"{number} {private_dictionary_description(tag, creator)}"
    except Exception:  # a creator that cannot be converted, too
        return f"{number} {'Private' if tag.is_private else 'Unknown'}"


def _vr(tag: "BaseTag") -> str:
    from pydicom.datadict import dictionary_VR  # noqa: PLC0415  only a worker needs it

    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


def _value(value: Any, vr: str) -> str:
    from pydicom.multival import MultiValue  # noqa: PLC0415  only a worker needs it

    if value is None:
        return ""
    if isinstance(value, bytes) or vr in _BINARY:
        return f"{len(value):,} bytes" if hasattr(value, "__len__") else line(str(value))
    if vr == "UI":
        names = [getattr(one, "name", "") for one in ([value] if isinstance(value, str) else value)]
        text = str(value) if isinstance(value, str) else "\\".join(map(str, value))
        known = ", ".join(name for name in names if name and name not in text)
        return line(f"{text} ({known})" if known else text)[:_LONGEST]
    text = _joined(value) if isinstance(value, MultiValue | list | tuple) else str(value)
    return line(text[: 2 * _LONGEST])[:_LONGEST] + (" …" if len(text) > _LONGEST else "")


def _joined(values: Any) -> str:
    """Several values as DICOM writes them, no more than are shown."""
    parts, length = [], 0
    for one in values:
        parts.append(str(one))
        length += len(parts[-1]) + 1
        if length > _LONGEST:
            break
    return "\\".join(parts)

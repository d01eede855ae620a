"""Reads a key object selection (PS3.3 A.35.4), in a worker: its title, its description and the images it points out."""

from collections.abc import Iterator, Mapping
from typing import Any

from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.references import (
    Dataset,
    code_meaning,
    data_set,
    items_of,
    numbers_of,
    referenced_series,
    text_of,
)
from medscan_desktop.dicom.workers.task import Task

_DESCRIPTION = "113012"  # DCM, Key Object Description
_DEEPEST = 8


def read_keys(task: Task) -> Mapping[str, Any]:
    """`images` are [instance, frames from 0]; no frames means the whole instance."""
    dataset = data_set(task)
    with quiet():
        items = list(_content(dataset, _DEEPEST))
        return {
            "title": code_meaning(dataset, "ConceptNameCodeSequence"),
            "description": " ".join(
                text_of(item, "TextValue")
                for item in items
                if text_of(item, "ValueType") == "TEXT"
                and any(
                    text_of(name, "CodeValue") == _DESCRIPTION for name in items_of(item, "ConceptNameCodeSequence")
                )
            ),
            "created": f"{text_of(dataset, 'ContentDate')} {text_of(dataset, 'ContentTime')}".strip(),
            "images": [
                [
                    text_of(image, "ReferencedSOPInstanceUID"),
                    [int(one) - 1 for one in numbers_of(image, "ReferencedFrameNumber")],
                ]
                for item in items
                if text_of(item, "ValueType") in ("IMAGE", "COMPOSITE", "WAVEFORM")
                for image in items_of(item, "ReferencedSOPSequence")
            ],
            "references": referenced_series(dataset),
        }


def _content(dataset: Dataset, depth: int) -> Iterator[Dataset]:
    for item in items_of(dataset, "ContentSequence"):
        yield item
        if depth:
            yield from _content(item, depth - 1)

"""What objects about images say of them: which series and instances they mean, codes and texts. For workers alone.

`Dataset` is pydicom's, which takes half a second to import and so is known here by what it does.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.workers.task import Task
from medscan_desktop.domain.shown import shown

Dataset = Any
_DEEPEST = 8


def data_set(task: Task) -> Dataset:
    """The task's file as pydicom reads it, without the pixels."""
    import pydicom  # noqa: PLC0415  takes half a second: nothing may wait for it that reads no such object

    task.file.seek(0)
    with quiet():
        return pydicom.dcmread(task.file, stop_before_pixels=True, force=True)


def text_of(dataset: Dataset, keyword: str) -> str:
    """The value as one line that may be shown, "" where absent."""
    value = dataset.get(keyword)
    if value is None:
        return ""
    return shown(" ".join(map(str, value)) if _is_many(value) else str(value)).strip()


def numbers_of(dataset: Dataset, keyword: str) -> list[float]:
    """The values as numbers; empty where absent."""
    value = dataset.get(keyword)
    if value is None or value == "":
        return []
    return [float(part) for part in value] if _is_many(value) else [float(value)]


def _is_many(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and not hasattr(value, "components")


def items_of(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; empty where absent."""
    return list(dataset.get(keyword) or ())


def first_item(dataset: Dataset, keyword: str) -> Dataset:
    """The first item of a sequence; an empty one where there is none."""
    return next(iter(items_of(dataset, keyword)), {})


def code_meaning(dataset: Dataset, keyword: str) -> str:
    """The meaning of the code in a sequence, with its value where it has no meaning."""
    for item in items_of(dataset, keyword)[:1]:
        return text_of(item, "CodeMeaning") or text_of(item, "CodeValue")
    return ""


def referenced_series(dataset: Dataset) -> dict[str, list[str]]:
    """SOP Instance UIDs by Series Instance UID, from wherever the object lists them; "" for those without a series."""
    found: dict[str, dict[str, None]] = {}
    for series, instance in _references(dataset, "", _DEEPEST):
        found.setdefault(series, {})[instance] = None
    named = {instance for series, instances in found.items() if series for instance in instances}
    return {
        series: [instance for instance in instances if series or instance not in named]
        for series, instances in found.items()
    }


_REFERENCING = (
    "ReferencedSeriesSequence",
    "StudiesContainingOtherReferencedInstancesSequence",
    "CurrentRequestedProcedureEvidenceSequence",
    "ReferencedFrameOfReferenceSequence",
    "RTReferencedStudySequence",
    "RTReferencedSeriesSequence",
    "ReferencedInstanceSequence",
    "ReferencedImageSequence",
    "ReferencedSOPSequence",
    "ContourImageSequence",
    "SourceImageSequence",
)


def _references(dataset: Dataset, series: str, depth: int) -> Iterator[tuple[str, str]]:
    own = str(dataset.get("SeriesInstanceUID") or "") if depth < _DEEPEST else ""
    series = own or series
    instance: Any = dataset.get("ReferencedSOPInstanceUID")
    if instance and depth < _DEEPEST and "RTReferencedSeriesSequence" not in dataset:
        yield series, str(instance)
    if depth:
        for keyword in _REFERENCING:
            for item in items_of(dataset, keyword):
                yield from _references(item, series, depth - 1)

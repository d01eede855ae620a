"""A real series on the way that the product takes: scan, group, load."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.headers.study import series_of
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.sources.find import find_files
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.study import Series
from medscan_desktop.imaging.volume import Volume
from tests.support.pool import process_workers


@dataclass(frozen=True, eq=False)
class Loaded:
    """A stack with its pixels."""

    series: Series
    plan: StackPlan
    volume: Volume


@cache
def loaded(path: Path) -> Loaded:
    """The largest stack of a folder or file, completely loaded."""
    sources = [source for source in find_files([path]) if isinstance(source, Source)]
    headers = []
    for source in sources:
        with source.open() as stream:
            headers.append(scan(stream, source.label))
    plan = max(group(headers).stacks, key=lambda stack: len(stack.frames))
    opened = {header.sop_instance_uid: source for header, source in zip(headers, sources, strict=True)}
    loading = start_load(plan, lambda uid: opened[uid].open(), process_workers())
    assert loading.wait(60)
    assert not loading.failures
    return Loaded(series_of(plan.headers[0]), plan, loading.volume)

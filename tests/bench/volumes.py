"""A folder of slices to a sorted volume, as the product does it."""

from pathlib import Path

import numpy as np

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.sources.find import find_files
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.study import InstanceUid


def our_volume(folder: Path, workers: Workers) -> np.ndarray:
    """Folder to sorted volume, as an import and an opening would do it one after the other."""
    headers, paths = [], {}
    for source in find_files([folder]):
        assert isinstance(source, Source)
        with source.open() as stream:
            header = scan(stream, source.label)
        headers.append(header)
        paths[header.sop_instance_uid] = source
    (plan,) = group(headers).stacks
    loading = start_load(plan, lambda uid: paths[InstanceUid(uid)].open(), workers, threads=2)
    loading.wait()
    assert loading.volume.is_complete, loading.failures[:1]
    return loading.volume.values

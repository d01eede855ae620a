"""DICOM Segmentation files (PS3.3 A.51) from a data set that `dicom.objects.write_seg` has built."""

import io
from typing import TYPE_CHECKING

from medscan_desktop.domain.export import Format

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

FORMAT = Format("seg", "DICOM Segmentation", ".dcm")


def seg_bytes(dataset: "Dataset") -> bytes:
    """The Part 10 file."""
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()

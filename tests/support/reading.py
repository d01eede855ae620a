"""Handlers asked as a worker asks them, on the file of a data set."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.workers.task import Handler, Task
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.scene.document import Document
from medscan_desktop.workstation.documents import read_document
from tests.support.made_documents import file_of


def asked(handler: Handler, content: bytes, **body: Any) -> tuple[Mapping[str, Any], list[np.ndarray]]:
    """What the handler answers on a file of these bytes, and what it emits."""
    arrays: list[np.ndarray] = []
    answer = handler(Task(body, io.BytesIO(content), lambda array: arrays.append(array.copy())))
    return answer, arrays


def header_of_file(content: bytes) -> Header:
    """What the scanner reads of it."""
    return scan(io.BytesIO(content), "made.dcm")


def opened(dataset: Dataset | bytes) -> Document:
    """The document that a data set, or a file, opens as."""
    content = dataset if isinstance(dataset, bytes) else file_of(dataset)
    return read_document(InlineWorkers(), lambda: io.BytesIO(content), header_of_file(content))

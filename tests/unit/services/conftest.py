"""A workstation of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.support.desks import Sitting, sitting


@pytest.fixture
def at(tmp_path: Path, qapp: QApplication) -> Iterator[Sitting]:
    """With widgets' application, for thumbnails would make one without, and a window's tests may follow."""
    with sitting(tmp_path) as made:
        yield made

"""A workstation of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desks import Sitting, sitting


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Sitting]:
    with sitting(tmp_path) as made:
        yield made

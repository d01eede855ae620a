"""A fresh library for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.homes import Library, new_library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with new_library(tmp_path) as made:
        yield made

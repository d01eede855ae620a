"""One application a process: the widget tests need the kind with widgets, before any picture makes the other."""

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(scope="session", autouse=True)
def _application(qapp: QApplication) -> None:
    """For the tests that draw."""

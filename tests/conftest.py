"""What holds for every test: no screen, no unexpected log lines, no wandering out of the temporary folder."""

import logging
import os
from collections.abc import Iterator

import pytest

from tests.support.pool import close_pool

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")  # pictures do not depend on the machine's graphics card


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden pictures anew")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "expects_log: this test is about something that is logged")


def pytest_sessionfinish() -> None:
    close_pool()


@pytest.fixture(autouse=True)
def _no_unexpected_log(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning or an error in the log that no test asked for is a failure."""
    yield
    if request.node.get_closest_marker("expects_log"):
        return
    lines = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING
    ]
    assert not lines, "unexpected log lines:\n" + "\n".join(lines)

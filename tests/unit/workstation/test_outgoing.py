"""An export that cannot be written leaves nothing behind but its failure in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from medscan_desktop.domain.audit import Outcome
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.workstation.outgoing import write_out


@pytest.fixture
def told() -> list[tuple[str, str, Outcome]]:
    return []


@pytest.fixture
def ctx(told: list[tuple[str, str, Outcome]]) -> Any:
    @contextmanager
    def records(action: str, object_id: str = "", *, outcome: Outcome = Outcome.SUCCESS) -> Iterator[None]:
        yield
        told.append((action, object_id, outcome))

    return SimpleNamespace(records=records)


def test_a_file_that_was_written_has_had_its_event(ctx: Any, told: list[Any], tmp_path: Path) -> None:
    write_out(ctx, "export.seg", "f", tmp_path / "seg.dcm", b"content")

    assert (tmp_path / "seg.dcm").read_bytes() == b"content"
    assert told == []


def test_a_file_that_cannot_be_written_is_named_and_logged(ctx: Any, told: list[Any], tmp_path: Path) -> None:
    out = tmp_path / "absent" / "seg.dcm"

    with pytest.raises(FileRefused, match="absent"):
        write_out(ctx, "export.seg", "f", out, b"content")

    assert told == [("export.seg", "f", Outcome.FAILURE)]
    assert not out.parent.exists()

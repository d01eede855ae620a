"""Every kind of hostile and broken file, imported and opened in the real window, costs itself and nothing else."""

import re
from pathlib import Path

import pytest

from tests.support.hostile import Hostile
from tests.support.hostile_kinds import KINDS
from tests.support.hostile_window import LONGEST_S, Ended, run_kinds
from tests.support.windows import Open

AT_LEAST = 60
MOST_MEMORY_MB = 200
LONGEST_STALL_MS = 1000  # 100 ms by the table on a quiet machine; a loaded one must not fail a sound build


@pytest.mark.timeout(900)
def test_every_kind_ends_as_it_must_and_the_window_lives(desk: Open, tmp_path: Path) -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= AT_LEAST
    outside = sorted(path.name for path in tmp_path.iterdir())

    rows = run_kinds(desk, KINDS)

    wrong = [text for kind, row in zip(KINDS, rows, strict=True) if (text := _wrong(kind, row))]
    assert not wrong, "\n".join(wrong)
    assert desk.desk.isVisible()
    assert sorted(path.name for path in tmp_path.iterdir()) == outside, "something was written outside the home"
    assert not Path("/tmp/owned").exists() and not Path("/tmp/owned.dcm").exists()


def _wrong(kind: Hostile, row: Ended) -> str:
    if row.outcome not in kind.ends.split("|"):
        return f"{kind.name}: {row.outcome} ({row.reason}), not {kind.ends}"
    if row.outcome in ("refused", "damaged") and not re.search(kind.says, row.reason):
        return f"{kind.name}: does not say {kind.says!r} but {row.reason!r}"
    if row.seconds > LONGEST_S or row.stall_ms > LONGEST_STALL_MS or row.memory_mb > MOST_MEMORY_MB:
        return f"{kind.name}: {row.seconds:.1f} s, stalled {row.stall_ms:.0f} ms, {row.memory_mb:+.0f} MB"
    return ""

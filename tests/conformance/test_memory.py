"""Memory as the system counts it: each measurement in a process of its own that has done nothing else.

The bounds leave room for a busy machine and fail for a second copy of the volume, or a whole one where it must not be.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.large_series import write_large_series

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
ROOT = Path(__file__).resolve().parents[2]
SLICES = 300  # 157 MB at 512 x 512
VALUES = SLICES * 512 * 512 * 2
MB = 1_000_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_large_series(tmp_path_factory.mktemp("large") / "files", SLICES)


def measured(what: str, folder: Path, budget_mb: int = 0, *, before: str = "") -> dict[str, Any]:
    """The measurement `what`; `before` is a shell command such as `ulimit -v`."""
    command = f"{before} exec {sys.executable} -m tests.support.memory_probe {what} {folder} {budget_mb}"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert answer["failures"] == 0
    return answer


def test_loading_takes_little_more_than_the_volume(large: Path) -> None:
    found = measured("whole", large)

    assert found["whole"] == found["values"] == VALUES
    assert found["peak_loading"] < 1.3 * VALUES
    assert found["peak_loading"] > 0.9 * VALUES, "the measurement does not see the volume"


def test_the_need_told_beforehand_is_what_is_taken(large: Path) -> None:
    """From headers alone, within a tenth of what the system then counts; never far below it."""
    whole, space = measured("whole", large), measured("space", large)

    assert whole["peak_loading"] == pytest.approx(whole["need"], rel=0.15)
    assert space["peak"] == pytest.approx(space["need_with_3d"], rel=0.35)


def test_shaded_3d_takes_no_second_copy_of_the_volume(large: Path) -> None:
    found = measured("space", large)

    assert found["peak"] < 3 * VALUES
    assert found["peak"] - found["peak_loading"] < 1.2 * VALUES


def test_averaged_as_it_comes_the_whole_never_exists(large: Path) -> None:
    found = measured("fit", large, 100)

    assert found["values"] == VALUES / 2
    assert found["peak"] < 100 * MB
    assert "512×512×300 needs 171 MB of 100 MB" in found["warnings"][0]


def test_slice_by_slice_no_more_is_held_than_there_is_room_for(large: Path) -> None:
    """The buffer is the whole volume's in addresses; the system counts what is really there."""
    found = measured("slices", large, 100)

    assert found["values"] == VALUES
    assert found["peak"] < 65 * MB  # half of the room, and the loading threads
    assert found["held_most"] < 100


def test_within_an_address_limit_less_is_loaded_and_nothing_crashes(large: Path) -> None:
    """`ulimit -v` lets the program start and have no whole volume: it shows less and says so."""
    limit_kib = _addresses_to_start(large) + 110_000  # the volume has 153,600
    found = measured("whole", large, before=f"export MALLOC_ARENA_MAX=1; ulimit -v {limit_kib};")

    assert found["values"] < VALUES
    assert found["warnings"][0].startswith("shown at half resolution")


def _addresses_to_start(large: Path) -> int:
    """KiB of addresses that the program has when it is about to load."""
    code = (
        "import tests.support.memory_probe as probe\n"
        f"probe.planned(probe.Path({str(large)!r}))\n"
        "print(probe._status('VmSize') // 1024)\n"
    )
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=environment
    )
    return int(done.stdout)

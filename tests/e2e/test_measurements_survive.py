"""A program killed while it saves measurements: what was saved is there to the last bit, the rest is whole or absent.

Must hold for `kill -9` at any moment: no step that the workstation has answered is lost, none is half.
"""

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from medscan_desktop.domain.measurement import Measurement, MeasurementId
from medscan_desktop.persistence.home import Home
from tests.support.homes import opened_again
from tests.support.measuring_writer import STUDY, made
from tests.support.windows import make_home

KILLS, WAIT_S = 3, 60.0
Known = dict[MeasurementId, Measurement | None]


def test_after_kill_9_every_saved_measurement_is_identical(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    dice, known, first = random.Random(11), {}, 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.measuring_writer", str(home.root), str(first)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        before, lines = dict(known), []
        assert process.stdout is not None
        wanted = dice.randint(20, 120)
        while len(lines) < wanted and (line := process.stdout.readline()):
            lines.append(line)
        process.kill()
        lines += process.stdout.readlines()  # what it said before it died
        process.wait(WAIT_S)
        process.stdout.close()
        known, begun = _told(before, lines)
        found = _found(home.root)

        assert begun is not None and process.returncode == -9
        last, states = begun
        assert found.get(last) in states, "the step under way is half there"
        known[last] = found.get(last)
        assert found == {key: one for key, one in known.items() if one is not None}
        first = int(last[1:]) + 1


def _told(known: Known, lines: list[str]) -> tuple[Known, tuple[MeasurementId, tuple[Measurement | None, ...]] | None]:
    """What must be there after all answered steps; and of the last one tried both what was and what may be."""
    known, begun = dict(known), None
    for line in lines:
        if not line.endswith("\n"):
            continue
        word, what, number, revision = line.split()
        after = None if what == "delete" else made(int(number), int(revision))
        key = made(int(number)).id
        if word == "try":
            begun = key, (known.get(key), after)
        else:
            known[key] = after
    return known, begun


def _found(root: Path) -> Known:
    """What another process reads; its author is whoever was logged in."""
    with opened_again(Home(root)) as library, library.records("health.check") as records:
        assert records.integrity_problems() == []
        assert records.audit.verify().problems == ()
        found = records.measurements.of_study(STUDY)
    assert all(one.created_by is not None for one in found)
    return {one.id: replace(one, created_by=None) for one in found}

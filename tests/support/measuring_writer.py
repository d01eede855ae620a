"""A process that saves, changes and deletes measurements until it is killed; run as a module.

It says each step before it begins ("try") and after the workstation has answered ("done"), so that whoever kills it
knows what must be there. The same number makes the same measurement everywhere.
"""

import random
import sys
from dataclasses import replace
from pathlib import Path

from medscan_desktop.app.build import build
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point, Statistics
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import unlock
from medscan_desktop.services.measurements import delete_measurement, save_measurement
from medscan_desktop.services.session import log_in
from medscan_desktop.workstation.jobs import InlineJobs
from tests.support.homes import PASSPHRASE
from tests.support.windows import PASSWORD, USER

STUDY = StudyUid("1.2.3")
KINDS = tuple(MeasurementKind)
_POINTS = {MeasurementKind.FREEHAND: 300, MeasurementKind.POLYLINE: 40}  # of the others three


def made(number: int, revision: int = 0) -> Measurement:
    """Measurement `number` as it is drawn (0), or as it stands after so many changes: any doubles, to the last bit."""
    dice = random.Random(number * 1000 + revision)
    kind = KINDS[number % len(KINDS)]

    def place() -> Point:
        return dice.uniform(-500, 500), dice.gauss(0, 1e-3), dice.uniform(-1, 1) * 10 ** dice.randint(-9, 9)

    return Measurement(
        id=MeasurementId(f"m{number}"),
        study_instance_uid=STUDY,
        series_instance_uid=SeriesUid("1.2.3.4"),
        sop_instance_uid=InstanceUid("1.2.3.4.5"),
        frame=number,
        kind=kind,
        points=tuple(place() for _ in range(_POINTS.get(kind, 3))),
        normal=place(),
        unit="mm",
        calibration="",
        length=dice.uniform(0, 300),
        statistics=Statistics(number, dice.uniform(0, 1e4), dice.gauss(0, 100), 1 / 3, -1e-7, 1e9, "HU"),
        created_at=f"2026-01-02T03:04:05.{number:06}+00:00",
        text="Zyste, Жанна, 囊肿" * (number % 3),
        method="sampled every 0.7 mm",
    )


def steps(first: int) -> "list[tuple[str, int, int]]":
    """What is done in turn from a number on: (what, number, revision)."""
    found = []
    for number in range(first, first + 400):
        found.append(("save", number, 0))
        if number % 2:
            found.append(("save", number, 1))
        if number % 7 == 3:
            found.append(("delete", number, 0))
    return found


def main(home: Path, first: int) -> None:
    parts = build(Home(home), unlock(Home(home), passphrase=PASSPHRASE), InlineJobs())
    workstation = parts.workstation
    workstation.answer(log_in, name=USER, password=PASSWORD)
    for what, number, revision in steps(first):
        print("try", what, number, revision, flush=True)
        if what == "delete":
            workstation.answer(delete_measurement, measurement_id=made(number).id)
        else:
            author = workstation.user.id if workstation.user else None
            workstation.answer(save_measurement, measurement=replace(made(number, revision), created_by=author))
        print("done", what, number, revision, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

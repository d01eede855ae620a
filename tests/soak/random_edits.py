"""Thousands of small edits, all undone, all done again: what is on screen and in the records is what it was."""

import hashlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point
from medscan_desktop.imaging.voi import Window
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.measurements import delete_measurement, save_measurement
from medscan_desktop.services.studies import open_study
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.commands import UI_COMMANDS
from medscan_desktop.workstation.history import STEP_BYTES
from tests.support.desks import Sitting, sitting
from tests.support.dicom_files import series

Random = np.random.Generator
_WRONG = ("Something went wrong", "Undo keeps as many")
Edit = Callable[["Reader", Random], None]
# Where the eye is, what the hand holds: no step of undo, and none of what must come back.
_PASSING = frozenset({"selected", "drafts", "active", "tool", "focus", "frame", "mouse"})
_POINTS = {
    MeasurementKind.LENGTH: 2,
    MeasurementKind.ANGLE: 3,
    MeasurementKind.COBB: 4,
    MeasurementKind.BIDIRECTIONAL: 4,
    MeasurementKind.POLYLINE: 5,
    MeasurementKind.ELLIPSE: 3,
    MeasurementKind.RECTANGLE: 3,
    MeasurementKind.FREEHAND: 9,
    MeasurementKind.SPHERE: 2,
    MeasurementKind.ARROW: 2,
    MeasurementKind.TEXT: 1,
    MeasurementKind.PROBE: 1,
}


class Reader:
    """Somebody who edits, and what can be undone of it."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.workstation = sitting.parts.workstation
        self.actions = ViewerActions(self.workstation)

    @property
    def workspace(self) -> Workspace:
        return self.workstation.store.workspace

    def wait(self) -> None:
        """Until every image has arrived: what comes by itself is nobody's edit."""
        until = time.monotonic() + 20
        while any(
            stack.volume is not None and stack.loaded_count < stack.frame_count for stack in self.workspace.stacks
        ):
            assert time.monotonic() < until
            time.sleep(0.01)

    def state(self) -> str:
        """The hash of what is on screen and of what lives in the records, without audit and revisions."""
        study = self.workspace.study
        assert study is not None
        with self.sitting.records() as records:
            live = [
                sorted(records.measurements.of_study(study.study_instance_uid), key=lambda one: one.id),
                sorted(records.findings.of_study(study.study_instance_uid), key=lambda one: one.id),
            ]
        shown = replace(self.workspace, measurements=tuple(sorted(self.workspace.measurements, key=lambda one: one.id)))
        return hashlib.sha256(repr((_plain(shown), _plain(live))).encode()).hexdigest()


def random_edits(seed: int, count: int = 150) -> None:
    """So many edits, so many undos, so many redos."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder, sitting(Path(folder)) as place:
        place.bring("ct", series(8, Rows=16, Columns=16, PixelData=bytes(512)))
        place.ask(open_study, study_instance_uid=place.studies()[0].study_instance_uid)
        reader = Reader(place)
        reader.wait()
        workstation = reader.workstation
        workstation.history.budget = 2 * count * STEP_BYTES
        first = reader.state()
        while len(workstation.history.done) < count:
            EDITS[int(rng.integers(len(EDITS)))](reader, rng)
        last = reader.state()
        _repeat(workstation.undo, lambda: workstation.undo_name)
        assert reader.state() == first, "undone, it is not what it was"
        _repeat(workstation.redo, lambda: workstation.redo_name)
        assert reader.state() == last, "done again, it is not what it had become"
        assert len(workstation.history.done) == count
        assert not [notice for notice in workstation.notices if notice.startswith(_WRONG)], workstation.notices[-3:]


def ten_thousand_edits(seed: int) -> None:
    """The long one."""
    random_edits(seed, 10_000)


def _repeat(step: Callable[[], None], name: Callable[[], str]) -> None:
    while name():
        step()


def _draw(reader: Reader, rng: Random) -> None:
    kind = list(MeasurementKind)[int(rng.integers(len(MeasurementKind)))]
    reader.workstation.do(save_measurement, measurement=_measurement(reader, rng, kind))


def _move(reader: Reader, rng: Random) -> None:
    one = _some_measurement(reader, rng)
    if one is not None:
        moved = replace(one, points=(_point(rng), *one.points[1:]))
        reader.workstation.do(save_measurement, measurement=moved)


def _delete(reader: Reader, rng: Random) -> None:
    one = _some_measurement(reader, rng)
    if one is not None:
        reader.workstation.do(delete_measurement, measurement_id=one.id)


def _window(reader: Reader, rng: Random) -> None:
    _activate(reader, rng)
    reader.actions.use_window(Window(float(rng.integers(-600, 600)), float(rng.integers(1, 3000))))


def _invert(reader: Reader, rng: Random) -> None:
    _activate(reader, rng)
    reader.actions.invert()


def _turn(reader: Reader, rng: Random) -> None:
    _activate(reader, rng)
    reader.actions.rotate(float(rng.integers(1, 360)))


def _mirror(reader: Reader, rng: Random) -> None:
    _activate(reader, rng)
    reader.actions.flip(bool(rng.integers(2)))


def _reset(reader: Reader, rng: Random) -> None:
    _activate(reader, rng)
    reader.actions.reset()


def _layout(reader: Reader, rng: Random) -> None:
    _activate(reader, rng)
    reader.actions.next_layout()


def _command(reader: Reader, rng: Random) -> None:
    """Any command of the window that is a step of undo; what is none (zooming, scrolling) is put back."""
    _activate(reader, rng)
    command = COMMANDS[int(rng.integers(len(COMMANDS)))]
    before, steps = reader.workspace, reader.workstation.history.done
    if command.is_possible(reader.actions):
        command.run(reader.actions)
    if reader.workstation.history.done == steps:
        reader.workstation.store.update(lambda _: before)


# Nothing that goes to other images, takes a finding's fate in hand, or goes through the history itself.
_OTHERS = (
    "image.",
    "series.",
    "phase.",
    "cine.",
    "study.",
    "finding.",
    "edit.",
    "window.l",
    "window.s",
    "prior.",
    "export.",
    "report.",
    "keep.",
)
COMMANDS = tuple(one for one in UI_COMMANDS if not one.name.startswith(_OTHERS) and not one.label.endswith("…"))
EDITS: tuple[Edit, ...] = (
    *(_draw, _draw, _move, _delete, _window, _invert, _turn, _mirror, _reset, _layout),
    *(_command, _command, _command, _command),
)


def _activate(reader: Reader, rng: Random) -> None:
    views = reader.workspace.views
    chosen = views[int(rng.integers(len(views)))].id
    reader.workstation.store.update(lambda workspace: replace(workspace, active=chosen))


def _some_measurement(reader: Reader, rng: Random) -> Measurement | None:
    saved = reader.workspace.measurements
    return saved[int(rng.integers(len(saved)))] if saved else None


def _measurement(reader: Reader, rng: Random, kind: MeasurementKind) -> Measurement:
    workspace = reader.workspace
    stack = next(stack for stack in workspace.stacks if stack.frame_count)  # cells may be empty by now
    assert workspace.study is not None
    return Measurement(
        id=MeasurementId(str(UUID(bytes=rng.bytes(16)))),
        study_instance_uid=workspace.study.study_instance_uid,
        series_instance_uid=stack.series_instance_uid,
        sop_instance_uid=None,
        frame=int(rng.integers(stack.frame_count)),
        kind=kind,
        points=tuple(_point(rng) for _ in range(_POINTS[kind])),
        normal=(0.0, 0.0, 1.0),
        unit="mm",
        calibration="",
    )


def _point(rng: Random) -> Point:
    x, y, z = (float(value) for value in rng.uniform(-50, 50, 3))
    return x, y, z


def _plain(value: Any) -> Any:
    """The value without what passes, as something whose repr tells any two apart; pixels by their place in memory."""
    if isinstance(value, np.ndarray):
        return id(value)
    if is_dataclass(value) and not isinstance(value, type):
        held = [field.name for field in fields(value) if field.name not in _PASSING]
        return type(value).__name__, [(name, _plain(getattr(value, name))) for name in held]
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "items"):
        return sorted((repr(key), _plain(one)) for key, one in value.items())
    return value

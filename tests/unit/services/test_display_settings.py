"""Presets of a user, sizes of screens, calibrations of images: kept, given back, undone; another user has others."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point, Statistics
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.domain.user import Role, User, UserId
from medscan_desktop.domain.user_calibration import CalibrationId, UserCalibration
from medscan_desktop.imaging.voi import VoiFunction, Window
from medscan_desktop.imaging.window import PRESETS
from medscan_desktop.persistence.records import Records
from medscan_desktop.services.calibrations import list_calibrations, remove_calibration, save_calibration
from medscan_desktop.services.display import read_display, save_presets, save_screen
from medscan_desktop.services.measurements import list_measurements, save_measurement
from tests.support.desks import ADA, Sitting, sitting

BEN = User(UserId("u2"), "ben", "Ben", frozenset({Role.RADIOLOGIST}))
OWN = (Window(35, 90, name="My brain"), Window(0.4, 0.5, VoiFunction.LINEAR_EXACT, "Narrow"))


@pytest.fixture
def reader(tmp_path: Path):
    with sitting(tmp_path) as made:
        yield made


def test_a_users_presets_come_back_in_their_order_and_are_nobody_elses(reader: Sitting) -> None:
    reader.ask(save_presets, presets=MappingProxyType({**PRESETS, "CT": OWN, "MR": OWN[:1]}))

    assert reader.ask(read_display).presets == {**PRESETS, "CT": OWN, "MR": OWN[:1]}
    reader.parts.workstation.user = BEN
    assert reader.ask(read_display).presets == PRESETS
    reader.parts.workstation.user = ADA
    reader.ask(save_presets, presets=PRESETS)
    assert reader.ask(read_display).presets == PRESETS


def test_presets_that_are_none_are_left_out(reader: Sitting) -> None:
    def put(records: Records) -> None:
        body = {
            "CT": [{"name": "Good", "centre": 1, "width": 2}, {"name": "Bad", "centre": "x", "width": 0}, 7],
            "MR": 3,
        }
        records.preferences.put(f"presets.{ADA.id}", body)

    with reader.records() as records:
        put(records)

    found = reader.ask(read_display).presets
    assert found["CT"] == (Window(1, 2, name="Good"),)
    assert "MR" not in found


def test_a_measured_screen_is_known_until_it_is_forgotten(reader: Sitting) -> None:
    reader.ask(save_screen, screen="EIZO · 123", mm_per_pixel=0.27)
    reader.ask(save_screen, screen="Laptop", mm_per_pixel=0.11)
    assert reader.ask(read_display).screens == {"EIZO · 123": 0.27, "Laptop": 0.11}

    reader.ask(save_screen, screen="EIZO · 123", mm_per_pixel=None)
    assert reader.ask(read_display).screens == {"Laptop": 0.11}


@pytest.mark.parametrize("size", [0.0, -1.0, float("nan"), 7.0])
def test_no_screen_has_pixels_of_such_a_size(reader: Sitting, size: float) -> None:
    with pytest.raises(Unsuitable):
        reader.ask(save_screen, screen="S", mm_per_pixel=size)


def calibration(known: float, image: str | None = "1.2.3.1", name: str = "c1") -> UserCalibration:
    uid = InstanceUid(image) if image else None
    return UserCalibration(CalibrationId(name), StudyUid("1.2"), SeriesUid("1.2.3"), uid, 40.0, "px", known)


def kept(reader: Sitting) -> list[float]:
    return [one.factor for one in reader.ask(list_calibrations, study_instance_uid=StudyUid("1.2"))]


def test_a_calibration_is_kept_undone_and_done_again(reader: Sitting) -> None:
    workstation = reader.parts.workstation
    reader.ask(save_calibration, calibration=calibration(20.0))
    assert kept(reader) == [0.5]
    assert [one.factor for one in workstation.store.workspace.calibrations] == [0.5]

    workstation.undo()
    assert kept(reader) == []
    assert workstation.store.workspace.calibrations == ()
    workstation.redo()
    assert kept(reader) == [0.5]


def test_another_calibration_of_the_same_image_takes_the_place_of_the_first(reader: Sitting) -> None:
    reader.ask(save_calibration, calibration=calibration(20.0))
    reader.ask(save_calibration, calibration=calibration(80.0, name="c2"))
    assert kept(reader) == [2.0]

    reader.parts.workstation.undo()
    assert kept(reader) == [0.5]


def test_a_removed_calibration_comes_back_with_undo(reader: Sitting) -> None:
    saved = reader.ask(save_calibration, calibration=calibration(20.0))
    reader.ask(remove_calibration, calibration_id=saved.id)
    assert kept(reader) == []

    reader.parts.workstation.undo()
    assert kept(reader) == [0.5]


def drawn(kind: MeasurementKind, *points: Point) -> Measurement:
    return Measurement(
        MeasurementId(kind),
        StudyUid("1.2"),
        SeriesUid("1.2.3"),
        InstanceUid("1.2.3.1"),
        0,
        kind,
        points,
        (0, 0, 1),
        "px",
        "px",
    )


def test_saved_measurements_go_with_the_calibration_and_back(reader: Sitting) -> None:
    ends = drawn(MeasurementKind.LENGTH, (0, 0, 0), (30, 40, 0))
    box = drawn(MeasurementKind.RECTANGLE, (0, 0, 0), (10, 0, 0), (0, 5, 0))
    values = Statistics(7, None, 1.0, 0.0, 1.0, 1.0, "")
    for one in (replace(ends, length=50.0), replace(box, statistics=values)):
        reader.ask(save_measurement, measurement=one)

    def numbers() -> dict[str, tuple[object, ...]]:
        found = reader.ask(list_measurements, study_instance_uid=StudyUid("1.2"))
        areas = {one.id: one.statistics.area_mm2 if one.statistics else None for one in found}
        return {one.kind.value: (one.length, areas[one.id], one.unit, one.calibration) for one in found}

    before = numbers()
    reader.ask(save_calibration, calibration=calibration(20.0))  # half a millimetre a pixel
    assert numbers() == {
        "length": (25.0, None, "mm", "user calibration"),
        "rectangle": (None, 50.0, "mm", "user calibration"),
    }
    reader.ask(save_calibration, calibration=calibration(400.0, image=None, name="c2"))
    assert numbers()["length"][0] == 25.0, "the image's own calibration holds before its series'"
    reader.ask(remove_calibration, calibration_id=CalibrationId("c1"))
    assert numbers()["length"][0] == 500.0
    reader.parts.workstation.undo()
    reader.parts.workstation.undo()
    reader.parts.workstation.undo()
    assert numbers() == before


@pytest.mark.parametrize("known", [0.0, -3.0, float("inf"), 20_000.0])
def test_a_length_that_is_none_is_refused(reader: Sitting, known: float) -> None:
    with pytest.raises(Unsuitable):
        reader.ask(save_calibration, calibration=calibration(known))

"""Own 3D presets: of one user and one modality, whole or not at all, with undo."""

from dataclasses import replace

import pytest

from medscan_desktop.domain.errors import Damaged, MedScanError
from medscan_desktop.scene.look import Look, LookPoint
from medscan_desktop.services.looks import delete_look, read_looks, save_look
from tests.support.desks import Sitting

LOOK = Look("x", (LookPoint(0, 0, (0, 0, 0)), LookPoint(100, 0.5, (1, 0.5, 0)), LookPoint(300, 1, (1, 1, 1))))


def test_a_look_is_kept_by_modality_and_read_back_the_same(at: Sitting) -> None:
    at.ask(save_look, modality="CT", look=replace(LOOK, edges=True), name=" My  vessels ")
    at.ask(save_look, modality="MR", look=LOOK, name="Brain")

    looks = at.ask(read_looks)
    assert looks["CT"] == (replace(LOOK, name="My vessels", edges=True),)
    assert [one.name for one in looks["MR"]] == ["Brain"]


def test_the_same_name_replaces_and_undo_brings_back(at: Sitting) -> None:
    at.ask(save_look, modality="CT", look=LOOK, name="A")
    at.ask(save_look, modality="CT", look=LOOK.shifted(50), name="A")
    assert at.ask(read_looks)["CT"] == (replace(LOOK.shifted(50), name="A"),)

    at.parts.workstation.undo()
    assert at.ask(read_looks)["CT"] == (replace(LOOK, name="A"),)
    at.parts.workstation.undo()
    assert at.ask(read_looks) == {}
    at.parts.workstation.redo()
    at.ask(delete_look, modality="CT", name="A")
    assert at.ask(read_looks) == {}


def test_a_look_without_a_name_is_refused_and_one_that_is_not_there(at: Sitting) -> None:
    with pytest.raises(MedScanError):
        at.ask(save_look, modality="CT", look=LOOK, name="  ")
    with pytest.raises(MedScanError):
        at.ask(delete_look, modality="CT", name="none")


@pytest.mark.parametrize(
    "change",
    [
        {"points": []},
        {"points": [[0, 0, 0, 0, 0]]},
        {"points": [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]},
        {"points": [[0, 2, 0, 0, 0], [1, 0, 0, 0, 0]]},
        {"points": [[0, 0, 0, 0, 9], [1, 0, 0, 0, 0]]},
        {"points": [[0, 0, 0, 0, float("nan")], [1, 0, 0, 0, 0]]},
        {"points": [[0, True, 0, 0, 0], [1, 0, 0, 0, 0]]},
        {"points": [[0, 0, 0, 0, 0]] * 41},
        {"name": ""},
        {"name": "x" * 61},
        {"shaded": "yes"},
        {"background": [0, 0]},
    ],
)
def test_a_stored_look_that_nobody_wrote_is_refused(change: dict[str, object]) -> None:
    assert Look.from_json(LOOK.to_json()) == LOOK
    with pytest.raises(Damaged):
        Look.from_json({**LOOK.to_json(), **change})


def test_a_point_cannot_pass_its_neighbours_and_two_always_stay() -> None:
    assert LOOK.moved(1, 900, 2.0).points[1] == LookPoint(300, 1.0, (1, 0.5, 0))
    assert LOOK.moved(0, -50, 0.1).points[0].value == -50
    assert LOOK.with_point(50, 0.2).points[1] == LookPoint(50, 0.2, (0.5, 0.25, 0))
    assert len(LOOK.without(0).without(0).without(0).points) == 2
    assert [point.value for point in LOOK.shifted(10, 2.0).points] == [-140, 60, 460]

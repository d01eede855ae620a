"""A gap while scrolling, the steps of a 4D series, and another split of what is on screen."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.study import InstanceUid, Patient, SeriesUid, Study, StudyUid
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.hanging import hang
from medscan_desktop.scene.layers import with_finding
from medscan_desktop.scene.navigation import slice_position, stepped
from medscan_desktop.scene.splitting import one_of_each_axis, phases_of, with_phase, with_split
from medscan_desktop.scene.stack import Phase, Stack, StackId
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from tests.support.phantoms import geometry_of
from tests.unit.persistence.test_records import LIVER
from tests.unit.scene.test_layers import MASKS

STUDY = Study(StudyUid("1.2"), Patient("", ""))
GEOMETRY = geometry_of(np.eye(3))
EMPTY_SLICES = (9, 10, 11)


def a_stack(name: str = "a", number: int | None = None, *, empty: tuple[int, ...] = ()) -> Stack:
    loaded = np.ones(GEOMETRY.shape[0], bool)
    loaded[list(empty)] = False
    phase = None if number is None else Phase("axis", number, 3, f"time {number}")
    return Stack(
        StackId(name),
        SeriesUid("1.3"),
        "CT",
        "",
        int(loaded.sum()),
        is_volume=True,
        volume=Volume(np.zeros(GEOMETRY.shape, np.int16), GEOMETRY, loaded, empty=empty),
        empty=empty,
        phase=phase,
    )


def opened(*stacks: Stack) -> Workspace:
    return hang(EMPTY, STUDY, stacks, stacks[0].id)


@pytest.mark.parametrize(("steps", "seen"), [(1, [12, 13]), (-1, [8, 7])])
def test_scrolling_goes_over_a_gap_and_never_stops_in_it(steps: int, seen: list[int]) -> None:
    workspace = opened(a_stack(empty=EMPTY_SLICES))
    start = 8 if steps > 0 else 12
    at = workspace.with_focus(StackId("a"), _point(start))
    found = []
    for _ in seen:
        at = stepped(at, at.views[0], steps)
        found.append(slice_position(at, at.views[0]))

    assert found == [(k, 20) for k in seen]


def _point(k: int) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in GEOMETRY.to_patient((5, 5, k)))
    return x, y, z


def test_across_other_planes_nothing_is_left_out() -> None:
    workspace = opened(a_stack(empty=EMPTY_SLICES))
    coronal = next(view for view in workspace.views if view.kind is ViewKind.CORONAL)
    before = slice_position(workspace, coronal)
    after = slice_position(stepped(workspace, coronal, 1), coronal)

    assert before is not None and after is not None and after[0] == before[0] + 1


def test_a_stack_whose_middle_is_missing_opens_beside_it() -> None:
    stack = replace(a_stack(empty=EMPTY_SLICES), is_volume=False)

    assert opened(stack).views[0].frame == 12


def test_a_step_keeps_place_window_and_camera() -> None:
    workspace = opened(a_stack("a", 0), a_stack("b", 1), a_stack("c", 2)).with_focus(StackId("a"), (1.0, 2.0, 3.0))
    stepped_on = with_phase(workspace, StackId("a"), StackId("b"))

    assert [replace(view, stack=StackId("a")) for view in stepped_on.views] == list(workspace.views)
    assert stepped_on.focus[StackId("b")] == (1.0, 2.0, 3.0)
    assert [stack.id for stack in phases_of(workspace, workspace.stacks[1])] == ["a", "b", "c"]
    assert [stack.id for stack in one_of_each_axis(stepped_on)] == ["b"]


def test_another_split_takes_the_place_of_the_series_and_leaves_the_others() -> None:
    other = replace(a_stack("x"), series_instance_uid=SeriesUid("1.4"))
    workspace = opened(a_stack("a"), a_stack("b"), other)
    split = with_split(workspace, SeriesUid("1.3"), [a_stack("together")])

    assert [stack.id for stack in split.stacks] == ["together", "x"]
    assert {view.stack for view in split.views} == {None}
    assert with_split(workspace, SeriesUid("9.9"), [a_stack("z")]) is workspace


def test_a_finding_lies_over_the_frames_it_was_made_of_among_others_of_its_size() -> None:
    """Two times of one multi-frame object: the same instance, other frames."""
    uids, count = (InstanceUid("9"),) * 20, MASKS[1].shape[0]
    first = Stack(StackId("1"), LIVER.series_instance_uid, "CT", "", count, True, instance_uids=uids)
    first = replace(first, frame_numbers=tuple(range(20)))
    second = replace(first, id=StackId("2"), frame_numbers=tuple(range(20, 40)))
    study = Study(LIVER.study_instance_uid, Patient("", ""))
    workspace = replace(EMPTY, study=study, stacks=(first, second))
    source = replace(LIVER.provenance, sop_instance_uids=uids, frame_numbers=tuple(range(20, 40)))

    (layer,) = with_finding(workspace, replace(LIVER, provenance=source), MASKS).masks
    assert layer.stack == "2"
    elsewhere = replace(source, sop_instance_uids=(InstanceUid("8"),) * 20)
    assert with_finding(workspace, replace(LIVER, provenance=elsewhere), MASKS).masks == ()

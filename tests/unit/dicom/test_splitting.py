"""Why stacks stand apart, what a choice makes of them, and the phase axis: clinical-conventions, Geometry 1-3."""

import pytest

from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.offered_splits import offered_splits
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.domain.study import SeriesUid
from tests.support.dicom_files import CORONAL, ROOT_UID, ct_slice, headers_of, series

SERIES = SeriesUid(f"{ROOT_UID}.2")


def repeated(keyword: str, values: list[object], *, count: int = 4, **attributes: object) -> list:
    """A stack for each value at the same positions."""
    found = []
    for number, value in enumerate(values):
        for k, dataset in enumerate(series(count, **{keyword: value}, **attributes)):  # type: ignore[arg-type]
            dataset.SOPInstanceUID = f"{ROOT_UID}.8.{number}.{k + 1}"
            dataset.InstanceNumber = number * count + k + 1
            found.append(dataset)
    return found


def stacks(datasets, choice: SplitChoice = AUTOMATIC) -> tuple[StackPlan, ...]:
    return group(headers_of(datasets), {SERIES: choice}).stacks


def test_a_series_that_is_one_stack_gives_no_reason() -> None:
    assert [stack.reason for stack in stacks(series(5))] == [""]


def test_reasons_add_up() -> None:
    coronal = [
        dataset for number, dataset in enumerate(series(3, orientation=CORONAL)) if _renamed(dataset, f"c{number}")
    ]
    found = stacks([*repeated("EchoTime", [12, 60]), *coronal])

    turned = "split by orientation: rows to L and columns to P and rows to L and columns to F"
    assert [stack.reason for stack in found] == [
        f"{turned}; split by echo time: 12 ms and 60 ms",
        f"{turned}; split by echo time: 12 ms and 60 ms",
        turned,
    ]


def _renamed(dataset, name: str) -> bool:
    dataset.SOPInstanceUID = f"{ROOT_UID}.9.{sum(map(ord, name))}"
    return True


def test_phases_come_in_the_order_of_their_values_and_not_of_files() -> None:
    found = stacks(repeated("TriggerTime", [240, 0, 80, 1000]))

    assert [stack.phase.text for stack in found if stack.phase] == [
        "phase 1/4 · trigger 0 ms",
        "phase 2/4 · trigger 80 ms",
        "phase 3/4 · trigger 240 ms",
        "phase 4/4 · trigger 1000 ms",
    ]
    assert len({stack.phase.axis for stack in found if stack.phase}) == 1


def test_trigger_times_that_jitter_from_slice_to_slice_are_ranked_at_each_position() -> None:
    datasets = repeated("TriggerTime", [0, 80, 160])
    for number, dataset in enumerate(datasets):
        dataset.TriggerTime = float(dataset.TriggerTime) + number % 4
    found = stacks(datasets[::-1])

    assert [len(stack.frames) for stack in found] == [4, 4, 4]
    for number, stack in enumerate(found):
        times = {float(header.text("TriggerTime")) // 80 for header in stack.headers}
        assert times == {float(number)} and stack.warnings == ()


def test_different_pictures_are_stacks_and_their_times_are_phases() -> None:
    """Magnitude and phase images of three times: two stacks of three phases."""
    datasets = []
    for number, kind in enumerate(("M", "P")):
        for dataset in repeated("TriggerTime", [0, 40, 80], ImageType=["ORIGINAL", "PRIMARY", kind]):
            dataset.SOPInstanceUID = f"{dataset.SOPInstanceUID}.{number}"
            datasets.append(dataset)
    found = stacks(datasets)

    assert sorted(stack.phase.text for stack in found if stack.phase) == sorted(
        ["phase 1/3 · trigger 0 ms", "phase 2/3 · trigger 40 ms", "phase 3/3 · trigger 80 ms"] * 2
    )
    assert len({stack.phase.axis for stack in found if stack.phase}) == 2


def test_b_values_with_several_directions_are_one_axis() -> None:
    none = repeated("DiffusionBValue", [0.0])
    weighted = repeated("DiffusionGradientOrientation", [[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]], DiffusionBValue=1000.0)
    for dataset in weighted:
        dataset.SOPInstanceUID += ".7"
    found = stacks([*none, *weighted])

    assert [stack.phase.name for stack in found if stack.phase] == [
        "b-value 0 s/mm²",
        "b-value 1000 s/mm², gradient direction 0 0 1",
        "b-value 1000 s/mm², gradient direction 0 1 0",
        "b-value 1000 s/mm², gradient direction 1 0 0",
    ]


def test_a_phase_with_fewer_positions_is_a_stack_of_its_own() -> None:
    found = stacks(repeated("EchoTime", [10, 20, 30])[:-1])

    assert [stack.phase.count if stack.phase else None for stack in found] == [2, 2, None]


def test_a_spacing_written_with_fewer_digits_splits_nothing() -> None:
    datasets = series(4, PixelSpacing=[0.9765625, 0.9765625])
    datasets[2].PixelSpacing = [0.976562, 0.976562]

    assert [len(stack.frames) for stack in stacks(datasets)] == [4]


def test_another_spacing_splits() -> None:
    datasets = series(6, PixelSpacing=[0.97, 0.97])
    for dataset in datasets[3:]:
        dataset.PixelSpacing = [0.95, 0.95]

    assert stacks(datasets)[0].reason == "split by image size or kind: 6×4 pixels of 0.97 mm and 6×4 pixels of 0.95 mm"


def test_together_is_one_stack_by_image_number_without_planes() -> None:
    (stack,) = stacks(repeated("EchoTime", [12, 60]), SplitChoice(together=True))

    assert [header.integer("InstanceNumber") for header in stack.headers] == list(range(1, 9))
    assert not stack.is_volume and not stack.geometry.spatial
    assert stack.warnings == ("not spatially sorted",) and stack.reason == "kept together in one stack by choice"


def test_together_where_all_lie_apart_is_still_a_volume() -> None:
    datasets = series(6)
    for dataset in datasets[3:]:
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    assert [len(stack.frames) for stack in stacks(datasets)] == [3, 3]

    (stack,) = stacks(datasets, SplitChoice(together=True))
    assert len(stack.frames) == 6


def test_images_of_two_sizes_are_never_one_stack() -> None:
    other = ct_slice(9, rows=8, columns=8)
    found = stacks([*series(4), other], SplitChoice(together=True))

    assert [len(stack.frames) for stack in found] == [4, 1]


def test_by_an_attribute_that_the_automatic_way_leaves_alone() -> None:
    datasets = series(6, RepetitionTime=500)
    for dataset in datasets[3:]:
        dataset.RepetitionTime = 2000
    found = stacks(datasets, SplitChoice(by="RepetitionTime"))

    assert [len(stack.frames) for stack in found] == [3, 3] and all(stack.is_volume for stack in found)
    assert {stack.reason for stack in found} == {"split by RepetitionTime: 500 and 2000, by choice"}


def test_what_is_joined_is_one_and_the_rest_is_counted_anew() -> None:
    datasets = repeated("EchoTime", [12, 60, 110, 200])
    apart = stacks(datasets)
    choice = AUTOMATIC.joined((apart[0].anchor, apart[1].anchor))
    found = stacks(datasets, choice)

    assert [len(stack.frames) for stack in found] == [8, 4, 4]
    assert [stack.phase.text if stack.phase else "" for stack in found] == [
        "",
        "phase 1/2 · echo time 110 ms",
        "phase 2/2 · echo time 200 ms",
    ]
    again = stacks(datasets, choice.joined((found[0].anchor, found[1].anchor)))
    assert [len(stack.frames) for stack in again] == [12, 4]


def test_an_id_stays_when_other_images_come_and_other_stacks_go() -> None:
    datasets = repeated("EchoTime", [12, 60, 110])
    before = {stack.id for stack in stacks(datasets)}

    after = {stack.id for stack in stacks(datasets[:4] + datasets[8:])}
    more = {stack.id for stack in stacks([*datasets, *series(2, orientation=CORONAL)])}

    assert after < before and before < more


def test_only_what_differs_is_offered_to_split_by() -> None:
    offered = offered_splits(headers_of(repeated("EchoTime", [12, 60], FlipAngle=90)))

    assert [(one.keyword, one.values) for one in offered] == [("EchoTime", 2)]


@pytest.mark.parametrize(
    "choice", [AUTOMATIC, SplitChoice(together=True), SplitChoice(by="EchoTime", joins=(("1.2", "1.3:4"),))]
)
def test_a_choice_goes_to_json_and_back(choice: SplitChoice) -> None:
    assert SplitChoice.from_json(choice.to_json()) == choice

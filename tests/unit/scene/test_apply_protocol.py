"""A hanging protocol on the screen: views, windows, sides and stages; and that no set of stacks can break it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medscan_desktop.domain.hanging_file import read_protocols
from medscan_desktop.domain.hanging_protocol import Applies, Cell, Protocol, SeriesRule, Stage
from medscan_desktop.domain.stack_traits import StackKind, StackTraits
from medscan_desktop.domain.study import Patient, SeriesUid, Study, StudyUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.voi import Window
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.apply_protocol import hang_best, hang_by, layout_of, recounted, stage_after, step_stage
from medscan_desktop.scene.arrangement import edit_between
from medscan_desktop.scene.camera import pane_map
from medscan_desktop.scene.changes import reset, with_voi
from medscan_desktop.scene.hanging import PENDING, with_filled
from medscan_desktop.scene.layout import Layout
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.turned import sides_seen, turned_to
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace, blank

STUDY = Study(StudyUid("1.2"), Patient("P1", "Doe^Jane"))
PRIOR = Study(StudyUid("1.1"), Patient("P1", "Doe^Jane"))
SHIPPED = Path(__file__).resolve().parents[3] / "resources" / "hanging"


@cache
def shipped() -> tuple[Protocol, ...]:
    return tuple(one for path in sorted(SHIPPED.glob("*.json")) for one in read_protocols(path.read_bytes()))


def stack(number: int, traits: StackTraits, study: Study = STUDY) -> Stack:
    uid = SeriesUid(f"{study.study_instance_uid}.{number}")
    return Stack(
        StackId(f"{uid}#0"),
        uid,
        traits.modality,
        traits.title,
        traits.images,
        is_volume=traits.kind is StackKind.VOLUME,
        study_instance_uid=study.study_instance_uid,
        traits=traits,
    )


def opened(*traits: StackTraits, prior: tuple[StackTraits, ...] = ()) -> Workspace:
    stacks = [stack(number, one) for number, one in enumerate(traits)]
    stacks += [stack(number, one, PRIOR) for number, one in enumerate(prior)]
    return Workspace(study=STUDY, priors=(PRIOR,) if prior else (), stacks=tuple(stacks))


def breast(side: str, view: str, sides: tuple[str, str], **more: object) -> StackTraits:
    return StackTraits("MG", StackKind.STILL, laterality=side, view=view, sides=sides, **more)  # type: ignore[arg-type]


HEAD = StackTraits("CT", StackKind.VOLUME, 28, 2, "BRAIN 5MM", body_part="HEAD", plane="axial", unit="HU")
CHEST = StackTraits("CT", StackKind.VOLUME, 90, 2, "THORAX", body_part="CHEST", plane="axial", unit="HU", kernel="B31f")
SHARP = replace(CHEST, description="LUNG", kernel="B70f", number=3)


def hung(*traits: StackTraits, prior: tuple[StackTraits, ...] = ()) -> Workspace:
    made = hang_best(opened(*traits, prior=prior), shipped())
    assert made is not None
    return made


def shown(workspace: Workspace) -> list[tuple[str, str]]:
    """(series description or projection, kind of view), cell by cell."""
    found = []
    for view in workspace.views:
        one = workspace.stack(view.stack)
        traits = one.traits if one is not None else None
        name = "" if traits is None else traits.text or f"{traits.laterality} {traits.view}".strip()
        found.append((name, str(view.kind)))
    return found


def windows(workspace: Workspace) -> list[str]:
    return [view.voi.name for view in workspace.views]


def test_stages_that_want_a_prior_count_once_one_is_open() -> None:
    alone, compared = hung(HEAD), opened(HEAD, prior=(HEAD,))
    came = recounted(replace(compared, hung=alone.hung))
    assert alone.hung is not None and came.hung is not None
    assert (alone.hung.text[-8:], came.hung.text[-8:]) == ("(1 of 3)", "(1 of 4)")
    assert recounted(came) is came


def test_ct_of_the_head_hangs_brain_beside_bone() -> None:
    workspace = hung(HEAD)

    assert workspace.hung is not None and workspace.hung.text == "CT head · brain and bone (1 of 3)"
    assert shown(workspace) == [("BRAIN 5MM", "axial")] * 2
    assert [view.voi for view in workspace.views] == [Window(40, 80, name="Brain"), Window(350, 2000, name="Bone")]
    assert workspace.links.scroll and not workspace.links.window, "two windows of one series cannot be one"


def test_ct_of_the_chest_reads_lung_on_the_sharp_kernel_and_mediastinum_on_the_soft_one() -> None:
    workspace = hung(CHEST, SHARP)

    assert shown(workspace) == [("LUNG", "axial"), ("THORAX", "axial")]
    assert windows(workspace) == ["Lung", "Mediastinum"]
    assert windows(step_stage(workspace, 1)) == ["Lung", "Mediastinum", "Bone", "Lung"]


def test_ct_of_the_abdomen_hangs_axial_and_coronal() -> None:
    workspace = hung(replace(HEAD, body_part="ABDOMEN"))

    assert [kind for _, kind in shown(workspace)] == ["axial", "coronal"]
    assert windows(workspace) == ["Soft tissue"] * 2


def test_hounsfield_windows_are_never_given_to_other_values() -> None:
    workspace = hung(replace(HEAD, unit=""))

    assert "Brain" not in windows(workspace)


def test_mr_of_the_brain_hangs_its_four_sequences_by_their_descriptions() -> None:
    names = ["DWI b1000", "AX T2 FLAIR", "ADC", "t2_tse_tra", "AX T1 SE", "localizer", "AX T1 post Gd"]
    series = [
        StackTraits("MR", StackKind.SLICES, 24, n, name, body_part="BRAIN", plane="axial")
        for n, name in enumerate(names)
    ]
    workspace = hung(*series)

    assert [name for name, _ in shown(workspace)] == ["AX T1 SE", "t2_tse_tra", "AX T2 FLAIR", "DWI b1000"]
    assert [name for name, _ in shown(step_stage(workspace, 1))] == ["DWI b1000", "ADC"]


def test_a_t1_volume_of_the_head_alone_hangs_in_its_planes() -> None:
    workspace = hung(StackTraits("MR", StackKind.VOLUME, 192, 5, "SAG MPRAGE", body_part="BRAIN", plane="sagittal"))

    assert [kind for _, kind in shown(workspace)] == ["axial", "coronal", "sagittal", "3d"]


def test_a_knee_hangs_its_three_planes() -> None:
    planes = ("sagittal", "coronal", "axial")
    series = [
        StackTraits("MR", StackKind.SLICES, 20, n, f"pd fs {plane}", body_part="KNEE", plane=plane)
        for n, plane in enumerate(planes)
    ]

    assert [name for name, _ in shown(hung(*series))] == [f"pd fs {plane}" for plane in planes]


def test_a_chest_x_ray_hangs_frontal_then_lateral_and_alone_fills_the_screen() -> None:
    frontal = StackTraits("DX", StackKind.STILL, view="PA", body_part="CHEST", sides=("L", "F"))
    lateral = StackTraits("DX", StackKind.STILL, view="LL", body_part="CHEST", sides=("A", "F"))

    both = hung(lateral, frontal)
    assert [name for name, _ in shown(both)] == ["PA", "LL"]
    assert [view.camera.flip_horizontal for view in both.views] == [False, True], "the lateral looks to the left"
    assert [name for name, _ in shown(hung(frontal))] == ["PA"]


def test_a_chest_stored_mirrored_hangs_with_the_patient_s_right_on_the_screen_s_left() -> None:
    mirrored = StackTraits("CR", StackKind.STILL, view="AP", body_part="CHEST", sides=("R", "F"))

    assert hung(mirrored).views[0].camera.flip_horizontal


def test_mammography_hangs_right_beside_left_with_the_chest_walls_to_the_middle() -> None:
    workspace = hung(
        breast("L", "MLO", ("A", "FR")),
        breast("R", "CC", ("P", "L")),
        breast("L", "CC", ("A", "R")),
        breast("R", "MLO", ("P", "FL")),
    )

    assert [name for name, _ in shown(workspace)] == ["R CC", "L CC", "R MLO", "L MLO"]
    assert [view.camera.justify for view in workspace.views] == ["right", "left", "right", "left"]
    assert not any(view.camera.flip_horizontal or view.camera.flip_vertical for view in workspace.views)


def test_a_mammogram_stored_the_other_way_round_is_turned_to_its_side() -> None:
    workspace = hung(*(breast(side, view, ("A", "F")) for side in "RL" for view in ("CC", "MLO")))

    flips = {
        name: view.camera.flip_horizontal for (name, _), view in zip(shown(workspace), workspace.views, strict=True)
    }
    assert flips == {"R CC": True, "L CC": False, "R MLO": True, "L MLO": False}


def test_mammograms_for_processing_stay_away() -> None:
    raw = breast("R", "MLO", ("P", "FL"), intent="FOR PROCESSING")

    assert hang_best(opened(raw), shipped()) is None


def test_one_mammogram_alone_hangs_large() -> None:
    workspace = hung(breast("R", "MLO", ("P", "FL")))

    assert workspace.hung is not None and workspace.hung.text.startswith("Mammography · R-MLO")
    assert len(workspace.views) == 1


def test_pet_hangs_beside_its_ct_with_a_mip() -> None:
    pet = StackTraits("PT", StackKind.VOLUME, 299, 3, "PET WB", plane="axial")
    workspace = hung(pet, replace(HEAD, description="CT WB", body_part="WHOLEBODY"))

    assert shown(workspace) == [("PET WB", "axial"), ("CT WB", "axial"), ("PET WB", "coronal"), ("PET WB", "3d")]
    assert [view.inverted for view in workspace.views] == [True, False, True, True], "PET reads in inverse grey"


def test_a_prior_hangs_beside_the_current_study_in_a_stage_of_its_own() -> None:
    workspace = hung(HEAD, prior=(HEAD,))
    numbers = [workspace.hung.stage if workspace.hung else None]
    while stage_after(workspace, 1) is not None:
        workspace = step_stage(workspace, 1)
        numbers.append(workspace.hung.stage if workspace.hung else None)

    assert numbers == [0, 1, 2, 3]
    studies = [workspace.study_of(workspace.stack(view.stack)) for view in workspace.views]
    assert studies == [STUDY, PRIOR]


def test_what_a_stage_links_ends_with_it_and_with_the_study() -> None:
    """Mammograms zoom together and do not scroll; the CT that is read next scrolls as its user has it."""
    four = hung(*(breast(side, view, ("P", "F")) for side in "RL" for view in ("CC", "MLO")))
    pair = step_stage(four, 1)

    assert (four.links.scroll, four.links.zoom) == (True, False)
    assert (pair.links.scroll, pair.links.zoom) == (False, True)
    assert blank(pair).links == four.links == step_stage(pair, -1).links


def test_stages_end_at_either_end() -> None:
    workspace = hung(HEAD)

    assert step_stage(workspace, -1) is workspace
    assert step_stage(Workspace(), 1) == Workspace()


def test_a_stage_is_one_step_that_undo_takes_back() -> None:
    before = hung(HEAD)
    after = step_stage(before, 1)
    edit = edit_between(before, after)

    assert edit is not None
    back, _ = edit.reversed(after)
    assert (back.views, back.layout, back.hung) == (before.views, before.layout, before.hung)


def test_a_window_changed_beside_another_of_the_same_series_changes_its_own_alone() -> None:
    """Brain beside bone: narrowing the brain must not take the bone away. Planes of one window go together."""
    volume = Volume(np.zeros((28, 4, 4), np.int16), Geometry(np.eye(4), (28, 4, 4)), np.ones(28, np.bool_), "HU")
    workspace = hung(HEAD)
    workspace = workspace.with_stack(replace(workspace.stacks[0], volume=volume, loaded_count=28))
    changed = with_voi(workspace, workspace.views[0], Window(40, 60))
    assert [view.voi for view in changed.views] == [Window(40, 60), Window(350, 2000, name="Bone")]

    planes = hang_by(workspace, workspace.hung.protocol, 2) if workspace.hung else workspace
    assert {view.voi for view in with_voi(planes, planes.views[0], Window(40, 60)).views} == {Window(40, 60)}


def test_reset_gives_the_view_as_it_was_hung() -> None:
    """A mammogram keeps its side, the brain its window."""
    flipped = hung(*(breast(side, view, ("P", "F")) for side in "RL" for view in ("CC", "MLO")))
    left = flipped.views[1]
    moved = flipped.with_view(replace(left, camera=Camera(zoom=3)))
    assert (
        reset(moved, moved.views[1]).views[1].camera
        == left.camera
        == Camera(flip_horizontal=True, justify="left", common=True)
    )

    volume = Volume(np.zeros((28, 4, 4), np.int16), Geometry(np.eye(4), (28, 4, 4)), np.ones(28, np.bool_), "HU")
    head = hung(HEAD)
    head = head.with_stack(replace(head.stacks[0], volume=volume, loaded_count=28))
    narrow = with_voi(head, head.views[0], Window(40, 60))
    assert [view.voi.name for view in reset(narrow, narrow.views[0]).views] == ["Brain", "Bone"]


def test_what_nothing_fits_stays_empty_or_gives_its_room_away() -> None:
    wants = [Cell(SeriesRule(modalities=("CT",))), Cell(SeriesRule(modalities=("PT",)))]
    collapsing = [*wants[:1], replace(wants[1], if_missing="collapse")]
    empty, alone = (
        hang_by(opened(HEAD), Protocol("p", "P", stages=(Stage(tuple(cells)),))) for cells in (wants, collapsing)
    )

    assert [view.stack is None for view in empty.views] == [False, True]
    assert [view.stack is None for view in alone.views] == [False]


def test_a_layout_of_its_own_is_kept_and_closes_over_a_cell_that_is_gone() -> None:
    large = Layout.grid(1, 2).split(ViewId(1), Layout.grid(2, 1).root.way, ViewId(2))  # type: ignore[union-attr]
    stage = Stage((Cell(), Cell(), Cell()), layout=large.to_json())

    assert layout_of(stage, (0, 1, 2)) == large
    assert layout_of(stage, (0, 2)).cells == (ViewId(0), ViewId(2))
    assert layout_of(replace(stage, layout={"root": 7}), (0, 1, 2)) == Layout.of([ViewId(n) for n in range(3)], 2)


def test_position_window_and_inversion_are_those_of_the_cell() -> None:
    cell = Cell(window=(100.0, 50.0), position="last", is_inverted=True)
    view = hang_by(opened(replace(HEAD, kind=StackKind.SLICES)), Protocol("p", "P", stages=(Stage((cell,)),))).views[0]

    assert (view.frame, view.voi, view.inverted) == (27, Window(100, 50), True)


def test_pixels_that_come_later_leave_what_the_cell_asked_for() -> None:
    """Inverted before the window was known; a PET of lowest values white is not inverted twice."""
    cells = (Cell(is_inverted=True), Cell())
    for modality, lowest_white, expected in (("MR", False, [True, False]), ("PT", True, [True, False])):
        traits = StackTraits(modality, StackKind.VOLUME, 4, plane="axial")
        bare = hang_by(opened(traits), Protocol("p", "P", stages=(Stage(cells),)))
        assert bare.views[0].voi is PENDING
        grid = Geometry(np.eye(4), (4, 4, 4))
        volume = Volume(np.arange(64).reshape(4, 4, 4), grid, np.ones(4, np.bool_), inverted=lowest_white)
        filled = with_filled(bare, replace(bare.stacks[0], volume=volume, loaded_count=4))
        assert filled.views[0].voi is not PENDING
        assert [view.inverted for view in filled.views] == expected


LETTERS = ("R", "L", "A", "P", "H", "F")
OPPOSITE = dict(zip("RLAPHF", "LRPAFH", strict=True))


def seen(stored: tuple[str, str], camera: Camera) -> tuple[str, str]:
    """The patient's sides at the right and bottom edge of the pane: from how the pane maps the image's own axes."""
    geometry = Geometry(np.eye(4), (1, 10, 20), spatial=False)
    made = pane_map(geometry, View(ViewId(0), ViewKind.ACQUIRED, camera=camera), None, (100, 100))
    sides = []
    for unit in (made.right, made.down):
        axis = int(np.argmax(np.abs(unit[:2])))
        sides.append(stored[axis] if unit[axis] > 0 else OPPOSITE[stored[axis]])
    return sides[0], sides[1]


@pytest.mark.parametrize("wanted", [("L", "F"), ("P", "F"), ("A", "R"), ("P", "L")])
@pytest.mark.parametrize("first", LETTERS)
@pytest.mark.parametrize("second", LETTERS)
def test_an_image_is_turned_to_the_sides_that_are_asked_for(first: str, second: str, wanted: tuple[str, str]) -> None:
    """Against the map of the pane itself."""
    stored = (first, second)
    camera = turned_to(Camera(), stored, wanted)
    axes = [frozenset({one, OPPOSITE[one]}) for one in stored]
    wanted_axes = [frozenset({one, OPPOSITE[one]}) for one in wanted]

    if len(set(axes)) == 1:
        assert camera == Camera(), "an image has no two edges along one axis: its header cannot be believed"
        return
    now = seen(stored, camera)
    assert sides_seen(camera, stored) == now
    if set(axes) == set(wanted_axes):
        assert now == wanted
    for edge in range(2):
        if axes[edge] == wanted_axes[edge]:
            assert now[edge] == wanted[edge]


@pytest.mark.parametrize(("justify", "left"), [("right", 150), ("left", 0), ("", 75)])
def test_a_picture_lies_against_the_side_of_its_pane(justify: str, left: int) -> None:
    """50 mm of image in a pane of 300 x 150: 3 pixels a mm, 150 pixels to spare; then zoomed in none."""
    geometry = Geometry(np.eye(4), (1, 50, 50), spatial=False)
    for flip in (False, True):
        camera = Camera(justify=justify, flip_horizontal=flip)
        made = pane_map(geometry, View(ViewId(0), ViewKind.ACQUIRED, camera=camera), None, (300, 150))
        edges = sorted(float(made.to_pane((x, 24.5, 0.0))[0]) for x in (-0.5, 49.5))
        assert edges == pytest.approx([left, left + 150])
    near = pane_map(geometry, View(ViewId(0), ViewKind.ACQUIRED, camera=replace(camera, zoom=2)), None, (300, 150))
    assert sorted(float(near.to_pane((x, 24.5, 0.0))[0]) for x in (-0.5, 49.5)) == pytest.approx([0, 300])


words = st.sampled_from(["", "T1", "ax T2", "FLAIR", "DWI", "LUNG", "scout", "b70f", "頭", "*", "T" * 600])
traits = st.builds(
    StackTraits,
    modality=st.sampled_from(["CT", "MR", "MG", "CR", "DX", "PT", "US", "XA", "NM", "OT", ""]),
    kind=st.sampled_from(StackKind),
    images=st.integers(1, 40),
    number=st.none() | st.integers(-5, 3000),
    description=words,
    protocol=words,
    body_part=st.sampled_from(["", "HEAD", "CHEST", "KNEE", "BREAST", "ABDOMEN", "SPINE", "WHOLEBODY"]),
    study_description=words,
    laterality=st.sampled_from(["", "R", "L", "B"]),
    view=st.sampled_from(["", "PA", "LL", "CC", "MLO"]),
    plane=st.sampled_from(["", "axial", "coronal", "sagittal", "oblique"]),
    image_type=st.sampled_from([(), ("ORIGINAL", "LOCALIZER"), ("DERIVED",)]),
    contrast=words,
    kernel=words,
    thickness_mm=st.none() | st.floats(0, 20),
    unit=st.sampled_from(["", "HU", "g/ml"]),
    intent=st.sampled_from(["", "FOR PROCESSING", "FOR PRESENTATION"]),
    sides=st.tuples(st.sampled_from(["", "L", "FR", "P", "X"]), st.sampled_from(["", "F", "A", "L", "?"])),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(traits, max_size=7), st.lists(traits, max_size=3))
def test_whatever_stacks_there_are_every_stage_of_every_protocol_hangs_or_leaves_the_screen(
    current: list[StackTraits], prior: list[StackTraits]
) -> None:
    workspace = opened(*current, prior=tuple(prior))
    for protocol in shipped():
        for number in range(len(protocol.stages)):
            made = hang_by(workspace, protocol, number)
            if made is workspace:
                continue
            assert [view.id for view in made.views] == list(made.layout.cells)
            assert any(made.stack(view.stack) is not None for view in made.views)
            assert made.view(made.active).stack is not None
            assert step_stage(made, 1).hung is not None
    hang_best(workspace, shipped())


def test_a_protocol_without_rules_hangs_anything() -> None:
    everything = Protocol("all", "All", Applies(), (Stage((Cell(),)),))

    assert hang_best(opened(StackTraits("OT")), [everything]) is not None
    assert hang_best(opened(), [everything]) is None

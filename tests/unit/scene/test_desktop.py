"""How a screen stood comes back whole; what does not fit the study any more is left out, what is broken is refused."""

import json
from dataclasses import replace

import pytest

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.hanging_protocol import Cell, Hung, Protocol, Stage
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.imaging.voi import VoiFunction, Window
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene import arranging
from medscan_desktop.scene.apply_protocol import hang_by
from medscan_desktop.scene.curve import Curve
from medscan_desktop.scene.desktop import active_stack, desktop_of, study_of_desktop, with_desktop
from medscan_desktop.scene.display import CornerTexts
from medscan_desktop.scene.hanging import PENDING, hang
from medscan_desktop.scene.layout import Way
from medscan_desktop.scene.oblique import STRAIGHT
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import Camera, Camera3D, ViewId, ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from tests.support.phantoms import geometry_of, painted, rotation
from tests.support.scenes import STACK, STUDY, stack_of


def volume() -> Volume:
    return painted(geometry_of(rotation((0, 0, 0))), lambda p: p[..., 0] * 10, unit="HU")


def opened() -> Workspace:
    """The study as it opens."""
    other = replace(stack_of(None, frames=7), id=StackId("1.2.4#0"))
    return hang(EMPTY, STUDY, (stack_of(volume()), other))


def arranged() -> Workspace:
    """The same after somebody has worked with it."""
    workspace = arranging.split(opened(), ViewId(1), Way.BELOW)
    workspace = arranging.with_stack_in(workspace, StackId("1.2.4#0"), workspace.active)
    workspace = arranging.with_layout(
        workspace, workspace.layout.with_divider(workspace.layout.dividers[0], 0.3)
    ).with_focus(STACK, (1.0, 2.0, 410.0))
    workspace = workspace.with_turn(STACK, STRAIGHT.then((1, 0, 0), 20))
    axial = replace(
        workspace.views[0],
        voi=Window(-600, 1500, VoiFunction.SIGMOID, "Lung"),
        inverted=True,
        camera=Camera(2.5, (3, -4), 90, True, False, "left", 0.25, True),
        slab=Slab(SlabMode.MIP, 12.0),
    )
    space = replace(workspace.views[-1], camera_3d=Camera3D(30, 10, 1.5, (0.1, 0)), preset_3d="CT bone")
    workspace = workspace.with_view(axial).with_view(space)
    return replace(
        workspace, active=ViewId(0), maximised=ViewId(0), tool="length", overlay=CornerTexts.LESS, crosshair=False
    )


def stored(workspace: Workspace) -> dict[str, object]:
    body: dict[str, object] = json.loads(json.dumps(desktop_of(workspace)))
    return body


def test_everything_that_was_arranged_comes_back() -> None:
    was = arranged()
    back = with_desktop(opened(), stored(was))
    assert back.layout.cells == was.layout.cells
    for cell, rect in was.layout.rects.items():
        assert back.layout.rects[cell] == pytest.approx(rect, abs=1e-5)
    assert back.views == was.views
    assert back.focus[STACK] == was.focus[STACK] and back.turns[STACK].numbers == pytest.approx(
        was.turns[STACK].numbers
    )
    for name in ("active", "maximised", "tool", "overlay", "crosshair"):
        assert getattr(back, name) == getattr(was, name)
    assert active_stack(stored(was)) == STACK and study_of_desktop(stored(was)) == STUDY.study_instance_uid


def test_a_drawn_curve_and_its_straightened_view_come_back() -> None:
    curve = Curve(((0.0, 0.0, 400.0), (10.0, 5.0, 402.5), (20.0, 5.0, 405.0)), (0.0, 0.0, 1.0), 35.0)
    was = opened().with_curve(STACK, curve)
    was = was.with_view(replace(was.views[1], kind=ViewKind.CURVED))

    back = with_desktop(opened(), stored(was))
    assert back.curves == was.curves and back.views == was.views
    without = stored(was) | {"curves": {}}
    assert with_desktop(opened(), without).views[1].kind is ViewKind.ACQUIRED


def test_the_protocol_and_stage_that_the_user_chose_come_back_with_what_their_views_do_together() -> None:
    cells = (Cell(view="axial"), Cell(view="coronal"))
    chosen = Protocol("mine", "Mine", stages=(Stage(cells[:1], "one"), Stage(cells, "two", links=("zoom",))))
    was = hang_by(opened(), chosen, 1)
    first = hang_by(opened(), Protocol("best", "Best", stages=(Stage(cells),)))

    back = with_desktop(first, stored(was))
    assert back.hung == was.hung == Hung(chosen, 1)
    assert back.links == was.links and back.own_links == first.links
    assert with_desktop(first, stored(replace(was, hung=None))).hung is None
    old = {name: value for name, value in stored(was).items() if name not in ("hung", "curves")}
    assert with_desktop(first, old).hung == first.hung  # kept by an earlier release
    unknown = stored(was) | {"hung": {"protocol": {"id": "mine", "newer": 1}, "stage": 1}}
    assert with_desktop(first, unknown).hung is None
    assert with_desktop(first, unknown).views == was.views


def test_a_sheet_comes_back_at_its_page() -> None:
    sheet = arranging.tiled(opened(), 2, 3)
    back = with_desktop(opened(), stored(sheet))
    assert [(view.tile, view.frame) for view in back.views] == [(view.tile, view.frame) for view in sheet.views]


def test_a_stack_with_other_images_by_now_leaves_its_cell_empty() -> None:
    now = opened()
    grown = replace(now.stacks[1], instance_uids=(*now.stacks[1].instance_uids, "1.9"), frame_count=8)
    back = with_desktop(now.with_stack(grown), stored(arranged()))
    assert [view.stack for view in back.views].count(None) == 1
    gone = with_desktop(replace(now, stacks=now.stacks[:1]), stored(arranged()))
    assert gone.views == back.views


def test_another_study_and_a_study_without_any_of_the_stacks_stay_as_they_open() -> None:
    now = opened()
    other = replace(now, study=replace(STUDY, study_instance_uid=StudyUid("9.9")))
    assert with_desktop(other, stored(arranged())) is other
    bare = replace(now, stacks=())
    assert with_desktop(bare, stored(arranged())) is bare


def test_nothing_is_kept_without_a_study_nor_any_name_with_one() -> None:
    assert desktop_of(EMPTY) is None
    text = json.dumps(desktop_of(arranged()))
    assert STUDY.patient.patient_name.split("^")[0] not in text and STUDY.patient.patient_id not in text


def test_a_window_that_waits_for_the_pixels_waits_again() -> None:
    waiting = replace(opened(), views=tuple(replace(view, voi=PENDING) for view in opened().views))
    assert all(view.voi is PENDING for view in with_desktop(opened(), stored(waiting)).views)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("study",), 7),
        (("layout",), {"root": "x"}),
        (("views",), None),
        (("views",), []),
        (("views", 0, "id"), "0"),
        (("views", 0, "kind"), "upside"),
        (("views", 0, "window"), [1, 0, "LINEAR", ""]),
        (("views", 0, "window"), [1, "x", "LINEAR", ""]),
        (("views", 0, "camera"), [0, 0, 0, 0]),
        (("views", 0, "camera"), [float("inf"), 0, 0, 0]),
        (("views", 0, "frame"), -1),
        (("views", 0, "slab"), ["MAX", 3]),
        (("focus",), {STACK: [1, 2]}),
        (("turns",), {STACK: [1] * 8}),
        (("curves",), {STACK: {"points": [], "normal": [0, 0, 1], "angle": 0}}),
        (("curves",), {STACK: {"points": [[0, 0, 0]], "normal": [0, 0, 0], "angle": 0}}),
        (("hung",), 3),
        (("hung",), {"protocol": {"id": "a", "name": "A", "stages": [{"cells": [{}]}]}, "stage": -1}),
    ],
)
def test_a_broken_body_is_refused_as_a_whole(path: tuple[str | int, ...], value: object) -> None:
    body = stored(arranged())
    place: object = body
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]
    place[path[-1]] = value  # type: ignore[index]
    with pytest.raises(Damaged):
        with_desktop(opened(), body)


def test_kinds_that_no_stack_of_this_sort_has_are_put_right_when_the_pixels_come() -> None:
    body = stored(arranged())
    assert ViewKind.THREE_D in [view.kind for view in with_desktop(opened(), body).views]

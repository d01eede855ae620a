"""Turned planes, slabs and curves by mouse and keys in the real window."""

import weakref
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from medscan_desktop.render.corners import plane_words
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.plane_lines import plane_lines
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import GripPart, Workspace
from medscan_desktop.ui.commands import UI_COMMANDS
from medscan_desktop.ui.pane import PaneWidget
from tests.support.pictures import pixels_of
from tests.support.windows import Open, drag, send, turn_wheel

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier


def scene(reading: Open) -> Workspace:
    return reading.parts.workstation.store.workspace


def view(reading: Open, kind: ViewKind) -> View:
    return next(one for one in scene(reading).views if one.kind is kind)


def widget(reading: Open, kind: ViewKind) -> PaneWidget:
    found = next(pane for pane in reading.desk.viewer.grid.panes if pane.view_id == view(reading, kind).id)
    assert isinstance(found, PaneWidget)
    return found


def size(pane: PaneWidget) -> tuple[int, int]:
    return pane.width(), pane.height()


def shown(reading: Open, kind: ViewKind) -> PaneMap:
    found = pane_of(scene(reading), view(reading, kind), size(widget(reading, kind)))
    assert found is not None
    return found


def handle(reading: Open, kind: ViewKind) -> tuple[tuple[float, float], tuple[float, float]]:
    """The crossing in a pane, and one handle of its first line."""
    line = plane_lines(scene(reading), view(reading, kind), shown(reading, kind))[0]
    return tuple(line.centre.tolist()), tuple(line.handles(size(widget(reading, kind)))[1].tolist())


def turned(centre: tuple[float, float], at: tuple[float, float], degrees: float) -> tuple[float, float]:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y = at[0] - centre[0], at[1] - centre[1]
    return centre[0] + cos * x - sin * y, centre[1] + sin * x + cos * y


def run(reading: Open, name: str) -> None:
    command = next(one for one in UI_COMMANDS if one.name == name)
    actions = reading.desk.viewer.commands
    assert command.is_possible(actions)
    command.run(actions)


def laid_out(reading: Open, qtbot: QtBot) -> None:
    reading.desk.resize(1200, 900)
    reading.desk.show()
    qtbot.waitUntil(lambda: widget(reading, ViewKind.AXIAL).width() > 200)


def test_the_handle_of_a_line_turns_the_planes_whatever_tool_is_chosen_and_undo_turns_them_back(
    reading: Open, qtbot: QtBot
) -> None:
    laid_out(reading, qtbot)
    before, pane = scene(reading), widget(reading, ViewKind.AXIAL)
    assert before.tool == "window"
    centre, at = handle(reading, ViewKind.AXIAL)
    drag(pane, at, turned(centre, at, 30))

    assert shown(reading, ViewKind.CORONAL).is_oblique and not shown(reading, ViewKind.AXIAL).is_oblique
    assert scene(reading).views == before.views, "no window was changed"
    assert scene(reading).focus == before.focus
    workstation = reading.parts.workstation
    assert workstation.history.last_done is not None and workstation.history.last_done.name == "turn the planes"
    workstation.undo()
    assert not scene(reading).turns
    workstation.redo()
    assert scene(reading).turns
    run(reading, "planes.straight")
    assert not scene(reading).turns


def test_a_line_lights_up_under_the_pointer_and_the_cursor_says_what_a_drag_does(reading: Open, qtbot: QtBot) -> None:
    laid_out(reading, qtbot)
    pane = widget(reading, ViewKind.AXIAL)
    centre, at = handle(reading, ViewKind.AXIAL)
    for place, part, shape in (
        (at, GripPart.HANDLE, Qt.CursorShape.OpenHandCursor),
        (centre, GripPart.CENTRE, Qt.CursorShape.SizeAllCursor),
        (((at[0] * 2 + centre[0]) / 3, (at[1] * 2 + centre[1]) / 3), GripPart.LINE, Qt.CursorShape.SplitVCursor),
    ):
        send(pane, QEvent.Type.MouseMove, place, NONE, NONE)
        grip = scene(reading).grip
        assert grip is not None and (grip.part, grip.is_held) == (part, False)
        assert pane.cursor().shape() == shape
    send(pane, QEvent.Type.MouseMove, (5, 5), NONE, NONE)
    assert scene(reading).grip is None


def test_where_a_measurement_is_drawn_a_line_is_no_obstacle(reading: Open, qtbot: QtBot) -> None:
    laid_out(reading, qtbot)
    pane = widget(reading, ViewKind.AXIAL)
    reading.desk.viewer.commands.use_tool("length")
    centre, at = handle(reading, ViewKind.AXIAL)
    drag(pane, at, centre)
    qtbot.waitUntil(lambda: len(scene(reading).measurements) == 1)

    assert not scene(reading).turns


def test_while_turning_pixels_are_the_nearest_voxels_and_at_rest_they_are_interpolated(
    reading: Open, qtbot: QtBot
) -> None:
    laid_out(reading, qtbot)
    pane, other = widget(reading, ViewKind.AXIAL), widget(reading, ViewKind.CORONAL)
    centre, at = handle(reading, ViewKind.AXIAL)
    drag(pane, at, turned(centre, at, 30), let_go=False)
    while_held = grabbed(other)
    quick, fine = (picture(reading, other, moving=moving) for moving in (True, False))
    assert same(while_held, quick) and not same(while_held, fine)

    qtbot.wait(150)
    assert same(grabbed(other), fine), "the hand rests: within a tenth of a second it is interpolated"
    end = turned(centre, at, 30)
    send(pane, QEvent.Type.MouseButtonRelease, end, LEFT, NONE)
    qtbot.wait(150)
    assert same(grabbed(other), picture(reading, other, moving=False))


def grabbed(pane: PaneWidget) -> np.ndarray:
    return middle(pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB32))


def picture(reading: Open, pane: PaneWidget, *, moving: bool) -> np.ndarray:
    assert pane.view is not None
    return middle(PaneRenderer().picture(scene(reading), pane.view, size(pane), moving=moving))


def middle(image: QImage) -> np.ndarray:
    """The picture without its corners and edges."""
    pixels = pixels_of(image)
    height, width = pixels.shape[:2]
    return pixels[height // 4 : height // 2, width // 4 : width * 3 // 4]


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one == other).all())


def test_slabs_by_command_by_wheel_and_back(reading: Open, qtbot: QtBot) -> None:
    laid_out(reading, qtbot)
    pane = widget(reading, ViewKind.AXIAL)
    run(reading, "slab.mean")
    assert view(reading, ViewKind.AXIAL).slab == Slab(SlabMode.MEAN, 10.0)
    turn_wheel(pane, 240, ALT)
    assert view(reading, ViewKind.AXIAL).slab == Slab(SlabMode.MEAN, 12.0)
    for name in ("slab.thicker_5", "slab.thinner", "slab.min_ip"):
        run(reading, name)
    assert view(reading, ViewKind.AXIAL).slab == Slab(SlabMode.MIN_IP, 16.0)
    assert view(reading, ViewKind.CORONAL).slab is None
    reading.parts.workstation.undo()
    assert view(reading, ViewKind.AXIAL).slab == Slab(SlabMode.MEAN, 16.0)
    run(reading, "slab.off")
    assert view(reading, ViewKind.AXIAL).slab is None


@pytest.mark.parametrize("overlay", ["all", "none"])
def test_a_slab_and_a_turned_plane_say_so_even_without_corner_texts(reading: Open, qtbot: QtBot, overlay: str) -> None:
    laid_out(reading, qtbot)
    centre, at = handle(reading, ViewKind.AXIAL)
    drag(widget(reading, ViewKind.AXIAL), at, turned(centre, at, 30))
    if overlay == "none":
        for _ in range(2):
            reading.desk.viewer.commands.toggle_overlay()
    run(reading, "slab.mip")
    kept = []
    for kind in (ViewKind.AXIAL, ViewKind.CORONAL):
        stack = scene(reading).stacks[0]
        words = plane_words(scene(reading), view(reading, kind), stack, shown(reading, kind), "")
        kept.append([line.text for line in words.bottom_left if line.kept])
    assert "MIP 10.0 mm" in kept[0]
    assert "oblique 30.0°" in kept[1]


def test_a_curve_is_drawn_by_clicks_and_opens_straightened(reading: Open, qtbot: QtBot) -> None:
    laid_out(reading, qtbot)
    pane = widget(reading, ViewKind.SAGITTAL)
    reading.desk.viewer.commands.use_tool("curve")
    for share in (0.3, 0.4, 0.5, 0.6):
        at = (pane.width() * (0.4 + share / 4), pane.height() * share)
        send(pane, QEvent.Type.MouseButtonPress, at, LEFT, LEFT)
        send(pane, QEvent.Type.MouseButtonRelease, at, LEFT, NONE)
    kinds = [one.kind for one in scene(reading).views]

    assert ViewKind.CURVED in kinds and ViewKind.THREE_D not in kinds
    straight = widget(reading, ViewKind.CURVED)
    qtbot.waitUntil(straight.isVisible)
    assert len(np.unique(grabbed(straight))) > 2
    reading.desk.viewer.commands.use_tool("length")
    drag(straight, (40, 40), (120, 90))
    assert reading.parts.workstation.notices[-1].startswith("Nothing is measured on a straightened picture")
    assert not scene(reading).measurements and not scene(reading).drafts


def thick_and_turned(reading: Open, degrees: float) -> PaneWidget:
    """A slab of 20 mm that was turned by hand and has just been let go."""
    pane, other = widget(reading, ViewKind.AXIAL), widget(reading, ViewKind.CORONAL)
    slab = Slab(SlabMode.MIP, 20.0)
    shown_there = view(reading, ViewKind.CORONAL)
    reading.parts.workstation.store.update(lambda scene: scene.with_view(replace(shown_there, slab=slab)))
    centre, at = handle(reading, ViewKind.AXIAL)
    drag(pane, at, turned(centre, at, degrees))
    other.repaint()
    return other


def test_a_thick_slab_is_exact_soon_after_it_is_let_go(reading: Open, qtbot: QtBot) -> None:
    laid_out(reading, qtbot)
    other = thick_and_turned(reading, 30)
    assert other._renderer.is_rough, "at once: about what it will be"
    at_once = grabbed(other)

    qtbot.waitUntil(lambda: not other._is_moving and not other._renderer.is_rough, timeout=20_000)
    fine = picture(reading, other, moving=False)
    assert same(grabbed(other), fine), "what a snapshot shows, bit for bit"
    assert np.abs(at_once.astype(int) - fine).mean() < 25


def test_a_slab_that_is_turned_on_meanwhile_ends_where_the_hand_did(reading: Open, qtbot: QtBot) -> None:
    laid_out(reading, qtbot)
    other = thick_and_turned(reading, 30)
    qtbot.waitUntil(lambda: not other._is_moving)
    other.repaint()
    other = thick_and_turned(reading, 25)
    turn_wheel(other, 240, ALT)

    qtbot.waitUntil(lambda: not other._is_moving and not other._renderer.is_rough, timeout=20_000)
    assert view(reading, ViewKind.CORONAL).slab == Slab(SlabMode.MIP, 22.0)
    assert same(grabbed(other), picture(reading, other, moving=False))


def test_the_lock_takes_what_is_still_being_made(reading: Open, qtbot: QtBot) -> None:
    laid_out(reading, qtbot)
    volume = weakref.ref(scene(reading).stacks[0].volume)  # type: ignore[arg-type]
    other = thick_and_turned(reading, 30)
    qtbot.waitUntil(lambda pane=other: not pane._is_moving)
    other.repaint()
    assert other._renderer.is_rough
    del other
    reading.desk.lock()

    qtbot.waitUntil(lambda: not reading.desk.viewer.grid.panes)
    qtbot.waitUntil(lambda: volume() is None, timeout=10_000)


def test_turning_the_wheel_for_a_thicker_slab_is_one_step_of_undo(reading: Open, qtbot: QtBot) -> None:
    laid_out(reading, qtbot)
    pane, workstation = widget(reading, ViewKind.AXIAL), reading.parts.workstation
    run(reading, "slab.mean")
    steps = len(workstation.history.done)
    for _ in range(3):
        turn_wheel(pane, 240, ALT)
    assert view(reading, ViewKind.AXIAL).slab == Slab(SlabMode.MEAN, 16.0)
    assert len(workstation.history.done) == steps + 1
    workstation.undo()
    assert view(reading, ViewKind.AXIAL).slab == Slab(SlabMode.MEAN, 10.0)
    workstation.redo()
    assert view(reading, ViewKind.AXIAL).slab == Slab(SlabMode.MEAN, 16.0)

    turn_wheel(pane, 120, ALT)  # after a step back or on again it is another movement
    workstation.undo()
    assert view(reading, ViewKind.AXIAL).slab == Slab(SlabMode.MEAN, 16.0)
    turn_wheel(pane, 120)
    assert workstation.undo_name == "slab", "to scroll is no step"

"""3D by mouse and keys: looks, crop box, clip plane, directions, and what a machine that cannot draw says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QSlider
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.finding import FindingId, FindingState
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.render.offscreen import offscreen_window
from medscan_desktop.scene.changes import activated
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.space import CropBox, face_name, size_mm
from medscan_desktop.scene.space_handles import handles, view_orbit
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.services.surfaces import export_surface
from medscan_desktop.ui import space_actions as space
from medscan_desktop.ui.pane_3d import Pane3DWidget
from medscan_desktop.ui.panels.models import ModelsPanel
from medscan_desktop.ui.panels.space import SpacePanel
from medscan_desktop.ui.surface_export import write_surfaces
from tests.support.windows import BALL_MM, SIDE, SLICES, Open, drag


def can_draw() -> bool:
    try:
        offscreen_window().Finalize()
    except Unsuitable:
        return False
    return True


pytestmark = pytest.mark.skipif(not can_draw(), reason="this machine has no OpenGL, not even in software")


@pytest.fixture
def solid(reading: Open, qtbot: QtBot) -> Open:
    """The phantom with its 3D view the active one, at rest."""
    actions = reading.desk.viewer.commands
    while not space.has_space(actions):
        actions.next_layout()
    actions.store.update(lambda workspace: activated(workspace, view(reading).id))
    qtbot.waitUntil(lambda: pane(reading)._drawn is not None and pane(reading)._drawn.full, timeout=20_000)
    return reading


def view(solid: Open) -> View:
    found = space.space_view(solid.desk.viewer.commands)
    assert found is not None
    return found


def pane(solid: Open) -> Pane3DWidget:
    return next(one for one in solid.desk.viewer.grid.panes if isinstance(one, Pane3DWidget))


def panel(solid: Open) -> SpacePanel:
    return next(one for one in solid.desk.viewer.panels if isinstance(one, SpacePanel))


def press(solid: Open, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    QTest.keyClick(solid.desk.viewer, key, held)


def test_the_panel_is_there_for_the_3d_view_alone(solid: Open) -> None:
    assert panel(solid).isVisible()

    first = solid.desk.viewer.commands.workspace.views[0]
    assert first.kind is not ViewKind.THREE_D
    solid.desk.viewer.commands.store.update(lambda workspace: activated(workspace, first.id))

    assert not panel(solid).isVisible()


def test_a_dragged_point_changes_the_picture_while_it_moves_and_is_one_step_of_undo(solid: Open) -> None:
    editor = panel(solid).look.editor
    seen: list[bool] = []
    solid.desk.viewer.commands.store.listen(lambda old, new: seen.append(view(solid).camera_3d.moving))
    before = editor.value_of(1)
    start = editor.place(1)
    drag(editor, (start.x(), start.y()), (start.x() + 12, start.y()))

    look = view(solid).space.look
    assert look is not None and look.points[1].value > 220
    assert editor.value_of(1) > before
    assert True in seen and not view(solid).camera_3d.moving  # coarse while the hand is down, full at rest
    assert solid.parts.workstation.undo_name == "3D look"
    solid.parts.workstation.undo()
    assert view(solid).space.look is None
    assert editor.value_of(1) == before


def test_a_drag_beside_the_points_shifts_and_widens_the_whole_look(solid: Open) -> None:
    editor = panel(solid).look.editor
    old = space.current_look(solid.desk.viewer.commands, view(solid))
    drag(editor, (20, 20), (40, 20))
    shifted = view(solid).space.look
    assert old is not None and shifted is not None
    by = [new.value - one.value for new, one in zip(shifted.points, old.points, strict=True)]
    assert min(by) > 0 and max(by) - min(by) < 1e-6

    drag(editor, (20, 40), (20, 20))
    wider = view(solid).space.look
    assert wider is not None
    spans = [look.points[-1].value - look.points[0].value for look in (shifted, wider)]
    assert spans[1] > spans[0] * 1.05


def test_points_come_by_double_click_and_go_by_the_right_button(solid: Open) -> None:
    editor = panel(solid).look.editor
    count = len(editor.look.points) if editor.look else 0
    place = QPointF(30, 60)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick):
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        event = QMouseEvent(
            kind, place, editor.mapToGlobal(place), Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(editor, event)
    assert editor.look is not None and len(editor.look.points) == count + 1

    QTest.mouseClick(editor, Qt.MouseButton.RightButton, pos=editor.place(editor.number).toPoint())
    assert len(editor.look.points) == count


def test_an_own_preset_is_kept_offered_and_deleted(solid: Open, qtbot: QtBot) -> None:
    box = panel(solid).look
    look = box.editor.look
    assert look is not None
    box._save(look.shifted(100), "  My   vessels ")
    names = lambda: [box.presets.itemText(place) for place in range(box.presets.count())]  # noqa: E731
    qtbot.waitUntil(lambda: "My vessels (own)" in names())
    assert view(solid).space.look == replace(look.shifted(100), name="My vessels")
    assert box.forget.isEnabled()

    space.use_preset(solid.desk.viewer.commands, "CT skin")
    assert view(solid).space.look is None and box.presets.currentText() == "CT skin"
    assert not box.forget.isEnabled(), "a shipped preset stays"
    box._use(names().index("My vessels (own)"))
    box._delete()
    qtbot.waitUntil(lambda: "My vessels (own)" not in names())
    qtbot.waitUntil(lambda: not solid.parts.workstation.running)


def test_a_face_of_the_crop_box_is_dragged_by_its_handle_in_mm_and_undone(solid: Open) -> None:
    actions = solid.desk.viewer.commands
    geometry = space.geometry_of(actions, view(solid))
    assert geometry is not None
    space.change(actions, "box", lambda one: space.with_space(one, box_shown=True))
    three_d = pane(solid)
    size = (three_d.width(), three_d.height())
    seen = view_orbit(geometry, view(solid), size)
    right = next(face for face in range(6) if face_name(geometry, face) == "R")
    at = seen.to_pane(handles(geometry, view(solid))[right], size)
    millimetre = size[1] / 2 / seen.half_height
    camera = view(solid).camera_3d
    drag(three_d, (at[0], at[1]), (at[0] + 10 * millimetre, at[1]))

    crop = view(solid).space.crop
    assert crop.cut[right] == pytest.approx(10.0, abs=0.2)
    assert sum(crop.cut) == pytest.approx(crop.cut[right])
    assert view(solid).camera_3d == camera  # the handle took the drag, not the orbit
    assert panel(solid).cuts.faces[right].value() == pytest.approx(10.0, abs=0.2)
    assert solid.parts.workstation.undo_name == "crop"
    solid.parts.workstation.undo()
    assert view(solid).space.crop == CropBox()


def test_the_numbers_crop_and_never_past_the_opposite_face(solid: Open) -> None:
    cuts = panel(solid).cuts
    geometry = space.geometry_of(solid.desk.viewer.commands, view(solid))
    assert geometry is not None
    cuts.faces[0].setValue(20.0)
    cuts.faces[1].setValue(1000.0)
    crop = view(solid).space.crop

    assert crop.cut[0] == 20.0
    assert 20.0 + crop.cut[1] == pytest.approx(float(size_mm(geometry)[0]) - 2.0)
    cuts.whole.click()
    assert view(solid).space.crop.is_whole


def test_a_clip_plane_comes_from_the_view_or_from_a_plane_and_flips_and_slides(solid: Open) -> None:
    actions = solid.desk.viewer.commands
    space.clip_along_view(actions)
    clip = view(solid).space.clip
    assert clip is not None and clip.normal == pytest.approx((0, 1, 0))  # seen from the front, the back stays
    space.flip_clip(actions)
    assert view(solid).space.clip == clip.flipped

    planes = dict(space.clip_planes(actions))
    assert len(planes) == 3
    space.clip_at(actions, planes["Axial plane"])
    cuts = panel(solid).cuts
    cuts._begin()
    cuts._slide(cuts.slide.maximum(), moving=True)
    cuts._end()
    slid = view(solid).space.clip
    assert slid is not None and slid.normal == planes["Axial plane"].normal
    assert slid.point != planes["Axial plane"].point
    solid.parts.workstation.undo()
    assert view(solid).space.clip == planes["Axial plane"]

    cuts.slide.triggerAction(QSlider.SliderAction.SliderPageStepAdd)  # a click beside the handle
    stepped = view(solid).space.clip
    assert stepped is not None and stepped.point != planes["Axial plane"].point
    solid.parts.workstation.undo()
    assert view(solid).space.clip == planes["Axial plane"]


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        (Qt.Key.Key_1, (0, 0)),
        (Qt.Key.Key_2, (180, 0)),
        (Qt.Key.Key_3, (90, 0)),
        (Qt.Key.Key_4, (-90, 0)),
        (Qt.Key.Key_5, (0, 90)),
        (Qt.Key.Key_6, (0, -90)),
    ],
)
def test_a_key_looks_from_each_side(solid: Open, key: Qt.Key, direction: tuple[int, int]) -> None:
    press(solid, key, Qt.KeyboardModifier.AltModifier)
    camera = view(solid).camera_3d

    assert (camera.azimuth, camera.elevation) == direction


def test_keys_turn_and_fit(solid: Open) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    press(solid, Qt.Key.Key_Right, both)
    press(solid, Qt.Key.Key_Down, both)
    camera = view(solid).camera_3d
    assert (camera.azimuth, camera.elevation) == (-15, 15)

    space.zoom(2.0, solid.desk.viewer.commands)
    press(solid, Qt.Key.Key_0, Qt.KeyboardModifier.AltModifier)
    assert view(solid).camera_3d == replace(camera, zoom=1.0)


def test_a_machine_that_cannot_draw_says_so_in_the_pane_and_is_tried_again(solid: Open, qtbot: QtBot) -> None:
    """Never a black pane without a word."""
    three_d = pane(solid)
    three_d._show_failure("3D needs OpenGL: install libegl1 and libgl1-mesa-dri.")
    said = three_d.grab().toImage()
    assert three_d._failure and three_d._drawn is None
    assert solid.parts.workstation.notices[-1] == three_d._failure
    light = sum(said.pixelColor(x, said.height() // 2).lightness() > 60 for x in range(said.width()))
    assert light > 20  # the sentence stands in the middle of the pane

    space.look_from(45.0, 0.0, solid.desk.viewer.commands)
    qtbot.waitUntil(lambda: three_d._drawn is not None, timeout=20_000)
    assert three_d._failure == ""


def test_a_surface_leaves_only_once_its_finding_is_accepted(solid: Open, qtbot: QtBot, tmp_path: Path) -> None:
    actions, workstation = solid.desk.viewer.commands, solid.parts.workstation
    models = next(one for one in solid.desk.viewer.panels if isinstance(one, ModelsPanel))
    qtbot.waitUntil(lambda: bool(models.items))
    QTest.mouseClick(models.items[0].run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(actions.workspace.findings) and not workstation.running, timeout=30_000)
    for out in (tmp_path / "early.stl", tmp_path / "ball.ply", tmp_path / "ball.obj", tmp_path / "named"):
        write_surfaces(actions, out, "OBJ surface (*.obj)")
        qtbot.waitUntil(lambda: not workstation.running, timeout=20_000)
        if out.stem == "early":
            assert workstation.notices[-1] == "Only an accepted finding is exported; this one is proposed."
            assert not out.exists()
            actions.accept()
            qtbot.waitUntil(lambda: actions.workspace.findings[0].state is FindingState.ACCEPTED)

    finding = actions.workspace.findings[0].id
    workstation.do(export_surface, finding_id=finding, out=tmp_path / "whole.stl")  # as `medscan export surface` does
    qtbot.waitUntil(lambda: not workstation.running, timeout=20_000)
    assert (tmp_path / "whole.stl").stat().st_size > 84
    workstation.do(export_surface, finding_id=finding, out=tmp_path / "no.stl", structure=99)
    qtbot.waitUntil(lambda: not workstation.running, timeout=20_000)
    assert "no structure 99" in workstation.notices[-1]

    lines = (tmp_path / "ball.obj").read_text().splitlines()
    points = np.array([line.split()[1:] for line in lines if line.startswith("v ")], float)
    geometry = space.geometry_of(actions, view(solid))
    assert geometry is not None
    assert (points.min(axis=0) + points.max(axis=0)) / 2 == pytest.approx(geometry.centre, abs=2.5)
    assert np.ptp(points, axis=0) == pytest.approx([2 * BALL_MM] * 3, abs=4.0)  # on the toy's coarse grid
    assert (tmp_path / "ball.ply").read_bytes().startswith(b"ply")
    assert (tmp_path / "named.obj").exists()


def test_a_surface_can_be_hidden_and_faded_in_3d_alone(solid: Open, qtbot: QtBot) -> None:
    actions = solid.desk.viewer.commands
    stack = view(solid).stack
    assert stack is not None
    mask = Mask.from_array(np.ones((SLICES, SIDE, SIDE), bool))
    layer = MaskLayer(FindingId("f"), 1, stack, "All", mask, (0, 255, 0), "AI")
    actions.store.update(lambda workspace: replace(workspace, masks=(layer,)))
    rows = panel(solid)._surfaces
    box, slider = rows.findChild(QCheckBox), rows.findChild(QSlider)
    assert rows.isVisible() and box is not None and slider is not None
    slider.setValue(30)
    box.setChecked(False)

    (shown,) = actions.workspace.masks
    assert (shown.surface_opacity, shown.in_space, shown.visible, shown.opacity) == (0.3, False, True, layer.opacity)

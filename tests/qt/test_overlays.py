"""Objects laid over their images by mouse, and taken off again, on the real workstation."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.scene.navigation import slice_position
from medscan_desktop.scene.overlays import with_only_key_images
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.imports import import_files
from medscan_desktop.ui.panels.overlays import OverlayItem, OverlaysPanel
from tests.support import made_overlays
from tests.support.made_objects import source_ct, written
from tests.support.windows import Open

OBJECTS = (
    made_overlays.segmentation,
    made_overlays.structures,
    made_overlays.presentation_state,
    made_overlays.key_objects,
    made_overlays.parametric_map,
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("overlays")
    sources = source_ct()
    written(folder, [*sources, *(make(sources) for make in OBJECTS)])
    return folder


@pytest.fixture
def laid(desk: Open, study: Path, qtbot: QtBot) -> Open:
    """The made study open, its CT on screen, nothing over it."""
    open_files(desk, study, qtbot)
    return desk


def open_files(desk: Open, folder: Path, qtbot: QtBot) -> None:
    workstation = desk.parts.workstation
    uid = StudyUid(str(source_ct()[0].StudyInstanceUID))
    workstation.do(import_files, paths=(folder,), on_done=lambda _: desk.desk.open_study(uid))
    qtbot.waitUntil(lambda: bool(workstation.store.workspace.stacks) and not workstation.running, timeout=20_000)


def scene(laid: Open) -> Workspace:
    return laid.parts.workstation.store.workspace


def items(laid: Open) -> dict[str, OverlayItem]:
    panel = next(one for one in laid.desk.viewer.panels if isinstance(one, OverlaysPanel))
    return {item.kind.text(): item for item in panel.items if isinstance(item, OverlayItem)}


def click(laid: Open, kind: str, qtbot: QtBot) -> None:
    QTest.mouseClick(items(laid)[kind].eye, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not laid.parts.workstation.running)


def test_opening_a_study_lists_them_and_shows_none(laid: Open) -> None:
    """AI marks can stay off until a first look has been taken."""
    assert sorted(items(laid)) == ["Key object selection", "Map", "Presentation state", "Segmentation", "Structure set"]
    assert scene(laid).overlays == () and not any(item.eye.isChecked() for item in items(laid).values())


def test_a_segmentation_goes_on_and_off_and_its_parts_one_by_one(laid: Open, qtbot: QtBot) -> None:
    click(laid, "Segmentation", qtbot)
    item = items(laid)["Segmentation"]
    assert [layer.name for layer in scene(laid).masks] == list(made_overlays.SEGMENTS)
    assert all(layer.caption.startswith("AI: made 0") for layer in scene(laid).masks)
    assert item.eye.isChecked() and sorted(item.parts) == [1, 2]

    item.parts[2].click()
    assert [layer.visible for layer in scene(laid).masks] == [True, False]

    click(laid, "Segmentation", qtbot)
    assert scene(laid).masks == () and not item.eye.isChecked() and item.parts == {}


def test_a_click_on_its_tile_does_the_same(laid: Open, qtbot: QtBot) -> None:
    strip = laid.desk.viewer.strip
    stack = next(one for one in scene(laid).stacks if one.modality == "RTSTRUCT")
    strip.chosen.emit(stack.id)
    qtbot.waitUntil(lambda: bool(scene(laid).contours))

    assert [layer.name for layer in scene(laid).contours] == ["circle", "mark"]
    assert next(tile for tile in strip.tiles if tile.key == stack.id).is_shown
    strip.chosen.emit(stack.id)
    qtbot.waitUntil(lambda: not scene(laid).contours)


def test_the_images_it_belongs_to_come_onto_the_screen(laid: Open, qtbot: QtBot) -> None:
    """Over another stack is no place for a mask: its own is shown."""
    map_stack = next(one for one in scene(laid).stacks if one.is_map)
    laid.desk.viewer.commands.show_stack(map_stack.id)
    qtbot.waitUntil(lambda: scene(laid).views[0].stack == map_stack.id and not laid.parts.workstation.running)
    click(laid, "Segmentation", qtbot)

    own = scene(laid).stack(scene(laid).masks[0].stack)
    assert own is not None and own.modality == "CT" and own.volume is not None
    assert {view.stack for view in scene(laid).views} == {own.id}


def test_a_presentation_state_shows_its_images_as_acquired_in_its_own_window(laid: Open, qtbot: QtBot) -> None:
    click(laid, "Presentation state", qtbot)
    (view,) = scene(laid).views
    centre, width = made_overlays.GSPS_WINDOW

    assert view.kind is ViewKind.ACQUIRED
    assert (view.voi.centre, view.voi.width) == (centre, width)  # type: ignore[union-attr]
    click(laid, "Presentation state", qtbot)
    assert scene(laid).presentations == ()


def test_key_images_are_stepped_through(laid: Open, qtbot: QtBot) -> None:
    click(laid, "Key object selection", qtbot)
    commands = laid.desk.viewer.commands

    def position() -> int:
        found = slice_position(scene(laid), scene(laid).view(scene(laid).active))
        assert found is not None
        return found[0]

    commands.scroll_to(0)
    commands.next_key_image(1)
    assert position() == made_overlays.KEY_SLICES[0]
    laid.parts.workstation.store.update(lambda workspace: with_only_key_images(workspace, True))
    commands.scroll(1)
    assert position() == made_overlays.KEY_SLICES[1]
    commands.scroll(1)
    assert position() == made_overlays.KEY_SLICES[1]
    commands.scroll(-1)
    assert position() == made_overlays.KEY_SLICES[0]


def test_a_map_is_washed_over_the_images_of_its_frame_of_reference(laid: Open, qtbot: QtBot) -> None:
    click(laid, "Map", qtbot)
    (wash,) = scene(laid).washes
    base = scene(laid).stack(wash.stack)

    assert base is not None and base.modality == "CT" and wash.volume.unit == "mm2/s"
    assert wash.low == pytest.approx(wash.high / 10)


def test_without_its_images_a_plain_sentence_names_what_is_missing(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    sources = source_ct()
    written(tmp_path / "alone", [made_overlays.segmentation(sources)])
    open_files(desk, tmp_path / "alone", qtbot)
    click(desk, "Segmentation", qtbot)

    notice = desk.parts.workstation.notices[-1]
    assert notice.startswith("This segmentation belongs to 10 images of series") and "import them" in notice
    assert scene(desk).overlays == ()

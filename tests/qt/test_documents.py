"""Documents by mouse and keys, on the real workstation: read, followed, paged, played, saved, gone at the lock."""

from collections.abc import Callable
from pathlib import Path
from time import thread_time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.study import InstanceUid, StudyUid
from medscan_desktop.domain.text_tree import Reference, TextNode, TextTree
from medscan_desktop.scene.navigation import slice_position
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.audit import list_audit
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.ui.document_pane import DocumentPane
from medscan_desktop.ui.header_window import HeaderWindow
from medscan_desktop.ui.tree_model import TreeModel
from medscan_desktop.ui.tree_page import TreePage
from tests.support import clips
from tests.support.clips import COLUMNS, COUNT, ROWS, grey
from tests.support.made_documents import encapsulated_pdf, pdf_bytes, video
from tests.support.made_objects import MADE, source_ct, written
from tests.support.windows import PASSWORD, USER, Open, drag, turn_wheel

PDF = pdf_bytes()  # once: it holds the time
NAMES = ("source CT", "SR", "KO", "ECG", "encapsulated STL")


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("objects")
    for name in NAMES:
        written(folder / name.replace(" ", "_"), MADE[name]())
    clip = video(clips.H264, syntax="1.2.840.10008.1.2.4.102", rows=ROWS, columns=COLUMNS, frames=COUNT, fps=25.0)
    written(folder / "made", [encapsulated_pdf(PDF), clip])
    return folder


def scene(desk: Open) -> Workspace:
    return desk.parts.workstation.store.workspace


def idle(desk: Open, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not desk.parts.workstation.running, timeout=20_000)


@pytest.fixture
def study(desk: Open, objects: Path, qtbot: QtBot) -> Open:
    """The made objects imported and open."""
    uid = StudyUid(str(source_ct()[0].StudyInstanceUID))
    desk.parts.workstation.do(import_files, paths=(objects,), on_done=lambda _: desk.desk.open_study(uid))
    qtbot.waitUntil(lambda: bool(scene(desk).views), timeout=30_000)
    idle(desk, qtbot)
    return desk


def stack(desk: Open, text: str) -> Stack:
    return next(one for one in scene(desk).stacks if text in one.type_name or text in one.label)


def shown(desk: Open) -> StackId | None:
    """The stack of the active view."""
    return next((view.stack for view in scene(desk).views if view.id == scene(desk).active), None)


def click(desk: Open, text: str, qtbot: QtBot) -> DocumentPane:
    """Click the tile of the strip; the pane that came."""
    desk.desk.viewer.strip.chosen.emit(stack(desk, text).id)
    qtbot.waitUntil(lambda: stack(desk, text).document is not None, timeout=20_000)
    idle(desk, qtbot)
    pane = desk.desk.viewer.grid.panes[0]
    assert isinstance(pane, DocumentPane)
    return pane


def tree(pane: DocumentPane) -> TreePage:
    assert pane.page is not None
    return pane.page


def press(desk: Open, key: Qt.Key) -> None:
    QTest.keyClick(desk.desk.viewer, key)


def grabbed(pane: DocumentPane) -> np.ndarray:
    image = pane.canvas.grab().toImage().convertToFormat(pane.canvas.grab().toImage().Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 2::-1].copy()


def test_a_report_opens_as_a_tree_that_can_be_searched_and_copied(study: Open, qtbot: QtBot) -> None:
    page = tree(click(study, "Comprehensive", qtbot))

    page.search.setText("12.5 mm")
    page.search.textEdited.emit("12.5 mm")
    node = page.model.node(page.view.currentIndex())
    page.copy()

    assert node is not None
    assert node.value.startswith("12.5 mm")
    assert "12.5 mm" in QGuiApplication.clipboard().text()
    page.search.textEdited.emit("")
    page.search.setText("no such words anywhere")
    page.search.textEdited.emit("")
    assert page.found.text() == "not found"


def test_a_line_that_names_an_image_leads_to_it_beside_the_report(study: Open, qtbot: QtBot) -> None:
    """A click jumps to that very image."""
    study.desk.viewer.commands.read_document(stack(study, "Key Object"))
    qtbot.waitUntil(lambda: stack(study, "Key Object").document is not None)
    idle(study, qtbot)
    pane = study.desk.viewer.grid.panes[0]
    assert isinstance(pane, DocumentPane)
    page = tree(pane)
    number = next(number for number, node in enumerate(page.model._nodes) if node.reference)
    reference = page.model._nodes[number].reference
    assert reference is not None
    name = page.model.index_of(number)
    page.view.clicked.emit(name.siblingAtColumn(1))
    qtbot.waitUntil(lambda: len(scene(study).views) == 2)
    idle(study, qtbot)

    image = scene(study).views[1]
    shown = scene(study).stack(image.stack)
    assert image.kind is ViewKind.ACQUIRED
    assert shown is not None
    qtbot.waitUntil(lambda: shown.instance_uids[scene(study).views[1].frame] == reference.instance)
    panes = study.desk.viewer.grid.panes
    QApplication.processEvents()
    assert abs(panes[0].width() - panes[1].width()) <= 2, "both panes have half of the window"


def test_what_is_not_in_the_study_is_said(study: Open, qtbot: QtBot) -> None:
    page = tree(click(study, "Comprehensive", qtbot))
    page.reference_wanted.emit(Reference(InstanceUid("1.2.3")))

    assert study.parts.workstation.notices[-1] == "What this line refers to is not among the series of this study."


def test_the_wheel_turns_the_pages_and_the_mouse_zooms_and_pans(study: Open, qtbot: QtBot) -> None:
    pane = click(study, "Encapsulated PDF", qtbot)
    qtbot.waitUntil(lambda: pane.canvas.shown_number == 0, timeout=10_000)

    turn_wheel(pane.canvas, -120)
    qtbot.waitUntil(lambda: pane.canvas.shown_number == 1, timeout=10_000)
    turn_wheel(pane.canvas, 120, Qt.KeyboardModifier.ControlModifier)
    zoom = scene(study).views[0].camera.zoom
    drag(pane.canvas, (200, 200), (260, 230))

    assert slice_position(scene(study), scene(study).views[0]) == (1, 2)
    assert zoom > 1.0
    assert scene(study).views[0].camera.centre != (0.0, 0.0), "the left button pans: a page has no window"
    assert not scene(study).measurements
    assert grabbed(pane).max() == 255


def test_a_clip_plays_loops_and_stops_where_it_is(study: Open, qtbot: QtBot) -> None:
    pane = click(study, "Video", qtbot)
    bar = study.desk.viewer.cine
    qtbot.waitUntil(lambda: pane.canvas.shown_number == 0, timeout=10_000)
    assert bar.isVisible()
    assert bar.rate.text() == "25 frames a second"

    press(study, Qt.Key.Key_C)
    seen: set[int] = set()

    def around() -> bool:
        seen.add(scene(study).views[0].frame)
        return len(seen) > 20 and scene(study).views[0].frame < 10

    qtbot.waitUntil(around, timeout=10_000)
    press(study, Qt.Key.Key_C)
    frame = scene(study).views[0].frame
    qtbot.wait(150)

    assert not bar.is_playing
    assert scene(study).views[0].frame == frame
    qtbot.waitUntil(lambda: pane.canvas.shown_number == frame)
    shown = grabbed(pane)
    middle = shown[shown.shape[0] // 2, shown.shape[1] // 2]
    assert np.abs(middle.astype(int) - grey(frame)).max() <= 2


def test_the_slider_scrubs_and_the_keys_step(study: Open, qtbot: QtBot) -> None:
    pane = click(study, "Video", qtbot)
    study.desk.viewer.cine.slider.setValue(17)
    qtbot.waitUntil(lambda: pane.canvas.shown_number == 17, timeout=10_000)

    press(study, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: pane.canvas.shown_number == 18, timeout=10_000)

    assert study.desk.viewer.cine.place.text() == f"Frame 19/{COUNT}"


def test_playing_ends_with_the_view_and_off_the_screen(study: Open, qtbot: QtBot) -> None:
    click(study, "Video", qtbot)
    bar = study.desk.viewer.cine
    bar.toggle()
    click(study, "ECG", qtbot)
    assert not bar.is_playing
    click(study, "Video", qtbot)
    bar.toggle()
    study.desk.hide()
    bar.tick()

    assert not bar.is_playing
    study.desk.show()


def test_a_slow_machine_drops_frames_and_keeps_the_time(
    study: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the clock, not by the count of what was drawn."""
    click(study, "Video", qtbot)
    bar = study.desk.viewer.cine
    now = [100.0]
    monkeypatch.setattr("medscan_desktop.ui.cine.monotonic", lambda: now[0])
    bar.toggle()
    bar._timer.stop()
    frames = []
    for seconds in (0.04, 0.5, 1.19, 1.21):
        now[0] = 100.0 + seconds + 1e-6
        bar.tick()
        frames.append(scene(study).views[0].frame)
    bar.stop()

    assert frames == [1, 12, 29, 0]


def test_an_ecg_is_drawn_and_the_pointer_reads_it(study: Open, qtbot: QtBot) -> None:
    pane = click(study, "ECG", qtbot)
    canvas = pane.canvas
    canvas.pointer_moved(QPointF(canvas.width() / 2, canvas.height() / 2))

    assert grabbed(pane)[canvas.height() // 2].max() > 200
    assert scene(study).views[0].kind is ViewKind.DOCUMENT
    assert not study.desk.viewer.cine.isVisible()


def test_a_document_is_saved_as_it_was_put_in(
    study: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    click(study, "Encapsulated PDF", qtbot)
    out = tmp_path / "report.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))

    study.desk.viewer.commands.save_document()
    idle(study, qtbot)

    assert out.read_bytes() == PDF
    assert study.parts.workstation.notices[-1] == f"Document written to {out}."


def test_a_mesh_opens_as_facts_with_a_button_to_save(study: Open, qtbot: QtBot) -> None:
    page = tree(click(study, "Encapsulated STL", qtbot))

    assert page.save.isVisible()
    assert ("Format", "model/stl") in [(node.name, node.value) for node in page.model._nodes]


def test_any_header_can_be_read_and_goes_at_the_lock(study: Open, qtbot: QtBot) -> None:
    click(study, "Comprehensive", qtbot)
    viewer = study.desk.viewer
    viewer.documents.show_header(stack(study, "source CT").instance_uids[0])
    idle(study, qtbot)
    (window,) = viewer.findChildren(HeaderWindow)
    assert window.isVisible()
    assert any(node.value == "MADE-1" for node in window.page.model._nodes)

    study.desk.lock()
    idle(study, qtbot)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    assert not viewer.findChildren(HeaderWindow)
    assert not viewer.findChildren(TreePage)
    assert not scene(study).stacks


def test_after_a_lock_the_same_user_is_at_the_same_series_again(study: Open, qtbot: QtBot) -> None:
    desk, workstation = study.desk, study.parts.workstation
    for text in ("ECG", "source CT"):
        desk.viewer.commands.show_stack(stack(study, text).id)
        qtbot.waitUntil(lambda text=text: shown(study) == stack(study, text).id, timeout=20_000)
        desk.lock()
        idle(study, qtbot)
        assert not scene(study).views

        workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: desk.enter())

        qtbot.waitUntil(lambda: bool(scene(study).views), timeout=20_000)
        idle(study, qtbot)
        assert shown(study) == stack(study, text).id


def test_a_header_goes_with_its_study(study: Open, qtbot: QtBot) -> None:
    """Beside another patient's images it would be read as theirs."""
    viewer = study.desk.viewer
    viewer.documents.show_header(stack(study, "source CT").instance_uids[0])
    qtbot.waitUntil(lambda: bool(viewer.findChildren(HeaderWindow)))

    viewer.library_wanted.emit()
    idle(study, qtbot)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    assert not viewer.findChildren(HeaderWindow)


def test_a_study_without_images_opens_its_first_document(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    written(tmp_path / "alone", MADE["text SR"]())
    uid = StudyUid(str(source_ct()[0].StudyInstanceUID))
    desk.parts.workstation.do(import_files, paths=(tmp_path,), on_done=lambda _: desk.desk.open_study(uid))
    qtbot.waitUntil(lambda: bool(scene(desk).views), timeout=20_000)
    idle(desk, qtbot)

    pane = desk.desk.viewer.grid.panes[0]
    assert isinstance(pane, DocumentPane)
    assert any("Befund" in node.value for node in tree(pane).model._nodes)


def test_opening_a_document_is_in_the_log_before_it_is_shown(study: Open, qtbot: QtBot) -> None:
    click(study, "Comprehensive", qtbot)
    events: list[str] = []
    study.parts.workstation.do(
        list_audit, limit=20, on_done=lambda effect: events.extend(e.action for e in effect.value)
    )
    idle(study, qtbot)

    assert "document.open" in events


@pytest.fixture
def large() -> TextTree:
    nodes = tuple(TextNode(number % 4, f"name {number}", f"value {number}") for number in range(200_000))
    return TextTree("large", nodes=nodes)


def test_200_000_lines_open_and_are_searched_at_once(
    large: TextTree, qtbot: QtBot, timed: Callable[..., float]
) -> None:
    page: list[TreePage] = []

    opened = timed(lambda: page.append(TreePage(large)))
    qtbot.addWidget(page[0])
    page[0].resize(900, 700)
    page[0].show()
    qtbot.waitExposed(page[0])
    page[0].search.setText("value 199999")
    found = timed(lambda: page[0].search.textEdited.emit(""))

    assert page[0].model.node(page[0].view.currentIndex()) == large.nodes[-1]
    assert opened < 3.0
    assert found < 1.0


@pytest.fixture
def timed() -> Callable[..., float]:
    def measure(work: Callable[[], object]) -> float:
        start = thread_time()  # its own: the machine may be busy with others
        work()
        return thread_time() - start

    return measure


def test_the_model_keeps_parents_rows_and_children() -> None:
    nodes = tuple(TextNode(depth, str(place)) for place, depth in enumerate((0, 1, 2, 2, 1, 0, 3)))
    model = TreeModel(TextTree("t", nodes=nodes))

    def below(index: object) -> list[str]:
        return [model.data(model.index(row, 0, index)) for row in range(model.rowCount(index))]  # type: ignore[arg-type]

    top = [model.index(row, 0) for row in range(model.rowCount())]
    assert [model.data(index) for index in top] == ["0", "5"]
    assert below(top[0]) == ["1", "4"]
    assert below(model.index(0, 0, top[0])) == ["2", "3"]
    assert below(top[1]) == ["6"], "a line that skips a depth belongs to the one above it"
    assert model.parent(model.index_of(3)) == model.index_of(1)


def test_return_in_the_search_box_decides_about_no_finding(study: Open, qtbot: QtBot) -> None:
    page = tree(click(study, "Comprehensive", qtbot))
    page.search.setFocus()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(page.search, event)

    assert event.isAccepted()

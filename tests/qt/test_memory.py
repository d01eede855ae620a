"""A series larger than the memory budget in the window: shown all the same, told, and the user's choice one click."""

import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.reduction import Reduction
from medscan_desktop.persistence.home import Home
from medscan_desktop.scene.memory import ShownAs
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.memory import set_budget
from medscan_desktop.services.models import run_model
from medscan_desktop.services.session import log_in
from medscan_desktop.ui.pane import PaneWidget
from tests.support.large_series import MARK_HU, mark_corner, write_large_series
from tests.support.windows import PASSWORD, USER, Open, drag, opened_desk, turn_wheel

SLICES, SIDE = 96, 128  # 3.1 MB
HALF = Reduction(2, 1)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_large_series(tmp_path_factory.mktemp("large") / "files", SLICES, SIDE)


@pytest.fixture
def reading(home: Home, models: Path, large: Path, qtbot: QtBot) -> Iterator[Open]:
    """The series open within 3 MB."""
    (home.root / "settings.toml").write_text("memory_budget_mb = 3\n")
    with opened_desk(home, models) as opened:
        desk, workstation = opened.desk, opened.parts.workstation
        desk.resize(1200, 800)
        desk.show()
        qtbot.waitExposed(desk)
        workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: desk.enter())
        qtbot.waitUntil(lambda: workstation.user is not None)
        study = "1.2.826.0.1.3680043.10.2.1"
        workstation.do(import_files, paths=(large,), on_done=lambda _: desk.open_study(study))
        qtbot.waitUntil(lambda: is_complete(scene(opened)) and not workstation.running, timeout=20_000)
        yield opened


def scene(reading: Open) -> Workspace:
    return reading.parts.workstation.store.workspace


def stack(reading: Open) -> Stack:
    return scene(reading).stacks[0]


def is_complete(workspace: Workspace) -> bool:
    volume = workspace.stacks[0].volume if workspace.stacks else None
    return volume is not None and volume.is_complete


def choose(reading: Open, qtbot: QtBot, shown_as: ShownAs) -> None:
    bar = reading.desk.viewer.memory
    (bar.slices if shown_as is ShownAs.SLICES else bar.reduced).click()
    qtbot.waitUntil(lambda: (offer := stack(reading).offer) is not None and offer.shown_as is shown_as)
    qtbot.waitUntil(lambda: not reading.parts.workstation.running)


def test_it_opens_with_fewer_voxels_in_every_plane_and_says_so(reading: Open) -> None:
    volume = stack(reading).volume
    assert volume is not None and volume.reduction == HALF
    assert [view.kind for view in scene(reading).views][-1] is ViewKind.THREE_D
    assert volume.warnings[0].startswith("shown at half resolution along the slices (128×128×96 needs")
    bar = reading.desk.viewer.memory
    assert bar.isVisible() and bar.reduced.isChecked() and not bar.slices.isChecked()
    assert stack(reading).frame_count == SLICES // 2
    assert bar.text.text().startswith("Larger than the memory budget: 128×128×96 needs")


def test_a_click_shows_it_alone_in_2d_with_the_values_of_the_files(reading: Open, qtbot: QtBot) -> None:
    choose(reading, qtbot, ShownAs.SLICES)

    shown, volume = stack(reading), stack(reading).volume
    assert volume is not None and volume.window is not None
    assert [view.kind for view in scene(reading).views] == [ViewKind.ACQUIRED]
    assert volume.warnings[0].startswith("2D alone, at full resolution")
    assert shown.frame_count == SLICES and not shown.is_volume
    frame = scene(reading).views[0].frame
    qtbot.waitUntil(lambda: bool(volume.loaded[frame]))
    corner = mark_corner(frame, SIDE)
    assert (volume.values[frame, corner : corner + 8, corner : corner + 8] == MARK_HU).all()


def test_in_2d_alone_slices_come_as_the_wheel_turns(reading: Open, qtbot: QtBot) -> None:
    choose(reading, qtbot, ShownAs.SLICES)
    volume = stack(reading).volume
    assert volume is not None
    pane = reading.desk.viewer.grid.panes[0]
    for _ in range(30):
        turn_wheel(pane, 120)
    frame = scene(reading).views[0].frame
    assert frame == SLICES // 2 - 30

    qtbot.waitUntil(lambda: bool(volume.loaded[frame]))
    pane.repaint()
    corner = mark_corner(frame, SIDE)
    assert (volume.values[frame, corner : corner + 8, corner : corner + 8] == MARK_HU).all()


def test_the_way_back_brings_planes_and_3d(reading: Open, qtbot: QtBot) -> None:
    choose(reading, qtbot, ShownAs.SLICES)
    choose(reading, qtbot, ShownAs.REDUCED)

    assert len(scene(reading).views) == 4
    qtbot.waitUntil(lambda: is_complete(scene(reading)))


def test_a_budget_that_holds_it_brings_all_of_it(reading: Open, qtbot: QtBot) -> None:
    reading.desk.viewer.commands.set_memory_budget(256)
    qtbot.waitUntil(lambda: stack(reading).offer is None and is_complete(scene(reading)))

    volume = stack(reading).volume
    assert volume is not None and volume.reduction.is_none and volume.warnings == ()
    assert len(volume.loaded) == SLICES
    assert not reading.desk.viewer.memory.isVisible()


def test_a_budget_beyond_the_computer_is_refused_with_the_limits(reading: Open, qtbot: QtBot) -> None:
    job = reading.parts.workstation.do(set_budget, megabytes=1 << 40)
    qtbot.waitUntil(lambda: job.is_finished)

    assert str(job.error).startswith("The memory budget can be from 256 MB to")


def test_no_model_runs_on_averages(reading: Open, qtbot: QtBot) -> None:
    workstation = reading.parts.workstation
    shown = stack(reading)
    job = workstation.do(run_model, model_id="toy", series_instance_uid=shown.series_instance_uid, stack_id=shown.id)
    qtbot.waitUntil(lambda: job.is_finished)

    assert isinstance(job.error, Unsuitable)
    assert "works on the full resolution, and this series is shown at half resolution" in str(job.error)


def test_a_length_on_averages_says_what_it_rests_on_and_names_no_single_image(reading: Open, qtbot: QtBot) -> None:
    pane = reading.desk.viewer.grid.panes[0]
    assert isinstance(pane, PaneWidget)
    reading.desk.viewer.commands.use_tool("length")
    drag(pane, (120.0, 150.0), (220.0, 150.0))
    qtbot.waitUntil(lambda: len(scene(reading).measurements) == 1 and not scene(reading).drafts)

    (measured,) = scene(reading).measurements
    assert measured.lines[0].endswith("mm (at reduced resolution)")
    assert measured.sop_instance_uid is None
    volume = stack(reading).volume
    assert volume is not None
    full_k = measured.frame  # of the series itself, so that it is found again at full resolution
    block_k = float(volume.geometry.to_index(np.asarray(measured.points[0]))[2])
    assert full_k // 2 == round(block_k)


def test_a_closed_study_keeps_no_pixels(reading: Open, qtbot: QtBot) -> None:
    volume = weakref.ref(stack(reading).volume)  # type: ignore[arg-type]
    reading.desk.viewer.library_wanted.emit()
    qtbot.waitUntil(lambda: scene(reading).study is None)

    qtbot.waitUntil(lambda: volume() is None, timeout=5000)

"""A series whose files end their decoder: the strip says so with the reason, and its menu asks for one more try."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from medscan_desktop.app import build as building
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.home import Home
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from tests.support import worker_tricks
from tests.support.coded_series import JPEG_2000, write_coded_series
from tests.support.raw_series import phantom
from tests.support.windows import PASSWORD, USER, Open, opened_desk, opened_library

STUDY = StudyUid("1.2.826.0.1.3680043.10.2.1")
SLICES = 3


@pytest.fixture
def harmed_desk(
    template: Path, models: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    monkeypatch.setattr(building, "worker_command", lambda: worker_tricks.command(decode="crash_on_jpeg_2000"))
    home = Home(Path(shutil.copytree(template, tmp_path / "home")))
    write_coded_series(tmp_path / "series", phantom(SLICES, 64), JPEG_2000)
    with opened_library(home) as workstation:
        workstation.answer(log_in, name=USER, password=PASSWORD)
        workstation.answer(import_files, paths=(tmp_path / "series",))
    with opened_desk(home, models) as opened:
        qtbot.addWidget(opened.desk)
        workstation = opened.parts.workstation
        workstation.do(log_in, name=USER, password=PASSWORD)
        qtbot.waitUntil(lambda: workstation.user is not None, timeout=20_000)
        opened.desk.resize(1200, 800)
        opened.desk.show()
        opened.desk.open_study(STUDY)
        yield opened


def failures(opened: Open) -> tuple[str, ...]:
    stacks = opened.parts.workstation.store.workspace.stacks
    return stacks[0].failures if stacks else ()


def test_the_menu_of_a_series_tries_its_missing_images_again(harmed_desk: Open, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(failures(harmed_desk)) == SLICES, timeout=20_000)
    viewer = harmed_desk.desk.viewer
    (tile,) = viewer.strip.tiles
    assert f"{SLICES} of {SLICES} missing" in tile.detail
    assert any("not tried again unless you ask" in text for text in failures(harmed_desk))  # since the import
    assert any(text.endswith("its decoder crashed (SIGSEGV)") for text in failures(harmed_desk))

    menu = QMenu(viewer)
    (stack,) = harmed_desk.parts.workstation.store.workspace.stacks
    viewer.stacks.fill_tile_menu(menu, stack)
    action = next(one for one in menu.actions() if one.text() == "Try its missing images again")
    action.trigger()

    qtbot.waitUntil(
        lambda: len(failures(harmed_desk)) == SLICES and not any("not tried again" in t for t in failures(harmed_desk)),
        timeout=20_000,
    )
    menu.deleteLater()

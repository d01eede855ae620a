"""A desk with a phantom, fresh for each test from one template home."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medscan_desktop.persistence.home import Home
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.ui.garbage import MainThreadGarbage
from medscan_desktop.ui.theme import apply_theme
from tests.support.toy_models import write_toy_model
from tests.support.windows import PASSWORD, PHANTOM, USER, Open, make_home, opened_desk, write_phantom


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says for every window that it has no size hints, and cannot raise one."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore(r"propagateSizeHints|support raise"))


@pytest.fixture(autouse=True, scope="session")
def _collected_on_the_main_thread(qapp: QApplication) -> Iterator[None]:
    garbage = MainThreadGarbage()
    yield
    garbage.close()


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> None:
    if not qapp.styleSheet():
        apply_theme(qapp)


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom") / "files"
    write_phantom(folder)
    return folder


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("template") / "home").root


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_model(tmp_path_factory.mktemp("models"))


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(template, tmp_path / "home")))


@pytest.fixture
def desk(home: Home, models: Path, qtbot: QtBot) -> Iterator[Open]:
    """Logged in, an empty library on screen."""
    with opened_desk(home, models) as opened:
        desk = opened.desk
        desk.resize(1200, 800)
        desk.show()
        qtbot.waitExposed(desk)
        opened.parts.workstation.do(log_in, name=USER, password=PASSWORD, on_done=lambda _: desk.enter())
        qtbot.waitUntil(lambda: opened.parts.workstation.user is not None)
        yield opened


@pytest.fixture
def reading(desk: Open, phantom: Path, qtbot: QtBot) -> Open:
    """The phantom imported, open and loaded."""
    workstation = desk.parts.workstation
    workstation.do(import_files, paths=(phantom,), on_done=lambda _: desk.desk.open_study(PHANTOM))
    qtbot.waitUntil(lambda: bool(workstation.store.workspace.views), timeout=20_000)
    stack = lambda: workstation.store.workspace.stacks[0]  # noqa: E731  read anew each time
    qtbot.waitUntil(lambda: stack().volume is not None and stack().volume.is_complete)
    qtbot.waitUntil(lambda: not workstation.running)
    return desk

"""The process: what is imported before the first paint, one window a home, and Qt's reference trap."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from medscan_desktop.app.gui import run_gui
from medscan_desktop.persistence.home import Home

HEAVY = ("vtkmodules", "vtk", "pydicom", "sqlalchemy", "onnxruntime", "SimpleITK", "numpy", "scipy", "cv2", "highdicom")

FIRST_PAINT = """
import json, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from medscan_desktop.app.gui import GuiSession
from medscan_desktop.persistence.home import Home
from medscan_desktop.ui.theme import apply_theme

app = QApplication([])
apply_theme(app)
session = GuiSession(Home(Path(sys.argv[1])))
session.jobs.start = lambda work: None   # what comes behind the window has not begun when it is painted
session.start()
app.processEvents()
assert not session.window.grab().isNull()
print(json.dumps(sorted(sys.modules)))
"""


def test_the_first_paint_needs_qt_alone(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )

    modules = set(json.loads(answer.stdout.splitlines()[-1]))
    assert "PySide6.QtWidgets" in modules
    assert modules.isdisjoint(HEAVY)


def test_a_second_window_on_the_same_home_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "information", lambda _parent, _title, text: said.append(text))
    monkeypatch.setattr("medscan_desktop.app.gui.start_logging", lambda folder: None)
    monkeypatch.setattr("medscan_desktop.app.gui.qInstallMessageHandler", lambda handler: None)
    other = QLockFile(str(home.root / "window.lock"))
    assert other.tryLock(0)

    assert run_gui(home.root) == 1

    assert said == ["MedScan Desktop is already open on this library."]
    other.unlock()


def test_a_folder_that_cannot_hold_a_library_is_named_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "information", lambda _parent, _title, text: said.append(text))
    (tmp_path / "file").write_text("in the way")

    assert run_gui(tmp_path / "file" / "home") == 1

    assert said == [f"{tmp_path / 'file' / 'home'}: the folder cannot be made (Not a directory)"]


def test_updates_and_events_lose_no_reference_to_none(qtbot: QtBot) -> None:
    """PySide6 6.12 on Python 3.11 lost one at every call, and aborted after some 5,000."""
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    for _ in range(100):
        widget.update()
        QApplication.processEvents()
    before = sys.getrefcount(None)

    for number in range(2000):
        widget.update()
        widget.resize(100 + number % 7, 100)
        QApplication.processEvents()

    assert abs(sys.getrefcount(None) - before) < 200

"""Wrapping files of other formats: the dialog comes for dropped files, warns of other names, and makes a study."""

import struct
import zlib
from pathlib import Path

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from medscan_desktop.ui.import_report import ImportReportDialog
from medscan_desktop.ui.wrap_dialog import WrapDialog
from tests.support.foreign_files import nifti, voxels, written
from tests.support.windows import PHANTOM, Open

ROWS = ((1.0, 0.0, 0.0, 5.0), (0.0, 2.0, 0.0, 6.0), (0.0, 0.0, 3.0, 7.0))


def dialog_for(desk: Open, paths: list[Path], qtbot: QtBot) -> WrapDialog:
    desk.desk.library.bring_in(paths)
    qtbot.waitUntil(lambda: bool(desk.desk.library.findChildren(WrapDialog)), timeout=20_000)
    (dialog,) = desk.desk.library.findChildren(WrapDialog)
    qtbot.waitUntil(lambda: bool(dialog.found), timeout=20_000)
    qtbot.waitUntil(lambda: not desk.parts.workstation.running, timeout=20_000)
    return dialog


def type_patient(dialog: WrapDialog) -> None:
    dialog.into_new.setChecked(True)
    dialog.patient_id.setText("W-1")
    dialog.family.setText("Wrapped")
    dialog.given.setText("Wanda")
    dialog.birth_date.setText("1980-01-02")


def test_a_dropped_volume_becomes_a_study_of_the_patient_typed(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    path = written(tmp_path, "scan.nii.gz", nifti(voxels(), sform=ROWS, spacing=(1, 2, 3, 1)))
    dialog = dialog_for(desk, [path], qtbot)

    assert not dialog.isModal()
    assert dialog.wrap.text() == "Wrap 1 file" and dialog.modality.isEnabled()
    type_patient(dialog)
    dialog.modality.setCurrentIndex(dialog.modality.findData("CT"))
    dialog.submit()

    table = desk.desk.library.table
    qtbot.waitUntil(lambda: table.model().rowCount() == 1, timeout=20_000)
    qtbot.waitUntil(lambda: not desk.parts.workstation.running, timeout=20_000)
    row = [table.model().index(0, column).data() for column in range(table.model().columnCount())]
    assert row[:3] == ["Wrapped, Wanda", "W-1", "1980-01-02"] and "CT" in row


def test_nothing_is_wrapped_without_a_patient(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = dialog_for(desk, [written(tmp_path, "scan.nii", nifti(voxels(), sform=ROWS))], qtbot)

    dialog.submit()

    assert dialog.isVisible()
    assert dialog.message.text() == "A new study needs the patient's ID and family name."
    dialog.close()


def test_a_name_in_the_file_that_is_not_the_patients_is_asked_about(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    path = written(tmp_path, "scan.nii", nifti(voxels(), sform=ROWS, descrip=b"Miller John", db_name=b"W-1"))
    dialog = dialog_for(desk, [path], qtbot)

    type_patient(dialog)

    assert "Miller John" in dialog.warning.text() and "W-1" not in dialog.warning.text()
    dialog.family.setText("Miller")
    assert not dialog.warning.isVisibleTo(dialog)
    dialog.close()


def test_when_and_by_what_a_picture_was_made_is_no_other_patient(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    texts = b"".join(
        struct.pack(">I4s", len(text), b"tEXt") + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
        for text in (
            b"date:create\0002026-11-21T17:23:30Z",
            b"Software\0Paint 7",
            b"Author\0001234567",
        )
    )
    picture = QImage(4, 3, QImage.Format.Format_Grayscale8)
    picture.fill(7)
    path = tmp_path / "p.png"
    picture.save(str(path))
    content = path.read_bytes()
    path.write_bytes(content[:33] + texts + content[33:])  # after the header
    dialog = dialog_for(desk, [path], qtbot)

    type_patient(dialog)

    assert dialog.warning.text() == "Is this the right patient? p.png says Author: “1234567”."
    dialog.close()


def test_a_file_dropped_on_the_images_goes_to_their_study(reading: Open, tmp_path: Path, qtbot: QtBot) -> None:
    """Not to the row that happens to be marked in the library behind them."""
    library = reading.desk.library
    library.refresh()
    library.table.clearSelection()
    library.table.setCurrentIndex(QModelIndex())
    reading.desk.viewer.files_dropped.emit([written(tmp_path, "scan.nii", nifti(voxels(), sform=ROWS))])
    qtbot.waitUntil(lambda: bool(library.findChildren(WrapDialog)), timeout=20_000)
    (dialog,) = library.findChildren(WrapDialog)
    qtbot.waitUntil(lambda: dialog.studies.count() == 1 and not reading.parts.workstation.running, timeout=20_000)

    assert dialog.chosen is not None and dialog.chosen.study_instance_uid == PHANTOM
    dialog.close()


def test_no_study_is_chosen_by_chance(reading: Open, tmp_path: Path, qtbot: QtBot) -> None:
    path = written(tmp_path, "scan.nii", nifti(voxels(), sform=ROWS))
    dialog = WrapDialog(reading.parts.workstation, [path], None, reading.desk)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.studies.count() == 1 and bool(dialog.found), timeout=20_000)

    dialog.into_known.setChecked(True)
    dialog.submit()

    assert dialog.message.text() == "Choose a study."
    dialog.close()


def test_what_cannot_be_wrapped_says_why(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    sound = nifti(voxels(), sform=ROWS)
    paths = [written(tmp_path, "cut.nii", sound[:400]), written(tmp_path, "whole.nii", sound)]
    dialog = dialog_for(desk, paths, qtbot)

    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "cut.nii" in texts
    assert any(text.startswith("the file is truncated") for text in texts)
    assert dialog.wrap.text() == "Wrap 1 file"
    dialog.close()


def test_a_lock_closes_the_dialog(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    dialog_for(desk, [written(tmp_path, "scan.nii", nifti(voxels(), sform=ROWS))], qtbot)

    desk.desk.lock()

    qtbot.waitUntil(lambda: not desk.desk.library.findChildren(WrapDialog))


def test_what_a_folder_holds_besides_can_be_wrapped_from_the_report(desk: Open, tmp_path: Path, qtbot: QtBot) -> None:
    """A folder may hold hundreds: nothing is asked before somebody wants it."""
    written(tmp_path, "scan.nii", nifti(voxels(), sform=ROWS))
    library = desk.desk.library
    library.bring_in([tmp_path])
    qtbot.waitUntil(library.report_button.isVisible, timeout=20_000)
    assert not library.findChildren(WrapDialog)

    library.report_button.click()
    (report,) = library.findChildren(ImportReportDialog)
    (button,) = (one for one in report.findChildren(QPushButton) if one.text() == "Wrap 1 file…")
    button.click()

    qtbot.waitUntil(lambda: bool(library.findChildren(WrapDialog)))
    report.close()
    library.findChildren(WrapDialog)[0].close()

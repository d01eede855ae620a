"""What an import leaves behind where something goes wrong on the way."""

import os

import pytest

from medscan_desktop.domain.study import SeriesUid, StudyUid
from medscan_desktop.services import imports
from medscan_desktop.services.deletion import delete_study
from medscan_desktop.services.studies import list_series
from medscan_desktop.workstation import intake, thumbnails
from tests.support.desks import Sitting
from tests.support.dicom_files import ROOT_UID, series

STUDY, SERIES = StudyUid(f"{ROOT_UID}.1"), SeriesUid(f"{ROOT_UID}.2")


def test_a_file_that_changes_while_it_is_read_leaves_nothing_in_the_vault(
    at: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = at.write("images", series(3))
    scan = intake.scan

    def scanned(stream, label):  # type: ignore[no-untyped-def]
        if label.endswith("001.dcm"):
            os.utime(folder / "001.dcm", ns=(0, 1))
        return scan(stream, label)

    monkeypatch.setattr(intake, "scan", scanned)
    report = at.ask(imports.import_files, paths=(folder,))

    assert sorted(file.status for file in report.files) == ["imported", "imported", "refused"]
    assert at.vault_is_sound()


def test_a_series_deleted_before_its_thumbnail_is_drawn_does_not_end_the_import(
    at: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = thumbnails.read_series
    at.write("images", series(3))

    def deleted_first(records, vault, uid):  # type: ignore[no-untyped-def]
        records.storage.remove_study(STUDY)  # as another process would
        return read(records, vault, uid)

    monkeypatch.setattr(thumbnails, "read_series", deleted_first)
    report = at.ask(imports.import_files, paths=(at.folder / "images",))

    assert report.imported == 3


def test_a_series_that_has_no_picture_has_none(at: Sitting) -> None:
    """The row says that it was tried; who shows it need not know."""
    at.bring("images", series(3))
    with at.records() as records:
        records.studies.put_thumbnail(SERIES, thumbnails.NO_PICTURE)
        assert records.sources.without_thumbnail([SERIES]) == set()

    (row,) = at.ask(list_series, study_instance_uid=STUDY)

    assert row.thumbnail is None


def test_files_of_a_deleted_study_are_read_again_whichever_path_they_came_by(at: Sitting) -> None:
    at.bring("one", series(2))
    at.bring("two", series(2))
    at.ask(delete_study, study_instance_uid=STUDY, reason="test")

    for name, status in (("one", "imported"), ("two", "already there")):
        report = at.ask(imports.import_files, paths=(at.folder / name,))
        assert {file.status for file in report.files} == {status}

"""Reconciling, looking for files, legal hold, retention and deletion as a script does them."""

from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.dicom_files import ROOT_UID, file_bytes, series

STUDY = f"{ROOT_UID}.1"


@pytest.fixture
def medscan(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path)
    assert cli("init").code == 0
    return cli


def write(folder: Path, **attributes: str) -> Path:
    folder.mkdir()
    for number, dataset in enumerate(series(3, StudyDate="20200101")):
        for name, value in attributes.items():
            setattr(dataset, name, value)
        (folder / f"{number}.dcm").write_bytes(file_bytes(dataset))
    return folder


def test_a_library_is_looked_after_by_script(medscan: Cli, tmp_path: Path) -> None:
    """Each verb once: what they decide is held by the tests of the use cases."""
    disc = write(tmp_path / "disc")
    assert medscan("import", "--reference", disc).code == 0
    medscan("import", write(tmp_path / "second", SeriesDescription="another version"))
    (entry,) = medscan("reconcile", "list", "--json").json
    assert (entry["kind"], entry["files"]) == ("content", 3)
    told = medscan("reconcile", "show", entry["id"]).out
    assert "can be decided: keep, replace, apart" in told and "another version" in told
    decided = medscan("reconcile", "decide", entry["id"], "keep", "--reason", "a copy")
    assert (decided.code, decided.err) == (0, "")

    (disc / "1.dcm").unlink()
    looked = medscan("library", "check")
    assert looked.code == 1 and "1 of 3 images are missing or changed." in looked.out

    assert medscan("hold", "set", STUDY, "--reason", "a court asked").code == 0
    assert medscan("retention", "set", "--study-days", "30", "--json").json["study_days"] == 30
    dry = medscan("retention", "dry-run", "--json").json
    assert next(one["kept_by"] for one in dry["studies"]).startswith("legal hold: a court asked")
    refused = medscan("study", "delete", STUDY, "--reason", "x")
    assert refused.code == 1 and "legal hold: a court asked" in refused.err

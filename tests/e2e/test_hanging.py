"""`medscan hanging` as a process: why a study hangs so, and a file with a fault."""

import json
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.dicom_files import file_bytes
from tests.support.made_modules import uid
from tests.support.made_projections import chest


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    cli = Cli(tmp_path_factory.mktemp("hanging"))
    assert cli("init").code == 0
    (cli.folder / "pa.dcm").write_bytes(file_bytes(chest("PA", "L\\F")))
    assert cli("import", cli.folder / "pa.dcm").code == 0
    return cli


def test_a_study_s_hanging_is_explained_and_a_fault_in_a_file_is_named(library: Cli, tmp_path: Path) -> None:
    told = library("hanging", "test", "--study", uid("chest"), "--json")
    assert (told.code, told.json[0]["id"], told.json[0]["applies"]) == (0, "x-ray-chest", True)
    assert told.json[0]["stages"][0]["cells"][0]["why"].endswith("modality is DX; projection is PA")

    out = tmp_path / "chest.json"
    cell = {"view": "sideways"}
    body = {"id": "a", "name": "A", "stages": [{"cells": [cell]}]}
    out.write_text(json.dumps({"format": "medscan-hanging", "version": 1, "protocols": [body]}))
    refused = library("hanging", "import", out)
    assert refused.code == 1
    assert "protocol 1, “A”, stage 1, cell 1: “view” must be one of axial" in refused.err

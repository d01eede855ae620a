"""`medscan hanging` as a process: list, why a study hangs so, a file in and out."""

import json
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.dicom_files import file_bytes
from tests.support.made_projections import chest


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    cli = Cli(tmp_path_factory.mktemp("hanging"))
    assert cli("init").code == 0
    folder = cli.folder / "chest"
    folder.mkdir()
    for view, sides in (("PA", "L\\F"), ("LL", "A\\F")):
        (folder / view).write_bytes(file_bytes(chest(view, sides)))
    assert cli("import", folder).code == 0
    return cli


def test_hanging_by_command(library: Cli, tmp_path: Path) -> None:
    listed = library("hanging", "list", "--json").json
    assert listed[0] == {
        "id": "mammography",
        "name": "Mammography",
        "whose": "shipped",
        "on": True,
        "modalities": ["MG"],
        "regions": [],
        "stages": 9,
    }
    study = library("studies", "--json").json[0]["study_instance_uid"]
    told = library("hanging", "test", "--study", study)
    assert told.code == 0
    assert told.out.splitlines()[0].startswith("Chest X-ray: applies (15): modality is DX; projection is PA; body part")
    assert "    cell 2: series" in told.out
    found = library("hanging", "test", "--study", study, "--json").json
    assert (found[0]["id"], found[0]["applies"], found[-1]["applies"]) == ("x-ray-chest", True, False)

    out = tmp_path / "chest.json"
    assert library("hanging", "export", "Chest X-ray", "--out", out).out.strip() == str(out)
    body = json.loads(out.read_text())
    body["protocols"][0] |= {"id": "mine", "name": "Mine"}
    out.write_text(json.dumps(body))
    assert library("hanging", "import", out).code == 0
    assert library("hanging", "list", "--json").json[0]["whose"] == "yours"

    body["protocols"][0]["stages"][0]["cells"][0]["view"] = "sideways"
    out.write_text(json.dumps(body))
    refused = library("hanging", "import", out)
    assert refused.code == 1
    assert "stage 1, cell 1: “view” must be one of axial" in refused.err
    unknown = library("hanging", "export", "none", "--out", tmp_path / "x.json")
    assert (unknown.code, 'no hanging protocol "none"' in unknown.err) == (1, True)

"""The memory budget from the command line: said, set, kept, and a series over it pictured and told."""

from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.large_series import write_large_series

SLICES, SIDE = 64, 128
STUDY, SERIES = "1.2.826.0.1.3680043.10.2.1", "1.2.826.0.1.3680043.10.2.2"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A CT of 2.1 MB in a library whose settings allow 2 MB."""
    cli = Cli(tmp_path_factory.mktemp("library"))
    assert cli("init", "--recovery-file", cli.folder / "recovery").code == 0
    assert cli("import", write_large_series(cli.folder / "ct", SLICES, SIDE)).code == 0
    (cli.home / "settings.toml").write_text("memory_budget_mb = 2\n")
    return cli


def test_what_a_study_needs_is_listed_before_anything_is_loaded(library: Cli) -> None:
    (row,) = library("memory", "--study", STUDY, "--json").json

    assert row["size"] == "128×128×64" and row["pixels"] == "2 MB"
    assert row["shown"].startswith("shown at half resolution along the slices (128×128×64 needs 3 MB of 2 MB)")


@pytest.mark.parametrize("plane", ["coronal", "3d"])
def test_a_series_over_the_budget_is_pictured_all_the_same(library: Cli, tmp_path: Path, plane: str) -> None:
    out = tmp_path / "picture.png"
    answer = library("snapshot", "--series", SERIES, "--plane", plane, "--out", out)

    assert answer.code == 0, answer.err
    assert out.read_bytes().startswith(b"\x89PNG")


def test_a_budget_that_is_set_is_kept_and_an_impossible_one_refused(library: Cli) -> None:
    assert library("memory", "--set", 300).code == 0
    refused = library("memory", "--set", 3)
    assert refused.code != 0 and "from 256 MB to" in refused.err

    assert library("memory", "--json").json["budget"] == 300_000_000

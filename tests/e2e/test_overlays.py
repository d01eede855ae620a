"""`medscan overlays` and `medscan snapshot --overlay`, as a script would use them."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from tests.support import made_overlays
from tests.support.cli import Cli
from tests.support.made_objects import source_ct, written
from tests.support.pictures import pixels_of


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    folder = tmp_path_factory.mktemp("cli")
    sources = source_ct()
    written(folder / "files", [*sources, made_overlays.segmentation(sources), made_overlays.structures(sources)])
    cli = Cli(folder / "library")
    assert cli("init").code == 0
    assert cli("import", folder / "files").code == 0
    return cli


def test_what_can_be_shown_is_listed_with_volumes_and_where_it_belongs(cli: Cli) -> None:
    sources = source_ct()
    answer = cli("overlays", sources[0].StudyInstanceUID, "--json")
    rows = {row["kind"]: row for row in answer.json}
    masks = made_overlays.segment_masks(sources)

    assert answer.code == 0 and sorted(rows) == ["segmentation", "structure set"]
    assert {row["over_series"] for row in rows.values()} == {str(sources[0].SeriesInstanceUID)}
    volumes = [entry["volume_ml"] for entry in rows["segmentation"]["entries"]]
    assert volumes == pytest.approx([mask.sum() * 0.5 * 0.5 * 2 / 1000 for mask in masks])
    assert rows["structure set"]["volume_method"] == "contour area × slice spacing"


def test_a_snapshot_shows_the_overlay_asked_for(cli: Cli, tmp_path: Path) -> None:
    """The picture of a CT is grey, but for what lies over it (and the lines and letters at its edges)."""
    sources = source_ct()
    overlay, out = made_overlays.segmentation(sources).SeriesInstanceUID, tmp_path / "coronal.png"
    series = sources[0].SeriesInstanceUID
    answer = cli("snapshot", "--series", series, "--plane", "coronal", "--index", 4, "--out", out, "--overlay", overlay)
    picture = pixels_of(QImage(str(out))).astype(int)[200:700, 200:700]

    assert answer.code == 0, answer.err
    assert (np.ptp(picture, axis=2) > 20).sum() > 3000


def test_an_overlay_of_other_images_is_refused_with_a_sentence(cli: Cli, tmp_path: Path) -> None:
    made = made_overlays.structures(source_ct())
    out = tmp_path / "x.png"
    answer = cli("snapshot", "--series", made.SeriesInstanceUID, "--plane", "acquired", "--out", out)

    assert answer.code == 1 and not out.exists()
    assert answer.err.count("\n") == 1

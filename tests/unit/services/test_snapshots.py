"""What a picture that leaves the house shows is in the audit log."""

from pathlib import Path

from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.services.snapshots import export_snapshot
from tests.support import made_overlays
from tests.support.desks import Sitting
from tests.support.made_objects import source_ct


def test_the_event_of_a_snapshot_names_what_lies_over_the_images(at: Sitting, tmp_path: Path) -> None:
    sources = source_ct()
    made = made_overlays.segmentation(sources)
    at.bring("images", [*sources, made])
    out = tmp_path / "picture.png"

    at.ask(
        export_snapshot,
        series_instance_uid=SeriesUid(sources[0].SeriesInstanceUID),
        overlay_uid=SeriesUid(made.SeriesInstanceUID),
        out=out,
    )

    assert out.exists()
    (event,) = at.events("export.snapshot")
    assert event.detail["overlay"] == made.SeriesInstanceUID

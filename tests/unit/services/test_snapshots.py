"""What a picture that leaves the house shows is in the audit log."""

from pathlib import Path

from medscan_desktop.domain.study import SeriesUid, StudyUid
from medscan_desktop.domain.user_calibration import CalibrationId, UserCalibration
from medscan_desktop.services.calibrations import save_calibration
from medscan_desktop.services.exports import export_pdf
from medscan_desktop.services.snapshots import export_snapshot
from tests.support import made_overlays
from tests.support.desks import Sitting
from tests.support.made_objects import source_ct
from tests.support.made_projections import chest


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


def test_pictures_that_leave_the_house_go_by_the_users_calibration(at: Sitting, tmp_path: Path) -> None:
    """The ruler on a snapshot and on the PDF's figures says what the screen's says."""
    image = chest("PA", "L\\F")
    del image.ImagerPixelSpacing
    at.bring("images", [image])
    study, series = StudyUid(image.StudyInstanceUID), SeriesUid(image.SeriesInstanceUID)

    def written() -> tuple[bytes, bytes]:
        png, pdf = tmp_path / "picture.png", tmp_path / "page.pdf"
        at.ask(export_snapshot, series_instance_uid=series, out=png)
        at.ask(export_pdf, study_instance_uid=study, out=pdf)
        found = png.read_bytes(), pdf.read_bytes()
        png.unlink()
        pdf.unlink()
        return found

    before = written()
    assert written() == before
    calibration = UserCalibration(CalibrationId("c"), study, series, None, 20.0, "px", 100.0)
    at.ask(save_calibration, calibration=calibration)
    after = written()

    assert after[0] != before[0] and after[1] != before[1]

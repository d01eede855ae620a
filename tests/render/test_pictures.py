"""Pictures for use cases: PNGs without a window, and the golden ones."""

from dataclasses import replace
from threading import Thread

import numpy as np
import pytest
from PySide6.QtGui import QImage

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Statistics
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Window
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.render.pictures import Pictures
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.stack import Corners
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.phantoms import geometry_of, painted
from tests.support.pictures import assert_looks_like, grey_of, lopsided, pixels_of
from tests.support.scenes import hung, stack_of, view_of

GEOMETRY = geometry_of(np.eye(3), spacing=(1.5, 1.5, 2.0), shape=(60, 80, 80))


def body() -> Volume:
    """A soft ellipsoid with a bony spine and airy lungs, smooth enough to be a small picture."""

    def value_at(points):
        x, y, z = np.moveaxis(points - GEOMETRY.centre, -1, 0)
        values = np.where((x / 55) ** 2 + (y / 45) ** 2 < 1, 40.0, -1000.0)
        values = np.where(((np.abs(x) - 25) / 18) ** 2 + (y / 28) ** 2 + (z / 50) ** 2 < 1, -800.0, values)
        return np.where(x**2 + (y - 32) ** 2 < 64, 700.0, values)

    return painted(GEOMETRY, value_at, unit="HU")


def dressed() -> Workspace:
    """Everything that a pane may show at once."""
    workspace = hung(replace(body(), warnings=("gap of 2.0 mm between 3.dcm and 4.dcm",)))
    corners = Corners(
        patient=("Müller, Жанна (李, 伟)", "ID 12345", "1950-01-02 · 74 y"),
        study=("General Hospital", "2024-05-06 14:33", "CT thorax"),
        series=("Series 3", "120 kV · 210 mAs"),
    )
    stack = replace(workspace.stacks[0], corners=corners)
    _, y, z = (int(size) // 2 for size in GEOMETRY.size_ijk)
    inside = np.zeros(GEOMETRY.shape, bool)
    inside[z - 10 : z + 10, y - 20 : y + 10, 15:32] = True
    caption = "AI: lung-ct 1.0 · 0123abcd · 2026-01-02 10:11 UTC · no confidence given · proposed"
    layer = MaskLayer(FindingId("f"), 1, stack.id, "Lung", Mask.from_array(inside), (255, 120, 40), caption)

    def at(i: float, j: float) -> tuple[float, float, float]:
        px, py, pz = GEOMETRY.to_patient((i, j, z))
        return float(px), float(py), float(pz)

    common = (StudyUid("1.2"), stack.series_instance_uid, None, z)
    length = Measurement(
        MeasurementId("l"), *common, MeasurementKind.LENGTH, (at(10, 30), at(70, 30)), (0, 0, 1), "mm", "", 90.0
    )
    ellipse = Measurement(
        MeasurementId("e"),
        *common,
        MeasurementKind.ELLIPSE,
        (at(56, 44), at(64, 44), at(56, 50)),
        (0, 0, 1),
        "mm",
        "",
        statistics=Statistics(123, 339.3, -800.0, 12.5, -830.0, -770.0, "HU"),
    )
    return replace(
        workspace.with_stack(stack),
        masks=(layer,),
        measurements=(length, ellipse),
        selected=ellipse.id,
        is_demo=True,
    )


@pytest.mark.parametrize("kind", [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.THREE_D])
def test_a_dressed_pane_looks_as_it_did(kind: ViewKind, request: pytest.FixtureRequest) -> None:
    workspace = dressed()
    view = replace(view_of(workspace, kind), voi=Window(40, 400, name="Soft tissue"))
    image = QImage.fromData(Pictures().png(workspace, view, (280, 250)))

    # Where texts stand is the same everywhere; how a letter's rim is smoothed is not.
    assert_looks_like(
        image, f"dressed_{kind.value}", update=request.config.getoption("--update-golden"), worst_share=0.02
    )


def test_a_png_is_what_the_window_paints() -> None:
    workspace = dressed()
    view = view_of(workspace, ViewKind.AXIAL)
    data = Pictures().png(workspace, view, (200, 150))

    assert data.startswith(b"\x89PNG")
    assert (pixels_of(QImage.fromData(data)) == pixels_of(PaneRenderer().picture(workspace, view, (200, 150)))).all()


def test_a_picture_without_texts_is_the_image_alone() -> None:
    workspace = hung(body())
    view = view_of(workspace, ViewKind.AXIAL)

    grey_of(QImage.fromData(Pictures().png(workspace, view, (200, 150), texts=False)))


def test_a_thumbnail_is_a_square_of_the_middle_slice() -> None:
    image = QImage.fromData(Pictures().thumbnail(body(), 96))
    grey = grey_of(image)

    assert grey.shape == (96, 96)
    assert grey[48, 48] > grey[2, 2]


def test_a_colour_volume_has_a_thumbnail() -> None:
    values = np.full((3, 40, 60, 3), (200, 30, 30), np.uint8)
    volume = Volume(values, geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(3, 40, 60)), np.ones(3, bool))

    assert pixels_of(QImage.fromData(Pictures().thumbnail(volume, 64)))[32, 32].tolist() == [200, 30, 30]


def test_there_is_no_picture_without_pixels() -> None:
    workspace = hung(None, frames=20)

    with pytest.raises(Unsuitable):
        Pictures().png(workspace, view_of(workspace, ViewKind.AXIAL), (100, 100))


def test_there_is_no_3d_of_what_is_no_volume() -> None:
    stack = stack_of(lopsided(GEOMETRY, (1, 0, 0)), is_volume=False)
    workspace = Workspace(stacks=(stack,), views=hung(body()).views)
    view = replace(view_of(workspace, ViewKind.THREE_D), stack=stack.id)

    with pytest.raises(Unsuitable):
        Pictures().png(workspace, view, (100, 100))


def test_several_threads_may_ask_at_once() -> None:
    workspace, pictures, found = dressed(), Pictures(), []
    kinds = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.THREE_D, ViewKind.THREE_D)
    threads = [
        Thread(target=lambda kind=kind: found.append(pictures.png(workspace, view_of(workspace, kind), (90, 90))))
        for kind in kinds
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4

"""What an image brings along (overlay planes, shutters), the magnifier and the box: at the right pixels."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from medscan_desktop.imaging.overlay_plane import OverlayPlane
from medscan_desktop.imaging.voi import Window
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.scene import scaling
from medscan_desktop.scene.display import CornerTexts, Marquee
from medscan_desktop.scene.overlay import PresentationLayer
from medscan_desktop.scene.presentation import Presentation, Shutter
from medscan_desktop.scene.screen import Screen
from medscan_desktop.scene.stack import Corners
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.phantoms import geometry_of
from tests.support.pictures import grey_of, pixels_of
from tests.support.scenes import hung

FLAT = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(1, 40, 50))
SIZE = (200, 160)  # four pane pixels an image pixel


def scene_of(volume: Volume, *, shutter: Shutter | None = None) -> tuple[Workspace, View]:
    workspace = hung(volume, is_volume=False)
    stack = replace(workspace.stacks[0], shutters=(shutter,))
    workspace = workspace.with_stack(stack)
    return workspace, replace(workspace.views[0], kind=ViewKind.ACQUIRED, voi=Window(40, 400))


def even(value: int = 40) -> Volume:
    return Volume(np.full(FLAT.shape, value, np.int16), FLAT, np.ones(1, bool), unit="HU")


def with_bits(*places: tuple[int, int], origin: tuple[int, int] = (0, 0)) -> Volume:
    mask = np.zeros((40, 50), bool)
    for row, column in places:
        mask[row, column] = True
    volume = even()
    volume.overlay_planes[0] = (OverlayPlane(np.packbits(mask.ravel(), bitorder="little"), 40, 50, origin),)
    return volume


def drawn(workspace: Workspace, view: View) -> np.ndarray:
    """Where the picture is not grey, in image pixels."""
    pixels = pixels_of(PaneRenderer().picture(workspace, view, SIZE, texts=False)).astype(int)
    coloured = np.ptp(pixels, axis=2) > 20
    return coloured.reshape(40, 4, 50, 4).mean(axis=(1, 3))


def test_a_bit_of_an_overlay_plane_covers_its_own_pixel() -> None:
    found = drawn(*scene_of(with_bits((3, 7), (39, 49))))

    assert found[3, 7] == found[39, 49] == 1.0
    assert found.sum() == 2.0


@pytest.mark.parametrize("origin", [(5, 2), (-3, -7)])
def test_an_overlay_plane_lies_where_its_origin_says(origin: tuple[int, int]) -> None:
    found = drawn(*scene_of(with_bits((10, 20), origin=origin)))

    assert found[10 + origin[0], 20 + origin[1]] == 1.0
    assert found.sum() == 1.0


def test_an_overlay_plane_goes_with_a_mirrored_and_turned_picture() -> None:
    workspace, view = scene_of(with_bits((3, 7)))
    camera = Camera(rotation=180, flip_horizontal=True)  # together: top to bottom
    found = drawn(workspace, replace(view, camera=camera))

    assert found[36, 7] == 1.0


def test_overlay_planes_can_be_taken_off_and_the_pane_says_so() -> None:
    workspace, view = scene_of(with_bits((3, 7)))

    assert drawn(replace(workspace, overlay_planes=False), view).sum() == 0


def test_a_shutter_covers_what_is_outside_with_its_own_grey() -> None:
    workspace, view = scene_of(even(), shutter=Shutter(rectangle=(10, 5, 29, 24), grey=77))
    grey = grey_of(PaneRenderer().picture(workspace, view, SIZE, texts=False))

    assert grey[4 * 5, 4 * 10] == grey[4 * 25 - 1, 4 * 30 - 1] == 128, "pixels on its edge are seen"
    assert grey[4 * 5 - 2, 4 * 15] == grey[4 * 10, 4 * 30 + 1] == 77
    opened = grey_of(PaneRenderer().picture(replace(workspace, shutters=False), view, SIZE, texts=False))
    assert (opened == 128).all()


def test_an_applied_presentation_state_replaces_the_images_shutter() -> None:
    workspace, view = scene_of(even(), shutter=Shutter(rectangle=(10, 5, 29, 24), grey=77))
    state = PresentationLayer("1.9", workspace.stacks[0].id, Presentation("LABEL", "", ""))
    grey = grey_of(PaneRenderer().picture(replace(workspace, presentations=(state,)), view, SIZE, texts=False))

    assert (grey == 128).all()


def test_the_magnifier_shows_the_values_themselves_three_times_as_large() -> None:
    values = np.full(FLAT.shape, -160, np.int16)
    values[0, 20, 25] = 240  # one white pixel
    volume = Volume(values, FLAT, np.ones(1, bool), unit="HU")
    workspace, view = scene_of(volume)
    at = (25 * 4 + 2.0, 20 * 4 + 2.0)
    plain, seen = (
        pixels_of(PaneRenderer().picture(replace(workspace, lens=lens), view, SIZE, pointer=at))[..., 2]
        for lens in (False, True)
    )
    near = (slice(72, 92), slice(92, 112))  # within the glass, without its rim

    assert seen[83, 103] > 150, "what is under the pointer stays there"
    assert 6 < (seen[near] > 128).sum() / (plain[near] > 128).sum() < 12, "nine times the area"


def test_the_box_being_dragged_is_seen() -> None:
    workspace, view = scene_of(even())
    ends = (tuple(FLAT.to_patient((10, 10, 0))), tuple(FLAT.to_patient((30, 25, 0))))
    marked = replace(workspace, marquee=Marquee(view.id, *ends))
    with_it, without = (pixels_of(PaneRenderer().picture(one, view, SIZE)) for one in (marked, workspace))

    assert (with_it != without).any(axis=2)[40:44, 42:120].any()


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_one_to_one_puts_each_image_pixel_on_one_device_pixel(ratio: float) -> None:
    values = np.random.default_rng(1).integers(-160, 240, FLAT.shape).astype(np.int16)
    workspace, view = scene_of(Volume(values, FLAT, np.ones(1, bool), unit="HU"))
    size = (131, 97)
    scaled = scaling.one_to_one(workspace, view, size, Screen(ratio))
    picture = PaneRenderer().picture(scaled, scaled.views[0], size, device_pixel_ratio=ratio, texts=False)
    grey = grey_of(picture)
    rows, columns = np.nonzero(grey)
    wanted = np.floor((np.clip((values[0] - 39.5) / 399 + 0.5, 0, 1)) * 255 + 0.5)

    top, left = rows.min(), columns.min()
    found = grey[top : top + 40, left : left + 50].astype(float)
    assert np.abs(found - wanted).max() <= 1


@pytest.mark.parametrize("size", [(1200, 900), (600, 450), (300, 225), (240, 180), (200, 400), (400, 200), (150, 112)])
@pytest.mark.parametrize("step", list(CornerTexts))
def test_no_word_lies_on_another_or_outside_in_cells_of_any_size(size: tuple[int, int], step: CornerTexts) -> None:
    volume = Volume(np.zeros(FLAT.shape, np.int16), FLAT, np.ones(1, bool), calibration="magnification-corrected")
    workspace, view = scene_of(volume)
    corners = Corners(
        patient=("A very long name of a patient, of many parts", "ID 1234567890", "1950-01-02 · 74 y · F"),
        study=("General Hospital of a Large Town", "2024-05-06 14:33", "Acc 1234567", "Chest, two planes"),
        series=("Series 3 · a.p. standing", "120 kV 2 mAs", "PA", "Maker of Machines"),
        frames=(("Location 17.9 mm", "Thickness 5 mm"),),
        lossy=("lossy, 10:1 (JPEG 2000)",),
        laterality="Right",
        patient_orientation=("L", "F"),
    )
    stack = replace(workspace.stacks[0], corners=corners)
    scene = replace(workspace.with_stack(stack), overlay=step)
    renderer = PaneRenderer()
    renderer.picture(
        scene, replace(view, camera=Camera(flip_horizontal=True)), size, pointer=(size[0] / 2, size[1] / 2)
    )
    words = [one.adjusted(1, 2, -1, -2) for one in renderer._texts.occupied]

    assert words
    assert not [(one, other) for one, other in combinations(words, 2) if one.intersects(other)]
    assert not [one for one in words if not QRectF(0, 0, *size).contains(one)]

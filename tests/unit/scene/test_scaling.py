"""How large a picture is: 1:1, true size, fit; and what a distance is worth by the user's own calibration."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.domain.user_calibration import CalibrationId, UserCalibration
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene import scaling
from medscan_desktop.scene.calibrating import can_calibrate, distance_scale
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.screen import Screen, pixel_share, scale_text, size_share
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.phantoms import geometry_of
from tests.support.scenes import hung

SIZE = (640, 480)


def scene_of(spacing: tuple[float, float, float] = (0.5, 0.8, 1.0), **fields: object) -> tuple[Workspace, View]:
    geometry = geometry_of(np.eye(3), spacing=spacing, shape=(3, 100, 120))
    volume = Volume(np.zeros(geometry.shape, np.int16), geometry, np.ones(3, bool), **fields)  # type: ignore[arg-type]
    workspace = hung(volume, is_volume=False)
    view = replace(workspace.views[0], kind=ViewKind.ACQUIRED)
    return workspace.with_view(view), view


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("camera", [Camera(), Camera(3.7, (4.2, -9.1), 90, flip_horizontal=True)])
def test_one_to_one_is_a_device_pixel_for_an_image_pixel_the_finer_way(ratio: float, camera: Camera) -> None:
    workspace, view = scene_of()
    screen = Screen(ratio)
    scaled = scaling.one_to_one(workspace, replace(view, camera=camera), SIZE, screen)
    pane = pane_of(scaled, scaled.views[0], SIZE)
    assert pane is not None
    first = pane.geometry.to_index(pane.to_patient((0.5 / ratio, 0.5 / ratio)))

    assert pane.mm_per_pixel == pytest.approx(0.5 * ratio)
    assert pixel_share(pane, screen) == pytest.approx(1.0)
    assert first[0] == pytest.approx(round(first[0]), abs=1e-6), "image pixels lie on device pixels"


def test_true_size_is_a_millimetre_on_a_millimetre() -> None:
    workspace, view = scene_of()
    screen = Screen(2.0, 0.23, is_measured=True)
    scaled = scaling.true_size(workspace, view, SIZE, screen)
    pane = pane_of(scaled, scaled.views[0], SIZE)
    assert pane is not None
    ends = pane.to_pane([(0, 0, 0), (40, 0, 0)])

    assert np.linalg.norm(ends[1] - ends[0]) * screen.mm_per_pixel == pytest.approx(40)
    assert size_share(pane, screen) == pytest.approx(1.0)
    assert scale_text(pane, screen, 1.0).endswith("true size")
    assert scale_text(pane, replace(screen, is_measured=False), 1.0).endswith("(screen not calibrated)")


def test_true_size_of_a_calibrated_image_goes_by_the_calibration() -> None:
    workspace, view = scene_of(calibration="px")
    screen = Screen(1.0, 0.25, is_measured=True)
    scaled = scaling.true_size(workspace, view, SIZE, screen, 0.2)
    pane = pane_of(scaled, scaled.views[0], SIZE)
    assert pane is not None

    assert pane.mm_per_pixel * 0.2 == pytest.approx(0.25)


@pytest.mark.parametrize("size", [(641, 480), (300, 900), (1280, 961)])
def test_one_to_one_and_true_size_stay_when_the_cell_is_resized(size: tuple[int, int]) -> None:
    """And the corner text goes on saying what is so; nothing is interpolated at 1:1 in a pane of odd size either."""
    workspace, view = scene_of()
    screen = Screen(1.0, 0.25, is_measured=True)
    exact = scaling.one_to_one(workspace, view, SIZE, screen)
    pane = pane_of(exact, exact.views[0], size)
    assert pane is not None
    first = pane.geometry.to_index(pane.to_patient((0.5, 0.5)))
    true = scaling.true_size(workspace, view, SIZE, screen)
    large = pane_of(true, true.views[0], size)
    assert large is not None

    assert pane.mm_per_pixel == pytest.approx(0.5) and pixel_share(pane, screen) == pytest.approx(1.0)
    assert first[0] == pytest.approx(round(first[0]), abs=1e-6), "image pixels lie on device pixels"
    assert "1:1" in scale_text(pane, screen, 1.0)
    assert scale_text(large, screen, 1.0).endswith("true size")
    fit = max(60 / size[0], 80 / size[1])
    assert f"Zoom {fit / 0.25:.2f}×" in scale_text(large, screen, 1.0)


def test_zooming_on_from_one_to_one_goes_by_as_much_and_fit_ends_it() -> None:
    workspace, view = scene_of()
    exact = scaling.one_to_one(workspace, view, SIZE, Screen())
    nearer = scaling.stepped_zoom(exact, exact.views[0], 2.0)
    pane = pane_of(nearer, nearer.views[0], (333, 222))
    assert pane is not None

    assert pane.mm_per_pixel == pytest.approx(0.25)
    assert scaling.fitted(nearer, nearer.views[0]).views[0].camera == Camera()


def test_fit_shows_the_whole_image_in_the_middle_and_keeps_turn_and_flip() -> None:
    workspace, view = scene_of()
    turned = replace(view, camera=Camera(4.0, (10, 5), 90, flip_vertical=True))

    assert scaling.fitted(workspace, turned).views[0].camera == Camera(rotation=90, flip_vertical=True)


def test_a_step_nearer_and_one_back_is_where_it_was() -> None:
    workspace, view = scene_of()
    near = scaling.stepped_zoom(workspace, view, 1.25)
    back = scaling.stepped_zoom(near, near.views[0], 0.8)

    assert near.views[0].camera.zoom == 1.25
    assert back.views[0].camera.zoom == pytest.approx(1.0)


@pytest.mark.parametrize("camera", [Camera(), Camera(rotation=90), Camera(flip_horizontal=True)])
def test_looking_further_right_brings_what_is_on_the_right_to_the_middle(camera: Camera) -> None:
    workspace, view = scene_of()
    looking = replace(view, camera=camera)
    before = pane_of(workspace, looking, SIZE)
    shifted = scaling.shifted(workspace, looking, SIZE, (0.1, 0.0))
    after = pane_of(shifted, shifted.views[0], SIZE)
    assert before is not None
    assert after is not None

    assert after.to_patient((320, 240)) == pytest.approx(before.to_patient((384, 240)))


def own(image: str | None, known: float) -> UserCalibration:
    uid = InstanceUid(image) if image else None
    return UserCalibration(CalibrationId(f"c{image}"), StudyUid("1.2"), SeriesUid("1.2.3"), uid, 50.0, "px", known)


def test_a_users_calibration_holds_for_its_image_then_for_its_series_and_is_marked() -> None:
    workspace, _ = scene_of(calibration="px")
    stack = workspace.stacks[0]
    marked = replace(workspace, calibrations=(own(None, 100.0), own(str(stack.instance_uids[1]), 25.0)))
    found = [distance_scale(marked, stack, k) for k in range(3)]

    assert [(one.factor, one.unit, one.calibration) for one in found] == [
        (2.0, "mm", "user calibration"),
        (0.5, "mm", "user calibration"),
        (2.0, "mm", "user calibration"),
    ]
    plain = distance_scale(workspace, stack, 0)
    assert (plain.factor, plain.unit, plain.calibration) == (1.0, "px", "px")


def test_a_patient_geometry_takes_no_calibration_of_a_users() -> None:
    workspace, _ = scene_of()
    stack = workspace.stacks[0]

    assert not can_calibrate(stack)
    assert distance_scale(replace(workspace, calibrations=(own(None, 100.0),)), stack, 0).factor == 1.0

"""3D: which side is which, what is drawn when, and that nothing outlives its closing."""

import gc
import os
import queue
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.render.offscreen import offscreen_window
from medscan_desktop.render.presets_3d import preset_of, presets_for
from medscan_desktop.render.space_scene import SpaceScene
from medscan_desktop.render.surfaces import mask_surface
from medscan_desktop.render.volume3d import Drawn3D, Request3D, VolumeRenderer
from medscan_desktop.scene.orbit import orbit
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.space import PLAIN, CropBox, Space, face_name, plane_through, size_mm
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import Camera3D
from tests.support.phantoms import geometry_of, painted, signed_permutations
from tests.support.pictures import centre_of_light, lopsided

SIZE = (96, 96)
SHAPE, SPACING = (30, 32, 34), (1.1, 1.0, 1.2)
FRONT = Camera3D()


def geometry(directions: NDArray[np.float64] | None = None) -> Geometry:
    return geometry_of(np.eye(3) if directions is None else directions, spacing=SPACING, shape=SHAPE)


def can_draw() -> bool:
    try:
        offscreen_window().Finalize()
    except Unsuitable:
        return False
    return True


pytestmark = pytest.mark.skipif(not can_draw(), reason="this machine has no OpenGL, not even in software")


@pytest.fixture(scope="module")
def scene() -> Iterator[SpaceScene]:
    made = SpaceScene()
    yield made
    made.close()


def light(scene: SpaceScene, volume: Volume, camera: Camera3D, *, coarse: bool = False) -> tuple[float, float]:
    """Where the light is in a 3D picture, as shares right and down."""
    seen = orbit(volume.geometry, camera, SIZE)
    rgba = scene.draw(volume, preset_of(volume, "CT", ""), (), seen, SIZE, coarse=coarse)
    assert rgba.shape == (SIZE[1], SIZE[0], 4)
    grey = rgba[..., :3].astype(float).sum(axis=2)
    return centre_of_light(np.where(grey > 60, grey, 0))  # without the background's own faint grey


def test_from_the_front_the_patients_right_is_on_the_screens_left(scene: SpaceScene) -> None:
    for directions in list(signed_permutations())[::5]:
        right, down = light(scene, lopsided(geometry(directions), (-1, 0, 0)), FRONT)

        assert right < 0.42, directions
        assert abs(down - 0.5) < 0.06


@pytest.mark.parametrize(
    ("camera", "side", "place"),
    [
        (FRONT, (0, 0, 1), (None, -1)),  # the head is up
        (Camera3D(azimuth=90), (0, -1, 0), (-1, None)),  # from the patient's left, the front is on the left
        (Camera3D(azimuth=-90), (0, -1, 0), (1, None)),
        (Camera3D(azimuth=180), (-1, 0, 0), (1, None)),  # from behind, the right is on the right
        (Camera3D(elevation=89.9), (0, -1, 0), (None, 1)),  # from the head, the front is down
    ],
)
def test_the_orbit_turns_about_the_patient(
    scene: SpaceScene, camera: Camera3D, side: tuple[int, int, int], place: tuple[int | None, int | None]
) -> None:
    mirrored = geometry(np.diag([1.0, 1.0, -1.0]))
    for stack in (geometry(), mirrored):
        found = light(scene, lopsided(stack, side), camera)
        for share, wanted in zip(found, place, strict=True):
            if wanted is None:
                assert abs(share - 0.5) < 0.06
            else:
                assert (share - 0.5) * wanted > 0.08


@pytest.mark.parametrize(
    ("camera", "letters"),
    [
        (FRONT, ("R", "L", "H", "F")),
        (Camera3D(azimuth=90), ("A", "P", "H", "F")),
        (Camera3D(azimuth=180), ("L", "R", "H", "F")),
        (Camera3D(elevation=90), ("R", "L", "P", "A")),
        (Camera3D(azimuth=30), ("RA", "LP", "H", "F")),
    ],
)
def test_the_letters_turn_with_the_orbit(camera: Camera3D, letters: tuple[str, ...]) -> None:
    assert orbit(geometry(), camera, SIZE).letters == letters


def test_zoom_and_shift_are_shares_of_the_pane(scene: SpaceScene) -> None:
    volume = lopsided(geometry(), (-1, 0, 0))
    right, down = light(scene, volume, FRONT)
    moved_right, moved_down = light(scene, volume, Camera3D(shift=(0.2, 0.1)))

    assert moved_right - right == pytest.approx(0.2, abs=0.02)
    assert moved_down - down == pytest.approx(0.1, abs=0.02)
    assert 0.5 - light(scene, volume, Camera3D(zoom=1.5))[0] == pytest.approx((0.5 - right) * 1.5, abs=0.03)


def test_the_coarse_picture_shows_the_same_place(scene: SpaceScene) -> None:
    big = geometry_of(np.eye(3), spacing=(0.5, 0.5, 0.5), shape=(150, 150, 150))
    volume = lopsided(big, (-1, 0, 1))

    assert light(scene, volume, FRONT, coarse=True) == pytest.approx(light(scene, volume, FRONT), abs=0.02)


def test_a_mask_is_seen_where_it_is_and_in_its_colour(scene: SpaceScene) -> None:
    stack = geometry(np.diag([-1.0, 1.0, -1.0]))
    air = painted(stack, lambda points: np.full(points.shape[:-1], -1000.0), unit="HU")
    inside = lopsided(stack, (-1, 0, 1)).values > 0
    layer = MaskLayer(FindingId("f"), 1, StackId("s"), "Liver", Mask.from_array(inside), (0, 255, 0), "AI")
    rgba = scene.draw(air, presets_for(air, "CT")[0], (layer,), orbit(stack, FRONT, SIZE), SIZE, coarse=False)
    green = rgba[..., 1].astype(float) * (rgba[..., 1] > rgba[..., 0] + 30)
    right, down = centre_of_light(green)

    assert right < 0.44
    assert down < 0.44


def test_a_masks_surface_encloses_its_volume() -> None:
    stack = geometry_of(np.eye(3), spacing=(1.0, 1.0, 1.0), shape=(60, 60, 60))
    points = stack.to_patient(np.stack(np.meshgrid(*(np.arange(60),) * 3, indexing="ij"), axis=-1)[..., ::-1])
    ball = Mask.from_array(np.linalg.norm(points - stack.centre, axis=-1) <= 20)
    surface = mask_surface(ball, stack)
    bounds = np.asarray(surface.GetBounds()).reshape(3, 2)

    assert bounds.mean(axis=1) == pytest.approx(stack.centre, abs=0.3)
    assert bounds[:, 1] - bounds[:, 0] == pytest.approx(40.0, abs=1.5)
    assert mask_surface(Mask.from_array(np.zeros((60, 60, 60), bool)), stack).GetNumberOfPolys() == 0


def test_every_kind_of_value_can_be_drawn(scene: SpaceScene) -> None:
    for dtype in (np.int16, np.float32):
        volume = replace(lopsided(geometry(), (-1, 0, 0)))
        volume = replace(volume, values=volume.values.astype(dtype), unit="")
        for preset in presets_for(volume, "MR"):
            seen = orbit(volume.geometry, FRONT, SIZE)
            rgba = scene.draw(volume, preset, (), seen, SIZE, coarse=False)

            assert centre_of_light(rgba[..., 0] * (rgba[..., 0] > 40))[0] < 0.42


def test_of_pet_the_brightest_is_dark_on_white_and_the_greys_are_those_of_the_planes(scene: SpaceScene) -> None:
    """Habits: the PET MIP is inverse grey."""
    half = painted(geometry(), lambda points: np.where(points[..., 0] > 0, 500.0, 0.0), unit="")
    values = half.values.copy()
    values[:, :, 0], values[0] = 0, 1000  # a whole slice: a few voxels would be left out of the range as outliers
    volume = replace(half, values=values)
    seen = orbit(volume.geometry, FRONT, SIZE)
    greys = {}
    for modality in ("PT", "NM"):
        preset = preset_of(volume, modality, "")
        assert preset.name == "MIP"
        greys[modality] = scene.draw(volume, preset, (), seen, SIZE, coarse=False)[..., 0].astype(int)

    assert greys["PT"][0, 0] == 255
    assert greys["NM"][0, 0] == 0
    assert np.abs(greys["PT"] + greys["NM"] - 255).max() <= 6
    middle = greys["NM"][SIZE[1] // 2]
    assert np.median(middle[middle > 20]) == pytest.approx(127, abs=12)


class Answers:
    """What a renderer handed over."""

    def __init__(self) -> None:
        self.drawn: queue.Queue[Drawn3D] = queue.Queue()
        self.renderer = VolumeRenderer(self.drawn.put, pytest.fail)

    def next(self) -> Drawn3D:
        return self.drawn.get(timeout=30)


@pytest.fixture
def answers() -> Iterator[Answers]:
    made = Answers()
    yield made
    made.renderer.close()


def request_of(volume: Volume, **fields) -> Request3D:
    return Request3D(volume, "CT", fields.pop("camera", FRONT), SIZE, **fields)


def test_a_coarse_picture_comes_first_and_a_full_one_when_the_view_rests(answers: Answers) -> None:
    answers.renderer.request(request_of(lopsided(geometry(), (-1, 0, 0))))
    first, second = answers.next(), answers.next()

    assert (first.full, second.full) == (False, True)
    assert first.rgba.flags.owndata


def test_while_moving_only_coarse_pictures_are_drawn(answers: Answers) -> None:
    volume = lopsided(geometry(), (-1, 0, 0))
    answers.renderer.request(request_of(volume, camera=Camera3D(moving=True)))

    assert not answers.next().full
    with pytest.raises(queue.Empty):
        answers.drawn.get(timeout=0.6)


def test_only_the_latest_of_many_requests_is_drawn_in_full(answers: Answers) -> None:
    volume = lopsided(geometry(), (-1, 0, 0))
    for azimuth in range(60):
        answers.renderer.request(request_of(volume, camera=Camera3D(azimuth=azimuth)))
    drawn = [answers.next()]
    while not drawn[-1].full:
        drawn.append(answers.next())

    assert drawn[-1].request.camera.azimuth == 59
    assert len(drawn) < 30


def test_a_volume_that_is_still_loading_is_not_drawn(answers: Answers) -> None:
    volume = lopsided(geometry(), (-1, 0, 0))
    volume.loaded[3] = False
    answers.renderer.request(request_of(volume))

    with pytest.raises(queue.Empty):
        answers.drawn.get(timeout=0.6)


def test_closing_twice_is_harmless_and_nothing_comes_after_it() -> None:
    made = Answers()
    made.renderer.request(request_of(lopsided(geometry(), (-1, 0, 0))))
    made.next()
    made.renderer.close()
    made.renderer.close()
    while not made.drawn.empty():
        made.drawn.get()
    made.renderer.request(request_of(lopsided(geometry(), (1, 0, 0))))

    with pytest.raises(queue.Empty):
        made.drawn.get(timeout=0.4)


def test_a_program_that_forgets_to_close_still_ends_well() -> None:
    code = (
        "import queue\n"
        "from tests.render.test_volume3d import *\n"
        "made = Answers()\n"
        "made.renderer.request(request_of(lopsided(geometry(), (-1, 0, 0))))\n"
        "made.next()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)

    assert ended.returncode == 0, ended.stderr.decode()


def test_a_machine_without_opengl_is_told_so_and_does_not_crash() -> None:
    code = (
        "from medscan_desktop.domain.errors import Unsuitable\n"
        "from medscan_desktop.render import offscreen\n"
        "offscreen._has_osmesa = lambda: False\n"
        "try:\n    offscreen.offscreen_window()\n"
        "except Unsuitable as refusal:\n    print(refusal)\n"
    )
    without = {**os.environ, "__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False, env=without)

    assert ended.returncode == 0
    assert b"3D needs OpenGL" in ended.stdout


def seen_part(scene: SpaceScene, space: Space, camera: Camera3D = FRONT) -> tuple[float, float, float]:
    """(share right, share down, light) of a body that fills its volume."""
    volume = painted(geometry(), lambda points: 800 + 90 * np.sin(points).sum(axis=-1), unit="HU")
    seen = orbit(volume.geometry, camera, SIZE, perspective=space.perspective)
    rgba = scene.draw(volume, preset_of(volume, "CT", ""), (), seen, SIZE, coarse=False, space=space)
    lit = (rgba[..., :3].astype(float).sum(axis=2) > 60).astype(float)
    right, down = centre_of_light(lit)
    return right, down, float(lit.sum())


def test_the_crop_box_takes_millimetres_off_the_side_it_names(scene: SpaceScene) -> None:
    whole = seen_part(scene, PLAIN)
    cut = [0.0] * 6
    right = next(face for face in range(6) if face_name(geometry(), face) == "R")
    cut[right] = float(size_mm(geometry())[right // 2]) / 2
    right_off = seen_part(scene, replace(PLAIN, crop=CropBox(tuple(cut))))

    assert right_off[2] == pytest.approx(whole[2] / 2, rel=0.06)
    assert right_off[0] > whole[0] + 0.1  # the patient's right, on the screen's left, is gone
    assert right_off[1] == pytest.approx(whole[1], abs=0.01)


def test_the_clip_plane_keeps_the_side_its_normal_points_to(scene: SpaceScene) -> None:
    whole = seen_part(scene, PLAIN)
    towards_head = plane_through(geometry().centre, np.array([0.0, 0.0, 2.0]))
    upper = seen_part(scene, replace(PLAIN, clip=towards_head))
    lower = seen_part(scene, replace(PLAIN, clip=towards_head.flipped))

    assert upper[2] == pytest.approx(whole[2] / 2, rel=0.08)
    assert upper[1] < whole[1] < lower[1]
    assert seen_part(scene, PLAIN) == whole  # and is off again


def test_surfaces_are_cropped_and_clipped_as_the_volume_is(scene: SpaceScene) -> None:
    stack = geometry()
    air = painted(stack, lambda points: np.full(points.shape[:-1], -1000.0), unit="HU")
    layer = MaskLayer(FindingId("f"), 1, StackId("s"), "All", Mask.from_array(np.ones(SHAPE, bool)), (0, 255, 0), "AI")
    preset, straight, askew = presets_for(air, "CT")[0], FRONT, Camera3D(azimuth=40, elevation=30)
    i, j, k = (float(length) for length in size_mm(stack))
    towards_head = plane_through(stack.centre, np.array([0.0, 0.0, 1.0]))
    six = replace(PLAIN, crop=CropBox((i * 0.2, i * 0.1, j * 0.2, 0, k * 0.2, k * 0.1)), clip=towards_head)
    seven = replace(six, crop=CropBox((i * 0.2, i * 0.1, j * 0.2, j * 0.1, k * 0.2, k * 0.1)))

    sheets = np.zeros(SHAPE, bool)
    sheets[:, :, 4::8] = sheets[:, :, 5::8] = True

    def lit(space: Space, camera: Camera3D, shown: MaskLayer = layer) -> float:
        seen = orbit(stack, camera, SIZE)
        rgba = scene.draw(air, preset, (shown,), seen, SIZE, coarse=False, space=space)
        return float((rgba[..., 1].astype(int) > rgba[..., 0].astype(int) + 25).sum())

    whole = lit(PLAIN, straight)
    assert lit(six, straight) == pytest.approx(whole * 0.7 * 0.4, rel=0.12)
    assert lit(replace(six, volume_visible=False), straight) == lit(six, straight)
    inner = replace(layer, mask=Mask.from_array(sheets))
    assert 0 < lit(seven, askew, inner) < lit(six, askew, inner)  # one more than OpenGL cuts by itself


def test_in_perspective_what_is_near_is_larger_and_handles_lie_where_the_picture_is(scene: SpaceScene) -> None:
    volume = lopsided(geometry(), (-1, 0, 1))
    corner = volume.geometry.centre + np.array([-8.0, 0.0, 8.0])
    for perspective in (False, True):
        seen = orbit(volume.geometry, FRONT, SIZE, perspective=perspective)
        small = painted(
            geometry(), lambda points: np.where(np.linalg.norm(points - corner, axis=-1) < 3, 900.0, -1000), unit="HU"
        )
        rgba = scene.draw(
            small,
            preset_of(small, "CT", ""),
            (),
            seen,
            SIZE,
            coarse=False,
            space=replace(PLAIN, perspective=perspective),
        )
        light = rgba[..., :3].astype(float).sum(axis=2)
        right, down = centre_of_light(np.where(light > 60, light, 0))
        at = seen.to_pane(corner, SIZE)

        assert (right * SIZE[0], down * SIZE[1]) == pytest.approx((at[0], at[1]), abs=1.5)

    near, middle = orbit(geometry(), FRONT, SIZE, perspective=True), geometry().centre
    depths = [middle + np.array([0.0, depth, 0.0]) for depth in (-15.0, 15.0)]  # before and behind the middle
    widths = [float(np.ptp(near.to_pane([one, one + np.array([8.0, 0.0, 0.0])], SIZE)[:, 0])) for one in depths]
    assert widths[0] > widths[1] * 1.1


def test_a_pane_without_a_size_is_drawn_as_one_pixel(scene: SpaceScene) -> None:
    volume = lopsided(geometry(), (-1, 0, 0))
    seen = orbit(volume.geometry, FRONT, (0, 0))

    assert scene.draw(volume, preset_of(volume, "CT", ""), (), seen, (0, 0), coarse=True).shape == (1, 1, 4)


def test_a_lost_context_is_made_anew_and_a_failure_is_said_once_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a black pane: a window that gives no picture is replaced; without one there is a sentence."""
    volume = lopsided(geometry(), (-1, 0, 0))
    drawn: queue.Queue[Drawn3D] = queue.Queue()
    said: queue.Queue[str] = queue.Queue()
    made, lost = [], []
    read, start = SpaceScene._read, SpaceScene.__post_init__

    def fails(self: SpaceScene, size: tuple[int, int]) -> NDArray[np.uint8]:
        if self in lost:
            raise Unsuitable("lost")
        return read(self, size)

    def counted(self: SpaceScene) -> None:
        made.append(self)
        start(self)

    monkeypatch.setattr(SpaceScene, "_read", fails)
    monkeypatch.setattr(SpaceScene, "__post_init__", counted)
    monkeypatch.setattr(SpaceScene, "__hash__", object.__hash__, raising=False)
    monkeypatch.setattr(SpaceScene, "__eq__", object.__eq__)
    renderer = VolumeRenderer(drawn.put, said.put)
    try:
        renderer.request(request_of(volume, full_only=True))
        first = drawn.get(timeout=30).rgba
        lost.append(made[-1])
        renderer.request(request_of(volume, full_only=True))
        again = drawn.get(timeout=30).rgba
        assert len(made) == 2 and said.empty()
        assert np.array_equal(first, again)

        lost.append(made[-1])
        monkeypatch.setattr("medscan_desktop.render.volume3d.SpaceScene", _no_scene)
        renderer.request(request_of(volume, full_only=True))
        assert said.get(timeout=30) == "3D needs OpenGL"
        monkeypatch.setattr("medscan_desktop.render.volume3d.SpaceScene", SpaceScene)
        renderer.request(request_of(volume, full_only=True))
        assert np.array_equal(first, drawn.get(timeout=30).rgba)
    finally:
        renderer.close()


def _no_scene() -> SpaceScene:
    raise Unsuitable("3D needs OpenGL")


def test_without_egl_osmesa_draws_where_it_is_installed() -> None:
    code = (
        "from medscan_desktop.domain.errors import Unsuitable\n"
        "from medscan_desktop.render import offscreen\n"
        "try:\n    window = offscreen.offscreen_window()\n"
        "except Unsuitable as refusal:\n    print('refused', refusal)\n"
        "else:\n    window.Render()\n"
        "    print(window.GetClassName(), offscreen.draws_in_software(window))\n    window.Finalize()\n"
    )
    without = {**os.environ, "__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False, env=without)
    said = ended.stdout.decode()

    assert ended.returncode == 0, ended.stderr.decode()
    assert "refused 3D needs OpenGL" in said or "vtkOSOpenGLRenderWindow True" in said


def test_levels_of_played_phases_stay_only_while_their_volumes_do(scene: SpaceScene) -> None:
    phases = [lopsided(geometry(), (-1, 0, 0)) for _ in range(3)]
    seen = orbit(geometry(), FRONT, SIZE)
    for phase in (*phases, phases[0]):
        scene.draw(phase, preset_of(phase, "CT", ""), (), seen, SIZE, coarse=True)
    assert all(scene.is_ready(phase, coarse=True) for phase in phases)

    del phase
    phases.pop(1)
    gc.collect()
    last = lopsided(geometry(), (1, 0, 0))
    scene.draw(last, preset_of(last, "CT", ""), (), seen, SIZE, coarse=True)
    assert len([level for level in scene.levels if level.source() is None and level.stride == 1]) <= 1  # that at rest
    other = painted(geometry_of(np.eye(3), shape=(20, 20, 20)), lambda points: points[..., 0], unit="HU")
    scene.draw(other, preset_of(other, "CT", ""), (), seen, SIZE, coarse=True)
    assert not scene.is_ready(last, coarse=True)  # another size is another series

"""One pane: what is kept between pictures, what is drawn when pixels are missing, which way is up."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Window
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.render.sampling import sample
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.phantoms import geometry_of, signed_permutations
from tests.support.pictures import centre_of_light, grey_of, lopsided, pixels_of
from tests.support.scenes import hung, stack_of, view_of

SIZE = (120, 100)
CUBE = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(40, 40, 40))


class CountingSampler:
    """Counts how often values are sampled."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, source, grid):
        self.calls += 1
        return sample(source, grid)


def scene_of(volume: Volume, kind: ViewKind = ViewKind.AXIAL) -> tuple[Workspace, View]:
    workspace = hung(volume)
    return workspace, replace(view_of(workspace, kind), voi=Window(40, 400))


def even(value: int = 40) -> Volume:
    return Volume(np.full(CUBE.shape, value, np.int16), CUBE, np.ones(40, bool), unit="HU")


def test_a_window_drag_never_samples_again() -> None:
    counting = CountingSampler()
    renderer = PaneRenderer(counting)
    workspace, view = scene_of(even())
    for width in range(100, 150):
        renderer.picture(workspace, replace(view, voi=Window(40, width)), SIZE)

    assert counting.calls == 1


def test_another_slice_zoom_or_size_samples_again() -> None:
    counting = CountingSampler()
    renderer = PaneRenderer(counting)
    workspace, view = scene_of(even())
    stack = workspace.stacks[0].id
    focus = tuple(CUBE.to_patient((20, 20, 5)))
    for scene, look, size in (
        (workspace, view, SIZE),
        (workspace.with_focus(stack, focus), view, SIZE),
        (workspace, replace(view, camera=Camera(2)), SIZE),
        (workspace, view, (90, 90)),
    ):
        renderer.picture(scene, look, size)

    assert counting.calls == 4


def test_a_slice_that_arrives_is_painted() -> None:
    volume = replace(even(440), loaded=np.zeros(40, bool))
    workspace, view = scene_of(volume)
    renderer = PaneRenderer()
    before = pixels_of(renderer.picture(workspace, view, SIZE, texts=False))
    volume.loaded[:] = True
    after = grey_of(renderer.picture(workspace, view, SIZE, texts=False))

    assert before.max() < 40, "a slice that has not arrived is dark"
    assert after[50, 60] == 255


@pytest.mark.parametrize("kind", [ViewKind.CORONAL, ViewKind.SAGITTAL])
def test_rows_that_have_not_arrived_are_black_in_the_other_planes(kind: ViewKind) -> None:
    volume = replace(even(440), loaded=np.arange(40) < 20)
    grey = grey_of(PaneRenderer().picture(*scene_of(volume, kind), SIZE, texts=False))

    assert grey[80, 60] == 255, "the lower half of the patient is there"
    assert grey[20, 60] == 0


@pytest.mark.parametrize(
    ("kind", "side", "where"),
    [
        (ViewKind.AXIAL, (-1, 0, 0), "left"),
        (ViewKind.AXIAL, (0, -1, 0), "top"),
        (ViewKind.CORONAL, (-1, 0, 0), "left"),
        (ViewKind.CORONAL, (0, 0, 1), "top"),
        (ViewKind.SAGITTAL, (0, -1, 0), "left"),
        (ViewKind.SAGITTAL, (0, 0, 1), "top"),
    ],
)
def test_the_patients_right_front_and_head_are_where_a_radiologist_expects_them(
    kind: ViewKind, side: tuple[int, int, int], where: str
) -> None:
    for directions in signed_permutations():
        volume = lopsided(geometry_of(directions, spacing=(1.0, 1.1, 1.2), shape=(24, 26, 28)), side)
        right, down = centre_of_light(grey_of(PaneRenderer().picture(*scene_of(volume, kind), (80, 80), texts=False)))

        assert (right if where == "left" else down) < 0.42
        assert abs((down if where == "left" else right) - 0.5) < 0.05


def test_a_mask_is_tinted_inside_and_nowhere_else() -> None:
    inside = np.zeros(CUBE.shape, bool)
    inside[10:30, 10:30, 10:20] = True
    workspace, view = scene_of(even())
    layer = MaskLayer(FindingId("f"), 1, workspace.stacks[0].id, "Liver", Mask.from_array(inside), (255, 0, 0), "AI")
    plain = pixels_of(PaneRenderer().picture(workspace, view, SIZE, texts=False)).astype(int)
    tinted = pixels_of(PaneRenderer().picture(replace(workspace, masks=(layer,)), view, SIZE, texts=False)).astype(int)
    changed = (plain != tinted).any(axis=2)

    assert changed[50, 45]
    assert not changed[50, 75]
    assert abs(changed.sum() - 20 * 10 * 2.5**2) < 0.1 * changed.sum()
    red, green, _ = tinted[50, 45]
    assert abs(red - (128 * 0.6 + 255 * 0.4)) <= 2
    assert abs(green - 128 * 0.6) <= 2


def test_masks_can_be_hidden() -> None:
    workspace, view = scene_of(even())
    mask = Mask.from_array(np.ones(CUBE.shape, bool))
    layer = MaskLayer(FindingId("f"), 1, workspace.stacks[0].id, "Liver", mask, (255, 0, 0), "AI")
    hidden = (
        replace(workspace, masks=(layer,), masks_visible=False),
        replace(workspace, masks=(replace(layer, visible=False),)),
        replace(workspace, masks=(replace(layer, opacity=0.0),)),
    )
    for scene in hidden:
        grey_of(PaneRenderer().picture(scene, view, SIZE, texts=False))


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_picture_fills_the_device_pixels(ratio: float) -> None:
    workspace, view = scene_of(even())
    for moving in (False, True):
        image = PaneRenderer().picture(workspace, view, SIZE, device_pixel_ratio=ratio, moving=moving)

        assert (image.width(), image.height()) == (round(120 * ratio), round(100 * ratio))
        assert image.devicePixelRatio() == ratio
        assert pixels_of(image)[image.height() // 2 + 3, image.width() // 2 + 9].min() > 100


def test_every_size_of_pane_can_be_painted() -> None:
    workspace, view = scene_of(even())
    for size in ((1, 1), (3, 200), (200, 3), (40, 40), (1500, 900)):
        assert not PaneRenderer().picture(workspace, view, size).isNull()


def test_a_length_is_drawn_on_its_own_slice_alone() -> None:
    workspace, view = scene_of(even())
    stack = workspace.stacks[0]

    def length_on(k: int, image: str | None = None) -> Measurement:
        ends = (tuple(CUBE.to_patient((10, 20, k))), tuple(CUBE.to_patient((30, 20, k))))
        uid = InstanceUid(image) if image else None
        kind = MeasurementKind.LENGTH
        return Measurement(
            MeasurementId("m"), StudyUid("1.2"), SeriesUid("1.2.3"), uid, k, kind, ends, (0, 0, 1), "mm", "", 20.0
        )

    def is_drawn(measurement: Measurement) -> bool:
        scene = replace(workspace, overlay=False, measurements=(measurement,), crosshair=False)
        plain = replace(workspace, overlay=False, crosshair=False)
        with_it, without = (PaneRenderer().picture(one, view, SIZE) for one in (scene, plain))
        return bool((pixels_of(with_it) != pixels_of(without)).any())

    shown = 20
    assert is_drawn(length_on(shown))
    assert is_drawn(length_on(shown, str(stack.instance_uids[shown])))
    assert not is_drawn(length_on(shown + 1))
    assert not is_drawn(length_on(shown, "another stack's image"))


def test_a_stack_that_is_no_volume_says_why() -> None:
    stack = replace(stack_of(even(), is_volume=False), refusal="two slices are too few for a volume")
    workspace = Workspace(stacks=(stack,))
    view = View(workspace.active, ViewKind.CORONAL, stack.id)

    assert pixels_of(PaneRenderer().picture(workspace, view, (400, 300)))[130:170].max() > 100

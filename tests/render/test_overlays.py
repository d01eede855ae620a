"""What other objects say, drawn: on the right pixels in all three planes, in mirrored and oblique stacks."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.contours import Contour, ContourKind, filled
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Window
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.render.sampling import Grid, sample_label
from medscan_desktop.render.washes import wash_values
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.overlay import ContourLayer, MaskLayer, Overlay, PresentationLayer, WashLayer
from medscan_desktop.scene.overlays import Shown, with_shown, without
from medscan_desktop.scene.presentation import (
    Area,
    FrameLook,
    Graphic,
    GraphicKind,
    Place,
    Presentation,
    Shutter,
    TextNote,
)
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry, signed_permutations
from tests.support.pictures import centre_of_light, grey_of, pixels_of
from tests.support.scenes import STACK, hung, view_of

SIZE = (160, 120)
OBJECT = InstanceUid("1.2.9")
PLANES = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)
TURNED = [*[*signed_permutations()][::5], rotation((12, -25, 33))]


def scene_of(geometry: Geometry, value: int = -1000) -> Workspace:
    volume = Volume(np.full(geometry.shape, value, np.int16), geometry, np.ones(geometry.shape[0], bool), unit="HU")
    workspace = hung(volume)
    return replace(workspace, views=tuple(replace(view, voi=Window(40, 400)) for view in workspace.views))


def overlay(kind: str = "segmentation") -> Overlay:
    return Overlay(OBJECT, kind, "object", STACK)


def box(geometry: Geometry) -> np.ndarray:
    """Off the middle in every axis, and through it."""
    inside = np.zeros(geometry.shape, bool)
    inside[geometry.shape[0] // 2 - 2 :, 3 : geometry.shape[1] // 2 + 2, geometry.shape[2] // 2 - 4 : -3] = True
    return inside


def tinted(workspace: Workspace, view: View) -> np.ndarray:
    """Where the overlay changes the picture."""
    plain = replace(workspace, masks=(), contours=(), washes=())
    with_it, without_it = (
        pixels_of(PaneRenderer().picture(each, view, SIZE, texts=False)).astype(int) for each in (workspace, plain)
    )
    return (with_it != without_it).any(axis=2)


def voxels_under(workspace: Workspace, view: View) -> np.ndarray:
    """(h, w, 3) index (i, j, k) of the voxel under each pixel's centre; -1 where there is none."""
    pane = pane_of(workspace, view, SIZE)
    assert pane is not None
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    index = pane.geometry.to_index(pane.to_patient(np.stack([x, y], axis=-1)))
    index[..., pane.axes.through] = pane.slice_index
    nearest = np.rint(index).astype(int)
    inside = ((nearest >= 0) & (nearest < pane.geometry.size_ijk)).all(axis=-1)
    near_an_edge = (np.abs(index % 1 - 0.5) < 1e-6).any(axis=-1)
    nearest[~inside | near_an_edge] = -1
    return nearest


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize("directions", TURNED)
def test_a_segmentation_tints_exactly_the_pixels_of_its_voxels(kind: ViewKind, directions: np.ndarray) -> None:
    geometry = geometry_of(directions)
    inside = box(geometry)
    layer = MaskLayer(OBJECT, 1, STACK, "box", Mask.from_array(inside), (255, 0, 0), "manual", is_ai=False)
    workspace = with_shown(scene_of(geometry), Shown(overlay(), masks=(layer,)))
    view = view_of(workspace, kind)
    index = voxels_under(workspace, view)
    known = (index >= 0).all(axis=-1)
    i, j, k = np.moveaxis(index, -1, 0)

    np.testing.assert_array_equal(tinted(workspace, view)[known], inside[k, j, i][known])
    assert inside[k, j, i][known].any()


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize(("turn", "zoom"), [(0, 1.0), (90, 3.7), (33.3, 0.4), (201.0, 2.2)])
def test_the_part_of_a_pane_that_shows_a_small_mask_is_sampled_as_the_whole_would_be(
    kind: ViewKind, turn: float, zoom: float
) -> None:
    """A hundred segments are drawn in the time of a few: only where each is."""
    geometry = geometry_of(rotation((12, -25, 33)))
    workspace = scene_of(geometry)
    view = replace(view_of(workspace, kind), camera=Camera(zoom, (1.3, -2.1), turn))
    pane = pane_of(workspace, view, SIZE)
    assert pane is not None
    grid = Grid.of(pane, SIZE, 1.5)
    generator = np.random.default_rng(8)
    for _ in range(10):
        plane = np.zeros(grid.extent[::-1], bool)
        row, column = generator.integers(0, np.array(plane.shape) - 4)
        plane[row : row + 3, column : column + 4] = generator.random((3, 4)) > 0.3
        whole, pieced = sample_label(plane, grid), np.zeros_like(sample_label(plane, grid))
        part = grid.part_showing(*cv2.boundingRect(plane.view(np.uint8)))
        if part is not None:
            left, top, _, _ = grid.rectangle
            pieced[part[1] - top : part[3] - top, part[0] - left : part[2] - left] = sample_label(plane, grid, part)
        np.testing.assert_array_equal(pieced, whole)


def structure(geometry: Geometry) -> Shown:
    """A triangle on every slice from 8 on, drawn in slices and filled elsewhere."""
    outline = np.array([(5.0, 4.0), (30.0, 4.0), (5.0, 22.0)])
    outlines = {
        k: (Contour(ContourKind.CLOSED, geometry.to_patient(np.column_stack([outline, np.full(3, k)]))),)
        for k in range(8, geometry.shape[0])
    }
    mask = filled(outlines, geometry)
    return Shown(
        overlay("structure set"),
        masks=(MaskLayer(OBJECT, 1, STACK, "t", mask, (0, 255, 0), "plan", is_ai=False, in_slices=False),),
        contours=(ContourLayer(OBJECT, 1, STACK, "t", outlines, (0, 255, 0), "plan", opacity=0.5),),
    )


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize("directions", TURNED)
def test_a_structure_covers_the_same_voxels_in_every_plane(kind: ViewKind, directions: np.ndarray) -> None:
    """Outlines in the acquired slices, their voxels across: but for the line's own width they agree."""
    geometry = geometry_of(directions)
    shown = structure(geometry)
    workspace = with_shown(scene_of(geometry), shown)
    view = view_of(workspace, kind)
    index = voxels_under(workspace, view)
    known = (index >= 0).all(axis=-1)
    i, j, k = np.moveaxis(index, -1, 0)
    wanted = shown.masks[0].mask.to_array()[k, j, i] & known
    found = tinted(workspace, view) & known

    assert wanted.sum() > 100
    assert (found ^ wanted).sum() < 0.2 * wanted.sum()
    assert centre_of_light(found) == pytest.approx(centre_of_light(wanted), abs=0.02)


def test_contours_stay_on_their_slice_of_a_tilted_stack_and_leave_with_their_object() -> None:
    geometry = sheared_geometry()
    workspace = with_shown(scene_of(geometry), structure(geometry))
    view = view_of(workspace, ViewKind.AXIAL)
    above = workspace.with_focus(STACK, tuple(geometry.to_patient((20, 15, 3))))

    assert tinted(workspace, view).any()
    assert not tinted(above, view).any()
    assert not tinted(without(workspace, OBJECT), view).any()
    assert not tinted(replace(workspace, masks_visible=False), view).any()


def ramp(geometry: Geometry) -> Volume:
    """A dose that no two voxels share: linear parts and one that is not."""
    return painted(
        geometry,
        lambda at: 20 + 0.1 * at[..., 0] - 0.2 * at[..., 1] + 0.3 * (at[..., 2] - 400) + np.sin(at[..., 0] / 3),
        dtype=np.float32,
        unit="Gy",
    )


@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
@pytest.mark.parametrize(
    ("base", "dose"),
    [(np.eye(3), np.eye(3)), (rotation((0, 180, 90)), np.eye(3)), (rotation((10, 20, 30)), rotation((0, 0, 15)))],
)
def test_a_dose_is_trilinear_in_patient_space(kind: ViewKind, base: np.ndarray, dose: np.ndarray) -> None:
    """Against scipy at the pixels' centres, on the middle of the slice shown."""
    geometry = geometry_of(base)
    affine = geometry_of(dose, spacing=(2.5, 2.0, 3.0)).affine.copy()
    affine[:3, 3] = geometry.centre - affine[:3, :3] @ (5, 7, 6)
    volume = ramp(Geometry(affine, (14, 15, 11)))
    workspace = scene_of(geometry)
    view = replace(view_of(workspace, ViewKind.AXIAL), kind=kind, frame=9)
    pane = pane_of(workspace, view, SIZE)
    assert pane is not None
    grid = Grid.of(pane, SIZE, 1.0)
    found = wash_values(volume, pane, grid)
    assert found is not None
    left, top, values = found
    height, width = values.shape
    y, x = np.mgrid[top : top + height, left : left + width] + 0.5
    at = geometry.to_index(pane.to_patient(np.stack([x, y], axis=-1)))
    at[..., pane.axes.through] = pane.slice_index
    index = volume.geometry.to_index(geometry.to_patient(at))
    inside = ((index >= -0.49) & (index <= np.array(volume.geometry.size_ijk) - 0.51)).all(axis=-1)
    outside = ((index < -0.51) | (index > np.array(volume.geometry.size_ijk) - 0.49)).any(axis=-1)
    wanted = map_coordinates(volume.values, [index[..., axis] for axis in (2, 1, 0)], order=1, mode="nearest")
    if grid.inside is not None:
        inside &= grid.inside

    assert inside.sum() > 500
    np.testing.assert_allclose(values[inside], wanted[inside], atol=2e-3)
    assert np.isnan(values[outside]).all()


def test_a_dose_below_its_threshold_is_not_drawn_and_its_bar_says_the_unit() -> None:
    geometry = geometry_of(np.eye(3))
    volume = ramp(geometry)
    layer = WashLayer(StackId("dose"), STACK, "Dose", volume, 25.0, float(volume.values.max()), "Dose · up to 30 Gy")
    workspace = with_shown(scene_of(geometry), Shown(replace(overlay(), source=StackId("dose")), washes=(layer,)))
    view = view_of(workspace, ViewKind.AXIAL)
    index = voxels_under(workspace, view)
    i, j, k = np.moveaxis(index, -1, 0)
    known = (index >= 0).all(axis=-1)
    value = volume.values[k, j, i]
    drawn = tinted(workspace, view)

    assert drawn[known & (value > 25.5)].all() and not drawn[known & (value < 24.5)].any()
    assert not drawn[~known & (index < 0).all(axis=-1)][:20].any()


def presented(look: FrameLook, **more: object) -> tuple[Workspace, View]:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(20, 30, 40))
    workspace = scene_of(geometry, value=40)
    state = Presentation("P1", "", "", frames=dict.fromkeys(range(20), look), **more)  # type: ignore[arg-type]
    layer = PresentationLayer(OBJECT, STACK, state)
    shown = with_shown(workspace, Shown(overlay("presentation state"), presentation=layer))
    return shown, shown.views[0]


def test_a_presentation_state_sets_window_polarity_turn_and_area() -> None:
    look = FrameLook(voi=Window(40, 10), area=Area((10, 5), (29, 19)))
    workspace, view = presented(look, inverted=True, rotation=90.0, flip_horizontal=True)

    assert view.kind is ViewKind.ACQUIRED and view.voi == Window(40, 10) and view.inverted
    assert (view.camera.rotation, view.camera.flip_horizontal, view.camera.zoom) == (90.0, True, 2.0)
    assert view.camera.centre == (0.0, -2.5)
    off = without(workspace, OBJECT)
    assert off.views[0].camera.rotation == 0 and not off.views[0].inverted and not off.presentations


def test_its_polarity_replaces_the_images_own() -> None:
    """MONOCHROME1 under IDENTITY shows the lowest value black: one polarity, not two."""
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(5, 30, 40))
    volume = Volume(np.full(geometry.shape, -1000, np.int16), geometry, np.ones(5, bool), unit="HU", inverted=True)
    workspace = hung(volume, modality="DX")
    for inverted, grey in ((False, 0), (True, 255)):
        state = Presentation("P", "", "", inverted=inverted, frames={k: FrameLook(Window(40, 400)) for k in range(5)})
        shown = with_shown(workspace, Shown(overlay(), presentation=PresentationLayer(OBJECT, STACK, state)))
        picture = grey_of(PaneRenderer().picture(shown, shown.views[0], SIZE, texts=False))
        assert picture[60, 80] == grey


def test_each_image_has_its_own_window_until_the_user_chooses_one() -> None:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(20, 30, 40))
    looks = {k: FrameLook(Window(40, 10) if k < 10 else Window(400, 10)) for k in range(20)}
    layer = PresentationLayer(OBJECT, STACK, Presentation("P", "", "", frames=looks))
    workspace = with_shown(scene_of(geometry, value=100), Shown(overlay(), presentation=layer))

    def grey(scene: Workspace, frame: int, **more: object) -> int:
        view = replace(scene.views[0], frame=frame, **more)  # type: ignore[arg-type]
        return int(grey_of(PaneRenderer().picture(scene, view, SIZE, texts=False))[60, 80])

    assert (grey(workspace, 3), grey(workspace, 15)) == (255, 0)
    assert grey(workspace, 15, voi=Window(100, 400)) == 128


def test_a_shutter_covers_what_is_outside_of_all_its_shapes() -> None:
    shutter = Shutter(rectangle=(10, 5, 29, 24), circle=(19.5, 14.5, 8.0), grey=77)
    workspace, view = presented(FrameLook(voi=Window(0, 10)), shutter=shutter)
    picture = grey_of(PaneRenderer().picture(workspace, view, SIZE, texts=False))  # 4 pixels a mm

    assert picture[60, 80] == 255 and picture[2, 2] == 77
    assert picture[60, 80 + 4 * 7] == 255 and picture[60, 80 + 4 * 9] == 77
    assert abs((picture > 166).sum() - np.pi * 32**2) < 60


@pytest.mark.parametrize(
    ("graphic", "marked", "unmarked"),
    [
        (Graphic(GraphicKind.POLYLINE, np.array([(9.5, 14.5), (29.5, 14.5)])), [(60, 60), (60, 100)], [(50, 60)]),
        (Graphic(GraphicKind.CIRCLE, np.array([(19.5, 14.5), (24.5, 14.5)])), [(60, 100), (40, 80)], [(60, 80)]),
        (
            Graphic(GraphicKind.ELLIPSE, np.array([(9.5, 14.5), (29.5, 14.5), (19.5, 9.5), (19.5, 19.5)])),
            [(60, 120), (40, 80)],
            [(20, 80), (60, 80)],
        ),
        (
            Graphic(GraphicKind.POLYLINE, np.array([(0.25, 0.5), (0.75, 0.5)]), on_display=True),
            [(60, 42), (60, 118)],
            [(60, 36), (60, 124)],
        ),
        (Graphic(GraphicKind.POINT, np.array([(9.5, 4.5)])), [(20, 40)], [(30, 40)]),
        (
            Graphic(GraphicKind.POLYLINE, np.array([(10, 5), (30, 5), (30, 25), (10, 5)]) - 0.5, is_filled=True),
            [(40, 110)],
            [(90, 60)],
        ),
        (Graphic(GraphicKind.INTERPOLATED, np.array([(9.5, 4.5), (19.5, 14.5), (29.5, 4.5)])), [(60, 80)], [(20, 80)]),
    ],
)
def test_graphics_are_drawn_where_the_state_says(
    graphic: Graphic, marked: list[tuple[int, int]], unmarked: list[tuple[int, int]]
) -> None:
    """160 x 120 pixels of 0.25 mm: index (x, y) is at pixel ((x + 0.5) 4, (y + 0.5) 4)."""
    workspace, view = presented(FrameLook(voi=Window(40, 400), graphics=(replace(graphic, colour=(255, 0, 255)),)))
    picture = pixels_of(PaneRenderer().picture(replace(workspace, overlay=False), view, SIZE)).astype(int)
    purple = (picture[..., 0] > 180) & (picture[..., 1] < 90) & (picture[..., 2] > 180)

    for row, column in marked:
        assert purple[row - 2 : row + 3, column - 2 : column + 3].any(), (row, column)
    for row, column in unmarked:
        assert not purple[row - 2 : row + 3, column - 2 : column + 3].any(), (row, column)


def test_texts_stand_in_their_box_or_beside_their_anchor() -> None:
    notes = (
        TextNote(("boxed",), box=(Place(0.0, 0.5, True), Place(0.5, 0.7, True)), colour=(255, 0, 255)),
        TextNote(("led",), anchor=Place(29.5, 20.5), anchor_is_visible=True, colour=(255, 0, 255)),
    )
    workspace, view = presented(FrameLook(voi=Window(40, 400), texts=notes))
    picture = pixels_of(PaneRenderer().picture(replace(workspace, overlay=False), view, SIZE)).astype(int)
    purple = (picture[..., 0] > 150) & (picture[..., 1] < 110) & (picture[..., 2] > 150)

    assert purple[60:72, 0:60].any() and purple[78:92, 118:150].any()
    assert not purple[0:50].any()

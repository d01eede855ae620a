"""The array path is held to two others: plain numpy by the standard's formula, and VTK."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import VoiFunction, VoiLut, Window, apply_window
from medscan_desktop.render.plane_image import grey_pixels
from medscan_desktop.render.planes import PlaneSource
from medscan_desktop.render.reslice import reference_sample
from medscan_desktop.render.sampling import Grid, Sampled, sample, sample_label
from medscan_desktop.scene.camera import PaneMap, pane_map
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from tests.support.phantoms import geometry_of, rotation, sheared_geometry, signed_permutations
from tests.support.slicing import resample_plane

SIZE = (97, 80)
NARROW = Window(40, 80)  # a brain window: three grey levels to the Hounsfield unit
CAMERAS = [
    Camera(zoom, centre, turn, flip)
    for (zoom, centre), turn, flip in product([(1.0, (0, 0)), (3.3, (4, -6))], [0, 90, 17, 180], [False, True])
]
SMALL_CAMERAS = [Camera(0.3, (3, 1), turn) for turn in (0, 90, 33)]


def noise(shape: tuple[int, int, int], *, dtype: type = np.int16) -> NDArray[np.generic]:
    return np.random.default_rng(7).integers(-200, 300, shape).astype(dtype)


def noisy_volume(geometry=None, **fields) -> Volume:
    geometry = geometry or geometry_of(rotation((5, -8, 12)))
    values = noise(geometry.shape, dtype=fields.pop("dtype", np.int16))
    return Volume(values, geometry, np.ones(geometry.shape[0], bool), **fields)


def looked_at(volume: Volume, kind: ViewKind, camera: Camera, scale: float = 1.0) -> tuple[PaneMap, Grid, View]:
    view = View(ViewId(0), kind, voi=NARROW, camera=camera, frame=3)
    pane = pane_map(volume.geometry, view, None, SIZE)
    return pane, Grid.of(pane, SIZE, scale), view


def on_pane(sampled: Sampled | None, grid: Grid, grey: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """The grey of a whole pane."""
    whole = np.zeros(grid.size[::-1], np.uint8)
    if sampled is not None and grey is not None:
        height, width = grey.shape
        whole[sampled.top : sampled.top + height, sampled.left : sampled.left + width] = grey
    return whole


def shown(volume: Volume, grid: Grid, view: View, sampler=sample) -> NDArray[np.uint8]:
    sampled = sampler(PlaneSource(volume), grid)
    return on_pane(sampled, grid, None if sampled is None else grey_pixels(sampled, volume, view))


def by_numpy(volume: Volume, pane: PaneMap, grid: Grid, view: View) -> NDArray[np.uint8]:
    """From pane pixel to patient mm to values to grey, all by the reference functions."""
    width, height = grid.size
    y, x = np.mgrid[:height, :width] + 0.5
    index = volume.geometry.to_index(pane.to_patient(np.stack([x, y], axis=-1) / grid.scale))
    index[..., pane.axes.through] = pane.slice_index  # the rounding of the map, not of the sampler
    points = volume.geometry.to_patient(index)
    values = resample_plane(
        volume.values, volume.geometry, points, order=1, padding=volume.padding, outside=float("nan")
    )
    return apply_window(values, view.voi, inverted=volume.inverted != view.inverted)


def largest_difference(one: NDArray[np.uint8], other: NDArray[np.uint8], *, edge_pixels: int = 0) -> int:
    """In grey levels; up to `edge_pixels` may lie on the other side of a border that runs through their centre."""
    difference = np.sort(np.abs(one.astype(int) - other).ravel())
    return int(difference[-1 - edge_pixels])


@pytest.mark.parametrize("kind", [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL, ViewKind.ACQUIRED])
@pytest.mark.parametrize("camera", CAMERAS)
def test_grey_is_within_one_level_of_the_numpy_reference(kind: ViewKind, camera: Camera) -> None:
    volume = noisy_volume()
    pane, grid, view = looked_at(volume, kind, camera, scale=1.5)

    assert largest_difference(shown(volume, grid, view), by_numpy(volume, pane, grid, view), edge_pixels=2) <= 1


@pytest.mark.parametrize("kind", [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL])
def test_every_orientation_of_the_stack_agrees_with_the_reference(kind: ViewKind) -> None:
    for directions in signed_permutations():
        volume = noisy_volume(geometry_of(directions))
        pane, grid, view = looked_at(volume, kind, Camera(1.4, (2, -3), 10))

        assert largest_difference(shown(volume, grid, view), by_numpy(volume, pane, grid, view), edge_pixels=2) <= 1


def test_a_sheared_stack_agrees_with_the_reference() -> None:
    volume = noisy_volume(sheared_geometry())
    for kind in (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL):
        pane, grid, view = looked_at(volume, kind, Camera(1.2, rotation=25))

        assert largest_difference(shown(volume, grid, view), by_numpy(volume, pane, grid, view), edge_pixels=2) <= 1


@pytest.mark.parametrize("padding", [None, (-200.0, -100.0)])
@pytest.mark.parametrize("kind", [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL])
def test_the_array_path_is_within_one_level_of_vtk_reslice(kind: ViewKind, padding: tuple[float, float] | None) -> None:
    volume = noisy_volume(padding=padding)
    for camera in CAMERAS + SMALL_CAMERAS:
        _, grid, view = looked_at(volume, kind, camera, scale=1.5)
        fast, reference = shown(volume, grid, view), shown(volume, grid, view, reference_sample)

        assert largest_difference(fast, reference, edge_pixels=3) <= 1, camera


def test_padding_never_mixes_with_tissue() -> None:
    volume = noisy_volume(padding=(-2000.0, -2000.0))
    volume.values[...] = 40
    volume.values[:, :15, :] = -2000
    for camera in CAMERAS:
        _, grid, view = looked_at(volume, ViewKind.AXIAL, camera)

        assert set(np.unique(shown(volume, grid, view))) <= {0, 129}  # background, and 40 HU in the window 40/80


@pytest.mark.parametrize("inverted", [False, True])
def test_padding_is_black_under_monochrome1_too(inverted: bool) -> None:
    volume = noisy_volume(padding=(-2000.0, -2000.0), inverted=inverted)
    volume.values[...] = -2000
    _, grid, view = looked_at(volume, ViewKind.AXIAL, Camera())

    assert not shown(volume, grid, view).any()
    assert not shown(volume, grid, replace(view, inverted=True)).any()


def test_the_background_is_black_when_inverted() -> None:
    volume = noisy_volume(inverted=True)
    volume.values[...] = -1000
    _, grid, view = looked_at(volume, ViewKind.AXIAL, Camera(0.5))
    grey = shown(volume, grid, view)

    assert grey[0, 0] == 0
    assert grey[40, 48] == 255


def test_what_is_no_number_is_left_out() -> None:
    volume = noisy_volume(dtype=np.float32)
    volume.values[...] = 40
    volume.values[:, :, ::7] = np.nan
    _, grid, view = looked_at(volume, ViewKind.AXIAL, Camera(2))

    assert set(np.unique(shown(volume, grid, view))) <= {0, 129}


def test_a_float_volume_agrees_with_the_reference() -> None:
    volume = noisy_volume(dtype=np.float32)
    pane, grid, view = looked_at(volume, ViewKind.CORONAL, Camera(1.3, rotation=5))

    assert largest_difference(shown(volume, grid, view), by_numpy(volume, pane, grid, view), edge_pixels=2) <= 1


@pytest.mark.parametrize(
    "voi",
    [
        Window(40, 400),
        Window(40.5, 1),
        Window(0, 0.5, VoiFunction.LINEAR_EXACT),
        Window(30, 150, VoiFunction.SIGMOID),
        VoiLut(-100, np.linspace(0, 1, 256) ** 2),
    ],
)
@pytest.mark.parametrize("inverted", [False, True])
def test_every_window_agrees_with_the_formula(voi: Window | VoiLut, inverted: bool) -> None:
    volume = noisy_volume()
    pane, grid, view = looked_at(volume, ViewKind.ACQUIRED, Camera(1.0))
    view = replace(view, voi=voi, inverted=inverted)
    # A step is the one window in which a value a hair to the other side is another grey.
    allowed = 30 if isinstance(voi, Window) and voi.width <= 1 else 2

    found, wanted = shown(volume, grid, view), by_numpy(volume, pane, grid, view)
    assert largest_difference(found, wanted, edge_pixels=allowed) <= 1


def test_a_smaller_picture_averages_the_pixels_it_drops() -> None:
    """A checkerboard of single pixels is grey when it gets small, not black, white or moire."""
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(3, 512, 512))
    values = np.zeros(geometry.shape, np.int16)
    values[:, ::2, ::2] = values[:, 1::2, 1::2] = 80
    volume = Volume(values, geometry, np.ones(3, bool))
    view = View(ViewId(0), ViewKind.AXIAL, voi=NARROW)
    grid = Grid.of(pane_map(geometry, view, None, (64, 64)), (64, 64), 1.0)

    grey = shown(volume, grid, view)
    assert grey.min() >= 126
    assert grey.max() <= 132


def test_colour_is_shown_as_stored_without_a_window() -> None:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(1, 80, 97))
    values = np.random.default_rng(1).integers(0, 256, (1, 80, 97, 3)).astype(np.uint8)
    volume = Volume(values, geometry, np.ones(1, bool))
    _, grid, view = looked_at(volume, ViewKind.ACQUIRED, Camera())
    for sampler in (sample, reference_sample):
        sampled = sampler(PlaneSource(volume), grid)
        assert sampled is not None
        found = grey_pixels(sampled, volume, replace(view, frame=0))

        assert np.abs(found.astype(int) - values[0]).max() <= 1


def test_a_label_is_that_of_the_nearest_voxel() -> None:
    volume = noisy_volume()
    inside = volume.values > 50
    for kind, camera in product((ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL), CAMERAS):
        pane, grid, _ = looked_at(volume, kind, camera)
        left, top, right, bottom = grid.rectangle
        found = sample_label(inside.take(grid.index, grid.axis), grid)
        y, x = np.mgrid[top:bottom, left:right] + 0.5
        index = volume.geometry.to_index(pane.to_patient(np.stack([x, y], axis=-1)))
        index[..., pane.axes.through] = pane.slice_index
        points = volume.geometry.to_patient(index)
        wanted = resample_plane(inside.astype(np.int16), volume.geometry, points, order=0, outside=0)

        in_plane = np.delete(index, pane.axes.through, axis=-1)
        on_a_border = (np.abs(in_plane - np.floor(in_plane) - 0.5) < 0.01).any(axis=-1)
        assert not ((found != wanted) & ~on_a_border).any()


def test_a_pane_that_shows_none_of_the_image_is_empty() -> None:
    volume = noisy_volume()
    _, grid, _ = looked_at(volume, ViewKind.AXIAL, Camera(1, (5000, 0)))

    assert sample(PlaneSource(volume), grid) is None
    assert reference_sample(PlaneSource(volume), grid) is None


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.float32])
@pytest.mark.parametrize("columns", [16, 17])
def test_planes_across_the_slices_are_those_of_the_array(dtype: type, columns: int) -> None:
    """Gathered in 16 bytes at a time where rows allow it: the same numbers either way, in any order of asking."""
    values = np.random.default_rng(3).integers(0, 30_000, (5, 7, columns)).astype(dtype)
    grid = geometry_of(np.eye(3), shape=values.shape)
    source = PlaneSource(Volume(values, grid, np.ones(5, bool)))

    for index in (3, 4, 0, columns - 1, 8, 7):
        assert (source.plane(2, index) == values[:, :, index]).all()
    assert (source.plane(1, 6) == values[:, 6]).all()


def test_planes_across_the_slices_show_what_has_arrived_and_nothing_else() -> None:
    values = np.full((6, 4, 16), 7, np.int16)
    loaded = np.array([False, False, True, False, True, False])
    grid = geometry_of(np.eye(3), shape=values.shape)
    source = PlaneSource(Volume(values, grid, loaded))

    for axis in (1, 2):
        plane = source.plane(axis, 3)
        assert (plane[[2, 4]] == 7).all()
        assert not plane[[0, 1, 5]].any()
        loaded[5] = True
        assert (source.plane(axis, 3)[5] == 7).all()
        loaded[5] = False

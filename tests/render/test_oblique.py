"""Planes along no axis of the stack are held to SimpleITK, to plain numpy, and to what a point in the patient says."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from medscan_desktop.domain.finding import FindingId
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Window, apply_window
from medscan_desktop.render.grid import Grid, ObliqueGrid
from medscan_desktop.render.masks import mask_picture
from medscan_desktop.render.oblique import ObliqueSource, grid_of, sample_label_oblique, sample_oblique
from medscan_desktop.render.plane_image import grey_pixels
from medscan_desktop.render.planes import PlaneSource
from medscan_desktop.render.sampling import Sampled, sample
from medscan_desktop.scene.camera import PLANES, PaneMap, pane_map, point
from medscan_desktop.scene.oblique import STRAIGHT, Turn, turn_of
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from tests.support.itk_planes import itk_image, itk_plane
from tests.support.phantoms import geometry_of, rotation, sheared_geometry
from tests.support.slicing import resample_plane

SIZE = (97, 80)
NARROW = Window(40, 80)  # a brain window: three grey levels to the Hounsfield unit
TURNS = [turn_of(rotation(angles)) for angles in [(0, 0, 30), (20, 0, 0), (25, -35, 50), (-61, 12, 170)]]
CAMERAS = [Camera(), Camera(2.5, (4, -6), 17, True), Camera(1.3, rotation=90)]


def noisy(geometry: Geometry | None = None, dtype: type = np.int16, **fields: object) -> Volume:
    geometry = geometry or geometry_of(rotation((5, -8, 12)))
    values = np.random.default_rng(7).integers(-200, 300, geometry.shape).astype(dtype)
    return Volume(values, geometry, np.ones(geometry.shape[0], bool), **fields)  # type: ignore[arg-type]


def looked_at(
    volume: Volume, kind: ViewKind, turn: Turn, camera: Camera = CAMERAS[0], slab: Slab | None = None, focus=None
) -> tuple[PaneMap, Grid, View]:
    view = View(ViewId(0), kind, voi=NARROW, camera=camera, slab=slab)
    pane = pane_map(volume.geometry, view, focus, SIZE, turn)
    return pane, grid_of(pane, SIZE, 1.5), view


def sampled_by(volume: Volume, grid: Grid) -> Sampled | None:
    if isinstance(grid, ObliqueGrid):
        return sample_oblique(ObliqueSource(volume), grid)
    return sample(PlaneSource(volume), grid)


def grey_of(volume: Volume, grid: Grid, view: View) -> NDArray[np.uint8]:
    whole = np.zeros(grid.size[::-1], np.uint8)
    sampled = sampled_by(volume, grid)
    if sampled is not None:
        grey = grey_pixels(sampled, volume, view)
        whole[sampled.top : sampled.top + grey.shape[0], sampled.left : sampled.left + grey.shape[1]] = grey
    return whole


def values_of(volume: Volume, grid: Grid) -> NDArray[np.float32]:
    """The whole pane; NaN where there is no tissue."""
    whole = np.full(grid.size[::-1], np.nan, np.float32)
    sampled = sampled_by(volume, grid)
    if sampled is not None:
        found = sampled.values.astype(np.float32)
        found = found if sampled.valid is None else np.where(sampled.valid, found, np.nan)
        whole[sampled.top : sampled.top + found.shape[0], sampled.left : sampled.left + found.shape[1]] = found
    return whole


def points_of(pane: PaneMap, grid: Grid, across_mm: float = 0.0) -> NDArray[np.float64]:
    width, height = grid.size
    y, x = np.mgrid[:height, :width] + 0.5
    return pane.to_patient(np.stack([x, y], axis=-1) / grid.scale) + pane.onward * across_mm


def away_from_the_edge(volume: Volume, points: NDArray[np.float64], layers: float = 0.51) -> NDArray[np.bool_]:
    """Where all that interpolation needs lies between centres: beyond them each implementation has its own border."""
    index = volume.geometry.to_index(points)
    return ((index > layers) & (index < np.asarray(volume.geometry.size_ijk) - 1 - layers)).all(axis=-1)


SLABS = [Slab(SlabMode.MIP, 12.0), Slab(SlabMode.MIN_IP, 6.0), Slab(SlabMode.MEAN, 9.0)]


@contextmanager
def quiet() -> Iterator[None]:
    """Where a place has no tissue in any layer numpy warns, and rightly gives NaN."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


COMBINE = {SlabMode.MIP: np.nanmax, SlabMode.MIN_IP: np.nanmin, SlabMode.MEAN: np.nanmean}


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize("turn", TURNS)
def test_an_oblique_plane_is_within_one_grey_level_of_simpleitk(kind: ViewKind, turn: Turn) -> None:
    volume = noisy()
    for camera in CAMERAS:
        pane, grid, view = looked_at(volume, kind, turn, camera)
        points = points_of(pane, grid)
        wanted = apply_window(itk_plane(itk_image(volume), points), NARROW, inverted=False)
        inner = away_from_the_edge(volume, points)

        assert inner.sum() > 500
        assert np.abs(grey_of(volume, grid, view)[inner].astype(int) - wanted[inner]).max() <= 1


@pytest.mark.parametrize("padding", [None, (-200.0, -150.0)])
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_an_oblique_plane_agrees_with_numpy_up_to_the_images_edge(padding, dtype: type) -> None:
    """With padding too: it is left out, and never mixed with tissue."""
    for geometry, kind, turn in product((None, sheared_geometry()), PLANES, TURNS):
        volume = noisy(geometry, dtype, padding=padding)
        pane, grid, _ = looked_at(volume, kind, turn, CAMERAS[1])
        points = points_of(pane, grid)
        wanted = resample_plane(volume.values, volume.geometry, points, order=1, padding=padding, outside=float("nan"))
        found = values_of(volume, grid)
        differs = ~np.isclose(found, wanted, atol=0.15, equal_nan=True)

        assert differs.mean() < 0.001  # centres on a border, and pixels of which half is tissue


@pytest.mark.parametrize("slab", [None, Slab(SlabMode.MEAN, 9.0), Slab(SlabMode.MIN_IP, 9.0)])
def test_a_little_padding_in_much_tissue_is_left_out_wherever_it_is(slab: Slab | None) -> None:
    """Single voxels, a corner, a missing slice: most pixels go the quick way, those near them the careful one."""
    geometry = geometry_of(rotation((5, -8, 12)), spacing=(1.0, 1.1, 1.3), shape=(80, 90, 100))
    volume = replace(noisy(geometry), padding=(-2000.0, -2000.0), loaded=np.arange(80) != 60)
    random = np.random.default_rng(5)
    for k, j, i in random.integers(0, (80, 90, 100), (30, 3)):
        volume.values[k, j, i] = -2000
    volume.values[:, :20, :15] = -2000
    values = np.where(volume.loaded[:, None, None], volume.values, -2000)
    for kind, turn in product(PLANES, TURNS[1:3]):
        pane, grid, _ = looked_at(volume, kind, turn, CAMERAS[0], slab)
        reach = 0 if slab is None else slab.reach(pane.step_mm)
        layers = [
            resample_plane(
                values,
                geometry,
                points_of(pane, grid, n * pane.step_mm),
                order=1,
                padding=volume.padding,
                outside=float("nan"),
            )
            for n in range(-reach, reach + 1)
        ]
        with quiet():
            wanted = layers[0] if slab is None else COMBINE[slab.mode](np.stack(layers), axis=0)
        source = ObliqueSource(volume)
        near = source.near_no_tissue(grid, grid.rectangle)

        assert 0.02 < near.mean() < 0.98
        assert (~np.isclose(values_of(volume, grid), wanted, atol=0.2, equal_nan=True)).mean() < 0.002


def test_what_is_no_number_is_left_out_of_an_oblique_plane() -> None:
    volume = noisy(dtype=np.float32)
    volume.values[...] = 40
    volume.values[:, :, ::5] = np.nan
    _, grid, view = looked_at(volume, ViewKind.AXIAL, TURNS[2])

    assert set(np.unique(grey_of(volume, grid, view))) <= {0, 129}


def test_slices_that_have_not_arrived_are_left_free() -> None:
    volume = noisy()
    volume.values[...] = 40
    volume.values[8:12] = -3000  # memory that no slice has filled yet
    volume.loaded[8:12] = False
    for nearest in (False, True):
        pane, grid, view = looked_at(volume, ViewKind.CORONAL, TURNS[2])
        grid = replace(grid, nearest=nearest)
        grey = grey_of(volume, grid, view)
        k = volume.geometry.to_index(points_of(pane, grid))[..., 2]

        assert set(np.unique(grey)) == {0, 129}
        assert not grey[(k > 8) & (k < 11)].any()


def test_while_dragging_each_pixel_is_its_nearest_voxel() -> None:
    volume = noisy()
    for kind, turn in product(PLANES, TURNS):
        pane, grid, _ = looked_at(volume, kind, turn)
        points = points_of(pane, grid)
        wanted = resample_plane(volume.values, volume.geometry, points, order=0, outside=float("nan"))
        index = volume.geometry.to_index(points)
        on_a_border = (np.abs(index - np.floor(index) - 0.5) < 1e-3).any(axis=-1)
        found = values_of(volume, replace(grid, nearest=True))

        assert np.array_equal(found[~on_a_border], wanted[~on_a_border], equal_nan=True)


def test_a_mask_on_an_oblique_plane_is_that_of_the_nearest_voxel() -> None:
    geometry = geometry_of(rotation((5, -8, 12)), shape=(70, 45, 50))
    inside = np.random.default_rng(3).random(geometry.shape) > 0.7
    inside[:32, :32, :32] = True
    inside[40:, 30:, :] = False
    mask, volume = Mask.from_array(inside), Volume(inside.astype(np.int16), geometry, np.ones(70, bool))
    for kind, turn in product(PLANES, TURNS):
        pane, grid, _ = looked_at(volume, kind, turn)
        assert isinstance(grid, ObliqueGrid)
        part = left, top, right, bottom = grid.rectangle
        label = sample_label_oblique(mask, *grid.nearest_voxels(part))
        points = points_of(pane, grid)[top:bottom, left:right]
        wanted = resample_plane(inside.astype(np.int16), geometry, points, order=0, outside=0)
        index = geometry.to_index(points)
        on_a_border = (np.abs(index - np.floor(index) - 0.5) < 1e-3).any(axis=-1)

        assert label is not None
        assert not ((label != wanted) & ~on_a_border).any()


@pytest.mark.parametrize("seed", range(6))
def test_a_point_of_the_patient_lands_where_the_map_says(seed: int) -> None:
    """One bright voxel, the planes through it turned at random: the brightest pixel is where `to_pane` puts it."""
    random = np.random.default_rng(seed)
    geometry = geometry_of(rotation(tuple(random.uniform(-40, 40, 3))), spacing=(0.9, 1.2, 2.0), shape=(30, 40, 44))
    at = random.integers(8, 22, 3)
    values = np.zeros(geometry.shape, np.int16)
    values[tuple(at)] = 3000
    volume = Volume(values, geometry, np.ones(30, bool))
    bright = geometry.to_patient(at[::-1])
    turn = turn_of(rotation(tuple(random.uniform(-180, 180, 3))))
    camera = Camera(0.8, (3.0, -2.0), float(random.uniform(0, 360)), bool(seed % 2))
    for kind in PLANES:
        pane, grid, _ = looked_at(volume, kind, turn, camera, focus=point(bright))
        found = np.nan_to_num(values_of(volume, grid), nan=-1)
        weights = np.clip(found, 0, None)
        y, x = np.mgrid[: grid.size[1], : grid.size[0]] + 0.5
        centre = np.array([(x * weights).sum(), (y * weights).sum()]) / weights.sum() / grid.scale

        assert pane.is_oblique
        assert np.abs(pane.to_patient(pane.to_pane(bright)) - bright).max() < 1e-6
        assert np.linalg.norm(centre - pane.to_pane(bright)) < 1.0


@pytest.mark.parametrize("slab", SLABS)
@pytest.mark.parametrize("padding", [None, (-200.0, 100.0)])
def test_a_slab_on_the_stacks_own_plane_is_the_formula_over_its_slices(slab: Slab, padding) -> None:
    """Every slice whose middle lies within the thickness, ends included; padding and gaps count for nothing."""
    for loaded in (np.ones(20, bool), np.arange(20) % 4 != 1):
        volume = replace(noisy(geometry_of(np.eye(3), spacing=(1.5, 1.5, 1.5))), padding=padding, loaded=loaded)
        for kind, axis in ((ViewKind.AXIAL, 0), (ViewKind.CORONAL, 1), (ViewKind.SAGITTAL, 2)):
            camera = Camera()
            pane, grid, _ = looked_at(volume, kind, STRAIGHT, camera, slab)
            values = np.where(loaded[:, None, None], volume.values, np.nan).astype(float)
            if padding is not None:
                values[(volume.values >= padding[0]) & (volume.values <= padding[1])] = np.nan
            size = volume.values.shape[axis]
            within = [n for n in range(size) if abs(n - grid.index) * 1.5 <= slab.thickness_mm / 2 + 1e-9]
            layers = values.take(within, axis)
            with quiet():
                wanted = COMBINE[slab.mode](layers, axis=axis)
            combined = np.broadcast_to(np.expand_dims(wanted, axis), values.shape)
            points = points_of(pane, grid)
            expected = resample_plane(combined, volume.geometry, points, order=1, outside=float("nan"))
            found = values_of(volume, grid)

            assert len(within) > 3
            assert (~np.isclose(found, expected, atol=0.15, equal_nan=True)).mean() < 0.001


@pytest.mark.parametrize("slab", SLABS)
@pytest.mark.parametrize("padding", [None, (-200.0, 0.0)])
def test_a_slab_on_an_oblique_plane_is_the_formula_over_its_layers(slab: Slab, padding) -> None:
    volume = replace(noisy(), padding=padding)
    for kind, turn in product(PLANES, TURNS[1:3]):
        pane, grid, _ = looked_at(volume, kind, turn, slab=slab)
        reach = int(slab.thickness_mm / 2 / pane.step_mm + 1e-6)
        layers = [
            resample_plane(
                volume.values,
                volume.geometry,
                points_of(pane, grid, n * pane.step_mm),
                order=1,
                padding=padding,
                outside=float("nan"),
            )
            for n in range(-reach, reach + 1)
        ]
        with quiet():
            wanted = COMBINE[slab.mode](np.stack(layers), axis=0)
        found = values_of(volume, grid)

        assert reach >= 1
        assert (~np.isclose(found, wanted, atol=0.2, equal_nan=True)).mean() < 0.02  # half of it tissue


def test_a_thin_slab_is_the_plane_itself() -> None:
    volume = noisy()
    for kind, turn in product(PLANES, (STRAIGHT, TURNS[2])):
        _, bare, _ = looked_at(volume, kind, turn)
        _, thin, _ = looked_at(volume, kind, turn, slab=Slab(SlabMode.MEAN, 1.0))
        if np.array_equal(bare.matrix, thin.matrix) and thin.slab is not None and thin.slab[1] == 0:
            assert np.allclose(values_of(volume, bare), values_of(volume, thin), atol=1e-3, equal_nan=True)


def test_a_slab_over_a_tilted_gantry_looks_along_its_normal() -> None:
    """Slices of a sheared stack lie beside each other: over rows of the array a post along the normal would smear."""
    geometry = sheared_geometry()
    volume = noisy(geometry)
    pane, grid, _ = looked_at(volume, ViewKind.CORONAL, STRAIGHT, slab=Slab(SlabMode.MEAN, 10.0))

    assert isinstance(grid, ObliqueGrid)
    assert np.allclose(geometry.affine[:3, :3] @ grid.across, pane.onward * pane.step_mm)


@pytest.mark.parametrize("turn", [STRAIGHT, TURNS[2]])
def test_a_mask_in_a_slab_is_all_of_it_that_lies_there(turn: Turn) -> None:
    """A picture of what lies behind each other shows the structure behind each other, too."""
    geometry = geometry_of(rotation((5, -8, 12)), spacing=(1, 1, 1))
    k, j, i = np.meshgrid(*(np.arange(size) for size in geometry.shape), indexing="ij")
    inside = (i - 20) ** 2 + (j - 15) ** 2 + (k - 10) ** 2 <= 36
    mask, volume = Mask.from_array(inside), Volume(inside.astype(np.int16), geometry, np.ones(20, bool))
    layer = MaskLayer(FindingId("1"), 1, StackId("1"), "ball", mask, (255, 0, 0), "", opacity=1.0)
    for kind in PLANES:
        focus = point(geometry.to_patient((20, 15, 10)) + 5.0 * looked_at(volume, kind, turn)[0].onward)
        sizes = []
        for slab in (None, Slab(SlabMode.MIP, 12.0)):
            _, grid, _ = looked_at(volume, kind, turn, Camera(0.9), slab, focus)
            found = mask_picture(layer, grid)
            values = np.nan_to_num(values_of(volume, grid))
            assert found is not None
            left, top, pixels = found
            whole = np.zeros(grid.size[::-1], bool)
            whole[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels > 0
            sizes.append(int(whole.sum()))
            assert (whole ^ (values >= 0.5)).sum() < 0.2 * whole.sum()  # its edge within half a voxel
        assert sizes[1] > 1.8 * sizes[0]

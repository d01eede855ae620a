"""Outlines on slices: where they lie, what is inside, how large; held to formulas and to a second implementation."""

import numpy as np
import pytest

from medscan_desktop.imaging.contours import (
    Contour,
    ContourKind,
    area_mm2,
    by_slice,
    even_odd,
    filled,
    on_slices_of,
    volume_ml,
)
from medscan_desktop.imaging.geometry import Geometry
from tests.support.phantoms import geometry_of, rotation, sheared_geometry, signed_permutations

GEOMETRY = geometry_of(np.eye(3))


def on_slice(geometry: Geometry, k: int, outline: np.ndarray, kind: ContourKind = ContourKind.CLOSED) -> Contour:
    """A contour through (column, row) positions of slice k."""
    flat = np.asarray(outline, float)
    return Contour(kind, geometry.to_patient(np.column_stack([flat, np.full(len(flat), k)])))


def square(low: float, high: float) -> np.ndarray:
    return np.array([(low, low), (high, low), (high, high), (low, high)])


def inside(outline: np.ndarray, x: float, y: float) -> bool:
    """The textbook's crossing count, one pixel at a time."""
    found = False
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if (y0 <= y) != (y1 <= y) and x >= x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            found = not found
    return found


def test_a_pixel_counts_when_its_centre_is_inside() -> None:
    """ROI rule of the conventions, against a count pixel by pixel, on stars that cross themselves."""
    generator = np.random.default_rng(4)
    for _ in range(20):
        outline = generator.uniform(-3, 18, (9, 2))
        fast = even_odd(outline, (14, 17))
        slow = [[inside(outline, x, y) for x in range(17)] for y in range(14)]
        np.testing.assert_array_equal(fast, slow)


@pytest.mark.parametrize("directions", [*[*signed_permutations()][::7], rotation((20, -30, 50))])
def test_the_voxels_inside_are_the_same_in_every_orientation(directions: np.ndarray) -> None:
    geometry = geometry_of(directions)
    outlines, strays = by_slice([on_slice(geometry, 7, np.array([(3, 4), (12.4, 4), (12.4, 9.6), (3, 20)]))], geometry)
    mask = filled(outlines, geometry).to_array()

    assert strays == 0 and list(outlines) == [7]
    assert mask[7, 4, 3] and mask[7, 9, 12] and mask[7, 19, 3]
    assert not mask[7, 4, 13] and not mask[7, 19, 12] and not mask[6].any() and not mask[8].any()


def test_on_a_tilted_stack_a_contour_lies_on_the_slice_it_was_drawn_on() -> None:
    geometry = sheared_geometry()
    outlines, _ = by_slice([on_slice(geometry, 11, square(5, 9))], geometry)

    assert filled(outlines, geometry).to_array()[11, 5:9, 5:9].all()


def test_a_contour_belongs_to_a_slice_to_half_a_slice_and_across_the_slices_to_none() -> None:
    low, high, beyond, across = (on_slice(GEOMETRY, 5, square(3, 8)) for _ in range(4))
    step = GEOMETRY.affine[:3, 2]
    moved = [
        Contour(ContourKind.CLOSED, low.points + 0.4 * step),
        Contour(ContourKind.CLOSED, high.points - 0.4 * step),
        Contour(ContourKind.CLOSED, beyond.points + 15 * step),
        Contour(ContourKind.CLOSED, across.points + np.linspace(0, 3, 4)[:, None] * step),
    ]
    outlines, strays = by_slice(moved, GEOMETRY)

    assert {k: len(kept) for k, kept in outlines.items()} == {5: 2}
    assert strays == 2


def test_a_contour_inside_another_is_a_hole() -> None:
    contours = [on_slice(GEOMETRY, 3, square(2, 20)), on_slice(GEOMETRY, 3, square(6, 10))]
    mask = filled({3: tuple(contours)}, GEOMETRY).to_array()
    pixel = 0.7 * 1.1

    assert mask.sum() == 18 * 18 - 4 * 4
    assert area_mm2(contours, GEOMETRY) == pytest.approx((18 * 18 - 4 * 4) * pixel)


def test_the_volume_is_area_times_the_distance_of_the_contours_own_planes() -> None:
    """A cylinder drawn on every second slice, beyond the images too: 2,880-gon, radius 4 mm."""
    angle = np.linspace(0, 2 * np.pi, 2880, endpoint=False)
    round_mm = np.column_stack([4 * np.cos(angle), 4 * np.sin(angle), np.zeros(2880)])
    contours = [Contour(ContourKind.CLOSED, round_mm + np.array([0, 30, 400 + 5.0 * number])) for number in range(12)]

    assert volume_ml(contours, GEOMETRY) == pytest.approx(np.pi * 16 * 60 / 1000, rel=1e-5)
    assert volume_ml(contours[:1], GEOMETRY) == pytest.approx(np.pi * 16 * 2.5 / 1000, rel=1e-5)
    assert volume_ml([Contour(ContourKind.POINT, round_mm[:1])], GEOMETRY) is None


def test_open_contours_and_points_enclose_nothing() -> None:
    outlines = {2: (on_slice(GEOMETRY, 2, square(2, 9), ContourKind.OPEN),)}

    assert filled(outlines, GEOMETRY).voxel_count == 0


def test_off_the_image_is_cut_and_nonsense_is_left_out() -> None:
    outside = on_slice(GEOMETRY, 1, np.array([(-5.0, -5.0), (4.5, -5.0), (4.5, 3.5), (-5.0, 3.5)]))
    far = on_slice(GEOMETRY, 2, square(-1e9, 1e9))
    mask = filled({1: (outside,), 2: (far,)}, GEOMETRY).to_array()

    assert mask[1].sum() == 5 * 4 and mask[1, :4, :5].all()
    assert not mask[2].any()


def test_on_a_stack_shown_with_fewer_slices_a_slice_has_the_nearest_ones_contours() -> None:
    outlines = {k: (on_slice(GEOMETRY, k, square(2, 9)),) for k in range(20)}
    affine = GEOMETRY.affine.copy()
    affine[:3, 3] += affine[:3, 2] * 0.5
    affine[:3, 2] *= 2
    fewer = Geometry(affine, (10, 30, 40))

    assert on_slices_of(outlines, GEOMETRY, GEOMETRY) is outlines
    assert sorted(on_slices_of(outlines, GEOMETRY, fewer)) == list(range(10))

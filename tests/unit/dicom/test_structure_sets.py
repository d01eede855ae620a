"""RT structure sets and key object selections as read: contours, names, colours, what is on which slice."""

import io

import numpy as np
import pytest

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.objects.key_objects import key_images, read_key_objects
from medscan_desktop.dicom.objects.matching import match
from medscan_desktop.dicom.objects.structures import place_region, read_structures
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.workers.workers import InlineWorkers
from tests.support import made_overlays
from tests.support.dicom_files import file_bytes, header_of, headers_of
from tests.support.made_objects import source_ct
from tests.support.real_data import data_folder


def test_a_structure_sets_regions_lie_where_they_were_drawn_and_are_as_large_as_the_formula_says() -> None:
    sources = source_ct()
    made = made_overlays.structures(sources)
    found = read_structures(InlineWorkers(), io.BytesIO(file_bytes(made)), header_of(made))
    (plan,) = group(headers_of(sources)).stacks
    circle, mark = (place_region(region, plan) for region in found.regions)
    area = 18 * made_overlays.CIRCLE_MM**2 * np.sin(np.radians(10))

    assert [(one.name, one.colour, one.detail) for one in found.regions] == [
        ("circle", (255, 0, 0), "organ · manual"),
        ("mark", (0, 255, 0), "marker · manual"),
    ]
    assert sorted(circle.outlines) == list(range(10)) and circle.strays == 0
    assert circle.volume_ml == pytest.approx(area * 2 * 10 / 1000, rel=1e-4)
    inside = circle.mask.to_array()
    centre = plan.geometry.to_index((-6, -16, 30))[:2]
    _, j, i = np.indices(inside.shape)
    away = np.hypot(i - centre[0], j - centre[1]) * 0.5
    assert inside[away < made_overlays.CIRCLE_MM * 0.98].all()
    assert not inside[away > made_overlays.CIRCLE_MM].any()
    assert mark.volume_ml is None and mark.mask.voxel_count == 0 and list(mark.outlines) == [5]
    matched = match(found.target, [plan])
    assert matched is not None and matched.note == ""


def test_the_real_structure_sets_volumes_are_those_of_plain_sums() -> None:
    """Shoelace in x and y times the step between planes; the left lung alone has holes, which a plain sum adds."""
    folder = data_folder() / "objects"
    with (folder / "rtss.dcm").open("rb") as file:
        found = read_structures(InlineWorkers(), file, scan(file, "rtss.dcm"))
    with (folder / "ct.0.dcm").open("rb") as file:
        (plan,) = group([scan(file, "ct.0.dcm")]).stacks
    for region in found.regions:
        if not region.contours or region.name == "Lt Lung":
            continue
        total, planes = 0.0, set()
        for contour in region.contours:
            x, y, z = contour.points.T
            total += abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
            planes.add(round(float(z[0]), 2))
        expected = total * float(np.median(np.diff(sorted(planes)))) / 1000
        assert place_region(region, plan).volume_ml == pytest.approx(expected, rel=1e-3)


def test_a_key_object_selection_points_out_its_images_with_title_and_description() -> None:
    sources = source_ct()
    made = made_overlays.key_objects(sources)
    body = read_key_objects(InlineWorkers(), io.BytesIO(file_bytes(made)), header_of(made))
    (plan,) = group(headers_of(sources)).stacks
    keys, missing = key_images(body, made.SOPInstanceUID, [plan])

    assert (keys.title, keys.description, missing) == ("Of Interest", "two images to look at", 0)
    assert keys.slices == {plan.id: frozenset(made_overlays.KEY_SLICES)}
    (shorter,) = group(headers_of(sources[:4])).stacks
    assert key_images(body, made.SOPInstanceUID, [shorter])[1] == 1


def test_a_parametric_maps_values_are_in_the_unit_of_its_mapping() -> None:
    made = made_overlays.parametric_map(source_ct())
    mapping = made.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0]
    mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept = 2.0, 1.0
    (plan,) = group([header_of(made)]).stacks

    assert plan.is_volume and plan.unit == "mm2/s"
    loading = start_load(plan, lambda _: io.BytesIO(file_bytes(made)), InlineWorkers())
    loading.wait()
    stored = np.stack([np.frombuffer(one.PixelData, np.int16).reshape(16, 16) for one in source_ct()])
    assert loading.volume.loaded.all() and loading.volume.unit == "mm2/s"
    np.testing.assert_allclose(loading.volume.values, stored * made_overlays.MAP_SLOPE * 2 + 1, rtol=1e-6)

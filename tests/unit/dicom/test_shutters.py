"""The shutter of an image's own header (PS3.3 C.7.6.11): counted from 1, rows first; its P-value as 8 bits."""

from typing import Any

import pytest

from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.workstation.stacks import stack_of
from tests.support.dicom_files import ct_slice, headers_of

EDGES = {
    "ShutterLeftVerticalEdge": 11,
    "ShutterRightVerticalEdge": 91,
    "ShutterUpperHorizontalEdge": 21,
    "ShutterLowerHorizontalEdge": 61,
}


def shutter_with(**attributes: Any):
    (plan,) = group(headers_of([ct_slice(Modality="DX", **attributes)])).stacks
    return next(iter(stack_of(plan).shutters), None)


def test_a_rectangle_is_left_top_right_bottom_from_0() -> None:
    found = shutter_with(ShutterShape="RECTANGULAR", ShutterPresentationValue=0x8000, **EDGES)

    assert (found.rectangle, found.circle, found.polygon) == ((10, 20, 90, 60), None, None)
    assert found.grey == 128


def test_a_circle_is_column_row_radius() -> None:
    found = shutter_with(ShutterShape="CIRCULAR", CenterOfCircularShutter=[31, 51], RadiusOfCircularShutter=20)

    assert found.circle == (50, 30, 20)
    assert found.grey == 0


def test_a_polygon_is_columns_and_rows() -> None:
    found = shutter_with(ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=[1, 2, 1, 50, 40, 50])

    assert found.polygon.tolist() == [[1, 0], [49, 0], [49, 39]]


def test_several_shapes_hold_together() -> None:
    circle = {"CenterOfCircularShutter": [31, 51], "RadiusOfCircularShutter": 20}
    found = shutter_with(ShutterShape=["RECTANGULAR", "CIRCULAR"], **circle, **EDGES)

    assert found.rectangle is not None
    assert found.circle is not None


@pytest.mark.parametrize("attributes", [{}, {"ShutterShape": "CIRCULAR"}, {"ShutterShape": "BITMAP"}])
def test_what_is_not_whole_is_no_shutter(attributes: dict[str, Any]) -> None:
    assert shutter_with(**attributes) is None

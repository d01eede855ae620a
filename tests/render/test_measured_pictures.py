"""What is measured is what is seen: two spots found in the finished picture, measured there with the tool.

The pointer goes where the picture's own pixels say that the spots are, so an error in how the picture is drawn and one
in how it is measured cannot hide each other. clinical-conventions, Distances: anisotropy, 0.05 mm.
"""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.imaging.voi import Window
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.tools import tool_named
from tests.support.phantoms import geometry_of, painted, rotation, signed_permutations
from tests.support.pictures import pixels_of
from tests.support.scenes import drag, hung, view_of

SIZE = (640, 560)
SPOT_MM, CLOSE_MM = 2.6, 0.05
GEOMETRIES = [*list(map(geometry_of, signed_permutations()))[::5], geometry_of(rotation((13, -27, 41)))]
CAMERAS = [
    {"zoom": 1.0},
    {"zoom": 1.7, "rotation": 33.0, "flip_horizontal": True},
    {"zoom": 1.3, "rotation": 270.0, "flip_vertical": True, "centre": (1.0, -2.0)},
]


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("kind", [ViewKind.ACQUIRED, ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL])
@pytest.mark.parametrize("number", range(len(GEOMETRIES)))
def test_two_spots_of_the_picture_are_as_far_apart_as_in_the_patient(
    number: int, kind: ViewKind, camera: dict[str, object]
) -> None:
    geometry = GEOMETRIES[number]
    empty = hung(painted(geometry, lambda at: at[..., 0]))
    view = view_of(empty, kind)
    view = replace(view, camera=replace(view.camera, **camera), voi=Window(500, 1001))  # type: ignore[arg-type]
    pane = pane_of(empty.with_view(view), view, SIZE)
    assert pane is not None
    ends = _two_places(geometry.size_ijk, pane.axes.through, pane.slice_index)
    apart = float(np.linalg.norm((ends[1] - ends[0]) * np.asarray(geometry.spacing)))  # the axes are perpendicular
    places = geometry.to_patient(ends)

    found = []
    for place in places:
        spot = painted(geometry, lambda at, middle=place: _spot(at, middle), dtype=np.float32)  # type: ignore[misc]
        workspace = hung(spot).with_view(view)
        found.append(_centroid(workspace, view))
    step = drag(tool_named("length"), workspace, view.id, *found, pane=SIZE)

    assert step.save is not None and step.save.length is not None
    assert step.save.length == pytest.approx(apart, abs=CLOSE_MM)


def _two_places(size: tuple[int, int, int], through: int, index: int) -> np.ndarray:
    """Two voxels of one slice, a good way apart and away from the edges."""
    shares = np.array([[0.4, 0.45, 0.4], [0.62, 0.6, 0.65]])
    places = np.round((np.asarray(size) - 1) * shares)
    places[:, through] = index
    return np.asarray(places)


def _spot(at: np.ndarray, middle: np.ndarray) -> np.ndarray:
    return np.asarray(1000 * np.exp(-((at - middle) ** 2).sum(axis=-1) / (2 * SPOT_MM**2)))


def _centroid(workspace: object, view: View) -> tuple[float, float]:
    """The middle of what is bright, in pane pixels: a pixel's centre is at .5."""
    picture = PaneRenderer().picture(workspace, view, SIZE, texts=False)  # type: ignore[arg-type]
    grey = pixels_of(picture)[..., 0].astype(float)
    grey[grey < 40] = 0
    rows, columns = np.mgrid[: grey.shape[0], : grey.shape[1]] + 0.5
    return float((columns * grey).sum() / grey.sum()), float((rows * grey).sum() / grey.sum())

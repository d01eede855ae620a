"""Measurements drawn with the tools, by pointer events in a pane, against what was drawn: 0.05 mm, 0.05°, areas.

clinical-conventions, Distances: anisotropy is honoured; exact in true 3D on any plane. Every signed order of the axes,
oblique and tilted stacks, every plane, and panes of any size that are zoomed, turned, flipped and moved. What is drawn
is chosen in mm within the plane; the pointer goes where the pane says that it lies, and the numbers must come back.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

import numpy as np
import pytest

from medscan_desktop.domain.measurement import OUTLINES, Measurement, MeasurementKind
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.drawing import finished, written
from medscan_desktop.scene.gesture import Phase, Pointer
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.oblique import STRAIGHT
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import tool_named
from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry, signed_permutations
from tests.support.scenes import hung, view_of

CLOSE_MM, CLOSE_DEGREES, CLOSE_SHARE = 0.05, 0.05, 1e-6
Kind = MeasurementKind
Table = dict[str, dict[str, float]]
VIEWS = (ViewKind.ACQUIRED, ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)
OBLIQUES = [(20, 0, 0), (0, 35, 0), (0, 0, -25), (13, -27, 41), (-50, 70, 110), (88, 2, -3)]
GEOMETRIES: dict[str, Geometry] = {
    **{f"signed axis order {n + 1} of 48": geometry_of(turn) for n, turn in enumerate(signed_permutations())},
    **{f"oblique {angles}": geometry_of(rotation(angles)) for angles in OBLIQUES},
    **{f"tilt {degrees:+}°": sheared_geometry(degrees) for degrees in (20.0, -18.0, 3.0)},
    "pixels 0.3 × 1.9 mm": geometry_of(rotation((13, -27, 41)), spacing=(0.3, 1.9, 4.0)),
    "a radiograph, 0.14 × 0.2 mm": geometry_of(np.eye(3), spacing=(0.14, 0.2, 1.0), shape=(1, 300, 200), spatial=False),
}
PANES = ((400, 300), (173, 911), (1024, 1024), (65, 64))
CAMERAS = [
    {"zoom": zoom, "rotation": turn, "flip_horizontal": flip, "flip_vertical": upside_down, "centre": centre}
    for zoom, turn, (flip, upside_down), centre in product(
        (0.3, 1.0, 7.7),
        (0.0, 35.5, 90.0, 251.0),
        ((False, False), (True, False), (False, True)),
        ((0.0, 0.0), (3.1, -2.3)),
    )
]


@dataclass(frozen=True)
class Drawn:
    """What one drawing must give. `places` are mm in the plane from its middle, dragged in pairs or clicked."""

    name: str
    kind: MeasurementKind
    places: tuple[tuple[float, float], ...]
    is_dragged: bool = True
    length: float | None = None
    width: float | None = None
    angle: float | None = None
    area: float | None = None
    volume: float | None = None


def _polar(radius: float, degrees: float) -> tuple[float, float]:
    return radius * float(np.cos(np.radians(degrees))), radius * float(np.sin(np.radians(degrees)))


_ROUND = tuple(_polar(4.0, degrees) for degrees in np.linspace(0, 360, 48, endpoint=False))
DRAWINGS = (
    Drawn("length, dragged", Kind.LENGTH, ((-1.5, -2.0), (1.5, 2.0)), length=5.0),
    Drawn("length, clicked", Kind.LENGTH, ((-4.0, 0.5), (1.0, -11.5)), is_dragged=False, length=13.0),
    Drawn("angle, clicked", Kind.ANGLE, (_polar(6, 10), (0.0, 0.0), _polar(4, 47.3)), is_dragged=False, angle=37.3),
    Drawn("angle, dragged", Kind.ANGLE, (_polar(3, -20), (0.0, 0.0), _polar(5, 141.7)), angle=161.7),
    Drawn("right angle", Kind.ANGLE, ((5.0, 0.0), (0.0, 0.0), (0.0, 5.0)), is_dragged=False, angle=90.0),
    Drawn("Cobb, dragged", Kind.COBB, ((-4, 3), (4, 4), (-4, -3), (4, -4)), angle=2 * np.degrees(np.arctan2(1, 8))),
    Drawn(
        "Cobb, clicked the other way round",
        Kind.COBB,
        ((4, 4), (-4, 3), (-4, -3), (4, -4)),
        is_dragged=False,
        angle=2 * np.degrees(np.arctan2(1, 8)),
    ),
    Drawn(
        "Cobb, beyond 90°",
        Kind.COBB,
        ((4, 0.2), (0, 5.2), (4, -0.2), (0, -5.2)),
        angle=2 * np.degrees(np.arctan2(5, 4)),
    ),
    Drawn("bidirectional", Kind.BIDIRECTIONAL, ((-3.0, -4.0), (3.0, 4.0)), length=10.0, width=5.0),
    Drawn("polyline", Kind.POLYLINE, ((0, 0), (3, 4), (3, -4), (-9, 1)), is_dragged=False, length=5.0 + 8.0 + 13.0),
    Drawn("ellipse", Kind.ELLIPSE, ((-3.0, -2.0), (3.0, 2.0)), area=np.pi * 3 * 2),
    Drawn("ellipse, clicked", Kind.ELLIPSE, ((-1.0, -5.0), (6.0, 1.0)), is_dragged=False, area=np.pi * 3.5 * 3),
    Drawn("rectangle", Kind.RECTANGLE, ((-3.0, 2.5), (4.0, -2.5)), area=35.0),
    Drawn("freehand", Kind.FREEHAND, _ROUND, area=48 / 2 * 16 * np.sin(2 * np.pi / 48)),
    Drawn("sphere", Kind.SPHERE, ((0.0, 0.0), (2.4, -3.2)), length=8.0, volume=4 / 3 * np.pi * 64),
    Drawn("arrow", Kind.ARROW, ((1.0, 2.0), (-3.0, 0.0))),
    Drawn("text", Kind.TEXT, ((1.0, -2.0),), is_dragged=False),
    Drawn("probe", Kind.PROBE, ((0.0, 0.0),), is_dragged=False),
)


def _scenes(geometry: Geometry) -> Iterator[tuple[Workspace, View]]:
    """The phantom in every plane that it has; its voxels hold the first patient coordinate, times ten."""
    volume = painted(geometry, lambda at: at[..., 0] * 10, dtype=np.float32, unit="HU", calibration=_trust(geometry))
    for kind in VIEWS if geometry.spatial else VIEWS[:1]:
        workspace = hung(volume, is_volume=geometry.spatial)
        view = view_of(workspace, kind)
        yield workspace.with_view(view), view


def _trust(geometry: Geometry) -> str:
    return "" if geometry.spatial else "at detector"


def _plane_axes(geometry: Geometry, pane: PaneMap) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The middle of the slice shown and two perpendicular unit vectors in it, from the phantom's own numbers."""
    if pane.is_oblique:
        least = np.eye(3)[int(np.abs(pane.normal).argmin())]
        one = np.cross(pane.normal, least) / np.linalg.norm(np.cross(pane.normal, least))
        foot = geometry.centre - pane.normal * ((geometry.centre - pane.origin) @ pane.normal)
        return foot, one, np.cross(pane.normal, one)
    across = [axis for axis in range(3) if axis != pane.axes.through]
    index = (np.asarray(geometry.shape[::-1], float) - 1) / 2
    index[pane.axes.through] = pane.slice_index
    middle = geometry.affine[:3, :3] @ index + geometry.affine[:3, 3]
    one = geometry.affine[:3, across[0]] / np.linalg.norm(geometry.affine[:3, across[0]])
    other = geometry.affine[:3, across[1]] - one * (one @ geometry.affine[:3, across[1]])
    return middle, one, other / np.linalg.norm(other)


def _draw(
    workspace: Workspace, view: View, drawn: Drawn, camera: dict[str, object], size: tuple[int, int]
) -> Measurement:
    """By press, move and release, in the pane's pixels, as the window sends them; what would be saved."""
    view = replace(view, camera=replace(view.camera, **camera))  # type: ignore[arg-type]
    workspace = workspace.with_view(view)
    pane = pane_of(workspace, view, size)
    assert pane is not None
    geometry = workspace.stacks[0].volume.geometry  # type: ignore[union-attr]
    middle, one, other = _plane_axes(geometry, pane)
    if drawn.kind in (Kind.ELLIPSE, Kind.RECTANGLE):  # these stand upright on screen, whatever it shows
        one, other = pane.right / np.linalg.norm(pane.right), pane.down / np.linalg.norm(pane.down)
    positions = [tuple(map(float, pane.to_pane(middle + x * one + y * other))) for x, y in drawn.places]
    hand = _Hand(workspace, view, drawn.kind.value, size)
    if drawn.kind is Kind.FREEHAND:
        hand.drag(*positions)
    else:
        while positions:
            count = 2 if drawn.is_dragged and len(positions) > 1 else 1
            hand.drag(*positions[:count])
            positions = positions[count:]
    if drawn.kind is Kind.POLYLINE:
        hand.step(finished(hand.workspace))
    if drawn.kind in (Kind.ARROW, Kind.TEXT):
        hand.step(written(hand.workspace, hand.workspace.drafts[0].key, "here"))
    assert hand.saved is not None, drawn.name
    return hand.saved


class _Hand:
    def __init__(self, workspace: Workspace, view: View, tool: str, size: tuple[int, int]) -> None:
        self.workspace, self._view, self._tool, self._size = workspace, view, tool_named(tool), size
        self.saved: Measurement | None = None

    def drag(self, *positions: tuple[float, float]) -> None:
        start = previous = positions[0]
        events = [(Phase.HOVER, start), (Phase.PRESS, start)]
        events += [(Phase.MOVE, at) for at in positions[1:]] + [(Phase.RELEASE, positions[-1])]
        for phase, at in events:
            pointer = Pointer(phase, at, self._size, start, previous)
            self.step(self._tool.step(self.workspace, self._view, pointer))
            previous = at

    def step(self, step: object) -> None:
        self.workspace = step.workspace  # type: ignore[attr-defined]
        if step.save is not None:  # type: ignore[attr-defined]
            assert self.saved is None, "saved twice"
            self.saved = step.save  # type: ignore[attr-defined]


def _errors(drawn: Drawn, found: Measurement, geometry: Geometry) -> dict[str, float]:
    """How far each number is off: mm, degrees, and areas and volumes as a share."""
    errors = {}
    for name in ("length", "width"):
        expected, value = getattr(drawn, name), getattr(found, name)
        assert (expected is None) == (value is None), f"{drawn.name}: {name} {value}"
        if expected is not None:
            errors["mm"] = max(errors.get("mm", 0.0), abs(value - expected))
    assert (drawn.angle is None) == (found.angle is None)
    if drawn.angle is not None and found.angle is not None:
        errors["°"] = abs(found.angle - drawn.angle)
    statistics = found.statistics
    if drawn.area is not None:
        assert statistics is not None and statistics.area_mm2 is not None
        errors["share"] = abs(statistics.area_mm2 / drawn.area - 1)
    if drawn.volume is not None and statistics is not None:
        assert statistics.volume_mm3 is not None
        errors["share"] = abs(statistics.volume_mm3 / drawn.volume - 1)
    if drawn.kind is Kind.PROBE:
        nearest = np.round(geometry.to_index(found.points[0]))
        expected = float((geometry.affine[:3, :3] @ nearest + geometry.affine[:3, 3])[0] * 10)
        assert statistics is not None and statistics.mean == pytest.approx(expected, rel=1e-5, abs=1e-3)
    return errors


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    """The largest errors of each kind; printed at the end (`pytest -s`)."""
    found: Table = defaultdict(lambda: defaultdict(float))
    yield found
    print(f"\n{'drawn':36} {'times':>6} {'mm':>10} {'degrees':>10} {'area, volume':>13}")
    for name, row in found.items():
        cells = "".join(f"{row[key]:{width}.2e}" if key in row else " " * width for key, width in _COLUMNS)
        print(f"{name:36} {row['times']:6.0f} {cells}")


_COLUMNS = (("mm", 10), ("°", 11), ("share", 14))


@pytest.mark.parametrize("name", GEOMETRIES)
def test_what_is_drawn_is_what_is_measured(name: str, table: Table) -> None:
    geometry = GEOMETRIES[name]
    for number, (workspace, view) in enumerate(_scenes(geometry)):
        _check_all(geometry, workspace, view, table, seed=len(name) * 10 + number + sum(map(ord, name)))


@pytest.mark.parametrize("name", [name for name, geometry in GEOMETRIES.items() if geometry.spatial][::9])
@pytest.mark.parametrize("slab", [None, Slab(SlabMode.MIP, 6.0)])
def test_what_is_drawn_on_a_turned_plane_is_what_is_measured(name: str, slab: Slab | None, table: Table) -> None:
    """Oblique planes of an MPR run along no axis of the stack; through a slab it is measured in its middle plane."""
    geometry = GEOMETRIES[name]
    for number, (workspace, view) in enumerate(_scenes(geometry)):
        if view.kind is ViewKind.ACQUIRED:
            continue
        turn = STRAIGHT.then((1, 2, 3), 33.0).then((0, 1, 0), -14.0)
        through = replace(view, slab=slab)
        turned = replace(workspace.with_view(through), turns=MappingProxyType({workspace.stacks[0].id: turn}))
        pane = pane_of(turned, through, PANES[0])
        assert pane is not None and pane.is_oblique
        _check_all(geometry, turned, through, table, seed=number, note="turned")


def _check_all(
    geometry: Geometry,
    workspace: Workspace,
    view: View,
    table: Table,
    *,
    seed: int,
    note: str = "",
) -> None:
    """Every drawing in one view, each under a camera and in a pane chosen by chance."""
    choice = np.random.default_rng(seed)
    for drawn in DRAWINGS:
        if drawn.kind is Kind.SPHERE and not geometry.spatial:
            continue  # refused: there is no volume
        camera = CAMERAS[int(choice.integers(len(CAMERAS)))]
        size = PANES[int(choice.integers(len(PANES)))]
        if _is_tiny(drawn, geometry, camera, size):
            size, camera = PANES[2], {**camera, "zoom": 1.0}
        found = _draw(workspace, view, drawn, camera, size)
        row = table[f"{drawn.name}{', ' * bool(note)}{note}"]
        row["times"] += 1
        for unit, error in _errors(drawn, found, geometry).items():
            row[unit] = max(row[unit], error)
            limit = {"mm": CLOSE_MM, "°": CLOSE_DEGREES, "share": CLOSE_SHARE}[unit]
            assert error < limit, f"{drawn.name} on {view.kind} with {camera} in {size}: {error} {unit}"
        assert found.unit == "mm" and found.calibration == _trust(geometry)
        if note and found.statistics is not None and drawn.kind in OUTLINES:
            assert found.method.startswith("sampled every") and found.sop_instance_uid is None
            assert ("slab" in found.method) == (view.slab is not None)


def _is_tiny(drawn: Drawn, geometry: Geometry, camera: dict[str, object], size: tuple[int, int]) -> bool:
    """Whether a drag of it would be so few pixels that it is a click: nobody draws so."""
    reach = max(geometry.shape) * max(geometry.spacing)
    pixels_a_mm = min(size) / reach * float(camera["zoom"])  # type: ignore[arg-type]
    return pixels_a_mm * 3 < 8 or (drawn.kind is Kind.FREEHAND and pixels_a_mm * 0.5 < 3)


def test_every_kind_is_drawn_here() -> None:
    assert {drawn.kind for drawn in DRAWINGS} == set(Kind)

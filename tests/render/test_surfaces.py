"""Surfaces of masks: of the mask's volume, closed, where it is in the patient, and read by VTK from every file."""

from pathlib import Path

import numpy as np
import pytest
from vtkmodules.vtkFiltersCore import vtkMassProperties
from vtkmodules.vtkIOGeometry import vtkOBJReader, vtkSTLReader
from vtkmodules.vtkIOPLY import vtkPLYReader

from medscan_desktop.exporters.obj import obj_bytes
from medscan_desktop.exporters.ply import ply_bytes
from medscan_desktop.exporters.stl import stl_bytes
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.surface import Surface
from medscan_desktop.render.surfaces import triangles_of
from tests.support.phantoms import geometry_of, rotation, sheared_geometry

FORMS = {
    "stl": (stl_bytes, vtkSTLReader),
    "obj": (obj_bytes, vtkOBJReader),
    "ply": (ply_bytes, vtkPLYReader),
}
STACKS = {
    "cubic": geometry_of(np.eye(3), spacing=(1, 1, 1), shape=(50, 50, 50)),
    "mirrored": geometry_of(np.diag([1.0, -1.0, 1.0]), spacing=(0.7, 0.8, 2.0), shape=(30, 66, 70)),
    "oblique": geometry_of(rotation((20, -35, 50)), spacing=(0.9, 0.9, 1.3), shape=(40, 52, 52)),
    "tilted gantry": sheared_geometry(20, (30, 60, 90)),
}


def ball(geometry: Geometry, radius: float) -> Mask:
    k, j, i = np.meshgrid(*(np.arange(size) for size in geometry.shape), indexing="ij")
    points = geometry.to_patient(np.stack([i, j, k], axis=-1))
    return Mask.from_array(np.linalg.norm(points - geometry.centre, axis=-1) <= radius)


@pytest.mark.parametrize("name", STACKS)
def test_a_balls_surface_is_closed_and_of_its_size_in_true_patient_mm(name: str) -> None:
    geometry, radius = STACKS[name], 18.0
    mask = ball(geometry, radius)
    surface = triangles_of("Ball", mask, geometry)
    away = np.linalg.norm(surface.points - geometry.centre, axis=1)

    assert surface.is_watertight
    assert surface.volume_mm3 == pytest.approx(mask.voxel_count * geometry.voxel_mm3, rel=0.005)
    assert surface.volume_mm3 == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.02)
    assert surface.area_mm2 == pytest.approx(4 * np.pi * radius**2, rel=0.05)
    assert away.mean() == pytest.approx(radius, abs=0.3)
    assert np.abs(away - radius).max() < max(geometry.spacing) * 0.6
    assert (
        (surface.normals * (surface.points[surface.triangles].mean(axis=1) - geometry.centre)).sum(axis=1) > 0
    ).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_written_surface_is_read_by_vtk_with_the_same_bounds_and_volume(form: str, tmp_path: Path) -> None:
    geometry = STACKS["oblique"]
    surface = triangles_of("Ball of 18 mm", ball(geometry, 18.0), geometry)
    write, reader = FORMS[form][0], FORMS[form][1]()
    (tmp_path / f"f.{form}").write_bytes(write([surface]))
    reader.SetFileName(str(tmp_path / f"f.{form}"))
    reader.Update()
    found = reader.GetOutput()
    bounds = np.asarray(found.GetBounds()).reshape(3, 2)
    mass = vtkMassProperties()
    mass.SetInputData(found)

    assert found.GetNumberOfCells() == len(surface.triangles)
    assert bounds[:, 0] == pytest.approx(surface.points.min(axis=0), abs=1e-3)
    assert bounds[:, 1] == pytest.approx(surface.points.max(axis=0), abs=1e-3)
    assert mass.GetVolume() == pytest.approx(surface.volume_mm3, rel=1e-3)
    assert mass.GetSurfaceArea() == pytest.approx(surface.area_mm2, rel=1e-3)


@pytest.mark.parametrize("form", FORMS)
def test_several_surfaces_are_one_file_and_the_file_names_its_coordinates(form: str, tmp_path: Path) -> None:
    geometry = STACKS["cubic"]
    one = triangles_of("Left\nlobe", ball(geometry, 9.0), geometry)
    other = Surface("Leber ä", one.points + np.array([40, 0, 0]), one.triangles)
    write, reader = FORMS[form][0], FORMS[form][1]()
    content = write([one, other])
    (tmp_path / f"f.{form}").write_bytes(content)
    reader.SetFileName(str(tmp_path / f"f.{form}"))
    reader.Update()
    bounds = np.asarray(reader.GetOutput().GetBounds()).reshape(3, 2)

    assert b"SPACE=LPS" in content
    assert not content.startswith(b"solid")  # STL that begins so is taken for text
    assert reader.GetOutput().GetNumberOfCells() == 2 * len(one.triangles)
    assert bounds[0, 1] - bounds[0, 0] == pytest.approx(40 + np.ptp(one.points[:, 0]), abs=1e-2)


def test_an_open_surface_is_not_called_watertight() -> None:
    geometry = STACKS["cubic"]
    whole = triangles_of("Ball", ball(geometry, 9.0), geometry)

    assert not Surface("Open", whole.points, whole.triangles[1:]).is_watertight
    assert not Surface(
        "Turned", whole.points, np.vstack([whole.triangles[:1, ::-1], whole.triangles[1:]])
    ).is_watertight
    assert len(triangles_of("None", Mask.from_array(np.zeros(geometry.shape, bool)), geometry).triangles) == 0

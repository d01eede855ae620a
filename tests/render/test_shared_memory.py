"""One volume, one buffer: VTK draws from the very memory that the panes read, whatever its type."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.imaging.need import MOVING_VOXELS
from medscan_desktop.render.presets_3d import presets_for
from medscan_desktop.render.space_scene import SpaceScene
from medscan_desktop.render.vtk_arrays import array_of_flat, image_of
from medscan_desktop.scene.orbit import orbit
from medscan_desktop.scene.view import Camera3D
from tests.support.phantoms import geometry_of, painted

SIZE = (80, 60)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.float32, np.uint8])
def test_a_vtk_image_is_the_array_itself(dtype: type) -> None:
    values = np.zeros((4, 5, 6), dtype)
    image = image_of(values)
    seen = array_of_flat(image.GetPointData().GetScalars())

    assert seen.dtype == dtype
    assert np.shares_memory(seen, values)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16])
def test_3d_at_full_resolution_draws_from_the_volumes_own_memory(dtype: type) -> None:
    volume = painted(
        geometry_of(np.eye(3), shape=(30, 40, 50)), lambda points: points[..., 0] * 10 + 500, dtype=dtype, unit="HU"
    )
    scene = SpaceScene()
    try:
        preset = presets_for(volume, "CT")[0]
        view = orbit(volume.geometry, Camera3D(), SIZE)
        for coarse in (True, False):
            scene.draw(volume, preset, (), view, SIZE, coarse=coarse)
        scalars = [level.mapper.GetInput().GetPointData().GetScalars() for level in scene.levels]
        assert len(scalars) == 2
        assert all(np.shares_memory(array_of_flat(one), volume.values) for one in scalars)
        assert scene.rest_note(volume) == ""
    finally:
        scene.close()


def test_3d_that_is_reduced_says_so_and_why() -> None:
    large = painted(geometry_of(np.eye(3), shape=(160, 160, 160)), lambda points: points[..., 0], unit="HU")
    assert large.values.size > MOVING_VOXELS
    scene = SpaceScene()
    try:
        assert scene.rest_note(large) == ""
        assert scene.rest_note(replace(large, room=1_000_000)) == "3D at half resolution (memory budget)"
        huge = np.broadcast_to(np.int16(0), (600, 512, 512))  # takes no memory: only its shape is asked
        grid = geometry_of(np.eye(3), shape=huge.shape)
        told = scene.rest_note(replace(large, values=huge, geometry=grid))
        assert told == "3D at half resolution (for speed, without a graphics card)"
    finally:
        scene.close()

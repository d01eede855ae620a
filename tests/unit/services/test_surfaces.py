"""Surfaces by command: what was accepted leaves, whole or not at all, in the patient's millimetres."""

import uuid
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.stack import StackId
from medscan_desktop.services.surfaces import export_shown_surface, export_surface
from tests.support.desks import Sitting
from tests.support.phantoms import sheared_geometry

GEOMETRY = sheared_geometry(15, (20, 40, 50))


def layer(source: str = "1.2.3") -> MaskLayer:
    inside = np.zeros(GEOMETRY.shape, bool)
    inside[5:15, 10:30, 10:40] = True
    mask = Mask.from_array(inside)
    return MaskLayer(InstanceUid(source), 1, StackId("s"), "Block", mask, (255, 0, 0), "", is_ai=False)


@pytest.mark.parametrize("form", ["stl", "obj", "ply"])
def test_a_shown_object_leaves_with_the_volume_of_its_voxels(at: Sitting, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"block.{form}"
    (surface,) = at.ask(export_shown_surface, layers=(layer(),), geometry=GEOMETRY, out=out, form=form)

    assert surface.volume_mm3 == pytest.approx(layer().mask.voxel_count * GEOMETRY.voxel_mm3, rel=0.01)
    assert b"SPACE=LPS" in out.read_bytes()
    assert [event.action for event in at.events("export.shown_surface")] == ["export.shown_surface"]


def test_an_empty_mask_an_unknown_format_and_nothing_shown_are_refused_without_a_file(
    at: Sitting, tmp_path: Path
) -> None:
    empty = replace(layer(), mask=Mask.from_array(np.zeros(GEOMETRY.shape, bool)))
    for layers, form in (((empty,), "stl"), ((layer(),), "gif"), ((), "stl")):
        with pytest.raises(MedScanError):
            at.ask(export_shown_surface, layers=layers, geometry=GEOMETRY, out=tmp_path / "no", form=form)
    assert not (tmp_path / "no").exists()


def test_an_unknown_finding_has_no_surface(at: Sitting, tmp_path: Path) -> None:
    with pytest.raises(MedScanError):
        at.ask(export_surface, finding_id=FindingId(str(uuid.uuid4())), out=tmp_path / "no.stl")
    assert not (tmp_path / "no.stl").exists()

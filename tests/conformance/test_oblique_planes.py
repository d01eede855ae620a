"""Turned planes of real CT, MR and PET: within one grey level of SimpleITK's Resample on the same grid."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Window, apply_window, auto_window
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.oblique import turn_of
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.view import View, ViewKind
from tests.support.itk_planes import itk_image, itk_plane
from tests.support.phantoms import rotation
from tests.support.pictures import pixels_of
from tests.support.pool import process_workers
from tests.support.real_data import series_folder
from tests.support.scenes import STACK, hung, view_of

SERIES = ("ct_chest_dicom", "ct_abdomen_j2k", "ct_head_dicom", "mr_head_t1_dicom", "pet_dicom")
SIZE = (420, 380)
SEED = 20


def volume_of(name: str) -> Volume:
    paths = [path for path in sorted(series_folder(name).rglob("*")) if path.is_file()]
    headers = {}
    for path in paths:
        with path.open("rb") as stream:
            header = scan(stream, path.name)
        headers[header.sop_instance_uid] = (header, path)
    plan = max(group([header for header, _ in headers.values()]).stacks, key=lambda one: len(one.frames))
    loading = start_load(plan, lambda uid: headers[InstanceUid(uid)][1].open("rb"), process_workers(), threads=2)
    loading.wait()
    assert not loading.failures
    return loading.volume


@pytest.mark.parametrize("name", SERIES)
def test_a_turned_plane_of_a_real_series_is_within_one_grey_level_of_simpleitk(name: str) -> None:
    volume = volume_of(name)
    image, window = itk_image(volume), auto_window(volume.values, volume.padding)
    narrow = Window(window.centre, max(window.width / 4, 1))
    random = np.random.default_rng(SEED)
    compared = 0
    for kind in (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL):
        turn = turn_of(rotation(tuple(random.uniform(-60, 60, 3))))
        workspace = hung(volume).with_turn(STACK, turn)
        for voi in (window, narrow):
            view = replace(view_of(workspace, kind), voi=voi, camera=replace(View(0, kind).camera, zoom=1.4))
            pane = pane_of(workspace, view, SIZE)
            assert pane is not None and pane.is_oblique
            y, x = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
            points = pane.to_patient(np.stack([x, y], axis=-1))
            wanted = apply_window(itk_plane(image, points), voi, inverted=volume.inverted)
            found = pixels_of(PaneRenderer().picture(workspace, view, SIZE, texts=False))[..., 0]
            index = volume.geometry.to_index(points)
            inner = ((index > 0.01) & (index < np.asarray(volume.geometry.size_ijk) - 1.01)).all(axis=-1)
            if volume.padding is not None:  # SimpleITK mixes it with tissue
                around = itk_plane(itk_image(replace(volume, values=is_padding(volume))), points)
                inner &= np.nan_to_num(around) == 0
            compared += int(inner.sum())
            assert np.abs(found[inner].astype(int) - wanted[inner]).max() <= 1

    assert compared > 20_000


def is_padding(volume: Volume) -> np.ndarray:
    found = volume.padding_mask(volume.values)
    return np.zeros(volume.values.shape, np.float32) if found is None else found.astype(np.float32)


@pytest.mark.parametrize("mode", list(SlabMode))
def test_a_slab_of_a_real_ct_is_numpys_over_its_slices(mode: SlabMode) -> None:
    volume = volume_of("ct_chest_dicom")
    workspace = hung(volume)
    window = Window(40, 400)
    columns, rows, slices = volume.geometry.size_ijk
    view = replace(view_of(workspace, ViewKind.ACQUIRED), frame=slices // 2, voi=window, slab=Slab(mode, 20.0))
    view = replace(view, kind=ViewKind.ACQUIRED)
    found = pixels_of(PaneRenderer().picture(workspace, view, (columns, rows), texts=False))[..., 0]
    half = int(10.0 / volume.geometry.spacing[2] + 1e-6)
    layers = volume.values[slices // 2 - half : slices // 2 + half + 1].astype(np.float64)
    combined = {SlabMode.MIP: np.max, SlabMode.MIN_IP: np.min, SlabMode.MEAN: np.mean}[mode](layers, axis=0)
    padding = volume.padding_mask(layers)

    assert len(layers) == 21
    shown = np.ones(combined.shape, bool) if padding is None else ~padding.any(axis=0)
    wanted = apply_window(combined, window, inverted=volume.inverted)
    assert np.abs(found[shown].astype(int) - wanted[shown]).max() <= 1

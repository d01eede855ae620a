"""Objects over images as pure changes: on once, off without a trace, fainter, and from key image to key image."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.navigation import at_slice, slice_position, stepped
from medscan_desktop.scene.overlay import KeyImages, MaskLayer, Overlay, WashLayer
from medscan_desktop.scene.overlays import (
    Shown,
    at_next_key,
    layers_of,
    with_only_key_images,
    with_overlay_opacity,
    with_part_visible,
    with_shown,
    with_wash_range,
    without,
)
from medscan_desktop.scene.stack import StackId
from medscan_desktop.scene.view import ViewKind
from medscan_desktop.scene.workspace import Workspace
from tests.support.phantoms import geometry_of
from tests.support.scenes import STACK, hung, view_of

GEOMETRY = geometry_of(np.eye(3))
VOLUME = Volume(np.zeros(GEOMETRY.shape, np.int16), GEOMETRY, np.ones(20, bool))
SEG, KEYS, DOSE = InstanceUid("1.1"), InstanceUid("1.2"), StackId("dose")


def segmentation() -> Shown:
    mask = Mask.from_array(np.ones(GEOMETRY.shape, bool))
    layers = tuple(MaskLayer(SEG, number, STACK, f"{number}", mask, (1, 2, 3), "") for number in (1, 2))
    return Shown(Overlay(SEG, "segmentation", "s", STACK), masks=layers)


def keys(*slices: int) -> Shown:
    pointed = KeyImages(KEYS, "Of Interest", "", {STACK: frozenset(slices)})
    return Shown(Overlay(KEYS, "key object selection", "k", STACK), key_images=pointed)


def position(workspace: Workspace) -> int:
    found = slice_position(workspace, view_of(workspace, ViewKind.AXIAL))
    assert found is not None
    return found[0]


def test_an_object_is_shown_once_and_goes_without_a_trace() -> None:
    bare = hung(VOLUME)
    twice = with_shown(with_shown(bare, segmentation()), segmentation())

    assert len(twice.masks) == 2 and len(twice.overlays) == 1
    assert without(twice, SEG) == bare
    assert without(bare, SEG) is bare


def test_what_is_shown_anew_is_seen_though_overlays_were_hidden() -> None:
    assert with_shown(replace(hung(VOLUME), masks_visible=False), segmentation()).masks_visible


def test_a_part_is_hidden_alone_and_the_strength_is_held_within_bounds() -> None:
    workspace = with_part_visible(with_shown(hung(VOLUME), segmentation()), SEG, 2, False)
    faint = with_overlay_opacity(workspace, SEG, -3)

    assert [layer.visible for layer in layers_of(workspace, SEG)] == [True, False]
    assert [layer.opacity for layer in layers_of(faint, SEG)] == [0.0, 0.0]
    assert with_overlay_opacity(workspace, InstanceUid("9"), 0.9).masks == workspace.masks


@pytest.mark.parametrize(("low", "high", "found"), [(5.0, 60.0, (5.0, 60.0)), (60.0, 60.0, (6.0, 50.0))])
def test_a_wash_has_its_own_threshold(low: float, high: float, found: tuple[float, float]) -> None:
    layer = WashLayer(DOSE, STACK, "Dose", VOLUME, 6.0, 50.0, "")
    workspace = with_shown(hung(VOLUME), Shown(Overlay(DOSE, "colour wash", "d", STACK), washes=(layer,)))
    (changed,) = with_wash_range(workspace, DOSE, low, high).washes

    assert (changed.low, changed.high) == found


def test_scrolling_goes_from_key_image_to_key_image_and_holds_at_the_last() -> None:
    workspace = with_only_key_images(with_shown(hung(VOLUME), keys(3, 8, 15)), True)
    workspace = at_slice(workspace, view_of(workspace, ViewKind.AXIAL), 5)
    seen = []
    for steps in (1, 1, 1, -1, -10):
        workspace = stepped(workspace, view_of(workspace, ViewKind.AXIAL), steps)
        seen.append(position(workspace))

    assert seen == [8, 15, 15, 8, 3]


def test_across_the_slices_key_images_mean_nothing() -> None:
    workspace = with_only_key_images(with_shown(hung(VOLUME), keys(3, 8)), True)
    view = view_of(workspace, ViewKind.CORONAL)
    before = slice_position(workspace, view)
    assert before is not None

    moved = stepped(workspace, view, 1)
    assert slice_position(moved, view) == (before[0] + 1, before[1])
    assert at_next_key(workspace, view, 1) is workspace
    assert not without(workspace, KEYS).only_key_images

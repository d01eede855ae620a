"""A finding's masks on the workspace, and the point that shows most of them."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.finding import FindingState
from medscan_desktop.domain.study import Patient, Study, StudyUid
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.scene.figure import key_point
from medscan_desktop.scene.layers import with_finding, with_opacity, with_visibility
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.workspace import EMPTY, Workspace
from tests.support.phantoms import geometry_of
from tests.unit.persistence.test_records import LIVER

VOXELS = np.zeros((20, 30, 40), bool)
VOXELS[12, 5:15, 8:9] = True
VOXELS[3:9, 7, 8] = True
MASKS = {1: Mask.from_array(VOXELS)}


def opened(frames: int = 20) -> Workspace:
    stack = Stack(StackId("s"), LIVER.series_instance_uid, "CT", "", frames, is_volume=True)
    return replace(EMPTY, study=Study(LIVER.study_instance_uid, Patient("", "")), stacks=(stack,))


def test_a_finding_lies_over_the_stack_it_was_made_on() -> None:
    (layer,) = with_finding(opened(), LIVER, MASKS).masks

    assert (layer.stack, layer.name, layer.mask) == ("s", "Liver", MASKS[1])
    assert "proposed" in layer.caption and "abababab" in layer.caption


def test_a_stack_of_another_length_gets_no_mask() -> None:
    assert with_finding(opened(frames=19), LIVER, MASKS).masks == ()


def test_a_rejected_finding_stays_in_the_list_and_leaves_the_image() -> None:
    scene = with_finding(with_finding(opened(), LIVER, MASKS), replace(LIVER, state=FindingState.REJECTED), MASKS)

    assert scene.masks == () and [one.state for one in scene.findings] == [FindingState.REJECTED]


def test_a_finding_of_a_study_closed_meanwhile_changes_nothing() -> None:
    other = replace(opened(), study=Study(StudyUid("9"), Patient("", "")))

    assert with_finding(other, LIVER, MASKS) is other


@pytest.mark.parametrize(("asked", "held"), [(0.25, 0.25), (-1.0, 0.0), (7.0, 1.0)])
def test_how_a_mask_is_shown_stays_when_its_finding_is_decided(asked: float, held: float) -> None:
    scene = with_visibility(with_opacity(with_finding(opened(), LIVER, MASKS), LIVER.id, asked), LIVER.id, False)
    (layer,) = with_finding(scene, replace(LIVER, state=FindingState.ACCEPTED), MASKS).masks

    assert (layer.opacity, layer.visible) == (held, False)
    assert "accepted" in layer.caption


def test_the_key_point_is_where_the_fullest_planes_cross_else_the_middle() -> None:
    geometry = geometry_of(np.eye(3))

    assert key_point(geometry, [MASKS[1]]) == pytest.approx(geometry.to_patient((8, 7, 12)))
    assert key_point(geometry, []) == pytest.approx(geometry.centre)

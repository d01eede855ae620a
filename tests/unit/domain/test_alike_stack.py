"""Which stack of a prior is hung beside one of the current study."""

from dataclasses import replace

import pytest

from medscan_desktop.domain.alike_stack import most_alike
from medscan_desktop.domain.stack_traits import StackKind, StackTraits

CHEST = StackTraits("CT", StackKind.VOLUME, 400, 3, "Lung 1.0 Br59", plane="axial", kernel="Br59", thickness_mm=1.0)
T2 = StackTraits("MR", StackKind.VOLUME, 30, 5, "T2 TSE SAG", plane="sagittal", thickness_mm=4.0)
R_CC = StackTraits("MG", StackKind.STILL, 1, 1, "R CC", laterality="R", view="CC")


@pytest.mark.parametrize(
    ("like", "right", "wrong"),
    [
        (CHEST, replace(CHEST, images=380), replace(CHEST, description="Topogram", images=2, kind=StackKind.STILL)),
        (CHEST, replace(CHEST, description="lung thin"), replace(CHEST, description="Lung MPR", plane="coronal")),
        (CHEST, replace(CHEST, images=80, thickness_mm=1.25), replace(CHEST, kernel="Bv40", description="Med 5.0")),
        (T2, replace(T2, description="t2_tse_sag"), replace(T2, description="T1 TSE SAG")),
        (R_CC, replace(R_CC, description=""), replace(R_CC, laterality="L")),
        (R_CC, replace(R_CC, description="CC right"), replace(R_CC, view="MLO")),
        (replace(R_CC, modality="DX", view="PA"), replace(R_CC, modality="CR", view="PA"), replace(R_CC, view="PA")),
    ],
)
def test_the_counterpart_has_the_same_plane_side_projection_and_words(
    like: StackTraits, right: StackTraits, wrong: StackTraits
) -> None:
    assert most_alike(like, [("wrong", wrong), ("right", right)]) == "right"


def test_another_modality_has_no_counterpart() -> None:
    assert most_alike(CHEST, [("mr", T2)]) is None

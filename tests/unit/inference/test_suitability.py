"""Each refusal, by the sentence the user reads."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.reduction import Reduction
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.inference.card import Card, ModelClass
from medscan_desktop.inference.predict import Prediction
from medscan_desktop.inference.registry import ModelRegistry
from medscan_desktop.inference.suitability import check_result
from tests.support.phantoms import sheared_geometry
from tests.unit.inference.conftest import blob_in

Run = Callable[..., Prediction]


def refusal(run: Run, volume: Volume, **arguments: Any) -> str:
    with pytest.raises(Unsuitable) as caught:
        run(volume, **arguments)
    return str(caught.value)


def test_another_modality_is_refused(run: Run, blob: Volume) -> None:
    assert refusal(run, blob, modality="PT") == "Toy works on CT; this series is PT."


def test_a_described_other_contrast_is_refused(run: Run, blob: Volume) -> None:
    expected = "Toy works on T1-weighted images; this series is described as FLAIR."

    assert refusal(run, blob, description="AX T2/FLAIR 3mm") == expected.replace("FLAIR.", "T2.")
    assert refusal(run, blob, description="ax_flair") == expected


def test_a_word_that_confirms_the_contrast_outweighs_one_that_denies_it(run: Run, blob: Volume) -> None:
    assert run(blob, description="t1_flair").cautions == ()


def test_an_unnamed_contrast_is_run_with_a_caution(run: Run, blob: Volume) -> None:
    cautions = run(blob, description="series 4").cautions

    assert cautions == ("The series does not say that it is T1-weighted, and the pixels cannot tell.",)


def test_a_part_of_a_word_names_nothing(run: Run, blob: Volume) -> None:
    assert run(blob, description="T1 KNEEL").structures


def test_another_body_part_is_refused(run: Run, blob: Volume) -> None:
    assert refusal(run, blob, body_part="KNEE") == (
        "Toy is not for this part of the body (the series is described as KNEE)."
    )


def test_a_stack_that_is_no_volume_is_refused_with_its_reason(run: Run, blob: Volume) -> None:
    assert refusal(run, blob, refusal="slices are missing") == "This series is no volume: slices are missing."


def test_a_series_with_images_missing_is_refused(run: Run, blob: Volume) -> None:
    loaded = blob.loaded.copy()
    loaded[5] = False

    assert refusal(run, replace(blob, loaded=loaded)).startswith("The series is not complete")


def test_values_without_the_unit_are_refused(run: Run, blob: Volume) -> None:
    assert refusal(run, replace(blob, unit="")) == "Toy needs values in HU; this series has no unit."


def test_colour_is_refused(run: Run, blob: Volume) -> None:
    colour = np.zeros((*blob.geometry.shape, 3), np.uint8)

    assert refusal(run, replace(blob, values=colour)) == "Toy works on grey images; this series is in colour."


def test_images_without_a_place_are_refused(run: Run, blob: Volume) -> None:
    placeless = Geometry(blob.geometry.affine, blob.geometry.shape, spatial=False)

    assert "no volume" in refusal(run, replace(blob, geometry=placeless))


def test_a_tilted_gantry_is_refused(run: Run) -> None:
    tilted = sheared_geometry()
    volume = Volume(np.zeros(tilted.shape, np.int16), tilted, np.ones(tilted.shape[0], bool), unit="HU")

    assert "gantry tilt" in refusal(run, volume)


def test_too_few_slices_are_refused(run: Run, blob: Volume) -> None:
    three = Geometry(blob.geometry.affine, (3, *blob.geometry.shape[1:]))

    volume = replace(blob, values=blob.values[:3], geometry=three, loaded=blob.loaded[:3])
    assert refusal(run, volume) == "Toy needs at least 4 slices; this series has 3."


@pytest.mark.parametrize(
    ("scale", "sentence"),
    [
        (3.0, "Toy needs images no more than 6 mm apart; these are 7.5 mm apart."),
        (0.25, "Toy needs at least 20 mm from right to left; this series covers 20 mm."),
    ],
)
def test_a_grid_too_coarse_or_too_small_is_refused(run: Run, blob: Volume, scale: float, sentence: str) -> None:
    affine = blob.geometry.affine.copy()
    affine[:3, :3] *= scale

    assert refusal(run, replace(blob, geometry=Geometry(affine, blob.geometry.shape))) == sentence


def test_an_organ_not_in_view_is_refused_by_its_volume(run: Run) -> None:
    empty = blob_in(np.eye(3))
    empty.values[:] = -1000

    assert refusal(run, empty) == "Nothing bright is in view (0 ml found)."


def test_a_result_of_the_wrong_shape_is_refused(registry: ModelRegistry) -> None:
    card: Card = registry.card("toy")
    found: ModelClass = replace(card.classes[0], minimum_agreement=0.87)

    check_result(found, 500, np.array([100.0, 100, 100]), 0.9)
    for volume_ml, extent, agreement in ((1001, 100, 0.9), (500, 401, 0.9), (500, 100, 0.86)):
        with pytest.raises(Unsuitable, match="Nothing bright is in view"):
            check_result(found, volume_ml, np.array([100.0, extent, 100]), agreement)


def test_averages_are_refused_whatever_else_fits(run: Run, blob: Volume) -> None:
    """A series over the memory budget is shown with fewer voxels; no model works on those unknown to the user."""
    said = refusal(run, replace(blob, reduction=Reduction(2, 2)))

    assert "works on the full resolution, and this series is shown at half resolution" in said
    assert "Raise the budget" in said

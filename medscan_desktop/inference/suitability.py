"""Whether a series is what a model was made for: by its header and shape before a run, by the result after it."""

import re

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.inference.card import Card, InputNeeds, ModelClass
from medscan_desktop.inference.image import Image, canonical

_SHEAR = 1e-2  # cosine between two axes of the grid: more is a tilted gantry, which no card here was made for
_AXES = ("from right to left", "from front to back", "from foot to head")


def check_input(
    card: Card, volume: Volume, *, modality: str, description: str = "", body_part: str = "", refusal: str = ""
) -> None:
    """Raise Unsuitable with the first reason why `volume` is not for this model."""
    needs = card.needs
    if modality not in needs.modalities:
        raise Unsuitable(
            f"{card.name} works on {_either(needs.modalities)}; this series is {modality or 'of no modality'}."
        )
    _check_words(card, f"{description} {body_part}")
    check_resolution(card, volume)
    if refusal:
        raise Unsuitable(f"This series is no volume: {refusal}.")
    _check_grid(card, volume)
    if not volume.is_complete:
        raise Unsuitable("The series is not complete: some images are missing or could not be read.")
    if needs.unit and volume.unit != needs.unit:
        raise Unsuitable(f"{card.name} needs values in {needs.unit}; this series has {volume.unit or 'no unit'}.")
    _check_field_of_view(card, canonical(volume, needs.padding_value))


def check_result(found: ModelClass, volume_ml: float, extent_mm: NDArray[np.float64], agreement: float) -> None:
    """Raise Unsuitable where what was found cannot be the organ.

    A network outlines something in any picture, and its scores are high there too. Size and shape tell, and whether
    two networks agree on it: for the brain their Dice was 0.96 and 0.98 on heads, 0.60 to 0.79 on a knee and trunks.
    """
    fits = all(
        least <= have <= most
        for least, have, most in zip(found.minimum_extent_mm, extent_mm, found.maximum_extent_mm, strict=True)
    )
    if not fits or not found.minimum_ml <= volume_ml <= found.maximum_ml or agreement < found.minimum_agreement:
        raise Unsuitable(found.refusal.format(ml=round(volume_ml)))


def cautions(card: Card, volume: Volume, *, description: str = "") -> tuple[str, ...]:
    """What the user should know beside the result: what could not be checked, and the volume's own warnings."""
    needs = card.needs
    if needs.contrast and not _named(needs.contrast_words, description):
        unchecked = f"The series does not say that it is {needs.contrast}-weighted, and the pixels cannot tell."
        return (unchecked, *volume.warnings)
    return volume.warnings


def check_resolution(card: Card, volume: Volume) -> None:
    """Raise Unsuitable where the volume is not all that the files hold: no model works on that unknown to the user."""
    if volume.window is not None or not volume.reduction.is_none:
        how = "2D alone" if volume.window is not None else f"at {volume.reduction.text}"
        raise Unsuitable(
            f"{card.name} works on the full resolution, and this series is shown {how} because it is larger than the"
            " memory budget. Raise the budget, then run it again."
        )


def _check_words(card: Card, text: str) -> None:
    needs = card.needs
    if part := _named(needs.refused_body_parts, text):
        raise Unsuitable(f"{card.name} is not for this part of the body (the series is described as {part}).")
    if needs.contrast and not _named(needs.contrast_words, text) and (other := _named(needs.refused_contrasts, text)):
        raise Unsuitable(f"{card.name} works on {needs.contrast}-weighted images; this series is described as {other}.")


def _check_grid(card: Card, volume: Volume) -> None:
    if volume.is_colour:
        raise Unsuitable(f"{card.name} works on grey images; this series is in colour.")
    if not volume.geometry.spatial:
        raise Unsuitable("The images do not say where they lie in the patient, so they make no volume.")
    slices = volume.geometry.shape[0]
    if slices < card.needs.minimum_slices:
        raise Unsuitable(f"{card.name} needs at least {card.needs.minimum_slices} slices; this series has {slices}.")
    axes = volume.geometry.directions
    if np.abs(axes.T @ axes - np.eye(3)).max() > _SHEAR:
        raise Unsuitable("The slices are tilted against the stack (gantry tilt), which this model was not made for.")


def _check_field_of_view(card: Card, image: Image) -> None:
    needs: InputNeeds = card.needs
    if image.spacing.max() > needs.maximum_spacing_mm:
        raise Unsuitable(
            f"{card.name} needs images no more than {needs.maximum_spacing_mm:g} mm apart;"
            f" these are {image.spacing.max():.1f} mm apart."
        )
    extent = image.spacing * image.values.shape
    for axis, have, least, most in zip(_AXES, extent, needs.minimum_extent_mm, needs.maximum_extent_mm, strict=True):
        if have < least:
            raise Unsuitable(f"{card.name} needs at least {least:g} mm {axis}; this series covers {have:.0f} mm.")
        if have > most:
            raise Unsuitable(f"{card.name} works on up to {most:g} mm {axis}; this series covers {have:.0f} mm.")


def _named(words: tuple[str, ...], text: str) -> str:
    """The first of `words` that stands in `text` as a word of its own, letters and digits apart from the rest."""
    spaced = f" {re.sub(r'[^A-Z0-9*]+', ' ', text.upper())} "
    return next((word for word in words if f" {word} " in spaced), "")


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(words)

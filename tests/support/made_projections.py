"""Made projections: mammograms and chest images whose headers say how they lie, a bright bar along one side."""

from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation, DigitalXRayImageStorageForPresentation

from tests.support.made_modules import code, instance, uid, with_pixels

ROWS, COLUMNS = 60, 40
# Right and bottom edge as a unit stores them; the left CC here the other way round, as some do.
SIDES = {("R", "CC"): "P\\L", ("L", "CC"): "P\\R", ("R", "MLO"): "P\\FL", ("L", "MLO"): "A\\FR"}
VIEW_CODES = {"CC": "399162004", "MLO": "399368009"}


def mammogram(side: str, view: str, *, study: str = "mammography", **more: Any) -> Dataset:
    """The breast fills the quarter at the chest wall: 1000 there, 10 elsewhere. The view by its code alone."""
    sides = str(more.pop("PatientOrientation", SIDES[side, view]))
    pixels = np.full((ROWS, COLUMNS), 10, np.uint16)
    wall = slice(-COLUMNS // 4, None) if sides.startswith("P") else slice(0, COLUMNS // 4)
    pixels[:, wall] = 1000
    values: dict[str, Any] = {
        "ImageType": ["ORIGINAL", "PRIMARY", ""],
        "PresentationIntentType": "FOR PRESENTATION",
        "ImageLaterality": side,
        "ViewCodeSequence": code(VIEW_CODES[view], "SCT", view),
        "PatientOrientation": sides.split("\\"),
        "BodyPartExamined": "BREAST",
        "ImagerPixelSpacing": [0.1, 0.1],
        "StudyDescription": study,
        "StudyInstanceUID": uid(study),
    } | more
    name = f"{study} {side} {view} {values['PresentationIntentType']}"
    made = instance(DigitalMammographyXRayImageStorageForPresentation, "MG", name, **values)
    return with_pixels(made, pixels, bits_stored=12)


def chest(view: str, sides: str, *, study: str = "chest", **more: Any) -> Dataset:
    """A chest image: 10 at the left edge of the stored image rising to 40 at its right."""
    values: dict[str, Any] = {
        "ImageType": ["ORIGINAL", "PRIMARY", ""],
        "PresentationIntentType": "FOR PRESENTATION",
        "ViewPosition": view,
        "PatientOrientation": sides.split("\\"),
        "BodyPartExamined": "CHEST",
        "ImagerPixelSpacing": [0.2, 0.2],
        "StudyDescription": study,
        "StudyInstanceUID": uid(study),
    } | more
    made = instance(DigitalXRayImageStorageForPresentation, "DX", f"{study} {view}", **values)
    return with_pixels(made, np.tile(np.linspace(10, 40, COLUMNS).astype(np.uint16), (ROWS, 1)), bits_stored=12)

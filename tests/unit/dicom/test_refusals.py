"""What is stored and not shown, each with its true reason."""

from typing import Any

import pytest
from pydicom.uid import (
    BasicTextSRStorage,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    RTStructureSetStorage,
    SegmentationStorage,
    TwelveLeadECGWaveformStorage,
)

from medscan_desktop.dicom.stacks.group import group
from tests.support.dicom_files import ct_slice, headers_of

NO_IMAGE = dict.fromkeys(
    ("PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PhotometricInterpretation")
)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"SOPClassUID": BasicTextSRStorage, **NO_IMAGE}, "a report, not an image: opens as text"),
        ({"SOPClassUID": SegmentationStorage}, "a segmentation, not an image: shown over its images"),
        (
            {"SOPClassUID": RTStructureSetStorage, **NO_IMAGE},
            "a set of radiotherapy structures, not an image: shown over its images",
        ),
        (
            {"SOPClassUID": EncapsulatedPDFStorage, **NO_IMAGE},
            "an encapsulated document, not an image: opens as pages or text",
        ),
        ({"SOPClassUID": TwelveLeadECGWaveformStorage, **NO_IMAGE}, "a waveform, not an image: opens as curves"),
        (
            {"SOPClassUID": GrayscaleSoftcopyPresentationStateStorage, **NO_IMAGE},
            "a presentation state, not an image: applied to the images it names",
        ),
        ({"SOPClassUID": "1.2.3.4", **NO_IMAGE}, "an object without pixel data, not an image: opens as its header"),
        (
            {"PhotometricInterpretation": "CMYK"},
            "its photometric interpretation (CMYK) is not supported: stored, not shown",
        ),
        (
            {"PhotometricInterpretation": "RGB"},
            "it says RGB and 1 samples a pixel, which contradict each other",
        ),
    ],
)
def test_the_reason_is_true(attributes: dict[str, Any], reason: str) -> None:
    found = group(headers_of([ct_slice(**attributes)]))

    assert found.stacks == ()
    assert [refusal.reason for refusal in found.refused] == [reason]

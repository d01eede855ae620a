"""Which objects are images that can be shown now, and the true reason for those that cannot."""

from medscan_desktop.dicom.headers.header import Header, Pixels
from medscan_desktop.dicom.headers.syntax import CODECS

_STORAGE = "1.2.840.10008.5.1.4.1.1."
# By SOP class prefix, the longest that fits wins (PS3.4 B.5).
_OTHER_OBJECTS = {
    _STORAGE + "9": "a waveform, not an image: opens as curves",
    _STORAGE + "11": "a presentation state, not an image: applied to the images it names",
    _STORAGE + "66": "a registration or raw data object, not an image: opens as its header",
    _STORAGE + "66.4": "a segmentation, not an image: shown over its images",
    _STORAGE + "66.7": "a segmentation, not an image: shown over its images",
    _STORAGE + "66.5": "a surface segmentation, not an image: opens as its header",
    _STORAGE + "88": "a report, not an image: opens as text",
    _STORAGE + "88.59": "a selection of key images, not an image: marks the images it names",
    _STORAGE + "104": "an encapsulated document, not an image: opens as pages or text",
    _STORAGE + "481.3": "a set of radiotherapy structures, not an image: shown over its images",
    _STORAGE + "481.5": "a radiotherapy plan, not an image: opens as its header",
    _STORAGE + "481.8": "a radiotherapy ion plan, not an image: opens as its header",
    "1.2.840.10008.1.3.10": "an index of a medium (DICOMDIR), not an image",
}
_VIDEO = tuple(f"1.2.840.10008.1.2.4.{code}" for code in (100, 101, 102, 103, 104, 105, 106, 107, 108))
_ONE_SAMPLE = frozenset(("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"))
_THREE_SAMPLES = frozenset(
    ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT")
)


# Storage classes whose instances always hold pixels: CR, DX, CT, US, MR, NM, SC, XA, XRF, VL, PT, RT image and dose,
# parametric map, segmentation.
_BRANCHES = ["1", "2", "3.1", "4", "6.1", "7", "12.1", "12.2", "13.1", "20", "30", "66.4", "66.7", "77.1", "128"]
_IMAGES = tuple(f"{_STORAGE}{branch}" for branch in [*_BRANCHES, "481.1", "481.2"])


def is_image_class(sop_class_uid: str) -> bool:
    """Whether an instance of this class without pixel data is not whole."""
    return any(sop_class_uid == branch or sop_class_uid.startswith(f"{branch}.") for branch in _IMAGES)


def reason_not_shown(header: Header) -> str:
    """Why this instance cannot be shown as an image, "" where it can."""
    parts = header.sop_class_uid.split(".")
    for count in range(len(parts), 0, -1):
        if reason := _OTHER_OBJECTS.get(".".join(parts[:count])):
            return reason
    if header.pixels is None:
        return "an object without pixel data, not an image: opens as its header"
    return _reason_against_pixels(header)


def _reason_against_pixels(header: Header) -> str:
    pixels, syntax = header.image, header.transfer_syntax_uid
    if syntax.startswith(_VIDEO):
        return "compressed as video (MPEG): opens as a clip"
    if syntax not in CODECS:
        return f"compressed in a way that is not supported (transfer syntax {syntax}): stored, not shown"
    if pixels.photometric not in _ONE_SAMPLE | _THREE_SAMPLES:
        return f"its photometric interpretation ({pixels.photometric or 'none'}) is not supported: stored, not shown"
    if (pixels.samples == 1) != (pixels.photometric in _ONE_SAMPLE):
        return f"it says {pixels.photometric} and {pixels.samples} samples a pixel, which contradict each other"
    return _reason_against_bits(pixels, header.frames)


def _reason_against_bits(pixels: Pixels, frames: int) -> str:
    if pixels.bits_allocated == 64 and pixels.kind == "integer":
        return "its pixels are 64-bit integers, which are not supported: stored, not shown"
    if pixels.samples > 1 and pixels.bits_allocated not in (8, 16):
        return (
            f"its colour pixels have {pixels.bits_allocated} bits a sample, which is not supported: stored, not shown"
        )
    if frames > 1 and pixels.frame_bits % 8:
        return "its 1-bit frames do not end on a byte, which is not supported: stored, not shown"
    return ""

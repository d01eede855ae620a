"""The terms of a measurement report (PS3.16 TID 1500, 1501, 1410, 1411), both ways: writing and reading.

What the standard has no place for stands, with each measurement, in one TEXT item of a private concept, as JSON (see
`DETAILS`): the id, kind and colour of nothing else; who drew it and when; how its distances are calibrated. A reader
that does not know the concept loses nothing of the measurement itself.
"""

from medscan_desktop.domain.code import Code
from medscan_desktop.domain.measurement import MeasurementKind

PRIVATE = "99MEDSCAN"
DETAILS = Code("DETAILS", PRIVATE, "MedScan Desktop measurement details")
PIXEL_VALUE = Code("PIXEL_VALUE", PRIVATE, "Pixel value")
PIXEL_COUNT = Code("PIXEL_COUNT", PRIVATE, "Number of pixels")
TARGET_LESION = Code("TARGET", PRIVATE, "Target lesion")

GROUP = Code("125007", "DCM", "Measurement Group")
TRACKING_ID, TRACKING_UID = "112039", "112040"  # DCM
FINDING, SITE = ("121071", "DCM"), ("363698007", "SCT")
OLD_SITE = ("G-C0E3", "SRT")  # the same concept in reports from before SNOMED CT
COMMENT = Code("121106", "DCM", "Comment")
YES = Code("373066001", "SCT", "Yes")

LENGTH = Code("410668003", "SCT", "Length")
PATH_LENGTH = Code("121211", "DCM", "Path length")
LONG_AXIS = Code("103339001", "SCT", "Long axis")
SHORT_AXIS = Code("103340004", "SCT", "Short axis")
DIAMETER = Code("81827009", "SCT", "Diameter")
ANGLE = Code("1483009", "SCT", "Angle")
COBB = Code("285285000", "SCT", "Cobb angle")
AREA = Code("42798000", "SCT", "Area")
VOLUME = Code("118565006", "SCT", "Volume")
TIME = Code("110858", "DCM", "Time")
VELOCITY = Code("110828", "DCM", "Flow Velocity")
ATTENUATION = Code("112031", "DCM", "Attenuation Coefficient")
MR_SIGNAL = Code("110852", "DCM", "MR signal intensity")

MEAN = Code("373098007", "SCT", "Mean")
DEVIATION = Code("386136009", "SCT", "Standard Deviation")
MINIMUM = Code("255605001", "SCT", "Minimum")
MAXIMUM = Code("56851009", "SCT", "Maximum")

MM = Code("mm", "UCUM", "millimeter")
MM2 = Code("mm2", "UCUM", "square millimeter")
MM3 = Code("mm3", "UCUM", "cubic millimeter")
SECOND = Code("s", "UCUM", "second")
CM_PER_S = Code("cm/s", "UCUM", "centimeter per second")
DEGREE = Code("deg", "UCUM", "degree")
PIXELS = Code("{pixels}", "UCUM", "pixels")
NO_UNIT = Code("1", "UCUM", "no units")
_UNITS = {
    "HU": Code("[hnsf'U]", "UCUM", "Hounsfield unit"),
    "Bq/ml": Code("Bq/ml", "UCUM", "Becquerels per milliliter"),
    "g/ml": Code("g/ml", "UCUM", "gram per milliliter"),
    "cm2/ml": Code("cm2/ml", "UCUM", "square centimeter per milliliter"),
}

# The same lengths by the names and codes that other writers use.
LENGTHS = frozenset(
    {LENGTH.value, PATH_LENGTH.value, LONG_AXIS.value, DIAMETER.value, "G-D7FE", "G-A185", "M-02550", "121206"}
)
SHORT_AXES = frozenset({SHORT_AXIS.value, "G-A186"})
ANGLES = frozenset({ANGLE.value, COBB.value, "G-A193"})
AREAS, VOLUMES = frozenset({AREA.value, "G-A166", "G-D705"}), frozenset({VOLUME.value})
TIMES, VELOCITIES = frozenset({TIME.value}), frozenset({VELOCITY.value})
MEANS = frozenset({MEAN.value, "R-00317"})
DEVIATIONS = frozenset({DEVIATION.value, "R-10047"})
MINIMA, MAXIMA = frozenset({MINIMUM.value, "R-404FB"}), frozenset({MAXIMUM.value, "G-A437"})

LENGTH_NAMES = {
    MeasurementKind.LENGTH: LENGTH,
    MeasurementKind.POLYLINE: PATH_LENGTH,
    MeasurementKind.BIDIRECTIONAL: LONG_AXIS,
    MeasurementKind.SPHERE: DIAMETER,
}


def value_unit(unit: str) -> Code:
    """UCUM for a unit of pixel values; what UCUM does not know has none there, and stands in the details."""
    return _UNITS.get(unit, NO_UNIT)


def unit_text(value: str, meaning: str) -> str:
    """How a unit is written here."""
    known = next((text for text, code in _UNITS.items() if code.value == value), None)
    if known is not None:
        return known
    return "" if value in ("1", "{unitless}", "{no units}") else value.partition("{")[0] or meaning


def value_name(unit: str, modality: str) -> Code:
    """What the pixels' values are."""
    if unit == "HU":
        return ATTENUATION
    return MR_SIGNAL if modality == "MR" and unit == "" else PIXEL_VALUE

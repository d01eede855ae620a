"""What may set apart images at one position: the attributes, in the order tried, and how each is said."""

from dataclasses import dataclass

from medscan_desktop.dicom.stacks.slices import Slice


@dataclass(frozen=True, slots=True)
class Axis:
    """One attribute. `is_phase`: its values are steps of one examination (times, echoes), not different pictures.

    `is_clock`: where the values differ from slice to slice, their order at each position still tells the steps apart.
    """

    keyword: str
    name: str
    unit: str = ""
    is_phase: bool = True
    is_clock: bool = False

    def value(self, item: Slice) -> str:
        """The attribute of one slice as a person reads it; "none" where it has none."""
        numbers = item.header.numbers(self.keyword, item.frame)
        text = " ".join(f"{number:g}" for number in numbers) or item.text(self.keyword).replace("\\", "/")
        return f"{text} {self.unit}".rstrip() if text else "none"

    def order(self, item: Slice) -> tuple[float, str]:
        """Sorts values: numbers by size, before all that is none."""
        number = item.header.number(self.keyword, item.frame)
        return (float("inf") if number is None else number, item.text(self.keyword))


# The conventions' order, then what else is known to repeat positions within a series.
DISTINGUISHING: tuple[Axis, ...] = (
    Axis("TemporalPositionIdentifier", "time position", is_clock=True),
    Axis("TemporalPositionIndex", "time position", is_clock=True),
    Axis("TemporalPositionTimeOffset", "time", "s", is_clock=True),
    Axis("TriggerTime", "trigger", "ms", is_clock=True),
    Axis("NominalCardiacTriggerDelayTime", "trigger delay", "ms", is_clock=True),
    Axis("NominalPercentageOfCardiacPhase", "cardiac phase", "%"),
    Axis("NominalPercentageOfRespiratoryPhase", "breathing phase", "%"),
    Axis("EchoTime", "echo time", "ms"),
    Axis("EffectiveEchoTime", "echo time", "ms"),
    Axis("DiffusionBValue", "b-value", "s/mm²"),
    Axis("AcquisitionNumber", "acquisition", is_clock=True),
    Axis("FrameAcquisitionNumber", "acquisition", is_clock=True),
    Axis("ImageType", "image type", is_phase=False),
    Axis("FrameType", "image type", is_phase=False),
    Axis("StackID", "stack", is_phase=False),
    Axis("DiffusionGradientOrientation", "gradient direction"),
    Axis("FrameReferenceTime", "frame time", "ms", is_clock=True),
    Axis("InversionTime", "inversion time", "ms"),
    Axis("FlipAngle", "flip angle", "°"),
    Axis("KVP", "tube voltage", "kV", is_phase=False),
    Axis("ConvolutionKernel", "kernel", is_phase=False),
    Axis("AcquisitionTime", "acquisition time", is_clock=True),
)
TURN = Axis("", "set")  # the first image at each position, the second, ...: nothing in the headers sets them apart
_BY_KEYWORD = {axis.keyword: axis for axis in DISTINGUISHING}


def axis_of(keyword: str) -> Axis:
    """The axis of any attribute that headers keep."""
    return _BY_KEYWORD.get(keyword) or Axis(keyword, keyword, is_phase=False)

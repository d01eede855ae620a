"""A coded term (PS3.3 8.8): what a word means, in a scheme that others know too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A Code Value within its Coding Scheme Designator, and the meaning in words."""

    value: str
    scheme: str  # "SCT", "RADLEX", "DCM", "UCUM"
    meaning: str

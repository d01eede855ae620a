"""What an exporter declares of the files it writes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that can be written."""

    name: str
    label: str
    suffix: str

"""What the headers of one stack say of it that a hanging protocol may ask for. Plain texts, as the files have them."""

from dataclasses import dataclass
from enum import StrEnum

from medscan_desktop.domain.word_patterns import first_found

_LOCALISER_WORDS = ("locali?er*", "scout*", "topogram*", "surview", "survey", "3 plane loc", "scanogram")


class StackKind(StrEnum):
    """What a stack is for: cut in planes, gone through (so is a shallow volume), played, or looked at."""

    VOLUME = "volume"
    SLICES = "slices"
    FILM = "film"
    STILL = "still"


@dataclass(frozen=True, slots=True)
class StackTraits:
    """`sides` are where the right and the bottom edge of the stored image point (0020,0020), "" where not said.

    `laterality` is R, L, B or ""; `view` a projection as ViewPosition writes it (PA, LL, CC, MLO), from the view code
    where that is given; `plane` is that of the acquired images: axial, coronal, sagittal, oblique or "".
    """

    modality: str = "OT"
    kind: StackKind = StackKind.STILL
    images: int = 1
    number: int | None = None
    description: str = ""
    protocol: str = ""  # ProtocolName
    body_part: str = ""
    study_description: str = ""
    laterality: str = ""
    view: str = ""
    plane: str = ""
    image_type: tuple[str, ...] = ()
    contrast: str = ""  # the agent
    kernel: str = ""
    thickness_mm: float | None = None
    unit: str = ""
    intent: str = ""  # FOR PRESENTATION, FOR PROCESSING
    sides: tuple[str, str] = ("", "")

    @property
    def text(self) -> str:
        """What says which series this is: its description, without one the name of its protocol."""
        return self.description or self.protocol

    @property
    def is_localiser(self) -> bool:
        """Whether it is there to plan others by; in the volume rules as in the hanging it never stands for them."""
        return "LOCALIZER" in self.image_type or first_found(_LOCALISER_WORDS, self.description) is not None

    @property
    def title(self) -> str:
        """`series 4 “T2 ax”`, as an explanation names it."""
        number = f"series {self.number}" if self.number is not None else "a series"
        view = f"{self.laterality} {self.view}".strip()
        name = self.text or view or self.modality
        return f"{number} “{name}”" + (f" ({view})" if view and view != name else "")

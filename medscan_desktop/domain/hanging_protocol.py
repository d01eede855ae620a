"""A hanging protocol as data: when it applies, and stage by stage what hangs where. Choosing is `hanging_match`.

Patterns are those of `word_patterns`. An empty rule asks for nothing. `hanging_file` says what each field may hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

PLANES = ("axial", "coronal", "sagittal")
VIEWS = (*PLANES, "acquired", "3d")
LINKS = ("scroll", "window", "zoom", "pan")


@dataclass(frozen=True, slots=True)
class Applies:
    """What must be so for a study to hang by this protocol: every rule that is stated."""

    modalities: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()  # of the body, as `relevant_prior` names them: "head", "chest"
    words: tuple[str, ...] = ()  # patterns: one of them in the study's description, else a series' or a protocol's
    not_words: tuple[str, ...] = ()
    laterality: str = ""
    views: tuple[str, ...] = ()  # a projection that there must be
    kinds: tuple[str, ...] = ()  # of stacks: one such there must be
    least_series: int = 0
    most_series: int = 0  # 0: any number
    prior: str = ""  # "with": an earlier study is open too; "without"


@dataclass(frozen=True, slots=True)
class SeriesRule:
    """Which series a cell wants. `prefer` and `avoid` choose between those that fit; all else must hold."""

    modalities: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # patterns: one of them in the series' description
    not_words: tuple[str, ...] = ()
    planes: tuple[str, ...] = ()  # of the images as they were acquired
    kinds: tuple[str, ...] = ()
    laterality: str = ""
    views: tuple[str, ...] = ()
    image_types: tuple[str, ...] = ()
    not_image_types: tuple[str, ...] = ()
    contrast: str = ""  # "with", "without"
    prefer: tuple[str, ...] = ()  # patterns: in the description or the kernel
    avoid: tuple[str, ...] = ()
    thickness: str = ""  # "thin", "thick": of several the thinnest, the thickest


@dataclass(frozen=True, slots=True)
class Cell:
    """One place on the screen.

    `window` is "" (as usual), "auto", a preset's name, or (centre, width). `sides` are where the right and the bottom
    edge of the picture shall point (L, F); the picture is flipped or turned to it where its header says how it lies.
    `justify` puts the picture against that side of its cell. `slab_mm` 0 is one slice.
    """

    series: SeriesRule = SeriesRule()
    is_prior: bool = False
    is_distinct: bool = False  # no series that an earlier cell of the stage shows
    view: str = "acquired"
    window: str | tuple[float, float] = ""
    position: str = ""  # "", "first", "middle", "last"
    rotation: float = 0.0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    sides: tuple[str, str] = ("", "")
    justify: str = ""
    is_inverted: bool = False
    slab_mm: float = 0.0
    slab_mode: str = "mip"
    preset_3d: str = ""
    if_missing: str = "empty"  # or "collapse": the others take its room


@dataclass(frozen=True, slots=True)
class Stage:
    """One screen. `layout` is how the cells lie, as `scene.layout` writes it; empty: rows of `columns`."""

    cells: tuple[Cell, ...]
    name: str = ""
    columns: int = 2
    layout: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    least: int = 1  # so many cells must be filled, else the stage is left out
    links: tuple[str, ...] = ()  # what its views do together, of LINKS; empty: as the user has it
    same_scale: bool = False  # the largest picture fits its cell, and all have that one's millimetres a pixel


@dataclass(frozen=True, slots=True)
class Protocol:
    """`id` is what it is stored under: small letters, digits and hyphens."""

    id: str
    name: str
    applies: Applies = Applies()
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Hung:
    """How the screen hangs: by this protocol, at this of its stages."""

    protocol: Protocol
    stage: int = 0
    possible: tuple[int, ...] | None = field(default=None, compare=False)  # stages that the study fills; None: unasked

    @property
    def text(self) -> str:
        """`CT head · brain and bone (1 of 2)`; only stages that the study fills count."""
        stages = self.protocol.stages
        if not 0 <= self.stage < len(stages):
            return self.protocol.name
        own = stages[self.stage].name
        filled = sorted({self.stage, *(range(len(stages)) if self.possible is None else self.possible)})
        many = f" ({filled.index(self.stage) + 1} of {len(filled)})" if len(filled) > 1 else ""
        return self.protocol.name + (f" · {own}" if own else "") + many

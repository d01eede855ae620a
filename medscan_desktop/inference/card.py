"""A model's card: all that is declared about it, typed. The card is data (`card.toml`); it names steps, never code."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.finding import Code
from medscan_desktop.inference import postprocess, preprocess
from medscan_desktop.inference.postprocess import PostprocessStep
from medscan_desktop.inference.preprocess import PreprocessStep
from medscan_desktop.inference.table import WrongTable, from_table
from medscan_desktop.inference.tiles import Tiling


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One ONNX file of the model."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelClass:
    """One structure that the model finds; `number` is its label in the stored mask."""

    number: int
    name: str
    colour: tuple[int, int, int]
    category: Code
    type: Code
    minimum_ml: float  # less than this is not the organ, or not enough of it to be measured
    maximum_ml: float
    minimum_extent_mm: tuple[float, float, float]  # right-left, front-back, foot-head
    maximum_extent_mm: tuple[float, float, float]
    refusal: str  # the sentence for a result outside these; {ml} is the volume found
    minimum_agreement: float = 0.0  # Dice with the mask of the first, coarse network, where there is one


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the weights come from, and on what they were trained."""

    package: str
    url: str
    licence: str
    citation: str
    training_data: str
    training_terms: str
    changes: str  # what the conversion changed


@dataclass(frozen=True, slots=True)
class InputNeeds:
    """What a series must be. Checked before anything runs."""

    modalities: tuple[str, ...]
    unit: str  # of the volume's values, "" for any
    padding_value: float  # what stands where the images hold padding
    minimum_slices: int
    maximum_spacing_mm: float  # along any axis
    minimum_extent_mm: tuple[float, float, float]  # right-left, front-back, foot-head
    maximum_extent_mm: tuple[float, float, float]
    contrast: str = ""  # as the user knows it, "T1"; "" where only the modality matters
    contrast_words: tuple[str, ...] = ()  # one of these in the description confirms the contrast
    refused_contrasts: tuple[str, ...] = ()  # one of these, without a confirming word, denies it
    refused_body_parts: tuple[str, ...] = ()  # words of the description or body part that name something else


@dataclass(frozen=True, slots=True)
class Runtime:
    """How ONNX Runtime is set up for this model."""

    arena: bool  # keep freed memory for the next run: faster for many small runs, costly for one big one


@dataclass(frozen=True, slots=True)
class Card:
    """A model's declaration."""

    id: str
    name: str
    version: str
    algorithm_name: str
    task: str
    body_part: str
    intended_use: str
    limits: tuple[str, ...]
    clearance: str
    measured: tuple[str, ...]  # what was seen when it was tried, and on what
    confidence_meaning: str
    origin: Origin
    needs: InputNeeds
    runtime: Runtime
    files: tuple[ModelFile, ...]
    classes: tuple[ModelClass, ...]
    preprocess: tuple[PreprocessStep, ...]
    tiles: Tiling
    postprocess: tuple[PostprocessStep, ...]

    @property
    def modalities(self) -> tuple[str, ...]:
        """What the model takes."""
        return self.needs.modalities

    @property
    def licence(self) -> str:
        """SPDX name."""
        return self.origin.licence

    @property
    def sha256(self) -> str:
        """The hash of the model: of its one file, or of the sorted lines "sha256  name" of all its files."""
        if len(self.files) == 1:
            return self.files[0].sha256
        lines = sorted(f"{file.sha256}  {file.name}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def preprocessing(self) -> str:
        """Every step with its parameters, for the provenance of a result."""
        steps = [("ras", "")] + [(step.name, _parameters(step)) for step in self.preprocess]
        return "; ".join(f"{name}({parameters})" if parameters else name for name, parameters in steps)


def read_card(table: Mapping[str, Any]) -> Card:
    """The card in a parsed card.toml; raises Damaged where it does not fit."""
    try:
        plain = {key: value for key, value in table.items() if key not in ("preprocess", "postprocess")}
        before = _steps(preprocess.STEPS, table["preprocess"])
        after = _steps(postprocess.STEPS, table["postprocess"])
        return from_table(Card, plain, done={"preprocess": before, "postprocess": after})
    except (WrongTable, KeyError, TypeError) as error:
        raise Damaged(f"The card of the model {table.get('id', '(no id)')} does not fit: {error}.") from error


def _steps(known: Sequence[type[Any]], tables: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    kinds = {kind.name: kind for kind in known}
    steps = []
    for table in tables:
        name = table.get("step", "")
        if name not in kinds:
            raise WrongTable(f"no such step: {name!r}")
        steps.append(
            from_table(kinds[name], {key: value for key, value in table.items() if key != "step"}, f"{name}: ")
        )
    return tuple(steps)


def _parameters(step: Any) -> str:
    return ", ".join(f"{field.name}={getattr(step, field.name)}" for field in fields(step) if field.name != "refusal")

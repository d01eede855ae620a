"""A prediction on one page: card, suitability, preprocess, tiles, postprocess, Prediction."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.finding import Provenance, Structure
from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.inference.card import Card, ModelClass
from medscan_desktop.inference.engine import Engine
from medscan_desktop.inference.image import Image, agreement, canonical, extent, to_source
from medscan_desktop.inference.registry import ModelRegistry
from medscan_desktop.inference.suitability import cautions, check_input, check_result
from medscan_desktop.inference.tiles import run_network

Report = Callable[[float, str], None]
_PREPARED, _RUN = 0.2, 0.9  # of the progress bar, where a stage ends
_RUNNING = "running the network"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model found: a mask for each structure, by its number, on the voxels of the source."""

    masks: Mapping[int, Mask]
    structures: tuple[Structure, ...]
    provenance: Provenance
    cautions: tuple[str, ...] = ()  # what the user should know beside the result


def predict(
    card: Card,
    registry: ModelRegistry,
    volume: Volume,
    *,
    modality: str,
    series_instance_uid: SeriesUid,
    sop_instance_uids: tuple[InstanceUid, ...],
    report: Report,
    on_cancel: Callable[[Callable[[], None]], None],
    threads: int,
    description: str = "",
    body_part: str = "",
    refusal: str = "",
    frame_numbers: tuple[int, ...] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Prediction:
    """Run a model. Raises Unsuitable with the reason, Damaged for a model file that is not the card's, Cancelled.

    `report` gets a fraction that only grows, and may raise to stop; `on_cancel` is given what to call to stop at once.
    `refusal` is why the stack is no volume, "" where it is one.
    """
    started_at, started = now(), time.perf_counter()
    check_input(card, volume, modality=modality, description=description, body_part=body_part, refusal=refusal)
    engine = Engine(card.id, registry.load(card.id), threads=threads, arena=card.runtime.arena)
    on_cancel(engine.stop)

    image = canonical(volume, card.needs.padding_value)
    for count, step in enumerate(card.preprocess):
        report(_PREPARED * count / len(card.preprocess), "preparing the images")
        image = step(image, engine.infer)
    report(_PREPARED, _RUNNING)
    scores = run_network(card.tiles, image.values, engine.infer, _share(report))
    outlines = []
    for count, (found, score) in enumerate(zip(card.classes, scores, strict=True)):
        report(_RUN + (1 - _RUN) * count / len(card.classes), f"outlining: {found.name}")
        outlines.append(_outline(card, found, score, image, volume.geometry, engine))
    report(1.0, "done")

    provenance = Provenance(
        model=card.id,
        version=card.version,
        sha256=card.sha256,
        algorithm_name=card.algorithm_name,
        series_instance_uid=series_instance_uid,
        sop_instance_uids=sop_instance_uids,
        frame_numbers=frame_numbers,
        preprocessing=card.preprocessing,
        provider=engine.provider,
        started_at=started_at.isoformat(),
        seconds=time.perf_counter() - started,
        confidence=round(min(outline.confidence for outline in outlines), 3),
        confidence_meaning=card.confidence_meaning,
    )
    return Prediction(
        masks={outline.structure.number: outline.mask for outline in outlines},
        structures=tuple(outline.structure for outline in outlines),
        provenance=provenance,
        cautions=cautions(card, volume, description=description),
    )


@dataclass(frozen=True, slots=True)
class _Outline:
    structure: Structure
    mask: Mask
    confidence: float


def _outline(
    card: Card, found: ModelClass, score: NDArray[np.float32], image: Image, geometry: Geometry, engine: Engine
) -> _Outline:
    """Clean one structure's scores, carry them to the source's voxels and check what they amount to."""
    mask = score > 0.5
    for clean in card.postprocess:
        engine.check()
        mask = clean(mask)
    voxels = to_source(_field(score, mask), image, geometry, engine.check)
    volume_ml = int(np.count_nonzero(voxels)) * geometry.voxel_mm3 / 1000
    check_result(found, volume_ml, extent(mask, image), agreement(mask, image))
    structure = Structure(found.number, found.name, volume_ml, found.category, found.type, found.colour)
    return _Outline(structure, Mask.from_array(voxels), float(score[mask].mean()))


def _field(score: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The scores, pushed to the mask's side of 0.5: their 0.5 surface outlines the cleaned mask between voxels."""
    return np.where(mask, np.maximum(score, np.float32(0.501)), np.minimum(score, np.float32(0.499)))


def _share(report: Report) -> Callable[[float], None]:
    return lambda fraction: report(_PREPARED + (_RUN - _PREPARED) * fraction, _RUNNING)

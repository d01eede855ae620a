"""Codestreams with bytes changed, cut and doubled, through real workers: decoded or refused, never the worker's end."""

from dataclasses import asdict
from functools import cache
from io import BytesIO

import numpy as np

from medscan_desktop.dicom.headers.header import Pixels
from medscan_desktop.domain.errors import FileRefused, Hostile
from tests.support.coded_series import ENCODERS
from tests.support.pool import process_workers

SIDE = 96
_HEADER = 200  # bytes where a change hurts most


@cache
def _coded(syntax: str) -> bytes:
    return ENCODERS[syntax](np.random.default_rng(1).normal(1500, 60, (SIDE, SIDE)).astype(np.uint16))


def mutated_frame(seed: int) -> None:
    """A damaged frame costs itself: it never ends or hangs its worker."""
    rng = np.random.default_rng(seed)
    syntax = list(ENCODERS)[seed % len(ENCODERS)]
    data = bytearray(_coded(syntax))
    for _ in range(int(rng.integers(1, 8))):
        at = int(rng.integers(0, len(data) if rng.random() < 0.5 else min(len(data), _HEADER)))
        match int(rng.integers(0, 4)):
            case 0:
                del data[at : at + int(rng.integers(1, 40))]
            case 1:
                data[at:at] = data[at : at + int(rng.integers(1, 40))]
            case _:
                data[at] = int(rng.choice((0, 1, 127, 128, 255, rng.integers(0, 256))))
    if rng.random() < 0.1:
        del data[int(rng.integers(0, len(data))) :]
    layout = Pixels(SIDE, SIDE, 1, 16, 16, 15, False, "MONOCHROME2", 0, 0, -1)
    try:
        process_workers().run(
            "decode", {"pixels": asdict(layout), "syntax": syntax}, BytesIO(data), label=f"{syntax} {seed}"
        )
    except Hostile:
        raise
    except FileRefused as refusal:
        assert refusal.reason, "a refusal says why"

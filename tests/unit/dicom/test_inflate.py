"""Deflated bytes as a stream: the same bytes wherever one reads, and never all of them in memory."""

import io
import tracemalloc
import zlib

import numpy as np
import pytest

from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.dicom.headers.inflate import inflated

HEAD = b"preamble and file meta"
MIB = 1 << 20


def packed(plain: bytes) -> bytes:
    engine = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
    return HEAD + engine.compress(plain) + engine.flush()


def ramp(size: int) -> bytes:
    return (np.arange(size, dtype=np.uint32) >> 6).astype(np.uint8).tobytes()


@pytest.mark.parametrize("size", [0, 1, 300_000, 70 * MIB])
def test_any_place_reads_as_if_it_had_never_been_deflated(size: int) -> None:
    rng = np.random.default_rng(size)
    plain = ramp(size)
    stream = inflated(io.BytesIO(packed(plain)), len(HEAD))
    whole = HEAD + plain

    assert stream.seek(0, 2) == len(whole)
    for _ in range(20):
        at, count = int(rng.integers(0, len(whole) + 1)), int(rng.integers(0, 100_000))
        stream.seek(at)
        assert stream.read(count) == whole[at : at + count]


def test_a_long_one_is_never_whole_in_memory() -> None:
    content = packed(ramp(100 * MIB))
    tracemalloc.start()
    stream = inflated(io.BytesIO(content), len(HEAD))
    while stream.read(MIB):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 40 * MIB


def test_what_ends_early_or_is_no_deflated_data_is_told() -> None:
    with pytest.raises(Truncated, match="end too early"):
        inflated(io.BytesIO(packed(bytes(1000))[:-2]), len(HEAD))
    with pytest.raises(Malformed, match="cannot be inflated"):
        inflated(io.BytesIO(HEAD + b"\xff" * 100), len(HEAD))


def test_a_bomb_is_stopped_by_what_comes_out() -> None:
    with pytest.raises(Malformed, match="far more than an image holds"):
        inflated(io.BytesIO(packed(bytes(300 * MIB))), len(HEAD))

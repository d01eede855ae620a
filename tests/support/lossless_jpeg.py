"""JPEG lossless, process 14, selection value 1 (ISO/IEC 10918-1 H), written from the standard: imagecodecs writes 6."""

import heapq
import struct
from itertools import count

import numpy as np

_BITS = 16


def encode(plane: np.ndarray) -> bytes:
    """An unsigned 16-bit grey image as one scan with its own optimal Huffman table."""
    differences = _differences(plane.astype(np.int32))
    categories = np.zeros(differences.shape, np.int64)
    for bit in range(_BITS):
        categories[np.abs(differences) >> bit > 0] = bit + 1
    lengths = _code_lengths(np.bincount(categories, minlength=_BITS + 1))
    codes = _canonical(lengths)
    extra = np.where(differences < 0, differences + (1 << categories) - 1, differences)  # H.1.2.2
    sizes = np.where(categories == _BITS, 0, categories)  # the difference 32,768 needs no further bits
    code_of = np.array([codes.get(category, 0) for category in range(_BITS + 1)], np.int64)
    length_of = np.array([lengths.get(category, 0) for category in range(_BITS + 1)], np.int64)
    words = code_of[categories] << sizes | extra & ((1 << sizes) - 1)
    scan = _packed(words, length_of[categories] + sizes)
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xC4, b"\0" + _table(lengths, codes)),
            _segment(0xC3, struct.pack(">BHHBBBB", _BITS, *plane.shape, 1, 0, 0x11, 0)),
            _segment(0xDA, bytes((1, 0, 0, 1, 0, 0))),  # one component, table 0, predictor 1
            scan,
            b"\xff\xd9",
        )
    )


def _differences(plane: np.ndarray) -> np.ndarray:
    """From the left neighbour; in the first column from above; the very first from the middle (H.1.2.1)."""
    predicted = np.empty_like(plane)
    predicted[:, 1:] = plane[:, :-1]
    predicted[1:, 0] = plane[:-1, 0]
    predicted[0, 0] = 1 << (_BITS - 1)
    wrapped = (plane - predicted) & 0xFFFF
    return np.where(wrapped > 1 << 15, wrapped - (1 << 16), wrapped).ravel()


def _code_lengths(frequencies: np.ndarray) -> dict[int, int]:
    """Huffman's, with one code more that stays unused: no code may be all ones (K.2). Rare ones keep to 16 bits."""
    order = count()
    least = int(frequencies.sum()) >> 12
    heap = [(max(int(f), least), next(order), {symbol: 0}) for symbol, f in enumerate(frequencies) if f]
    heap.append((0, next(order), {-1: 0}))
    heapq.heapify(heap)
    while len(heap) > 1:
        (f1, _, one), (f2, _, two) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (f1 + f2, next(order), {s: n + 1 for s, n in (one | two).items()}))
    lengths = heap[0][2]
    longest = max((s for s in lengths if s >= 0), key=lambda s: lengths[s])
    lengths[longest] = max(lengths.values())
    return {symbol: length for symbol, length in lengths.items() if symbol >= 0}


def _canonical(lengths: dict[int, int]) -> dict[int, int]:
    codes, code, previous = {}, 0, 0
    for symbol, length in sorted(lengths.items(), key=lambda pair: (pair[1], pair[0])):
        code <<= length - previous
        codes[symbol] = code
        code, previous = code + 1, length
    return codes


def _table(lengths: dict[int, int], codes: dict[int, int]) -> bytes:
    counts = bytes(sum(length == n for length in lengths.values()) for n in range(1, 17))
    return counts + bytes(sorted(codes, key=lambda symbol: (lengths[symbol], codes[symbol])))


def _packed(words: np.ndarray, lengths: np.ndarray) -> bytes:
    """Most significant bit first, filled up with ones; a 0 byte follows each FF (B.1.1.5)."""
    ends = np.cumsum(lengths)
    bits = np.ones(int(-(-ends[-1] // 8) * 8), np.uint8)
    for place in range(int(lengths.max())):
        chosen = lengths > place
        bits[ends[chosen] - 1 - place] = words[chosen] >> place & 1
    return np.packbits(bits).tobytes().replace(b"\xff", b"\xff\0")


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body

"""Encapsulated pixel data (PS3.5 A.4): fragments on disk, and which of them make each frame."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from medscan_desktop.dicom.headers.elements import ITEM, SEQUENCE_END, UNDEFINED, Malformed, Truncated

_STARTS = (b"\xff\xd8", b"\xff\x4f")  # of a JPEG or JPEG-LS image, of a JPEG 2000 codestream
_MAX_FRAGMENTS = 200_000  # as many as elements in a header; a cine of 10,000 frames has some 10,000
_BLOCK = 64 * 1024  # small fragments come many to a read


@dataclass(frozen=True, slots=True)
class Fragment:
    """Where one fragment's bytes lie in the stream."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Encapsulated:
    """The basic offset table (offsets from the first fragment's item tag) and the fragments."""

    table: tuple[int, ...]
    fragments: tuple[Fragment, ...]


def read_fragments(stream: BinaryIO, offset: int) -> Encapsulated:
    """Walk the items that begin at `offset`; Truncated where the last one is cut off."""
    size = stream.seek(0, 2)
    items: list[Fragment] = []
    position, block, base = offset, b"", offset
    while True:
        if not base <= position <= base + len(block) - 8:
            stream.seek(position)
            # most fragments are longer than a block: no more is read than the next header until one was short
            near = bool(items) and items[-1].length < _BLOCK // 8
            block, base = stream.read(_BLOCK if near else 8), position
        if len(block) - (position - base) < 8:
            raise Truncated("is truncated: its pixel data end without a delimiter")
        group, number, length = struct.unpack_from("<HHI", block, position - base)
        tag, position = group << 16 | number, position + 8
        if tag == SEQUENCE_END:
            break
        if tag != ITEM or length == UNDEFINED or len(items) > _MAX_FRAGMENTS:
            raise Malformed("is damaged: its pixel data are not a list of fragments")
        if position + length > size:
            raise Truncated(f"is truncated: its pixel data end {position + length - size:,} bytes too early")
        items.append(Fragment(position, length))
        position += length
    if not items:
        raise Malformed("is damaged: its pixel data hold no fragments")
    stream.seek(items[0].offset)
    table = stream.read(items[0].length - items[0].length % 4)
    return Encapsulated(struct.unpack(f"<{len(table) // 4}I", table), tuple(items[1:]))


def frame_fragments(stream: BinaryIO, data: Encapsulated, frames: int) -> list[tuple[Fragment, ...]]:
    """The fragments of each frame.

    By the offset table where it fits; else one fragment a frame (always so under an extended offset table, PS3.3
    C.7.6.3.1.8); else each fragment that begins an image begins a frame.
    """
    fragments = data.fragments
    if frames == 1:
        return [fragments]
    if len(data.table) == frames and (split := _split_at(fragments, data.table)):
        return split
    if len(fragments) == frames:
        return [(fragment,) for fragment in fragments]
    starts = [index for index, fragment in enumerate(fragments) if _peek(stream, fragment) in _STARTS]
    if len(starts) != frames or starts[0] != 0:
        raise Malformed(f"is damaged: its {len(fragments):,} pixel data fragments do not make {frames:,} frames")
    return [fragments[first:last] for first, last in zip(starts, [*starts[1:], len(fragments)], strict=True)]


def _split_at(fragments: Sequence[Fragment], table: Sequence[int]) -> list[tuple[Fragment, ...]] | None:
    if not fragments:
        return None
    first = fragments[0].offset - 8
    index_of = {fragment.offset - 8 - first: index for index, fragment in enumerate(fragments)}
    starts = [index_of.get(offset, -1) for offset in table]
    if starts[0] != 0 or any(start >= end for start, end in zip(starts, [*starts[1:], len(fragments)], strict=True)):
        return None
    return [tuple(fragments[a:b]) for a, b in zip(starts, [*starts[1:], len(fragments)], strict=True)]


def _peek(stream: BinaryIO, fragment: Fragment) -> bytes:
    stream.seek(fragment.offset)
    return stream.read(min(2, fragment.length))

"""Reading the header of one file after another: what repeats, byte for byte, is not taken apart again.

The files of a series differ in a dozen of their hundred elements. Elements are independent of each other at the top
level of a data set, so a run of bytes that was read before means what it meant then; everything else goes through the
bounds-checked reader. The result is the same as the reader's own, which the tests hold it to.
"""

import itertools
import struct
import threading
from dataclasses import dataclass, field

from medscan_desktop.dicom.headers.elements import EXPLICIT_LITTLE, FLOAT_PIXELS, Elements, Encoding, Reader
from medscan_desktop.dicom.headers.values import plain_texts

_LONGEST = 15 * 1024  # of a header: it lies in the block that is read first
_TAG = struct.Struct("<HH").unpack_from
_END = FLOAT_PIXELS
_Raw = dict[int, tuple[bytes, bytes]]


@dataclass(slots=True)
class _Run:
    """Neighbouring elements: their bytes, what they mean, and the tag that follows. No bytes: they change each time."""

    first: int
    last: int
    following: int
    content: bytes
    raw: _Raw
    items: dict[int, list[Elements]]
    texts: dict[str, str] = field(default_factory=dict)
    fresh: _Raw = field(default_factory=dict)  # what must be decoded in its data set


class _Memory(threading.local):
    """The header read last on this thread, as runs."""

    def __init__(self) -> None:
        self.runs: list[_Run] = []
        self.changing: set[int] = set()
        self.is_merged = False


_memory = _Memory()


def data_set(reader: Reader, position: int, encoding: Encoding) -> tuple[Elements, int]:
    """The elements before the pixel data and where those begin, as `Reader.data_set` gives them."""
    if encoding != EXPLICIT_LITTLE:
        return reader.data_set(position, encoding, _END)
    if not _memory.runs:
        return _learned(reader, position)
    found = _repeated(reader, position)
    return found if found is not None else _learned(reader, position)


def _repeated(reader: Reader, position: int) -> tuple[Elements, int] | None:
    """By the runs; None where the tags do not rise, so that what comes twice may count."""
    raw: _Raw = {}
    items: dict[int, list[Elements]] = {}
    texts: dict[str, str] = {}
    fresh: _Raw = {}
    missed: list[_Run] = []
    block, base = reader.block
    last = -1
    for run in _memory.runs:
        if run.content and block.startswith(run.content, position - base):
            raw.update(run.raw)
            texts.update(run.texts)
            fresh.update(run.fresh)
            items.update(run.items)
            position += len(run.content)
            last = run.last
            continue
        part, position = reader.data_set(position, EXPLICIT_LITTLE, run.following)
        block, base = reader.block
        if not _rises(part, last):
            return None
        raw.update(part.raw)
        fresh.update(part.raw)
        items.update(part.items)
        last = max(part.raw, default=last)
        if run.content:
            missed.append(run)
    part, position = reader.data_set(position, EXPLICIT_LITTLE, _END)
    if not _rises(part, last):
        return None
    if part.raw or part.items:
        raw.update(part.raw)
        fresh.update(part.raw)
        items.update(part.items)
    if missed:
        _note(missed)
    return Elements(raw, items, EXPLICIT_LITTLE, texts, fresh), position


def _rises(part: Elements, last: int) -> bool:
    return min(part.raw, default=_END) > last and min(part.items, default=_END) > last


def _note(missed: list[_Run]) -> None:
    """What differed once is expected to differ again; where a longer run did, the next header is learned anew."""
    if _memory.is_merged:
        _memory.runs = []
        return
    _memory.changing.update(run.first for run in missed)
    _memory.runs = _merged(_memory.runs)
    _memory.is_merged = True


def _learned(reader: Reader, start: int) -> tuple[Elements, int]:
    found, end = reader.data_set(start, EXPLICIT_LITTLE, _END)
    _memory.runs, _memory.is_merged = [], False
    if end - start > _LONGEST - 64:
        return found, end
    runs: list[_Run] = []
    position, last = start, -1
    while position < end:
        group, number = _TAG(reader.bytes_at(position, 4))
        tag = group << 16 | number
        if tag <= last:  # out of order: such a file is read as it is each time
            return found, end
        part, following = reader.data_set(position, EXPLICIT_LITTLE, tag + 1)
        runs.append(_run(tag, tag, reader.bytes_at(position, following - position), part.raw, part.items))
        position, last = following, tag
    for run, after in itertools.pairwise(runs):
        run.following = after.first
    _memory.runs = runs
    return found, end


def _run(first: int, last: int, content: bytes, raw: _Raw, items: dict[int, list[Elements]]) -> _Run:
    texts, fresh = plain_texts(raw)
    return _Run(first, last, _END, content, raw, items, texts, fresh)


def _merged(runs: list[_Run]) -> list[_Run]:
    """Neighbours that do not change as one; those that do without their bytes."""
    merged: list[_Run] = []
    for run in runs:
        before = merged[-1] if merged else None
        if run.first in _memory.changing:
            merged.append(_Run(run.first, run.last, run.following, b"", {}, {}))
        elif before is None or not before.content:
            merged.append(run)
        else:
            content = before.content + run.content
            joined = _run(before.first, run.last, content, before.raw | run.raw, before.items | run.items)
            joined.following = run.following
            merged[-1] = joined
    return merged


def forget() -> None:
    """Learn anew, as a new thread does."""
    _memory.runs, _memory.is_merged = [], False
    _memory.changing.clear()

"""NRRD with its data in the same file: raw, gzip, bzip2 or text (http://teem.sourceforge.net/nrrd/format.html)."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.foreign.byte_stream import check_size, planes, skip, unpacking
from medscan_desktop.dicom.foreign.volume_file import MAX_BYTES, VolumeHead
from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.domain.shown import shown

_MAX_HEADER = 1 << 20
_MAX_TEXTS = 12
_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_TYPE_OF = {name: code for code, names in _TYPES.items() for name in names}
_PACKINGS = {
    "raw": "raw",
    "gzip": "gzip",
    "gz": "gzip",
    "bzip2": "bzip2",
    "bz2": "bzip2",
    "ascii": "text",
    "txt": "text",
    "text": "text",
}
# What each axis must be multiplied with to count to the left, the back and the head.
_SPACES = {
    "left-posterior-superior": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1),
}
_SPACES |= {"lps": _SPACES["left-posterior-superior"], "ras": _SPACES["right-anterior-superior"]}
_SPACES |= {"las": _SPACES["left-anterior-superior"]}
_MM = {"mm": 1.0, "millimeter": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001, "µm": 0.001, "micron": 0.001}
_COLOUR_KINDS = ("rgb-color", "rgba-color", "3-color", "4-color")
_PERSONAL = re.compile(r"patient|subject|person|name|\bid\b|birth|content", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Text:
    """The header: fields by their lower-case name, key/value pairs, and where the data begin."""

    fields: dict[str, str]
    pairs: tuple[tuple[str, str], ...]
    end: int


def nrrd_head(file: BinaryIO) -> VolumeHead:
    """What the header says. Malformed where it is damaged, or holds what DICOM cannot."""
    text = _read_text(file)
    head = _head(text)
    if _packing(text) != "text":
        check_size(file, head, _packing(text), text.end)
    return head


def nrrd_planes(file: BinaryIO) -> Iterator[NDArray[Any]]:
    """Every plane, as stored, in the order of `planes`."""
    text = _read_text(file)
    head, packing = _head(text), _packing(text)
    file.seek(text.end)
    for _ in range(_number(text, "line skip")):
        file.readline(_MAX_HEADER)
    if packing == "text":
        yield from _text_planes(file, head)
        return
    bytes_over = _number(text, "byte skip", least=-1)
    if bytes_over < 0:  # the data end the file
        if packing != "raw":
            raise Malformed("skips bytes from the end of packed data, which NRRD does not allow")
        file.seek(file.seek(0, io.SEEK_END) - head.bytes)
    stream = unpacking(file, packing)
    skip(stream, max(0, bytes_over))
    yield from planes(stream, head)


def _read_text(file: BinaryIO) -> _Text:
    file.seek(0)
    data = file.read(_MAX_HEADER)
    if not data.startswith(b"NRRD000"):
        raise Malformed("is no NRRD image")
    fields: dict[str, str] = {}
    pairs = []
    position = data.find(b"\n") + 1
    while True:
        end = data.find(b"\n", position)
        if end < 0:
            raise Malformed(
                "has a header without an end, or its data in other files: only a whole .nrrd can be wrapped"
            )
        line = data[position:end].rstrip(b"\r").decode("utf-8", "replace")
        position = end + 1
        if not line:
            break
        if line.startswith("#"):
            continue
        key, separator, value = line.partition(":")
        if separator and value.startswith("="):
            pairs.append((key, value[1:]))
        elif separator:
            fields[key.strip().lower()] = value.strip()
    if fields.keys() & {"data file", "datafile"}:
        raise Malformed("has its values in another file: only an NRRD that holds its own can be wrapped")
    return _Text(fields, tuple(pairs), position)


def _packing(text: _Text) -> str:
    stated = text.fields.get("encoding", "").lower()
    if stated not in _PACKINGS:
        raise Malformed(f"is encoded in a way that is not supported ({shown(stated)[:20] or 'none stated'})")
    return _PACKINGS[stated]


def _number(text: _Text, name: str, least: int = 0) -> int:
    stated = text.fields.get(name, text.fields.get(name.replace(" ", ""), "0"))
    try:
        number = int(stated)
    except ValueError:
        number = least - 1
    if not least <= number <= MAX_BYTES:
        raise Malformed(f"is damaged: its {name} is no number")
    return number


def _head(text: _Text) -> VolumeHead:
    fields = text.fields
    try:
        sizes = [int(part) for part in fields["sizes"].split()]
        code = _TYPE_OF[fields["type"].lower()]
    except (KeyError, ValueError) as error:
        raise Malformed("is damaged: its sizes or its type are none that NRRD knows") from error
    if not 2 <= len(sizes) <= 5 or str(len(sizes)) != fields.get("dimension", "") or min(sizes) < 1:
        raise Malformed("has a number of dimensions that an image has not, or sizes that contradict it")
    kinds = fields.get("kinds", "").lower().split()
    samples = _samples(sizes, kinds, code)
    spatial = sizes[1:] if samples > 1 else sizes
    if len(spatial) > 4:
        raise Malformed("has more dimensions than space and time")
    columns, rows, slices, times = (*spatial, 1, 1)[:4]
    affine, spacing, notes = _geometry(fields, len(sizes), 1 if samples > 1 else 0, len(spatial))
    order = {"little": "<", "big": ">"}.get(fields.get("endian", "little").lower(), "<")
    return VolumeHead(
        shape=(times, slices, rows, columns),
        dtype=("|" if code.endswith("1") else order) + code,
        samples=samples,
        slope=1.0,
        intercept=0.0,
        affine=affine,
        spacing=spacing,
        notes=notes,
        says=_says(text),
    )


def _samples(sizes: list[int], kinds: list[str], code: str) -> int:
    """3 or 4 where the first axis is colour, else 1; Malformed where a voxel holds several values of another kind."""
    if kinds and kinds[0] in _COLOUR_KINDS:
        if sizes[0] not in (3, 4) or code != "u1":
            raise Malformed("has colours that are not three or four bytes")
        return sizes[0]
    inner = kinds[: min(3, len(kinds))]
    if any(kind not in ("domain", "space", "???", "none", "time") for kind in inner):
        raise Malformed("holds several values a voxel, which an image cannot")
    return 1


def _vectors(text: str) -> list[tuple[float, ...] | None]:
    """Each "(x,y,z)" as numbers, "none" as None."""
    try:
        return [
            None if part == "none" else tuple(float(number) for number in part.strip("()").split(","))
            for part in re.findall(r"none|\([^()]*\)", text)
        ]
    except ValueError as error:
        raise Malformed("is damaged: its directions are no numbers") from error


def _geometry(
    fields: dict[str, str], axes: int, first: int, spatial: int
) -> tuple[tuple[float, ...] | None, tuple[float, float, float], tuple[str, ...]]:
    """The affine to LPS mm (None where the space names no patient side), the spacing in mm, and what is to be said."""
    space = fields.get("space", "").lower().removesuffix("-time")
    signs = _SPACES.get(space) or _SPACES.get(space.removesuffix("t"))  # "RAST" is "RAS" with time
    mm, notes = _unit(fields)
    directions = _vectors(fields.get("space directions", ""))
    used = directions[first : first + min(3, spatial)] if len(directions) == axes else []
    known = [one for one in used if one is not None and len(one) == 3]
    if not known or len(known) != len(used):
        return None, _spacings(fields, first), (*notes, "orientation not stated in the file")
    columns = [np.array(one) * mm for one in known]
    while len(columns) < 3:  # a single plane: its normal, 1 mm thick
        normal = np.cross(columns[0], columns[1]) if len(columns) == 2 else np.array([0.0, 0.0, 1.0])
        columns.append(normal / (np.linalg.norm(normal) or 1.0))
    steps = tuple(float(np.linalg.norm(column)) for column in columns)
    spacing = (steps[0], steps[1], steps[2])
    origins = _vectors(fields.get("space origin", ""))
    if signs is None or len(origins) != 1 or origins[0] is None or len(origins[0]) != 3:
        return None, spacing, (*notes, "orientation not stated in the file")
    affine = np.eye(4)
    affine[:3, :3] = np.stack(columns, axis=1)
    affine[:3, 3] = np.array(origins[0]) * mm
    lps = np.diag([*signs, 1.0]) @ affine
    return tuple(float(value) for value in lps.reshape(-1)), spacing, notes


def _unit(fields: dict[str, str]) -> tuple[float, tuple[str, ...]]:
    stated = re.findall(r'"([^"]*)"', fields.get("space units", ""))
    if not stated:
        return 1.0, ()
    if stated[0].lower() not in _MM or len(set(stated[:3])) != 1:
        raise Malformed("measures its space in units that are no lengths")
    return _MM[stated[0].lower()], ()


def _spacings(fields: dict[str, str], first: int) -> tuple[float, float, float]:
    """From `spacings`, 1 mm where an axis has none."""
    found = []
    for part in fields.get("spacings", "").split()[first : first + 3]:
        try:
            found.append(abs(float(part)))
        except ValueError:
            found.append(1.0)
    steps = [step if np.isfinite(step) and step > 0 else 1.0 for step in (*found, 1.0, 1.0, 1.0)[:3]]
    return steps[0], steps[1], steps[2]


def _says(text: _Text) -> tuple[tuple[str, str], ...]:
    """The content line and the pairs that may name somebody."""
    pairs = [("content", text.fields["content"])] if text.fields.get("content") else []
    pairs += [(key, value) for key, value in text.pairs if _PERSONAL.search(key) and value.strip()]
    return tuple((shown(key)[:64], shown(value)[:200]) for key, value in pairs[:_MAX_TEXTS])


def _text_planes(file: BinaryIO, head: VolumeHead) -> Iterator[NDArray[Any]]:
    """Numbers in letters, between spaces; read in pieces, a plane at a time."""
    times, slices, rows, columns = head.shape
    wanted = rows * columns * head.samples
    shape = (rows, columns) if head.samples == 1 else (rows, columns, head.samples)
    waiting: list[bytes] = []
    rest = b""
    for _ in range(times * slices):
        while len(waiting) < wanted:
            part = file.read(1 << 20)
            words = (rest + part).replace(b",", b" ").split()
            rest = b""
            if part and words and not part[-1:].isspace():
                rest = words.pop()
            waiting += words
            if not part:
                break
        if len(waiting) < wanted:
            raise Truncated("is truncated: it holds fewer numbers than it says")
        try:
            numbers = np.array([float(word) for word in waiting[:wanted]])
        except ValueError as error:
            raise Malformed("is damaged: its values are no numbers") from error
        del waiting[:wanted]
        yield numbers.astype(np.dtype(head.dtype)).reshape(shape)

"""Hanging protocols as JSON and back. Whatever a file holds, reading it names the fault and where it is."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.hanging_protocol import LINKS, PLANES, VIEWS, Applies, Cell, Protocol, SeriesRule, Stage
from medscan_desktop.domain.relevant_prior import REGION_NAMES
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.stack_traits import StackKind
from medscan_desktop.domain.word_patterns import LONGEST, is_pattern

FORMAT, VERSION = "medscan-hanging", 1
MOST_BYTES = 1_000_000  # of a file
MOST_PROTOCOLS, MOST_STAGES, MOST_CELLS = 200, 16, 16
_MOST_WORDS, _NAME, _DEEPEST = 60, 80, 12
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_CODE = re.compile(r"[A-Z0-9_ ]{1,16}")
_LIST = re.compile(r"\[\n\s+([^\[\]{}]*?)\n\s*\]")  # of plain values: on one line it is read more easily
_SIDE = re.compile(r"[RLAPHF]{0,3}")

_Reader = Callable[[object], Any]  # raises ValueError with what is wrong


def write_protocols(protocols: list[Protocol]) -> bytes:
    """The file of these protocols: JSON, UTF-8, with what is not said left out."""
    body = {"format": FORMAT, "version": VERSION, "protocols": [to_json(one) for one in protocols]}
    text = _LIST.sub(lambda found: f"[{' '.join(found[1].split())}]", json.dumps(body, indent=2, ensure_ascii=False))
    return f"{text}\n".encode()


def read_protocols(content: bytes) -> list[Protocol]:
    """The protocols of a file. Raises Unsuitable, naming what is wrong and where."""
    if len(content) > MOST_BYTES:
        raise Unsuitable(f"This file is {len(content):,} bytes long; hanging protocols have at most {MOST_BYTES:,}.")
    try:
        body = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unsuitable("This file is not JSON, so it holds no hanging protocol.") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise Unsuitable(f'This file holds no hanging protocols: its "format" is not "{FORMAT}".')
    if body.get("version") != VERSION:
        raise Unsuitable(f"These hanging protocols have version {_told(body.get('version'))}; this program reads 1.")
    listed = body.get("protocols")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_PROTOCOLS:
        raise Unsuitable(f'"protocols" must be a list of 1 to {MOST_PROTOCOLS} protocols.')
    found = [from_json(one, f"protocol {number}") for number, one in enumerate(listed, start=1)]
    ids = [one.id for one in found]
    for one in ids:
        if ids.count(one) > 1:
            raise Unsuitable(f'Two protocols of this file have the id "{one}".')
    return found


def to_json(value: Protocol | Applies | Stage | Cell | SeriesRule) -> dict[str, Any]:
    """What `from_json` reads; what is as in a new one is left out."""
    body: dict[str, Any] = {}
    plain = _plain(type(value))
    for one in fields(value):
        held = getattr(value, one.name)
        if one.name in plain and held == plain[one.name]:
            continue
        body[one.name] = _written(held)
    return body


def from_json(body: object, where: str = "the protocol") -> Protocol:
    """Raises Unsuitable, naming what is wrong and where in it."""
    named = where
    if isinstance(body, dict) and isinstance(body.get("name"), str):
        named = f"{where}, “{shown(body['name'][:_NAME])}”"
    protocol: Protocol = _read(Protocol, body, named)
    return protocol


def id_of(name: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """An id that a name suggests and nobody has."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold())[:40].strip("-") or "protocol"
    numbered = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (plain, *numbered) if one not in taken)


def _read(kind: type, body: object, where: str) -> Any:
    if not isinstance(body, dict):
        raise Unsuitable(f"{where}: must be an object with named values.")
    readers = _FIELDS[kind]
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name not in readers:
            known = ", ".join(sorted(readers))
            raise Unsuitable(f"{where}: there is no “{shown(str(name)[:40])}”; there are {known}.")
        inner = _INNER.get((kind, name))
        if inner is not None:
            values[name] = inner(value, where)
            continue
        try:
            values[name] = readers[name](value)
        except ValueError as error:
            raise Unsuitable(f"{where}: “{name}” {error}, not {_told(value)}.") from error
    for name in _NEEDED.get(kind, ()):
        if name not in values:
            raise Unsuitable(f"{where}: “{name}” is missing.")
    return kind(**values)


def _stages(value: object, where: str) -> tuple[Stage, ...]:
    return _several(Stage, value, where, "stages", "stage", MOST_STAGES)


def _cells(value: object, where: str) -> tuple[Cell, ...]:
    return _several(Cell, value, where, "cells", "cell", MOST_CELLS)


def _several(kind: type, value: object, where: str, name: str, one: str, most: int) -> tuple[Any, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise Unsuitable(f"{where}: “{name}” must be a list of 1 to {most}.")
    return tuple(_read(kind, body, f"{where}, {one} {number}") for number, body in enumerate(value, start=1))


def _text(most: int, least: int = 0) -> _Reader:
    def read(value: object) -> str:
        if not isinstance(value, str) or not least <= len(value.strip()) <= most or not value.isprintable():
            raise ValueError(f"must be a text of {least} to {most} characters")
        return value.strip()

    return read


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("must be small letters, digits and hyphens, at most 60")
    return value


def _patterns(value: object) -> tuple[str, ...]:
    is_list = isinstance(value, list) and len(value) <= _MOST_WORDS
    if not isinstance(value, list) or not is_list or not all(isinstance(one, str) and is_pattern(one) for one in value):
        raise ValueError(f"must be a list of at most {_MOST_WORDS} words or patterns of at most {LONGEST} characters")
    return tuple(value)


def _codes(value: object) -> tuple[str, ...]:
    is_list = isinstance(value, list) and len(value) <= _MOST_WORDS
    if not isinstance(value, list) or not is_list:
        raise ValueError("must be a list of codes in capitals")
    if not all(isinstance(one, str) and _CODE.fullmatch(one) for one in value):
        raise ValueError("must be a list of codes in capitals")
    return tuple(value)


def _one_of(*options: str) -> _Reader:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in options:
            raise ValueError(f"must be one of {', '.join(one or 'nothing' for one in options)}")
        return value

    return read


def _some_of(*options: str) -> _Reader:
    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > len(options) or not all(one in options for one in value):
            raise ValueError(f"must be a list of some of {', '.join(options)}")
        return tuple(value)

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004  what a file holds, not how a caller errs
    return value


def _number(low: float, high: float) -> _Reader:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return float(value)

    return read


def _count(low: int, high: int) -> _Reader:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return read


def _window(value: object) -> str | tuple[float, float]:
    if isinstance(value, str) and len(value) <= _NAME and value.isprintable():
        return value
    if isinstance(value, list) and len(value) == 2:
        centre, width = (_number(-1e6, 1e7)(one) for one in value)
        if width >= 1e-3:
            return centre, width
    raise ValueError("must be a preset's name, or centre and width")


def _sides(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("must be two sides, of the right and of the bottom edge")
    if not all(isinstance(one, str) and _SIDE.fullmatch(one) for one in value):
        raise ValueError("must be two of R, L, A, P, H, F")
    return value[0], value[1]


def _layout(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not _is_shallow(value, _DEEPEST) or len(json.dumps(value)) > 20_000:
        raise ValueError("must be a layout of a few cells")
    return MappingProxyType(value)


def _is_shallow(value: object, depth: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_is_shallow(one, depth - 1) for one in inner)


def _written(value: object) -> object:
    if isinstance(value, Applies | Stage | Cell | SeriesRule):
        return to_json(value)
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def _plain(kind: type) -> Mapping[str, Any]:
    """What a new one holds, by field; without those that have no default."""
    plain = {Applies: Applies(), Cell: Cell(), SeriesRule: SeriesRule(), Stage: Stage(()), Protocol: Protocol("", "")}
    return {name: getattr(plain[kind], name) for name in _FIELDS[kind] if name not in _NEEDED.get(kind, ())}


def _told(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, float) else f"{value:g}"
    return shown(text[:60] + ("…" if len(text) > 60 else ""))


def _no_constant(name: str) -> float:
    """NaN and Infinity are no JSON."""
    raise ValueError(f"{name} is no number")


_KINDS = _some_of(*StackKind)
_LATERALITY = _one_of("", "R", "L", "B")
_NEEDED: Mapping[type, tuple[str, ...]] = {Protocol: ("id", "name", "stages"), Stage: ("cells",)}
_INNER: Mapping[tuple[type, str], Callable[[object, str], Any]] = {
    (Protocol, "applies"): lambda value, where: _read(Applies, value, f"{where}, applies"),
    (Protocol, "stages"): _stages,
    (Stage, "cells"): _cells,
    (Cell, "series"): lambda value, where: _read(SeriesRule, value, f"{where}, series"),
}
_FIELDS: Mapping[type, Mapping[str, _Reader]] = {
    Protocol: {"id": _id, "name": _text(_NAME, 1), "applies": _flag, "stages": _flag},  # the last two are read inside
    Applies: {
        "modalities": _codes,
        "regions": _some_of(*REGION_NAMES),
        "words": _patterns,
        "not_words": _patterns,
        "laterality": _LATERALITY,
        "views": _codes,
        "kinds": _KINDS,
        "least_series": _count(0, 1000),
        "most_series": _count(0, 1000),
        "prior": _one_of("", "with", "without"),
    },
    Stage: {
        "name": _text(_NAME),
        "cells": _flag,
        "columns": _count(1, 4),
        "layout": _layout,
        "least": _count(1, MOST_CELLS),
        "links": _some_of(*LINKS),
        "same_scale": _flag,
    },
    SeriesRule: {
        "modalities": _codes,
        "words": _patterns,
        "not_words": _patterns,
        "planes": _some_of(*PLANES, "oblique"),
        "kinds": _KINDS,
        "laterality": _LATERALITY,
        "views": _codes,
        "image_types": _codes,
        "not_image_types": _codes,
        "contrast": _one_of("", "with", "without"),
        "prefer": _patterns,
        "avoid": _patterns,
        "thickness": _one_of("", "thin", "thick"),
    },
    Cell: {
        "series": _flag,
        "is_prior": _flag,
        "is_distinct": _flag,
        "view": _one_of(*VIEWS),
        "window": _window,
        "position": _one_of("", "first", "middle", "last"),
        "rotation": _number(-360, 360),
        "flip_horizontal": _flag,
        "flip_vertical": _flag,
        "sides": _sides,
        "justify": _one_of("", "left", "right"),
        "is_inverted": _flag,
        "slab_mm": _number(0, 500),
        "slab_mode": _one_of("mip", "minip", "mean"),
        "preset_3d": _text(_NAME),
        "if_missing": _one_of("empty", "collapse"),
    },
}

"""Typed values from TOML tables: a dataclass is filled from a table; an unknown, missing or wrong key is refused."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class WrongTable(ValueError):
    """A table does not fit; the text names the key."""


def from_table(
    kind: type[T], table: Mapping[str, Any], where: str = "", *, done: Mapping[str, Any] = MappingProxyType({})
) -> T:
    """`kind` is a dataclass of str, int, float, bool, tuples of these, and further dataclasses (lists become tuples).

    `done` holds values that are finished already; `where` begins the text of a WrongTable.
    """
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(table) - set(known))
    missing = [name for name, field in known.items() if name not in table and name not in done and _is_required(field)]
    if unknown or missing:
        raise WrongTable(f"{where}unknown key {unknown[0]}" if unknown else f"{where}missing key {missing[0]}")
    return kind(**{name: _typed(hints[name], value, f"{where}{name}: ") for name, value in table.items()}, **done)


def _is_required(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _typed(kind: Any, value: Any, where: str) -> Any:
    if is_dataclass(kind) and isinstance(value, Mapping):
        return from_table(kind, value, where)  # type: ignore[arg-type]
    if get_origin(kind) is tuple and isinstance(value, list):
        kinds = get_args(kind)
        if kinds[-1] is Ellipsis:
            return tuple(_typed(kinds[0], item, where) for item in value)
        if len(kinds) == len(value):
            return tuple(_typed(part, item, where) for part, item in zip(kinds, value, strict=True))
    if kind is float and type(value) is int:
        return float(value)
    if isinstance(kind, type) and type(value) is kind:
        return value
    raise WrongTable(f"{where}wrong kind of value")

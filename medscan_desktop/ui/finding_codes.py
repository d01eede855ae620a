"""The findings and sites that are offered for a measurement, from the resources."""

import tomllib
from functools import cache

from medscan_desktop.domain.code import Code
from medscan_desktop.render.resources import resources_folder


@cache
def finding_codes() -> tuple[Code, ...]:
    """What it may be, by name."""
    return _codes("findings")


@cache
def site_codes() -> tuple[Code, ...]:
    """Where it may be, by name."""
    return _codes("sites")


def _codes(name: str) -> tuple[Code, ...]:
    body = tomllib.loads((resources_folder() / "finding_codes.toml").read_text(encoding="utf-8"))
    return tuple(Code(one["value"], one["scheme"], one["meaning"]) for one in body[name])

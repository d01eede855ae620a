"""What an installation decides for itself: `settings.toml` in the home. Everything has a default."""

import os
import tomllib
from pathlib import Path

from medscan_desktop.app.machine_memory import machine_bytes
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.imaging.need import MEGABYTE
from medscan_desktop.workstation.command import Settings

_KNOWN: dict[str, tuple[type, ...]] = {
    "threads": (int,),
    "is_demo": (bool,),
    "lock_after_minutes": (int, float),
    "array_path": (bool,),
    "memory_budget_mb": (int,),
}


def read_settings(home: Path, fonts: Path) -> Settings:
    """The settings of a home. Raises FileRefused where the file says what it cannot mean."""
    path = home / "settings.toml"
    values: dict[str, object] = {"threads": os.cpu_count() or 2}
    if path.exists():
        values |= _checked(path)
    megabytes = values.pop("memory_budget_mb", 0)
    if not isinstance(megabytes, int) or megabytes < 0:
        raise FileRefused(str(path), f'the setting "memory_budget_mb" cannot be {megabytes!r}')
    machine = machine_bytes()
    values |= {"machine_bytes": machine, "memory_budget": megabytes * MEGABYTE or machine // 2}
    return Settings(fonts=fonts, hanging=fonts.parent / "hanging", **values)  # type: ignore[arg-type]  # each checked against _KNOWN


def _checked(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileRefused(str(path), f"not a settings file ({error})") from error
    for name, value in values.items():
        wanted = _KNOWN.get(name)
        if wanted is None:
            raise FileRefused(str(path), f'there is no setting "{name}"; there are {", ".join(sorted(_KNOWN))}')
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            raise FileRefused(str(path), f'the setting "{name}" cannot be {value!r}')
    return values

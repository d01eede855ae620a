"""A command: a use case `(ctx, **args) -> Effect` with its name and permission; and what a use case may reach."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import EllipsisType
from typing import Any, Protocol

from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.user import Permission, User
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.surface import Surface
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.inference.registry import ModelRegistry
from medscan_desktop.persistence.desktops import Desktops
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.vault import Vault
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import SceneChange, Workspace
from medscan_desktop.workstation.jobs import Job
from medscan_desktop.workstation.shelf import Shelf


class Kind(StrEnum):
    """What a command changed, so that panels know what to read again."""

    STUDIES = "studies"
    FINDINGS = "findings"
    MEASUREMENTS = "measurements"
    SESSION = "session"
    MODELS = "models"
    MEMORY = "memory"
    HISTORY = "history"  # of undo and redo
    KEY_IMAGES = "key_images"
    SETTINGS = "settings"  # keys, mouse, presets, hanging protocols


@dataclass(frozen=True, slots=True)
class Call:
    """A command with its arguments: what undo and redo keep."""

    command: "Command"
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a use case did. `scene` is applied to the workspace of that moment, on the main thread."""

    changed: frozenset[Kind] = frozenset()
    scene: SceneChange | None = None
    undo: Call | None = None
    undo_name: str = ""
    undo_bytes: int = 2048  # what `undo` keeps alive; more than that only where pixels are kept
    value: Any = None  # the answer, for the CLI and for panels that asked a question
    notice: str = ""
    session: User | EllipsisType | None = ...  # a new logged-in user, None to log out, ... for no change


class Pictures(Protocol):
    """Pictures for use cases that need one; `render` implements it, `app/build.py` joins them."""

    def png(self, workspace: Workspace, view: View, size: tuple[int, int], *, texts: bool = True) -> bytes:
        """The view as a PNG, as the window paints it."""
        ...

    def thumbnail(self, volume: Volume, side: int) -> bytes:
        """The middle slice as a small PNG."""
        ...

    def surface(self, name: str, mask: Mask, geometry: Geometry) -> Surface:
        """The closed surface of a mask, in patient mm."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """What the installation decides; `app/settings.py` reads it from the home."""

    threads: int = 2  # for decoding and inference
    is_demo: bool = False  # "demo – not for diagnosis" on every picture and page
    lock_after_minutes: float = 10.0
    array_path: bool = True  # False: every 2D picture by vtkImageReslice, the slower reference
    machine_bytes: int = 1 << 62  # the memory this process may have at most
    memory_budget: int = 1 << 62  # bytes for the pixels on screen where nobody has chosen in the window
    fonts: Path = Path()  # the application's own fonts: a bare machine has none
    hanging: Path = Path()  # the hanging protocols that the application ships


@dataclass(frozen=True, slots=True)
class Context:
    """All that a use case may reach."""

    user: User | None
    now: Callable[[], datetime]
    records: Callable[..., AbstractContextManager[Records]]  # (action, object_id="", **detail): one audited transaction
    desktops: Callable[[], AbstractContextManager[Desktops]]  # a transaction of how screens stood, without audit event
    vault: Vault
    models: ModelRegistry
    pictures: Pictures
    shelf: Shelf
    workers: Workers
    job: Job
    post: Callable[[SceneChange], None]  # a scene change on the main thread while the use case still runs
    settings: Settings
    checkpoint: Callable[[], bool]  # erase what was deleted from the database's journal too; False: not all of it yet


@dataclass(frozen=True, slots=True)
class Command:
    """Something a user may do."""

    name: str
    permission: Permission
    run: Callable[..., Effect]

    def __call__(self, ctx: Context, **arguments: Any) -> Effect:
        """Run the use case itself, without the gate: for tests of the use case alone."""
        return self.run(ctx, **arguments)


def command(name: str, *, permission: Permission) -> Callable[[Callable[..., Effect]], Command]:
    """Make a use case a command. Registration stays explicit: list it in `services.COMMANDS`."""
    return lambda use_case: Command(name, permission, use_case)

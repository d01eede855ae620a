"""The 3D presets that users keep for themselves, by modality."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from medscan_desktop.domain.errors import Damaged, NotAllowed, NotFound
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.look import Look
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command

Looks = Mapping[str, tuple[Look, ...]]
"""By modality, in the order of their names."""
_MOST, _NAME_LENGTH = 100, 60


@command("looks.read", permission=Permission.READ)
def read_looks(ctx: Context) -> Effect:
    """The own 3D presets of the logged-in user; what cannot be read is left out and said."""
    with ctx.records("looks.read") as records:
        body = records.preferences.get(_key(ctx)) or {}
    looks, is_sound = _looks(body)
    return Effect(value=looks, notice="" if is_sound else "Some of your 3D presets cannot be read and are left out.")


@command("looks.save", permission=Permission.READ)
def save_look(ctx: Context, *, modality: str, look: Look, name: str) -> Effect:
    """Keep a look under this name, in place of an own one of the same name."""
    name = " ".join(name.split())[:_NAME_LENGTH]
    if not name:
        raise NotAllowed("A 3D preset needs a name.")
    with ctx.records("looks.save", modality=modality) as records:
        looks = dict(_looks(records.preferences.get(_key(ctx)) or {})[0])
        before = next((one for one in looks.get(modality, ()) if one.name == name), None)
        others = [one for one in looks.get(modality, ()) if one.name != name]
        if sum(map(len, looks.values())) >= _MOST and before is None:
            raise NotAllowed(f"There are {_MOST} own 3D presets already; delete one first.")
        kept = replace(look, name=name)
        looks[modality] = tuple(sorted((*others, kept), key=lambda one: one.name.casefold()))
        records.preferences.put(_key(ctx), _body(looks))
    undo = (
        Call(delete_look, {"modality": modality, "name": name})
        if before is None
        else Call(save_look, {"modality": modality, "look": before, "name": name})
    )
    return Effect(changed=frozenset({Kind.SETTINGS}), value=kept, undo=undo, undo_name="3D preset kept")


@command("looks.delete", permission=Permission.READ)
def delete_look(ctx: Context, *, modality: str, name: str) -> Effect:
    """Forget an own preset. Raises NotFound where there is none of this name."""
    with ctx.records("looks.delete", modality=modality) as records:
        looks = dict(_looks(records.preferences.get(_key(ctx)) or {})[0])
        gone = next((one for one in looks.get(modality, ()) if one.name == name), None)
        if gone is None:
            raise NotFound(f'There is no own 3D preset "{name}".')
        looks[modality] = tuple(one for one in looks[modality] if one is not gone)
        records.preferences.put(_key(ctx), _body(looks))
    undo = Call(save_look, {"modality": modality, "look": gone, "name": name})
    return Effect(changed=frozenset({Kind.SETTINGS}), undo=undo, undo_name="3D preset deleted")


def _body(looks: Looks) -> dict[str, Any]:
    return {modality: [one.to_json() for one in own] for modality, own in looks.items() if own}


def _looks(body: Mapping[str, Any]) -> tuple[Looks, bool]:
    """What can be read of a stored body, and whether that is all of it."""
    looks: dict[str, tuple[Look, ...]] = {}
    is_sound = True
    for modality, stored in body.items():
        for one in stored if isinstance(stored, list) else [None]:
            try:
                looks[modality] = (*looks.get(modality, ()), Look.from_json(one if isinstance(one, dict) else {}))
            except Damaged:
                is_sound = False
    return looks, is_sound


def _key(ctx: Context) -> str:
    return f"looks_3d.{ctx.user.id if ctx.user else ''}"

"""Hanging protocols: the list, saving, deleting and arranging them, trying them on a study, files in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from medscan_desktop.domain.errors import FileRefused, NotFound, Unsuitable
from medscan_desktop.domain.hanging_file import MOST_BYTES, from_json, read_protocols, to_json, write_protocols
from medscan_desktop.domain.hanging_match import Candidate, verdicts
from medscan_desktop.domain.hanging_protocol import Protocol
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user import Permission, UserId
from medscan_desktop.scene.apply_protocol import candidates
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command
from medscan_desktop.workstation.outgoing import write_out
from medscan_desktop.workstation.protocols import (
    Arranged,
    listed_protocols,
    order_key,
    protocol_key,
    protocols_that_hang,
)
from medscan_desktop.workstation.shelf import read_study
from medscan_desktop.workstation.stacks import stacks_of

_CHANGED = frozenset({Kind.SETTINGS})


@command("hanging.list", permission=Permission.READ)
def list_protocols(ctx: Context) -> Effect:
    """Every hanging protocol as the user has it, in order."""
    with ctx.records("hanging.list") as records:
        return Effect(value=listed_protocols(records.preferences, ctx.settings.hanging, _user(ctx)))


@command("hanging.save", permission=Permission.READ)
def save_protocol(ctx: Context, *, protocol: Protocol) -> Effect:
    """Keep a protocol for the logged-in user, in the place of one with its id."""
    return _save(ctx, "hanging.save", protocol, _user(ctx))


@command("hanging.save_for_all", permission=Permission.ADMINISTER)
def save_protocol_for_all(ctx: Context, *, protocol: Protocol) -> Effect:
    """Keep a protocol for everybody; who has one of their own with its id keeps that."""
    return _save(ctx, "hanging.save_for_all", protocol, None)


@command("hanging.delete", permission=Permission.READ)
def delete_protocol(ctx: Context, *, protocol_id: str) -> Effect:
    """Forget the user's own protocol; what everybody has, or what ships under its id, is there again."""
    return _delete(ctx, "hanging.delete", protocol_id, _user(ctx))


@command("hanging.delete_for_all", permission=Permission.ADMINISTER)
def delete_protocol_for_all(ctx: Context, *, protocol_id: str) -> Effect:
    """Forget everybody's protocol; what ships under its id is there again."""
    return _delete(ctx, "hanging.delete_for_all", protocol_id, None)


@command("hanging.arrange", permission=Permission.READ)
def arrange_protocols(ctx: Context, *, arranged: Arranged | None) -> Effect:
    """The user's own order of the protocols, and which are off; None: none of their own."""
    key = order_key(_user(ctx))
    with ctx.records("hanging.arrange", off=len(arranged.off) if arranged is not None else 0) as records:
        before = Arranged.from_json(records.preferences.get(key))
        if arranged is not None:
            records.preferences.put(key, arranged.to_json())
        else:
            records.preferences.remove(key)
    undo = Call(arrange_protocols, {"arranged": before})
    return Effect(changed=_CHANGED, undo=undo, undo_name="order of hanging protocols")


@command("hanging.test", permission=Permission.READ)
def try_protocols(ctx: Context, *, study_instance_uid: StudyUid, protocols: Sequence[Protocol] | None = None) -> Effect:
    """Every protocol that is on (or these), held against a study, the one that would hang first; with the reasons."""
    with ctx.records("hanging.test", study_instance_uid) as records:
        records.studies.get(study_instance_uid)
        shelved = read_study(records, ctx.vault, study_instance_uid)
        if protocols is None:
            protocols = protocols_that_hang(records.preferences, ctx.settings.hanging, _user(ctx))
    stacks = tuple(stack for one in shelved for stack in stacks_of(one))
    held: tuple[Candidate, ...] = candidates(Workspace(stacks=stacks))
    return Effect(value=verdicts(protocols, held))


@command("hanging.import", permission=Permission.READ)
def import_protocols(ctx: Context, *, path: Path) -> Effect:
    """Keep the protocols of a file for the logged-in user. Nothing of it where anything in it is wrong."""
    found = _from_file(path)
    undo = _put_own(ctx, "hanging.import", {one.id: one for one in found})
    names = ", ".join(shown(one.name) for one in found[:3]) + ("…" if len(found) > 3 else "")
    notice = f"Imported: {names}."
    return Effect(changed=_CHANGED, value=tuple(found), notice=notice, undo=undo, undo_name="import hanging protocols")


@command("hanging.restore", permission=Permission.READ)
def restore_protocols(ctx: Context, *, protocols: Mapping[str, Protocol | None]) -> Effect:
    """The user's own protocols of these ids as they were before an import; None: there was none."""
    undo = _put_own(ctx, "hanging.restore", protocols)
    return Effect(changed=_CHANGED, undo=undo, undo_name="import hanging protocols")


@command("hanging.export", permission=Permission.READ)
def export_protocols(ctx: Context, *, ids: Sequence[str], out: Path) -> Effect:
    """Write protocols to a file, by their ids. Raises NotFound."""
    with ctx.records("hanging.export", count=len(ids)) as records:
        listed = listed_protocols(records.preferences, ctx.settings.hanging, _user(ctx))
    by_id = {one.protocol.id: one.protocol for one in listed}
    for one in ids:
        if one not in by_id:
            raise NotFound(f'There is no hanging protocol "{shown(one)}".')
    write_out(ctx, "hanging.export", ", ".join(ids), out, write_protocols([by_id[one] for one in ids]))
    return Effect(value=out, notice=f"Written to {out}.")


def _from_file(path: Path) -> list[Protocol]:
    try:
        with path.open("rb") as stream:
            return read_protocols(stream.read(MOST_BYTES + 1))
    except OSError as error:
        raise FileRefused(str(path), f"cannot be read ({error.strerror})") from error
    except Unsuitable as error:
        raise FileRefused(str(path), str(error)) from error


def _put_own(ctx: Context, action: str, protocols: Mapping[str, Protocol | None]) -> Call:
    """Keep these, in the place of what was there; gives what takes it back."""
    before: dict[str, Protocol | None] = {}
    with ctx.records(action, count=len(protocols)) as records:
        for protocol_id, protocol in protocols.items():
            key = protocol_key(protocol_id, _user(ctx))
            before[protocol_id] = _stored(records.preferences.get(key), protocol_id)
            if protocol is not None:
                records.preferences.put(key, to_json(protocol))
            else:
                records.preferences.remove(key)
    return Call(restore_protocols, {"protocols": before})


def _save(ctx: Context, name: str, protocol: Protocol, user: UserId | None) -> Effect:
    sound = from_json(to_json(protocol))  # what could not be read again is not written
    key = protocol_key(protocol.id, user)
    with ctx.records(name, protocol.id) as records:
        before = _stored(records.preferences.get(key), protocol.id)
        records.preferences.put(key, to_json(sound))
    save, delete = (save_protocol, delete_protocol) if user else (save_protocol_for_all, delete_protocol_for_all)
    undo = Call(delete, {"protocol_id": protocol.id}) if before is None else Call(save, {"protocol": before})
    return Effect(changed=_CHANGED, value=sound, undo=undo, undo_name="hanging protocol")


def _delete(ctx: Context, name: str, protocol_id: str, user: UserId | None) -> Effect:
    key = protocol_key(protocol_id, user)
    with ctx.records(name, protocol_id) as records:
        before = records.preferences.get(key)
        if before is None:
            raise NotFound("There is no such hanging protocol of yours." if user else "Nobody stored such a protocol.")
        records.preferences.remove(key)
    gone = _stored(before, protocol_id)
    save = save_protocol if user else save_protocol_for_all
    undo = Call(save, {"protocol": gone}) if gone is not None else None
    return Effect(changed=_CHANGED, undo=undo, undo_name="deleted hanging protocol")


def _stored(body: object, protocol_id: str) -> Protocol | None:
    """None where nothing was stored, or nothing that can be read any more, and so put back."""
    try:
        return replace(from_json(dict(body)), id=protocol_id) if isinstance(body, Mapping) else None
    except Unsuitable:
        return None


def _user(ctx: Context) -> UserId | None:
    return ctx.user.id if ctx.user else None

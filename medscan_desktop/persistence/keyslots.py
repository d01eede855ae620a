"""`keyslots.json`: the data key wrapped once for each way to open it. Reads and writes the file; unwraps nothing."""

import base64
import binascii
import json
from dataclasses import dataclass, replace
from typing import Any

from medscan_desktop.domain.errors import Damaged, NotFound
from medscan_desktop.persistence.argon2_cost import Argon2Cost
from medscan_desktop.persistence.durable import replace_file
from medscan_desktop.persistence.home import Home

VERSION = 1
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class PassphraseSlot:
    """The data key under Argon2id of a passphrase."""

    salt: bytes
    cost: Argon2Cost
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class SlotSet:
    """One complete state of the slots. `mac` is over all the rest, by a key that only the data key gives."""

    generation: int
    recovery: bytes  # wrapped by the printed key
    signing: bytes  # the audit-signing key's seed, wrapped; a key of its own, not derived from the data key
    signing_public: bytes  # in clear: checkpoints verify with it alone
    passphrase: PassphraseSlot | None = None
    keyring: bytes | None = None  # wrapped by a random key in the OS keyring
    mac: bytes = b""


@dataclass(frozen=True, slots=True)
class Keyslots:
    """The file. `pending` holds a change that was written but not yet proven to open."""

    library: str  # a random name: the keyring's account, so that two homes do not share one
    current: SlotSet
    pending: SlotSet | None = None


def read_keyslots(home: Home) -> Keyslots:
    """Raises NotFound where there is no library, Damaged where the file cannot be understood."""
    try:
        with home.keyslots.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        if home.is_made:
            raise Damaged("The key file keyslots.json is missing; put it back from a backup.") from None
        raise NotFound("There is no MedScan library here yet; make one first.") from None
    try:
        document = json.loads(content[:_MOST_BYTES])
        if document["version"] != VERSION:
            raise Damaged("The key file was written by another version of MedScan.")
        pending = document["pending"]
        return Keyslots(str(document["library"]), _from_json(document["current"]), pending and _from_json(pending))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise Damaged("The key file keyslots.json is damaged; put it back from a backup.") from error


def write_keyslots(home: Home, slots: Keyslots) -> None:
    """Put the whole file in one step; raises DiskFull with the old file untouched."""
    document = {
        "version": VERSION,
        "library": slots.library,
        "current": _as_json(slots.current),
        "pending": _as_json(slots.pending) if slots.pending else None,
    }
    replace_file(home.keyslots, json.dumps(document, indent=1, sort_keys=True).encode())


def sealed_part(library: str, slots: SlotSet) -> bytes:
    """What the MAC is over: everything but the MAC, the library's name and the version included."""
    content = {"version": VERSION, "library": library, "slots": _as_json(replace(slots, mac=b""))}
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _as_json(slots: SlotSet) -> dict[str, Any]:
    passphrase = slots.passphrase
    return {
        "generation": slots.generation,
        "recovery": _text(slots.recovery),
        "signing": _text(slots.signing),
        "signing_public": _text(slots.signing_public),
        "passphrase": passphrase
        and {
            "salt": _text(passphrase.salt),
            "memory_kib": passphrase.cost.memory_kib,
            "passes": passphrase.cost.passes,
            "lanes": passphrase.cost.lanes,
            "wrapped": _text(passphrase.wrapped),
        },
        "keyring": slots.keyring and _text(slots.keyring),
        "mac": _text(slots.mac),
    }


def _from_json(document: dict[str, Any]) -> SlotSet:
    passphrase = document["passphrase"]
    return SlotSet(
        generation=int(document["generation"]),
        recovery=_bytes(document["recovery"]),
        signing=_bytes(document["signing"]),
        signing_public=_bytes(document["signing_public"]),
        passphrase=passphrase
        and PassphraseSlot(
            _bytes(passphrase["salt"]),
            Argon2Cost(int(passphrase["memory_kib"]), int(passphrase["passes"]), int(passphrase["lanes"])),
            _bytes(passphrase["wrapped"]),
        ),
        keyring=document["keyring"] and _bytes(document["keyring"]),
        mac=_bytes(document["mac"]),
    )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value, validate=True)

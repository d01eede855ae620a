"""The data key: made once, opened by a keyring, a passphrase or the printed recovery key; and the keys it gives.

Never a "machine id" key: without a keyring there is a passphrase at every start. Python cannot wipe memory, so a key
lives in the process until it ends.
"""

import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from medscan_desktop.domain.errors import Damaged, MedScanError, WrongKey
from medscan_desktop.persistence.argon2_cost import PASSPHRASE_COST, Argon2Cost
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keyslots import (
    Keyslots,
    PassphraseSlot,
    SlotSet,
    read_keyslots,
    sealed_part,
    write_keyslots,
)
from medscan_desktop.persistence.os_keyring import OsKeyring
from medscan_desktop.persistence.recovery_key import as_text, from_text

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """An opened library's secrets; they never show in a repr."""

    data_key: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)

    @property
    def database_key(self) -> bytes:
        """SQLCipher's raw key."""
        return _derived(self.data_key, "database")

    @property
    def vault_key(self) -> bytes:
        """Wraps each vault file's own key."""
        return _derived(self.data_key, "vault")

    @property
    def audit_key(self) -> bytes:
        """HMAC key of the audit chain."""
        return _derived(self.data_key, "audit")

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """Signs audit checkpoints and anchors."""
        return Ed25519PrivateKey.from_private_bytes(self.signing_seed)


def create_keys(
    home: Home, *, passphrase: str | None, keyring: OsKeyring | None = None, cost: Argon2Cost = PASSPHRASE_COST
) -> tuple[Keys, str]:
    """Make the keys of a new library; gives them with the recovery key's text, which is shown once and kept nowhere.

    Raises MedScanError where the library has keys already, or where neither a passphrase nor a keyring is given.
    """
    if home.is_made:
        raise MedScanError("There is a MedScan library here already; nothing was changed.")
    if not passphrase and keyring is None:
        raise MedScanError("This computer has no keyring that MedScan may use, so a passphrase is needed.")
    home.make_folders()
    keys = Keys(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))
    recovery_key = secrets.token_bytes(KEY_BYTES)
    library = secrets.token_hex(16)
    slots = SlotSet(
        generation=1,
        recovery=aes_key_wrap(_derived(recovery_key, "recovery"), keys.data_key),
        signing=aes_key_wrap(_derived(keys.data_key, "signing wrap"), keys.signing_seed),
        signing_public=keys.signing_key.public_key().public_bytes_raw(),
        passphrase=_passphrase_slot(passphrase, keys, cost) if passphrase else None,
        keyring=_keyring_slot(keyring, library, keys) if keyring else None,
    )
    if slots.passphrase is None and slots.keyring is None:
        raise MedScanError("The computer's keyring did not keep the key, so a passphrase is needed.")
    home.anchors.touch(mode=0o600)
    write_keyslots(home, Keyslots(library, _sealed(library, slots, keys)))
    return keys, as_text(recovery_key)


def unlock(
    home: Home, *, passphrase: str | None = None, recovery_key: str | None = None, keyring: OsKeyring | None = None
) -> Keys:
    """Open the library by whichever secret is given: the recovery key first, then the passphrase, then the keyring.

    Raises NotFound (no library), WrongKey, Damaged (the key file was changed).
    """
    slots = read_keyslots(home)
    opener = _opener(slots.library, passphrase, recovery_key, keyring)
    try:
        return _opened(slots.library, slots.current, opener)
    except WrongKey:
        if slots.pending is None:
            raise
        keys = _opened(slots.library, slots.pending, opener)
        write_keyslots(home, Keyslots(slots.library, slots.pending))  # a change that was cut off before its last step
        return keys


def change_passphrase(home: Home, keys: Keys, passphrase: str, *, cost: Argon2Cost = PASSPHRASE_COST) -> None:
    """Wrap the data key by a new passphrase. The old one opens until the new one is proven to; never neither."""
    slots = read_keyslots(home)
    changed = replace(
        slots.current, generation=slots.current.generation + 1, passphrase=_passphrase_slot(passphrase, keys, cost)
    )
    pending = _sealed(slots.library, changed, keys)
    write_keyslots(home, replace(slots, pending=pending))
    _opened(slots.library, pending, _opener(slots.library, passphrase, None, None))
    write_keyslots(home, Keyslots(slots.library, pending))


def needs_passphrase(home: Home, keyring: OsKeyring | None) -> bool:
    """Whether the keyring alone does not open this library."""
    slots = read_keyslots(home)
    return slots.current.keyring is None or keyring is None or keyring.get(slots.library) is None


_Opener = Callable[[SlotSet], bytes]


def _opener(library: str, passphrase: str | None, recovery_key: str | None, keyring: OsKeyring | None) -> _Opener:
    if recovery_key is not None:
        wrapping = _derived(from_text(recovery_key), "recovery")
        return lambda slots: _unwrapped(wrapping, slots.recovery, "The recovery key does not belong to this library.")
    if passphrase is not None:
        return lambda slots: _by_passphrase(slots, passphrase)
    stored = keyring.get(library) if keyring is not None else None
    return lambda slots: _by_keyring(slots, stored)


def _by_passphrase(slots: SlotSet, passphrase: str) -> bytes:
    slot = slots.passphrase
    if slot is None:
        raise WrongKey("This library has no passphrase; it opens with this computer's keyring or the recovery key.")
    return _unwrapped(slot.cost.key(passphrase, slot.salt), slot.wrapped, "The passphrase is wrong.")


def _by_keyring(slots: SlotSet, stored: str | None) -> bytes:
    if slots.keyring is None or stored is None:
        raise WrongKey("This library needs its passphrase: the computer's keyring does not hold its key.")
    problem = "The key in the computer's keyring does not belong to this library."
    try:
        wrapping = bytes.fromhex(stored)
    except ValueError:
        raise WrongKey(problem) from None
    return _unwrapped(wrapping, slots.keyring, problem)


def _unwrapped(wrapping: bytes, wrapped: bytes, problem: str) -> bytes:
    try:
        return aes_key_unwrap(wrapping, wrapped)
    except (InvalidUnwrap, ValueError):
        raise WrongKey(problem) from None


def _opened(library: str, slots: SlotSet, opener: _Opener) -> Keys:
    data_key = opener(slots)
    if not hmac.compare_digest(slots.mac, _mac(library, slots, data_key)):
        raise Damaged("The key file keyslots.json was changed or damaged; put it back from a backup.")
    wrapping = _derived(data_key, "signing wrap")
    return Keys(data_key, _unwrapped(wrapping, slots.signing, "The audit-signing key cannot be opened."))


def _passphrase_slot(passphrase: str, keys: Keys, cost: Argon2Cost) -> PassphraseSlot:
    salt = os.urandom(16)
    return PassphraseSlot(salt, cost, aes_key_wrap(cost.key(passphrase, salt), keys.data_key))


def _keyring_slot(keyring: OsKeyring, library: str, keys: Keys) -> bytes | None:
    wrapping = secrets.token_bytes(KEY_BYTES)
    return aes_key_wrap(wrapping, keys.data_key) if keyring.put(library, wrapping.hex()) else None


def _sealed(library: str, slots: SlotSet, keys: Keys) -> SlotSet:
    return replace(slots, mac=_mac(library, slots, keys.data_key))


def _mac(library: str, slots: SlotSet, data_key: bytes) -> bytes:
    return hmac.digest(_derived(data_key, "keyslots"), sealed_part(library, slots), "sha256")


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"medscan 1 {purpose}".encode()).derive(key)

"""The operating system's keyring, where it has one that keeps secrets.

Only the back ends named here: `keyrings.alt` and others store plain text, and an environment variable or
`keyringrc.cfg` could choose them, so the keyring library's own selection is never asked.
"""

import logging
import secrets
import sys

from keyring.backend import KeyringBackend
from keyring.backends import SecretService, Windows, kwallet, macOS
from keyring.errors import KeyringError

_log = logging.getLogger("medscan.keys")

SERVICE = "MedScan Desktop"

# An absent D-Bus, a locked or broken wallet: each back end fails in its own way, and each means "no keyring here".
_UNUSABLE = (KeyringError, RuntimeError, OSError, ImportError, AttributeError, KeyError)


class OsKeyring:
    """One tested back end. Values are short hex texts under an account name."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def get(self, account: str) -> str | None:
        """The stored text; None where there is none or the keyring stays locked."""
        try:
            return self._backend.get_password(SERVICE, account)
        except _UNUSABLE:
            _log.warning("keyring.read_failed")
            return None

    def put(self, account: str, value: str) -> bool:
        """Store the text; False where the keyring did not take it."""
        try:
            self._backend.set_password(SERVICE, account, value)
        except _UNUSABLE:
            _log.warning("keyring.write_failed")
            return False
        return True

    def delete(self, account: str) -> bool:
        """Forget the text; False where the keyring refused."""
        try:
            self._backend.delete_password(SERVICE, account)
        except _UNUSABLE:
            _log.warning("keyring.delete_failed")
            return False
        return True


def find_keyring() -> OsKeyring | None:
    """The keyring of this computer, tested by writing, reading and deleting; None where there is none to trust."""
    for kind in _allowed():
        try:
            backend = kind() if kind.viable else None
        except _UNUSABLE:
            continue
        if backend is not None and keeps_secrets(keyring := OsKeyring(backend)):
            return keyring
    return None


def keeps_secrets(keyring: OsKeyring) -> bool:
    """Whether what is written can be read back and is gone after deleting."""
    account, value = f"self-test {secrets.token_hex(8)}", secrets.token_hex(32)
    was_kept = keyring.put(account, value) and keyring.get(account) == value
    return was_kept and keyring.delete(account) and keyring.get(account) is None


def _allowed() -> tuple[type[KeyringBackend], ...]:
    if sys.platform == "win32":
        return (Windows.WinVaultKeyring,)
    if sys.platform == "darwin":
        return (macOS.Keyring,)
    return (SecretService.Keyring, kwallet.DBusKeyring)

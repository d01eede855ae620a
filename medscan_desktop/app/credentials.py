"""Who uses the command line, from the environment; secrets from files that only their owner should be able to read."""

import os
from pathlib import Path

from medscan_desktop.domain.errors import FileRefused, NotAllowed


def user_name() -> str:
    """MEDSCAN_USER. Raises NotAllowed where it is not set."""
    name = os.environ.get("MEDSCAN_USER", "")
    if not name:
        raise NotAllowed("Set MEDSCAN_USER to the name of the user.")
    return name


def password() -> str:
    """The first line of the file that MEDSCAN_PASSWORD_FILE names."""
    secret = _secret("MEDSCAN_PASSWORD_FILE")
    if secret is None:
        raise NotAllowed("Set MEDSCAN_PASSWORD_FILE to a file whose first line is the password.")
    return secret


def passphrase() -> str:
    """The first line of the file that MEDSCAN_PASSPHRASE_FILE names; "": the keyring opens the library."""
    return _secret("MEDSCAN_PASSPHRASE_FILE") or ""


def _secret(variable: str) -> str | None:
    name = os.environ.get(variable)
    if not name:
        return None
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileRefused(name, f"cannot be read as the secret that {variable} promises") from error
    if not lines or not lines[0]:
        raise FileRefused(name, f"is empty, and {variable} promises a secret in its first line")
    return lines[0]

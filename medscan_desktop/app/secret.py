"""Whether the library needs something typed to open. Light to import: the first page waits for the answer."""

from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import needs_passphrase
from medscan_desktop.persistence.os_keyring import find_keyring


def is_secret_needed(home: Home) -> bool:
    """Whether something must be typed to open the library (or, where there is none yet, to protect it)."""
    keyring = find_keyring()
    return needs_passphrase(home, keyring) if home.is_made else keyring is None

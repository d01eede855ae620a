"""From a typed secret to a running workstation: what the login page's buttons do, on a worker thread and without Qt."""

from medscan_desktop.app.build import Parts, build
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import create_keys, unlock
from medscan_desktop.persistence.os_keyring import find_keyring
from medscan_desktop.services.session import check_new_user, create_first_user
from medscan_desktop.workstation.jobs import InlineJobs, Jobs


def open_library(home: Home, jobs: Jobs, secret: str, *, is_recovery_key: bool = False) -> Parts:
    """The workstation over an existing library; "" opens by the computer's keyring. Raises MedScanError."""
    passphrase = secret if secret and not is_recovery_key else None
    recovery_key = secret if secret and is_recovery_key else None
    keyring = None if secret else find_keyring()
    return build(home, unlock(home, passphrase=passphrase, recovery_key=recovery_key, keyring=keyring), jobs)


def make_library(home: Home, jobs: Jobs, *, name: str, password: str, passphrase: str) -> tuple[Parts, str]:
    """A new library with its first user; gives it with the recovery key, which is shown once. Raises MedScanError."""
    check_new_user(name, password)
    keys, recovery_key = create_keys(home, passphrase=passphrase or None, keyring=find_keyring())
    first = build(home, keys, InlineJobs())
    try:
        job = first.workstation.do(create_first_user, name=name, password=password)
    finally:
        first.close()
    if job.error is not None:
        raise job.error
    return build(home, keys, jobs), recovery_key

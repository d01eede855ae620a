"""Opening a library: by passphrase, by the printed key, by a keyring; and never by anything else."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from medscan_desktop.domain.errors import Damaged, FileRefused, MedScanError, NotFound, WrongKey
from medscan_desktop.persistence.argon2_cost import PASSPHRASE_COST, PASSWORD_COST, Argon2Cost
from medscan_desktop.persistence.home import Home
from medscan_desktop.persistence.keys import Keys, change_passphrase, create_keys, needs_passphrase, unlock
from medscan_desktop.persistence.keyslots import read_keyslots, write_keyslots
from medscan_desktop.persistence.os_keyring import OsKeyring, find_keyring, keeps_secrets
from tests.support.homes import CHEAP, PASSPHRASE


class MemoryBackend(KeyringBackend):
    """A keyring that keeps what it is given."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


class ForgetfulBackend(MemoryBackend):
    """A keyring that takes a secret and does not keep it."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def made(home: Home, **options: object) -> tuple[Keys, str]:
    return create_keys(home, passphrase=PASSPHRASE, cost=CHEAP, **options)  # type: ignore[arg-type]


def test_the_costs_are_those_of_the_security_design() -> None:
    assert Argon2Cost(memory_kib=256 * 1024, passes=3, lanes=4) == PASSPHRASE_COST
    assert Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4) == PASSWORD_COST


def test_passphrase_and_recovery_key_open_the_same_keys(home: Home) -> None:
    keys, recovery_key = made(home)

    assert unlock(home, passphrase=PASSPHRASE) == keys
    assert unlock(home, recovery_key=recovery_key) == keys
    assert unlock(home, recovery_key=recovery_key.lower().replace("-", " ")) == keys


def test_every_purpose_has_a_key_of_its_own(home: Home) -> None:
    keys, _ = made(home)

    derived = {keys.data_key, keys.database_key, keys.vault_key, keys.audit_key, keys.signing_seed}
    assert len(derived) == 5
    assert all(len(key) == 32 for key in derived)


def test_keys_do_not_show_in_a_traceback(home: Home) -> None:
    keys, _ = made(home)

    assert repr(keys) == "Keys()"


def test_a_wrong_passphrase_says_so(home: Home) -> None:
    made(home)

    with pytest.raises(WrongKey, match="passphrase is wrong"):
        unlock(home, passphrase="something else")


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-5], lambda text: "A" + text[1:] if text[0] != "A" else "B" + text[1:]]
)
def test_a_mistyped_recovery_key_is_known_as_mistyped(home: Home, spoil: object) -> None:
    _, recovery_key = made(home)

    with pytest.raises(MedScanError, match="mistyped or incomplete"):
        unlock(home, recovery_key=spoil(recovery_key))  # type: ignore[operator]


def test_another_librarys_recovery_key_does_not_open_this_one(home: Home, tmp_path: Path) -> None:
    made(home)
    _, foreign = made(Home(tmp_path / "other"))

    with pytest.raises(WrongKey, match="does not belong"):
        unlock(home, recovery_key=foreign)


def test_where_there_is_no_library_that_is_said(home: Home) -> None:
    with pytest.raises(NotFound):
        unlock(home, passphrase=PASSPHRASE)


def test_a_second_library_is_never_made_over_the_first(home: Home) -> None:
    keys, _ = made(home)

    with pytest.raises(MedScanError, match="already"):
        made(home)
    assert unlock(home, passphrase=PASSPHRASE) == keys


def test_without_a_keyring_a_passphrase_is_needed(home: Home) -> None:
    with pytest.raises(MedScanError, match="passphrase is needed"):
        create_keys(home, passphrase=None)
    assert not home.root.exists()


@pytest.mark.parametrize("spoil", ["generation", "library", "signing_public"])
def test_a_changed_key_file_is_refused(home: Home, spoil: str) -> None:
    made(home)
    slots = read_keyslots(home)
    changed = {
        "generation": replace(slots, current=replace(slots.current, generation=7)),
        "library": replace(slots, library="another"),
        "signing_public": replace(slots, current=replace(slots.current, signing_public=bytes(32))),
    }
    write_keyslots(home, changed[spoil])

    with pytest.raises(Damaged, match=r"keyslots\.json was changed"):
        unlock(home, passphrase=PASSPHRASE)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"version": 9}', b"\xff\xfe", b'{"version":1,"pending":null}']
)
def test_a_damaged_key_file_is_named(home: Home, content: bytes) -> None:
    made(home)
    home.keyslots.write_bytes(content)

    with pytest.raises(Damaged, match="key file"):
        unlock(home, passphrase=PASSPHRASE)


def test_a_key_file_cannot_ask_for_all_memory(home: Home) -> None:
    made(home)
    document = json.loads(home.keyslots.read_text())
    document["current"]["passphrase"]["memory_kib"] = 1 << 40
    home.keyslots.write_text(json.dumps(document))

    with pytest.raises(Damaged, match="impossible"):
        unlock(home, passphrase=PASSPHRASE)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_nobody_else_may_look(home: Home) -> None:
    made(home)

    assert home.keyslots.stat().st_mode & 0o777 == 0o600
    assert home.anchors.stat().st_mode & 0o777 == 0o600
    assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in (home.root, home.vault, home.database.parent))


def test_a_keyring_opens_the_library_without_a_word(home: Home) -> None:
    keyring = OsKeyring(MemoryBackend())
    keys, recovery_key = create_keys(home, passphrase=None, keyring=keyring, cost=CHEAP)

    assert not needs_passphrase(home, keyring)
    assert unlock(home, keyring=keyring) == keys
    assert unlock(home, recovery_key=recovery_key) == keys
    with pytest.raises(WrongKey, match="no passphrase"):
        unlock(home, passphrase=PASSPHRASE)


def test_an_emptied_keyring_asks_for_the_passphrase(home: Home) -> None:
    keys, _ = made(home, keyring=OsKeyring(MemoryBackend()))
    emptied = OsKeyring(MemoryBackend())

    assert needs_passphrase(home, emptied)
    with pytest.raises(WrongKey, match="needs its passphrase"):
        unlock(home, keyring=emptied)
    assert unlock(home, passphrase=PASSPHRASE) == keys


def test_a_keyring_is_trusted_only_after_it_kept_and_forgot_a_secret() -> None:
    backend = MemoryBackend()

    assert keeps_secrets(OsKeyring(backend))
    assert backend.kept == {}
    assert not keeps_secrets(OsKeyring(ForgetfulBackend()))


def test_the_environment_cannot_choose_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medscan_desktop.persistence.os_keyring._allowed", lambda: ())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")

    assert find_keyring() is None


def test_a_changed_passphrase_opens_and_the_old_one_does_not(home: Home) -> None:
    keys, recovery_key = made(home)

    change_passphrase(home, keys, "a new one", cost=CHEAP)

    assert unlock(home, passphrase="a new one") == keys
    assert unlock(home, recovery_key=recovery_key) == keys
    with pytest.raises(WrongKey):
        unlock(home, passphrase=PASSPHRASE)


def test_a_change_cut_off_half_way_opens_by_either_passphrase(home: Home) -> None:
    keys, _ = made(home)
    before = read_keyslots(home)
    change_passphrase(home, keys, "a new one", cost=CHEAP)
    after = read_keyslots(home)
    write_keyslots(home, replace(before, pending=after.current))  # what is on disk between the two steps

    assert unlock(home, passphrase=PASSPHRASE) == keys
    assert unlock(home, passphrase="a new one") == keys
    assert read_keyslots(home) == after


def test_a_database_without_its_keys_is_a_library_and_gets_no_new_ones(home: Home) -> None:
    made(home)
    home.database.touch()
    home.keyslots.unlink()

    with pytest.raises(MedScanError, match="already"):
        made(home)
    with pytest.raises(Damaged, match="missing; put it back"):
        unlock(home, passphrase=PASSPHRASE)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(FileRefused, match="cannot be made"):
        made(Home(tmp_path / "file" / "home"))

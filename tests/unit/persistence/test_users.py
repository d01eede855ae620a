"""Log-in: the right password, the wait after wrong ones, and nothing that tells a stranger who exists."""

from collections.abc import Iterator

import pytest

from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.domain.user import Role, User, UserId
from medscan_desktop.persistence.lockout import FREE_TRIES
from medscan_desktop.persistence.records import Records, RecordsFactory
from medscan_desktop.persistence.users import LoginAnswer
from tests.support.homes import CHEAP, NOON, Library

ADA = User(UserId("u1"), "Ada", "Ada Lovelace", frozenset({Role.RADIOLOGIST, Role.ADMINISTRATOR}))
EVE = User(UserId("u2"), "Eve", "Eve", frozenset({Role.TECHNOLOGIST}))


class Computer:
    """How long it has been running."""

    def __init__(self) -> None:
        self.uptime = 1000.0


@pytest.fixture
def computer() -> Computer:
    return Computer()


@pytest.fixture
def records(library: Library, computer: Computer) -> Iterator[Records]:
    factory = RecordsFactory(
        library.database, library.keys, "", lambda: NOON, password_cost=CHEAP, uptime=lambda: computer.uptime
    )
    with factory("user.test") as records:
        records.users.add(ADA, "lovelace")
        yield records


def fail(records: Records, name: str, times: int) -> float:
    """The wait after the last of them, each tried as soon as it may be."""
    answer = LoginAnswer(None)
    for _ in range(times):
        answer = records.users.check(name, "wrong")
    return answer.wait_seconds


def test_the_right_password_gives_the_user(records: Records) -> None:
    assert records.users.check("Ada", "lovelace") == LoginAnswer(ADA)
    assert records.users.check(" ADA ", "lovelace") == LoginAnswer(ADA)
    assert records.users.by_name("ada") == ADA
    assert records.users.names() == {ADA.id: "Ada Lovelace"}
    assert records.users.count() == 1


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(records: Records) -> None:
    assert records.users.check("ada", "wrong") == records.users.check("nobody", "wrong") == LoginAnswer(None)


def test_an_unknown_name_costs_as_much_time_as_a_known_one(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    work: list[str] = []

    class Hasher:
        def hash(self, password: str) -> None:
            work.append("hash")

        def verify(self, known: str, password: str) -> bool:
            work.append("verify")
            return False

    monkeypatch.setattr(records.users, "_hasher", Hasher())
    records.users.check("ada", "x")
    records.users.check("nobody", "x")

    assert work == ["verify", "hash"]


def test_names_are_taken_once_whatever_the_case(records: Records) -> None:
    with pytest.raises(MedScanError, match="taken"):
        records.users.add(User(UserId("u9"), "ADA", "", frozenset()), "password")
    with pytest.raises(MedScanError, match="password is needed"):
        records.users.add(EVE, "")


def test_the_password_is_kept_as_argon2id(records: Records) -> None:
    row = records.users._row("ada")
    assert row is not None
    assert row.password_hash.startswith("$argon2id$")
    assert "lovelace" not in row.password_hash


def test_five_tries_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour(
    records: Records, computer: Computer
) -> None:
    assert fail(records, "ada", FREE_TRIES) == 0
    waits = []
    for _ in range(12):
        waits.append(fail(records, "ada", 1))
        computer.uptime += waits[-1]

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_while_waiting_not_even_the_right_password_is_tried(records: Records, computer: Computer) -> None:
    fail(records, "ada", FREE_TRIES + 1)

    assert records.users.check("ada", "lovelace") == LoginAnswer(None, 2.0)
    computer.uptime += 1.5
    assert records.users.check("ada", "lovelace") == LoginAnswer(None, 0.5)
    computer.uptime += 0.5
    assert records.users.check("ada", "lovelace") == LoginAnswer(ADA)
    assert fail(records, "ada", FREE_TRIES) == 0  # the count began anew


def test_a_reboot_does_not_shorten_the_wait(records: Records, computer: Computer) -> None:
    fail(records, "ada", FREE_TRIES + 1)
    computer.uptime = 0.5

    assert records.users.check("ada", "lovelace").wait_seconds == 1.5


def test_trying_many_names_makes_the_whole_workstation_wait(records: Records) -> None:
    for number in range(FREE_TRIES + 1):
        fail(records, f"guess{number}", 1)

    assert records.users.check("ada", "lovelace").wait_seconds == 2.0


def test_ones_own_log_in_does_not_forgive_guesses_at_others(records: Records) -> None:
    records.users.add(EVE, "evil")
    fail(records, "ada", FREE_TRIES)
    assert records.users.check("eve", "evil").user == EVE

    assert fail(records, "eve", 1) == 2.0


def test_the_workstations_count_is_forgotten_after_a_quiet_hour(records: Records, computer: Computer) -> None:
    for number in range(FREE_TRIES):
        fail(records, f"guess{number}", 1)
    computer.uptime += 3601

    assert fail(records, "ada", 1) == 0


def test_the_count_is_kept_over_a_restart(library: Library) -> None:
    def attempt() -> LoginAnswer:
        factory = RecordsFactory(library.database, library.keys, "", lambda: NOON, password_cost=CHEAP)
        with factory("session.log_in") as records:
            return records.users.check("nobody", "x")

    for _ in range(FREE_TRIES + 1):
        attempt()

    assert 0 < attempt().wait_seconds <= 2.0

"""Tampering with the log is found and named, whatever was done and by whatever key."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Connection, text

from medscan_desktop.domain.audit import AuditEvent, Outcome
from medscan_desktop.persistence.audit import CHECKPOINT_EVERY, Verification
from medscan_desktop.persistence.audit_chain import GENESIS, body_of, event_of, is_signed, link, sign
from medscan_desktop.persistence.tables import AUDIT_TRIGGERS
from tests.support.homes import NOON, Library, new_library, opened_again

EVENTS = 12


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Library]:
    """A library with twelve events."""
    with new_library(tmp_path) as library:
        write(library, EVENTS)
        yield library


def write(library: Library, count: int, action: str = "study.open") -> None:
    for number in range(count):
        with library.records(action, f"1.2.{number}"):
            pass


def proven(library: Library) -> Verification:
    with library.database.reading() as connection:
        return library.records._records(connection).audit.verify()


@contextmanager
def triggers_dropped(library: Library) -> Iterator[Connection]:
    """What somebody with the database's key may do: take the triggers away, change rows, put the triggers back."""
    with library.database.writing() as connection:
        for name in AUDIT_TRIGGERS:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for statement in AUDIT_TRIGGERS.values():
            connection.execute(text(statement))


def test_an_untouched_log_is_whole(written: Library) -> None:
    assert proven(written) == Verification(EVENTS, ())
    assert written.database.rollback_problem(written.keys) is None


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET body = '{}'", "DELETE FROM audit", "DELETE FROM audit_checkpoints"]
)
def test_the_triggers_forbid_changes(written: Library, statement: str) -> None:
    with written.database.writing() as connection:
        connection.execute(text("INSERT INTO audit_checkpoints VALUES (1, x'00', x'00')"))
        with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"):
            connection.execute(text(statement))


def test_the_searched_columns_cannot_be_edited_apart_from_the_body(written: Library) -> None:
    with (
        triggers_dropped(written) as connection,
        pytest.raises(sqlalchemy.exc.OperationalError, match="generated column"),
    ):
        connection.execute(text("UPDATE audit SET action = 'other'"))


def test_a_changed_body_is_named(written: Library) -> None:
    with triggers_dropped(written) as connection:
        connection.execute(text("UPDATE audit SET body = replace(body, 'ada', 'eve') WHERE sequence = 5"))

    assert proven(written).problems == ("Event 5 was changed.",)


def test_a_changed_mac_is_named(written: Library) -> None:
    with triggers_dropped(written) as connection:
        connection.execute(text("UPDATE audit SET mac = zeroblob(32) WHERE sequence = 5"))

    assert "Event 5 was changed." in proven(written).problems


@pytest.mark.parametrize(("first", "second"), [(4, 5), (3, 9), (1, 2), (11, 12), (1, 12)])
@pytest.mark.parametrize("columns", ["body", "body, mac"])
def test_two_swapped_rows_are_named(written: Library, first: int, second: int, columns: str) -> None:
    with triggers_dropped(written) as connection:
        rows = {row.sequence: row for row in connection.execute(text("SELECT sequence, body, mac FROM audit"))}
        for place, other in ((first, second), (second, first)):
            values = {"body": rows[other].body, "mac": rows[other].mac, "place": place}
            assignment = "body = :body" if columns == "body" else "body = :body, mac = :mac"
            connection.execute(text(f"UPDATE audit SET {assignment} WHERE sequence = :place"), values)

    problems = proven(written).problems
    assert problems[0] == f"Events {first} and {second} were swapped."
    assert not [problem for problem in problems if "was changed." in problem]


def test_a_row_deleted_in_the_middle_is_named(written: Library) -> None:
    with triggers_dropped(written) as connection:
        connection.execute(text("DELETE FROM audit WHERE sequence IN (5, 6)"))

    assert "Events 5 to 6 were deleted from the middle of the log." in proven(written).problems


def test_a_deleted_tail_is_named(written: Library) -> None:
    with triggers_dropped(written) as connection:
        connection.execute(text("DELETE FROM audit WHERE sequence > 9"))

    sentence = "Events 10 to 12 were deleted from the end of the log."
    assert proven(written).problems == (sentence,)
    assert written.database.rollback_problem(written.keys) == sentence


def test_a_deleted_tail_shows_even_after_the_database_forgot_its_count(written: Library) -> None:
    with triggers_dropped(written) as connection:
        connection.execute(text("DELETE FROM audit WHERE sequence > 9"))
        connection.execute(text("UPDATE sqlite_sequence SET seq = 9"))

    (problem,) = proven(written).problems
    assert "ends at event 9, but event 12 was written and anchored" in problem


def test_yesterdays_file_put_back_is_named(written: Library, tmp_path: Path) -> None:
    written.database.close()
    shutil.copytree(written.home.database.parent, tmp_path / "yesterday")
    with opened_again(written.home) as today:
        write(today, 3)
    shutil.rmtree(written.home.database.parent)
    shutil.copytree(tmp_path / "yesterday", written.home.database.parent)

    with opened_again(written.home) as rolled_back:
        sentence = (
            "An earlier database was put back, or its log was cut: it ends at event 12, "
            "but event 15 was written and anchored."
        )
        assert proven(rolled_back).problems == (sentence,)
        assert rolled_back.database.rollback_problem(rolled_back.keys) == sentence

        write(rolled_back, 5, "study.close")  # working on does not heal it
        assert proven(rolled_back).problems == ("The log was written anew: event 13 is not the one that was anchored.",)


def test_a_chain_rebuilt_with_every_key_differs_from_its_anchors(written: Library) -> None:
    with triggers_dropped(written) as connection:
        head = GENESIS
        for row in connection.execute(text("SELECT sequence, body FROM audit ORDER BY sequence")).all():
            body = row.body.replace("1.2.3", "9.9.9")
            head = link(written.keys.audit_key, head, row.sequence, body)
            values = {"body": body, "mac": head, "place": row.sequence}
            connection.execute(text("UPDATE audit SET body = :body, mac = :mac WHERE sequence = :place"), values)

    assert proven(written).problems == ("The log was written anew: event 4 is not the one that was anchored.",)


@pytest.mark.parametrize("name", sorted(AUDIT_TRIGGERS))
def test_missing_or_toothless_triggers_are_named(written: Library, name: str) -> None:
    with written.database.writing() as connection:
        connection.execute(text(f"DROP TRIGGER {name}"))
        if name.endswith("update"):
            toothless = AUDIT_TRIGGERS[name].replace(" BEGIN", " WHEN 0 BEGIN")
            connection.execute(text(toothless))

    assert proven(written).problems == ("The triggers that keep the log append-only were dropped or changed.",)


@pytest.mark.parametrize(
    "change",
    [
        "SET body = 42 WHERE sequence = 5",
        "SET body = '[]' WHERE sequence = 5",
        "SET mac = 'text' WHERE sequence = 5",
        "SET mac = zeroblob(31) WHERE sequence = 5",
        "SET sequence = -5 WHERE sequence = 5",
        "SET sequence = 4611686018427387904 WHERE sequence = 12",
    ],
)
def test_a_row_made_to_stop_the_verifier_counts_as_tampering(written: Library, change: str) -> None:
    with triggers_dropped(written) as connection:
        connection.execute(text(f"UPDATE audit {change}"))

    assert not proven(written).ok


def test_a_lost_anchor_file_is_named_and_stays_lost(written: Library) -> None:
    written.home.anchors.unlink()

    (problem,) = proven(written).problems
    assert "anchor file of the audit log is missing" in problem
    assert written.database.rollback_problem(written.keys) == problem


@pytest.mark.expects_log
def test_work_goes_on_where_the_anchor_cannot_be_written(written: Library) -> None:
    written.home.anchors.unlink()
    write(written, 1)

    assert not written.home.anchors.exists()


def test_an_anchor_that_was_edited_is_named(written: Library) -> None:
    lines = written.home.anchors.read_bytes().splitlines()
    lines[-1] = lines[-1].replace(b"12 ", b"99 ", 1)
    written.home.anchors.write_bytes(b"\n".join(lines))

    assert "The anchor of event 99 is not genuine: the anchor file was changed." in proven(written).problems
    assert "not genuine" in (written.database.rollback_problem(written.keys) or "")


def test_a_line_cut_off_by_a_crash_is_no_tampering(written: Library) -> None:
    with written.home.anchors.open("ab") as file:
        file.write(b"\n13 abcdef")
    write(written, 1)

    assert proven(written).ok


def test_a_database_ahead_of_its_anchor_is_normal(written: Library) -> None:
    """A kill between commit and anchor."""
    lines = written.home.anchors.read_bytes().splitlines()
    written.home.anchors.write_bytes(b"\n".join(lines[:-2]))

    assert proven(written).ok
    assert written.database.rollback_problem(written.keys) is None


def test_a_checkpoint_is_signed_and_compared(written: Library) -> None:
    with written.database.writing() as connection:
        audit = written.records._records(connection).audit
        for number in range(CHECKPOINT_EVERY - EVENTS):
            audit.append(AuditEvent("study.open", "ada", str(number)), NOON)
        row = connection.execute(text("SELECT sequence, head, signature FROM audit_checkpoints")).one()

    assert row.sequence == CHECKPOINT_EVERY
    assert is_signed(written.keys.signing_key.public_key(), row.sequence, row.head, row.signature)
    assert proven(written) == Verification(CHECKPOINT_EVERY, ())
    with triggers_dropped(written) as connection:
        connection.execute(text("UPDATE audit_checkpoints SET sequence = 7"))
    assert proven(written).problems == ("The checkpoint at event 7 is not genuine.",)


def test_a_checkpoint_verifies_with_the_public_key_alone_and_with_no_other(library: Library) -> None:
    signature = sign(library.keys.signing_key, 7, b"h" * 32)
    public_key = library.keys.signing_key.public_key()

    assert is_signed(public_key, 7, b"h" * 32, signature)
    assert not is_signed(public_key, 8, b"h" * 32, signature)
    assert not is_signed(public_key, 7, b"g" * 32, signature)


def test_the_body_is_canonical() -> None:
    event = AuditEvent("a.b", "ada", "1.2", Outcome.DENIED, {"z": 1, "a": "é"}, at="t")

    body = body_of(event)
    assert (
        body
        == '{"action":"a.b","at":"t","detail":{"a":"\\u00e9","z":1},"object_id":"1.2","outcome":"denied","user":"ada"}'
    )
    assert event_of(0, body) == event


def test_the_chain_is_the_formula_written_down() -> None:
    """HMAC-SHA256(key, previous head | sequence as 8 bytes | body), from 32 zero bytes on; by `openssl dgst`."""
    head = link(b"k" * 32, GENESIS, 1, "{}")

    assert head.hex() == "3a40e987b6693ada104ac389a5b65691ccbf3efe978432dc3fc70279058f0bf8"

"""What a worker says is checked before it is believed: a file may have taken it over."""

import json
import os
import resource
import struct
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from medscan_desktop.dicom.workers.arriving import LARGEST, Arriving
from medscan_desktop.dicom.workers.wire import LONGEST, Ended, Garbled, Wire

Pipes = tuple[Wire, int, int]


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    """A wire, and the raw ends that the other side would have: (wire, to write to it, to read from it)."""
    in_read, in_write = os.pipe()
    out_read, out_write = os.pipe()
    wire = Wire(in_read, out_write)
    yield wire, in_write, out_read
    wire.close()
    for fd in (in_write, out_read):
        try:
            os.close(fd)
        except OSError:  # closed by the test
            continue


def framed(text: bytes, length: int | None = None) -> bytes:
    return struct.pack(">I", len(text) if length is None else length) + text


def test_a_message_is_json_behind_its_length(pipes: Pipes) -> None:
    wire, _, read = pipes
    wire.send({"job": "decode", "name": "李"})
    sent = os.read(read, 1000)

    assert struct.unpack(">I", sent[:4]) == (len(sent) - 4,)
    assert json.loads(sent[4:]) == {"job": "decode", "name": "李"}


def test_messages_that_come_together_or_in_pieces_are_told_apart(pipes: Pipes) -> None:
    wire, write, _ = pipes
    both = framed(b'{"a":1}') + framed(b'{"b":2}')
    os.write(write, both[:9])
    os.write(write, both[9:])

    assert [wire.receive(), wire.receive()] == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    "said",
    [
        framed(b"no json"),
        framed(b"[1, 2]"),
        framed(b"\xff\xfe{}"),
        framed(b"[" * 100_000),
        framed(b"", LONGEST + 1),
        b"\xff\xff\xff\xff",
    ],
    ids=["no json", "no object", "no text", "deep", "too long", "absurdly long"],
)
def test_garbage_is_no_message(pipes: Pipes, said: bytes) -> None:
    wire, write, _ = pipes
    thread = threading.Thread(target=os.write, args=(write, said))  # it may be more than a pipe holds
    thread.start()
    with pytest.raises(Garbled):
        wire.receive()
    thread.join()


@pytest.mark.parametrize("said", [b"", b"\0\0", framed(b'{"a"', 100)], ids=["nothing", "half a length", "half a text"])
def test_an_early_end_is_an_end(pipes: Pipes, said: bytes) -> None:
    wire, write, _ = pipes
    os.write(write, said)
    os.close(write)

    with pytest.raises(Ended):
        wire.receive()


def test_nothing_too_long_is_sent(pipes: Pipes) -> None:
    with pytest.raises(ValueError, match="too much"):
        pipes[0].send({"text": "x" * LONGEST})


RING = [memoryview(bytearray(range(64))), memoryview(bytearray(range(64, 128)))]


def arrived(*messages: dict[str, Any]) -> list[Any]:
    arriving = Arriving(messages[0], RING)
    return [arriving.take(message) for message in messages]


def test_an_array_comes_in_one_piece_or_in_several() -> None:
    (one,) = arrived({"array": "<u2", "shape": [4, 8], "piece": 0, "count": 64})
    none, two = arrived({"array": "|u1", "shape": [128], "piece": 0, "count": 64}, {"piece": 1, "count": 64})
    (empty,) = arrived({"array": "<f4", "shape": [0, 3]})

    assert one.shape == (4, 8) and one.dtype == np.uint16 and one[0, 0] == 0x0100
    assert none is None and two.tolist() == list(range(128))
    assert empty.shape == (0, 3)


@pytest.mark.parametrize(
    "lie",
    [
        {"array": "O", "shape": [1], "piece": 0, "count": 8},
        {"array": "<U4", "shape": [1], "piece": 0, "count": 16},
        {"array": "(3,)u1", "shape": [1], "piece": 0, "count": 3},
        {"array": "nonsense", "shape": [1], "piece": 0, "count": 1},
        {"array": 7, "shape": [1], "piece": 0, "count": 1},
        {"array": "|u1", "shape": [-1], "piece": 0, "count": 1},
        {"array": "|u1", "shape": ["1"], "piece": 0, "count": 1},
        {"array": "|u1", "shape": [1] * 6, "piece": 0, "count": 1},
        {"array": "|u1", "shape": [LARGEST, LARGEST], "piece": 0, "count": 1},
        {"array": "|u1", "shape": [65], "piece": 0, "count": 65},
        {"array": "|u1", "shape": [4], "piece": 2, "count": 4},
        {"array": "|u1", "shape": [4], "piece": -1, "count": 4},
        {"array": "|u1", "shape": [4], "piece": 0, "count": 5},
        {"array": "|u1", "shape": [4], "piece": 0, "count": 0},
        {"array": "|u1", "shape": [4]},
    ],
)
def test_a_lie_about_an_array_is_not_believed(lie: dict[str, Any]) -> None:
    with pytest.raises(Garbled):
        arrived(lie)


def test_a_large_claim_takes_no_memory_until_its_pieces_come() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (nothing,) = arrived({"array": "|u1", "shape": [LARGEST], "piece": 0, "count": 64})

    assert nothing is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB

"""Real worker processes: what they give, what they cost when a file harms them, and what they cannot do."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from medscan_desktop.app.start import worker_command
from medscan_desktop.dicom.workers.frames import SIZE, Frames
from medscan_desktop.dicom.workers.pool import ProcessWorkers
from medscan_desktop.dicom.workers.process import Limits
from medscan_desktop.domain.errors import FileRefused, Hostile, MedScanError
from tests.support import worker_tricks
from tests.support.pool import process_workers

ROOT = Path(__file__).resolve().parents[2]
PATIENT = "Doe^Jane"
FORMS = [
    ("<u2", [4, 8]),
    (">i2", [700, 900]),
    ("<f4", [1, 1]),
    ("|u1", [0, 3]),
    ("|b1", [5]),
    ("<f8", [2, 3, 4]),
    ("<u2", [3000, 2500]),
]

Pool = Callable[..., ProcessWorkers]


@pytest.fixture
def pool() -> Iterator[Pool]:
    """Makes pools of workers that know tricks, and ends them."""
    made: list[ProcessWorkers] = []

    def make(count: int = 1, *, decode: str = "decode", **limits: Any) -> ProcessWorkers:
        made.append(ProcessWorkers(worker_tricks.command(decode=decode), count, Limits(**limits)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def ask(workers: ProcessWorkers, job: str, content: bytes = b"", **body: Any) -> Any:
    return workers.run(job, body, io.BytesIO(content), label="a file")


def is_working(workers: ProcessWorkers) -> bool:
    return bool(ask(workers, "echo", b"12345")["tail"] == b"345".hex())


@pytest.mark.parametrize("size", [0, 5, (2 << 20) - 1, 2 << 20, (5 << 20) + 7])
def test_a_worker_reads_a_file_of_any_size_without_its_path(pool: Pool, size: int) -> None:
    content = np.random.default_rng(size).bytes(size)
    got: list[bytes] = []
    answer = pool().run(
        "echo", {"name": "李"}, io.BytesIO(content), label="a file", received=lambda array: got.append(array.tobytes())
    )

    assert got == [content]
    assert answer == {"size": size, "tail": content[-3:].hex(), "body": {"name": "李"}}


def test_arrays_of_every_form_arrive_in_order_whatever_their_size(pool: Pool) -> None:
    got: list[np.ndarray] = []
    body = {"forms": FORMS}
    pool().run("arrays", body, io.BytesIO(), label="a file", received=lambda array: got.append(array.copy()))

    for index, ((dtype, shape), array) in enumerate(zip(FORMS, got, strict=True)):
        expected = (np.arange(np.prod(shape, dtype=int)) % 251 + index).astype(dtype).reshape(shape)
        assert array.dtype == np.dtype(dtype).newbyteorder("=")
        np.testing.assert_array_equal(array, expected)


def test_two_callers_have_a_worker_each_and_the_third_waits(pool: Pool) -> None:
    workers = pool(2)
    start = time.monotonic()
    threads = [threading.Thread(target=ask, args=(workers, "hold"), kwargs={"bytes": 1, "seconds": 1}) for _ in "123"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 2 <= time.monotonic() - start < 8
    assert len(workers.pids) == 2


def test_a_warm_worker_stays(pool: Pool) -> None:
    workers = pool(2)
    workers.warm()
    pids = workers.pids
    for _ in range(3):
        assert is_working(workers)

    assert workers.pids == pids and len(pids) == 1


HARM = [
    ("crash", {}, "its decoder crashed (SIGSEGV)"),
    ("stop", {}, "its decoder crashed (SIGKILL)"),
    ("hang", {}, "its decoder took longer than 1 s"),
    ("spin", {}, "its decoder took longer than 1 s"),
    ("eat", {"bytes": 800 << 20}, "its decoder needed more than 600 MB"),
    ("lie", {"bytes": b"\0\0\0\x02[]".hex()}, "its decoder gave an answer that makes no sense"),
    ("lie", {"bytes": b"\xff\xff\xff\xff".hex()}, "its decoder gave an answer that makes no sense"),
    ("lie", {"bytes": b'\0\0\0\x0d{"read":[0]}\n'.hex()}, "its decoder gave an answer that makes no sense"),
]


@pytest.mark.parametrize(("trick", "body", "reason"), HARM)
def test_a_file_that_harms_its_worker_costs_itself_and_is_told_the_truth_about(
    pool: Pool, trick: str, body: dict[str, Any], reason: str
) -> None:
    workers = pool(memory=600 << 20)
    assert is_working(workers)
    with pytest.raises(Hostile) as harm:
        workers.run(trick, body, io.BytesIO(b"x"), label="a file", seconds=1)

    assert (harm.value.path, harm.value.reason) == ("a file", reason)
    assert is_working(workers)


def test_where_the_system_keeps_no_limit_of_memory_the_program_watches(pool: Pool) -> None:
    """As on macOS and Windows."""
    workers = pool(memory=1 << 30, is_watched=True)
    with pytest.raises(Hostile, match="needed more than 1,024 MB"):
        ask(workers, "hold", bytes=0, seconds=0) and ask(workers, "eat", bytes=3 << 30)
    small = pool(memory=250 << 20, is_watched=True)

    assert is_working(small)


def test_a_stopped_worker_is_killed_in_time(pool: Pool) -> None:
    workers = pool(seconds=1)
    workers.warm()
    (pid,) = workers.pids
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(Hostile, match="took longer than 1 s"):
        is_working(workers)

    assert not psutil.pid_exists(pid)
    assert is_working(workers)


def test_a_worker_that_dies_while_nobody_uses_it_costs_no_file(pool: Pool) -> None:
    workers = pool()
    workers.warm()
    (pid,) = workers.pids
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)], timeout=5)

    assert is_working(workers)


def test_what_a_handler_refuses_is_refused_with_its_reason(pool: Pool) -> None:
    workers = pool()
    with pytest.raises(FileRefused, match="a file: the file is no such thing") as refusal:
        ask(workers, "refuse")

    assert not isinstance(refusal.value, Hostile)
    assert is_working(workers)


@pytest.mark.expects_log
def test_a_bug_in_a_handler_is_logged_by_its_place_and_never_by_its_words(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(FileRefused, match=r"cannot be read \(KeyError, reference [0-9a-f]{8}\)") as refusal:
        ask(pool(), "stumble")
    (record,) = caplog.records

    assert record.place.startswith("worker_tricks.py.")  # type: ignore[attr-defined]
    assert PATIENT not in str(refusal.value) + str(record.__dict__)


def test_what_a_library_prints_goes_nowhere(pool: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    workers = pool()

    assert ask(workers, "shout") == {"said": True}
    assert is_working(workers)
    assert capfd.readouterr() == ("", "")


def test_a_worker_has_no_secrets_no_place_and_few_files(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDSCAN_PASSWORD_FILE", "/somewhere")
    monkeypatch.setenv("MY_TOKEN", "secret")
    seen = ask(pool(), "surroundings")

    assert not {"MEDSCAN_PASSWORD_FILE", "MY_TOKEN", "HOME"} & set(seen["environment"])
    assert seen["folder"] == "/"
    assert seen["files"] <= 9
    assert seen["nice"] >= 10
    assert set(seen["limits"].values()) == {0}


def test_a_worker_imports_little() -> None:
    """Neither window, nor database, nor pydicom: it is there within a fraction of a second."""
    code = "import sys, medscan_desktop.app.start; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"PySide6", "vtkmodules", "sqlalchemy", "pydicom", "cv2", "SimpleITK", "highdicom", "pypdfium2", "scipy"}

    assert not heavy & set(modules)


def test_a_hijacked_worker_can_change_no_file_run_no_program_and_call_nobody(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"as it was")
    with socket.create_server(("127.0.0.1", 0)) as server:
        ways = ask(pool(), "escape", folder=str(tmp_path), port=server.getsockname()[1])

    assert not [way for way, is_open in ways.items() if is_open]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("there", b"as it was")]


def test_no_descriptor_and_no_process_is_left_behind_by_fifty_deaths(pool: Pool) -> None:
    workers = pool()
    assert is_working(workers)
    us = psutil.Process()
    before = us.num_fds(), us.num_threads()
    for _ in range(50):
        with pytest.raises(Hostile):
            ask(workers, "stop")
    assert is_working(workers)

    # Of the tests before, an idle thread may have ended meanwhile; none may have come.
    assert us.num_fds() <= before[0]
    assert us.num_threads() <= before[1]
    assert len([child for child in us.children() if child.pid in workers.pids]) == 1


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_the_program(end: signal.Signals) -> None:
    """Whatever they are doing: one of them hangs."""
    code = f"""
import io, sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
from medscan_desktop.dicom.workers.pool import ProcessWorkers
from tests.support import worker_tricks
workers = ProcessWorkers(worker_tricks.command(), 2)
ask = lambda job: workers.run(job, {{}}, io.BytesIO(b"x"), label="a file")
threading.Thread(target=ask, args=("hang",), daemon=True).start()
time.sleep(0.5)
ask("echo")
print(*workers.pids, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(children) == 2
        parent.send_signal(end)
    _, alive = psutil.wait_procs(children, timeout=5)

    assert not alive


def test_a_thread_that_ends_takes_no_worker_with_it(pool: Pool) -> None:
    """Linux ends a process with the thread that started it, where it was told to end with its parent."""
    workers = pool()
    thread = threading.Thread(target=workers.warm)
    thread.start()
    thread.join()
    (pid,) = workers.pids
    time.sleep(0.2)

    assert is_working(workers) and workers.pids == (pid,)


def test_closing_ends_what_runs_and_blames_no_file(pool: Pool) -> None:
    workers = pool()
    errors: list[Exception] = []

    def hang() -> None:
        try:
            ask(workers, "hang")
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    while not workers.pids:
        time.sleep(0.01)
    time.sleep(0.3)
    workers.close()
    thread.join(5)

    assert [str(error) for error in errors] == ["The program is closing."]
    assert not isinstance(errors[0], Hostile)
    with pytest.raises(MedScanError, match="closing"):
        is_working(workers)


def test_a_program_that_cannot_start_its_workers_says_so_and_blames_no_file() -> None:
    for command in ([sys.executable, "-c", "raise SystemExit(3)"], ["/nowhere/medscan"]):
        workers = ProcessWorkers(command, 1)
        with pytest.raises(MedScanError, match="does not start") as error:
            is_working(workers)
        workers.close()

        assert not isinstance(error.value, FileRefused)


def test_an_error_of_the_file_itself_comes_back_as_it_is(pool: Pool) -> None:
    """A network share that goes away is the share's fault."""

    class Broken(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if self.tell() >= 2 << 20:
                raise OSError(5, "Input/output error")
            return super().readinto(buffer)

    workers = pool()
    with pytest.raises(OSError, match="Input/output error"):
        workers.run("echo", {}, Broken(bytes(3 << 20)), label="a file")

    assert is_working(workers)


def test_without_memfd_the_frames_are_named_memory_that_goes_with_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS and Windows."""
    made: list[SharedMemory] = []

    def make() -> Frames:
        made.append(SharedMemory(create=True, size=SIZE))
        return Frames(made[-1])

    monkeypatch.setattr(Frames, "make", make)
    workers = ProcessWorkers(worker_tricks.command(), 1)
    assert is_working(workers)
    with pytest.raises(Hostile):
        ask(workers, "stop")
    assert is_working(workers)
    workers.close()

    assert len(made) == 2
    for memory in made:
        with pytest.raises(FileNotFoundError):
            SharedMemory(memory.name)


def test_a_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)

    assert worker_command() == [sys.executable, "--worker"]


def test_the_installed_command_is_a_worker_too() -> None:
    workers = ProcessWorkers([str(Path(sys.executable).with_name("medscan")), "--worker"], 1)
    workers.warm()

    assert len(workers.pids) == 1
    workers.close()


def test_the_real_pool_is_warm_for_all_tests() -> None:
    process_workers().warm()

    assert process_workers().pids
    assert worker_command()[0] == sys.executable

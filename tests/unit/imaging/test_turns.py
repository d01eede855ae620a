"""Loading waits while the window draws, and no longer than that."""

import threading
import time

from medscan_desktop.imaging.turns import let_the_window, window_turn


def waited() -> float:
    began = time.monotonic()
    thread = threading.Thread(target=let_the_window)
    thread.start()
    thread.join()
    return time.monotonic() - began


def test_nobody_waits_while_the_window_does_nothing() -> None:
    began = time.monotonic()
    for _ in range(1000):
        let_the_window()

    assert time.monotonic() - began < 1


def test_a_slice_waits_for_the_end_of_the_turn() -> None:
    ended = []
    with window_turn():
        with window_turn():
            pass
        thread = threading.Thread(target=lambda: (let_the_window(), ended.append(time.monotonic())))
        thread.start()
        time.sleep(0.02)  # the inner turn's end is not the end
        assert not ended
        drawn = time.monotonic()
    thread.join()

    assert ended[0] >= drawn


def test_a_turn_that_never_ends_holds_nobody_for_good() -> None:
    with window_turn():
        assert waited() < 5


def test_a_turn_ends_with_an_error_too() -> None:
    try:
        with window_turn():
            raise ValueError
    except ValueError:
        pass

    assert waited() < 5

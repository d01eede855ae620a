"""Work off the main thread; its results on the main thread, in order."""

import threading

from pytestqt.qtbot import QtBot

from medscan_desktop.ui.qt_jobs import QtJobs


def test_what_is_posted_arrives_on_the_main_thread_in_order(qtbot: QtBot) -> None:
    jobs, arrived = QtJobs(), []

    def work() -> None:
        for number in range(200):
            jobs.post(lambda number=number: arrived.append((number, threading.current_thread())))

    jobs.start(work)
    qtbot.waitUntil(lambda: len(arrived) == 200)

    assert arrived == [(number, threading.main_thread()) for number in range(200)]
    assert jobs.close()


def test_a_long_model_run_does_not_keep_a_study_from_opening(qtbot: QtBot) -> None:
    jobs, hold, done = QtJobs(threads=1), threading.Event(), []
    jobs.start(lambda: hold.wait(20))
    jobs.start(lambda: hold.wait(20))
    jobs.start(lambda: done.append(True))

    qtbot.waitUntil(lambda: bool(done))

    hold.set()
    assert jobs.close()


def test_nothing_is_delivered_after_the_end(qtbot: QtBot) -> None:
    jobs, arrived = QtJobs(), []
    jobs.start(lambda: jobs.post(lambda: arrived.append(1)))

    assert jobs.close()
    qtbot.wait(20)

    assert arrived == []

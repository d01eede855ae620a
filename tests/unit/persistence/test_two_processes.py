"""Several processes on one library: one unbroken chain, and after a kill a library that opens and is whole."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.homes import Library, opened_again

ROWS = 60

WRITER = """
import sys
from pathlib import Path
from medscan_desktop.persistence.home import Home
from tests.support.homes import opened_again

with opened_again(Home(Path(sys.argv[1]))) as library:
    print("ready", flush=True)
    for number in range(int(sys.argv[2])):
        with library.records("test.write", f"{sys.argv[3]}.{number}"):
            pass
"""

IMPORTER = """
import io, itertools, sys
from pathlib import Path
from medscan_desktop.persistence.home import Home
from tests.support.homes import opened_again
from tests.support.studies import a_series, a_study, an_instance
from dataclasses import replace

with opened_again(Home(Path(sys.argv[1]))) as library, library.vault.intake() as intake:
    study = a_study()
    series = a_series(study)
    for batch in itertools.count():
        files = [intake.write(io.BytesIO(bytes(300_000))) for _ in range(4)]
        intake.sync()
        with library.records("study.import", str(batch)) as records:
            for number, file in enumerate(files):
                instance = replace(an_instance(series, batch * 4 + number), location=file.id)
                records.studies.put_instance(study, series, instance)
                records.files.put(file)
        print(batch, flush=True)
"""


def start(script: str, *arguments: str) -> "subprocess.Popen[str]":
    root = Path(__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments], stdout=subprocess.PIPE, text=True, cwd=root
    )


def test_two_processes_leave_one_unbroken_chain(library: Library) -> None:
    library.database.close()
    writers = [start(WRITER, str(library.home.root), str(ROWS), name) for name in ("1", "2")]
    assert [writer.communicate(timeout=120)[0] for writer in writers] == ["ready\n", "ready\n"]
    assert [writer.returncode for writer in writers] == [0, 0]

    with opened_again(library.home) as again, again.records("audit.verify") as records:
        assert records.audit.verify().problems == ()
        names = [event.object_id for event in reversed(records.audit.events())]
    assert sorted(names) == sorted(f"{name}.{number}" for name in "12" for number in range(ROWS))
    assert names != sorted(names), "the two did not write at the same time, so nothing was proven"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("patience_s", [0.0, 0.013, 0.031])
def test_a_killed_import_leaves_a_library_that_is_whole(library: Library, patience_s: float) -> None:
    library.database.close()
    with start(IMPORTER, str(library.home.root)) as importer:
        assert importer.stdout is not None
        committed = [importer.stdout.readline() for _ in range(3)]
        time.sleep(patience_s)
        importer.kill()

    with opened_again(library.home) as again, again.records("health.check") as records:
        count = records.studies.search()[0].instance_count
        known = records.files.all_ids()
        assert count >= 4 * len(committed)
        assert count % 4 == 0, "half a batch was committed"
        assert len(known) == count
        assert records.integrity_problems() == []
        assert records.audit.verify().problems == ()
        assert again.vault.missing(known) == []
        for file in records.files.many(known).values():
            assert len(again.vault.read(file)) == file.size
        for orphan in again.vault.orphans(known, older_than_s=0):
            again.vault.remove(orphan)
        assert again.vault.orphans(known, older_than_s=0) == []

"""`run.py bench`: every case once, a table or JSON. Exit 0 either way: a missed goal is a number to look at."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

from PySide6.QtWidgets import QApplication

from medscan_desktop.ui.garbage import MainThreadGarbage
from tests.bench import (
    cases_codecs,
    cases_index,
    cases_load,
    cases_memory,
    cases_pane,
    cases_phases,
    cases_planes,
    cases_search,
    cases_slabs,
    cases_space,
    cases_start,
)
from tests.bench.harness import Row
from tests.support.raw_series import phantom, write_series


def cases(folder: Path, open_parts: ExitStack) -> dict[str, Callable[[], Row]]:
    """Every case by its id; the data are made on first use."""
    values = cache(phantom)

    @cache
    def raw() -> Path:
        write_series(folder / "raw", values())
        return folder / "raw"

    codecs = cases_codecs.Codecs(folder, values)
    open_parts.callback(codecs.close)
    return {
        "scroll_512": lambda: cases_pane.scroll(values(), 512, "scroll_512", 8),
        "scroll_1024": lambda: cases_pane.scroll(values(), 1024, "scroll_1024", 5),
        "mpr3": lambda: cases_pane.three_planes(values()),
        "mpr3_1024": lambda: cases_planes.three_planes(values(), 1024, "mpr3_1024", 3.5, masked=False),
        "mpr3_mask": lambda: cases_planes.three_planes(values(), 512, "mpr3_mask", 3, masked=True),
        "mpr3_mask_1024": lambda: cases_planes.three_planes(values(), 1024, "mpr3_mask_1024", 3, masked=True),
        "four_512": lambda: cases_planes.four_panes(values(), 512, "four_512", 3.5),
        "four_1024": lambda: cases_planes.four_panes(values(), 1024, "four_1024", 3.5),
        "oblique_four": lambda: cases_planes.four_with_one_oblique(values(), 512, "oblique_four", 3.5),
        "oblique_turn": lambda: cases_planes.turned_by_hand(values(), 512, "oblique_turn", 3.5),
        "slab_stall": lambda: cases_slabs.stall(values()),
        "scroll_event": lambda: cases_pane.wheel(values()),
        "load_raw": lambda: cases_load.raw_against_simpleitk(raw()),
        "load_raw_pydicom": lambda: cases_load.raw_against_pydicom(raw()),
        "load_raw_dicomsdl": lambda: cases_load.raw_against_dicomsdl(raw()),
        "load_jls": lambda: codecs.case("jls", 1.8, cases_codecs.SITK),
        "load_rle": lambda: codecs.case("rle", 2, cases_codecs.PYDICOM),
        "load_jll": lambda: codecs.case("jll", 1.3, *cases_codecs.PEERS),
        "load_j2k": lambda: codecs.case("j2k", 1.3, *cases_codecs.PEERS),
        "load_htj2k": lambda: codecs.case("htj2k", 1.3, *cases_codecs.PEERS),
        "load_vault": lambda: cases_load.vault_against_simpleitk(raw(), folder),
        "memory_load": lambda: cases_memory.loading(raw()),
        "memory_3d": lambda: cases_memory.with_3d(raw()),
        "memory_reduced": lambda: cases_memory.reduced(raw()),
        "memory_closed": lambda: cases_memory.closed(raw(), folder),
        "first_image": lambda: cases_load.first_image(raw(), folder, "first_image", 0.2),
        "first_image_db": lambda: cases_load.first_image(raw(), folder, "first_image_db", 0.06),
        "index_5000": lambda: cases_index.index_against_pydicom(folder),
        "index_5000_sitk": lambda: cases_index.index_against_simpleitk(folder),
        "reindex": lambda: cases_index.reindex(folder),
        "stall_load": lambda: cases_memory.stall_while_scrolling(raw(), folder),
        "phases_stall": lambda: cases_phases.stall_while_playing(folder),
        "stall_infer": cases_start.stall_while_inferring,
        "3d_turn_512": lambda: cases_space.interaction(values(), 512, "3d_turn_512"),
        "3d_turn_quad": lambda: cases_space.interaction(values(), cases_space.QUAD_PANE, "3d_turn_quad"),
        "3d_rest": lambda: cases_space.rest(values()),
        "3d_stall": lambda: cases_space.stall(values()),
        "3d_software": lambda: cases_space.against_gpu_mapper(values()),
        "search_50k": lambda: cases_search.search(folder),
        "search_table": lambda: cases_search.show(folder),
        "first_window": lambda: cases_start.first_window(folder),
    }


def cases_by_name(folder: Path) -> dict[str, Callable[[], Row]]:
    """What takes minutes and gigabytes: run only where it is asked for."""
    return {
        "large_4g": lambda: cases_memory.large(folder, 4000),
        "large_1g": lambda: cases_memory.large(folder, 1000),
        "large_2d": lambda: cases_memory.large(folder, 1000, slices=True),
    }


def main() -> int:
    """Run the chosen cases."""
    parser = argparse.ArgumentParser(description="Speeds as ratios against named peers.")
    parser.add_argument("ids", nargs="*", help="only these cases")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    garbage = MainThreadGarbage()  # as the window does
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="medscan-bench-") as folder, ExitStack() as open_parts:
        known = cases(Path(folder), open_parts)
        by_name = cases_by_name(Path(folder))
        known |= {name: by_name[name] for name in options.ids if name in by_name}
        garbage.spare()
        rows = list(_run(known, options.ids, quiet=options.json))
    if options.json:
        print(json.dumps({"seconds": time.monotonic() - start, "rows": [row.as_json() for row in rows]}, indent=1))
    else:
        print(f"\n{sum(row.met for row in rows)} of {len(rows)} goals met, {time.monotonic() - start:.0f} s")
    garbage.close()
    app.quit()
    return 0


def _run(known: dict[str, Callable[[], Row]], wanted: list[str], *, quiet: bool) -> Iterator[Row]:
    for name, case in known.items():
        if wanted and name not in wanted:
            continue
        row = case()
        if not quiet:
            print(_line(row), flush=True)
        yield row


def _line(row: Row) -> str:
    peer = f"{row.peer * 1000:9.1f}" if row.peer is not None else " " * 9
    ratio = f"{row.ratio:6.1f}x" if row.ratio is not None else " " * 7
    verdict = "met   " if row.met else "MISSED"
    ours = f"{row.id:18s}" + (f"{row.ours * 1000:9.1f} ms" if row.unit == "ms" else f"{row.ours:9.2f} {row.unit:2s}")
    return f"{ours} {peer} {ratio}  goal {row.goal:10s} {verdict}  {row.peer_name} {row.note}"


if __name__ == "__main__":
    sys.exit(main())

"""`run.py soak [--minutes N] [PROOF ...]`: goes on from the last seed that held, says every seed that did not."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.soak.proofs import PROOFS
from tests.support.pool import close_pool

STATE = Path(__file__).resolve().parents[2] / ".setup" / "soak.json"


def main() -> int:
    """Exit 1 where any seed failed."""
    parser = argparse.ArgumentParser(description="Long seeded proofs, resumable.")
    parser.add_argument("proofs", nargs="*", metavar="PROOF", help=", ".join(PROOFS))
    parser.add_argument("--minutes", type=float, default=10, help="for each proof")
    parser.add_argument("--from-the-start", action="store_true")
    options = parser.parse_args()
    reached = {} if options.from_the_start or not STATE.exists() else json.loads(STATE.read_text())
    failed = 0
    for name in options.proofs or PROOFS:
        proof, _ = PROOFS[name]
        first = seed = int(reached.get(name, 0))
        end = time.monotonic() + options.minutes * 60
        while time.monotonic() < end:
            try:
                proof(seed)
            except Exception as error:
                failed += 1
                print(f"{name} seed {seed}: {type(error).__name__}: {error}", flush=True)
            seed += 1
            reached[name] = seed
            STATE.parent.mkdir(exist_ok=True)
            STATE.write_text(json.dumps(reached))
        print(f"{name}: seeds {first} to {seed - 1}", flush=True)
    close_pool()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

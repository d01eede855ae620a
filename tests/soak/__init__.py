"""Long seeded proofs. `run.py soak` goes on where it stopped; `test` runs a fixed sample of each."""

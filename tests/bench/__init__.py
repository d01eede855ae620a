"""Speeds as ratios: ours and a named peer do the same work in turn, in one run, and the medians are compared."""

"""The nouns of the workstation in plain Python: no I/O, no arrays, no third-party imports."""

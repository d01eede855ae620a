"""The files that a user points at: in folders, in archives, listed by a DICOMDIR."""

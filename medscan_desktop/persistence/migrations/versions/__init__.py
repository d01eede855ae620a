"""One file a revision. A released revision never changes: it is what a library in the field was made by."""

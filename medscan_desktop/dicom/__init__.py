"""DICOM in and out: scan headers, group them into stacks, load stacks progressively, write segmentations."""

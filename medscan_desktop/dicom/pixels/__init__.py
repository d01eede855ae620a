"""From the bytes of frames to the values of a volume."""

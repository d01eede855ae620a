"""From the bytes of a file to its header, without a pixel: bounds-checked, in this process."""

"""The colours of words on a pane, 0xRRGGBB."""

PALE = 0xE6EAEE  # what is read
MUTED = 0x9AA4AE  # what is missing, and why
ALERT = 0xFFB547  # what could make the picture be read wrongly

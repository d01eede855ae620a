"""A binary mask as frozen blocks: an edit replaces the touched blocks and shares the rest, undo keeps the old ones."""

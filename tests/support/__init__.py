"""Phantoms, builders and the way to the real test images."""

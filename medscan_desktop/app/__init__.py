"""The outermost layer: where the parts are joined, the command line and the window's start."""

"""What is on screen, as frozen values. Nothing here draws, stores or waits."""

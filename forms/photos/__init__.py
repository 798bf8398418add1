"""Photos and films as they are given out: without the place, the day and the camera that are written beside the picture."""

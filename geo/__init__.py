"""Where: text to geometry, geometry to village, geometry to something a map can draw. Pure."""

"""Villages, and what lies in them.

`place.place_submission(db, reading)` is the deriver that intake runs (server/reading.py, server/intake/derive.py);
`villages` imports boundaries and finds the village of a point. For the map, `layers` decides who gets what, and `pins`,
`health_layer` and `outlines` give it.
"""

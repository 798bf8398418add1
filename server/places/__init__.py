"""Villages, and what lies in them.

`place.place_submission(db, reading)` is the deriver that intake runs (server/reading.py, server/intake/derive.py);
`villages` imports boundaries and finds the village of a point; `view` gives the map what a scope may see.
"""

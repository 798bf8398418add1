"""The demo town: invented geography (`town`), months of invented visits (`visits`), and sending them in (`make`).

Nobody in it exists. Everything comes from a seeded generator, so that two demos of one day are the same town.
"""

"""The papers of the monthly meeting: what a town is told of a month that is over, in one place (domain.md 1, ui.md 4)."""

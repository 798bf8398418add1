"""Tables that the town draws in Excel itself: marks in cells say which number belongs there (docs/town-tables.md)."""

"""Instants of tests, as a clock on a wall in Shanghai shows them."""

from datetime import datetime


def shanghai(text: str) -> datetime:
    """A day of March 2026 and a time: 02T00:05:00."""
    return datetime.fromisoformat(f"2026-03-{text}+08:00")

"""Fifty lines a page, no endless scroll: which page an address asks for, and the ways to the ones beside it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from server.web.pages.sent import asked_number

PAGE = 50
LAST_PAGE = 100_000


def page_asked() -> int:
    """The number in `?page=`, from 1."""
    return asked_number("page", 1, LAST_PAGE) or 1


def address(path: str, values: Mapping[str, Any]) -> str:
    """The path with what is wanted of it; what is empty is no wish."""
    query = urlencode({key: value for key, value in values.items() if value}, doseq=True)
    return f"{path}?{query}" if query else path


def pager(path: str, values: Mapping[str, Any], number: int, total: int) -> dict[str, Any]:
    """Which lines of how many a page shows, and the addresses before and after it ("" where there is none)."""
    before = address(path, {**values, "page": number - 1}) if number > 1 else ""
    after = address(path, {**values, "page": number + 1}) if number * PAGE < total else ""
    first, last = min((number - 1) * PAGE + 1, total), min(number * PAGE, total)
    return {"first": first, "last": last, "total": total, "before": before, "after": after}

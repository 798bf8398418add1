"""What a package may hold, and reading it back: whoever seals a package may be anybody, so nothing else is taken from one.

    {"code": "W-0231", "from": "…", "place": {"zh": "…", "en": "…", "county": "440785"}, "made_on": "2026-03-02",
     "items": {"next_dates": [{…}], …}}

`items` are words of packages.ITEMS, each with rows of the fields of FIELDS; all values are short plain text, days as
YYYY-MM-DD, of 1900 to 2199. Pure.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Any, Final

from server.errors import PackageRefused
from server.registry.packages import ITEMS, Opened

Row = dict[str, str]
Items = dict[str, list[Row]]

FIELDS: Final = {
    "next_dates": frozenset({"zh", "en", "opens_on", "due_on", "closes_on"}),
    "anc_summary": frozenset({"ga_anchor", "dated_by", "on", "bp_sys", "bp_dia", "hb_gl"}),
    "method_card": frozenset({"method", "started_on", "last_injection_on", "supply_until"}),
    "contact": frozenset({"number", "shared"}),
}
DAYS: Final = frozenset({"opens_on", "due_on", "closes_on", "ga_anchor", "on"}) | {
    "started_on",
    "last_injection_on",
    "supply_until",
}
MOST_ROWS: Final = 60
LONGEST: Final = 120
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""What pages reckon with: a day that is so many weeks after one of these is one, too."""
ENVELOPE: Final = {"code", "from", "place", "made_on", "items"}


def check_told(opened: Opened) -> dict[str, Any]:
    """What was sealed, when it is of the form above and of nothing else. Raises PackageRefused."""
    told = opened.told
    try:
        fits = set(told) == ENVELOPE and is_envelope(told) and all(is_item(*one) for one in told["items"].items())
        date.fromisoformat(told["made_on"])
    except (AttributeError, KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise PackageRefused(reason="what is in it cannot be read here")
    return told


def is_envelope(told: dict[str, Any]) -> bool:
    place = told["place"]
    texts = [told["code"], told["from"], told["made_on"], *place.values()]
    return set(place) == {"zh", "en", "county"} and all(map(is_short, texts)) and set(told["items"]) <= set(ITEMS)


def is_item(name: str, rows: Any) -> bool:
    return isinstance(rows, list) and len(rows) <= MOST_ROWS and all(is_row(FIELDS[name], row) for row in rows)


def is_row(fields: frozenset[str], row: Any) -> bool:
    for name, value in row.items():
        if name not in fields or not is_short(value):
            return False
        if name in DAYS and not is_day(value):
            return False
    return True


def is_day(text: str) -> bool:
    """Raises ValueError for what is no day at all."""
    day = date.fromisoformat(text)
    return FIRST_DAY <= day <= LAST_DAY and text == day.isoformat()


def is_short(text: Any) -> bool:
    """Plain text without control characters, and nothing that turns the direction of writing."""
    return isinstance(text, str) and len(text) <= LONGEST and all(map(is_plain, text))


def is_plain(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def fit_text(text: str) -> str:
    """As a package may hold it: names of places and visits are the town's own, and the other side takes nothing else."""
    return "".join(char if is_plain(char) else " " * char.isspace() for char in text)[:LONGEST]


def fit_rows(rows: Iterable[Row]) -> list[Row]:
    """The first of them, as a package may hold them; a day that no page reckons with is left out."""
    fitted = ({name: fit_text(text) for name, text in row.items()} for row in islice(rows, MOST_ROWS))
    return [{name: text for name, text in row.items() if name not in DAYS or is_day(text)} for row in fitted]

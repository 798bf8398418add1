"""What a question to a collection may hold: OGC API - Features Part 1, clause 7.15. Anything else is refused, as it asks."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import orjson
from flask import request

from server.clock import SHANGHAI
from server.errors import UnexpectedAttribute, UnexpectedValue, WrongType
from server.places.stretch import Stretch
from server.web.boxes import read_boxes
from server.web.parameters import read_instant, read_number
from server.web.plain_text import LARGEST_ID, is_plain

ALWAYS: Final = ("f",)
"""What every address takes: the format (ogc_formats.py)."""
OF_ITEMS: Final = (*ALWAYS, "limit", "bbox", "datetime", "token")
FIRST_LIMIT, LARGEST_LIMIT = 100, 1000
LONGEST_KEY = 200
OPEN = ("", "..")
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# RFC 3339, 5.6. A + that was not encoded arrives as a space.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+ ]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


def refuse_unknown(known: Collection[str] = ALWAYS) -> None:
    """Raises UnexpectedAttribute (400.4) for a parameter that the API's definition does not name."""
    for name in request.args:
        if name not in known:
            raise UnexpectedAttribute(field=name[:80])


def read_once(name: str) -> str | None:
    """A parameter's text; None without one. Raises UnexpectedValue (400.8) for one that is empty or comes twice."""
    found = request.args.getlist(name)
    if not found:
        return None
    if len(found) > 1 or not found[0]:
        raise UnexpectedValue(field=name, value=",".join(found)[:80], reason="it has one value")
    return found[0]


def read_stretch(key: type) -> Stretch:
    """What the request asks of a collection whose ids are of that type. Raises what is wrong with it (400)."""
    refuse_unknown(OF_ITEMS)
    since, until = read_interval()
    read_once("bbox")
    return Stretch(read_limit(), read_token(key), read_boxes("bbox"), since, until)


def read_limit() -> int:
    """More than may be had is no error: the largest page comes. Raises WrongType, UnexpectedValue."""
    read_once("limit")
    wanted = read_number("limit")
    if wanted == 0:
        raise UnexpectedValue(field="limit", value="0", reason="it is a whole number from 1")
    return FIRST_LIMIT if wanted is None else min(wanted, LARGEST_LIMIT)


def read_interval() -> tuple[datetime | None, datetime | None]:
    """?datetime=: an instant, or two with a slash between of which one may be open (".." or nothing); both ends belong to it.

    A day without a time is all of that day in Shanghai. Raises WrongType (400.11), UnexpectedValue (400.8).
    """
    text = read_once("datetime")
    if text is None:
        return None, None
    first, slash, last = text.partition("/")
    if not slash:
        return read_end(text, first=True), read_end(text, first=False)
    since = None if first in OPEN else read_end(first, first=True)
    until = None if last in OPEN else read_end(last, first=False)
    if (since is None and until is None) or (since is not None and until is not None and since > until):
        raise UnexpectedValue(field="datetime", value=text[:80], reason="it is no interval with an end")
    return since, until


def read_end(text: str, first: bool) -> datetime:
    """The instant at one end; of a day its first or its last millisecond. What is before or after everything stays so.

    Only what RFC 3339 calls a full-date or a date-time: ISO 8601 has more, which other programs read otherwise.
    """
    is_day = _DAY.fullmatch(text) is not None
    if not is_day and not _INSTANT.fullmatch(text):
        raise WrongType(field="datetime", expected="RFC 3339 time")
    found = min(max(read_instant(text.upper(), "datetime"), EARLIEST), LATEST)
    if not is_day:
        return found
    midnight = datetime.combine(found.date(), time(), SHANGHAI)
    return midnight if first else midnight + timedelta(days=1, milliseconds=-1)


def write_token(after: Any) -> str:
    """Where a page ended, for the link to the next one: the id of its last feature, which the page has told."""
    return urlsafe_b64encode(orjson.dumps(after)).decode().rstrip("=")


def read_token(key: type) -> Any:
    """None without one. Raises UnexpectedValue (400.8) for what none of our links holds."""
    text = read_once("token")
    if text is None:
        return None
    try:
        held = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        held = None
    if type(held) is not key or not is_key(held):
        raise UnexpectedValue(field="token", value=text[:80], reason="it is not from a link to a next page")
    return held


def is_key(held: Any) -> bool:
    if isinstance(held, int):
        return 0 <= held <= LARGEST_ID
    return len(held) <= LONGEST_KEY and is_plain(held)

"""One rule for text at every door: valid Unicode that both databases can keep, no NUL, no control characters."""

import re
from typing import Any

from flask import request

from server.errors import NotFound, TooLong, UnexpectedValue

UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LONGEST = 10_000
LARGEST_ID = 2**53  # what JSON carries safely; both databases hold it


def is_plain(text: str) -> bool:
    return UNUSABLE.search(text) is None


def check_text(text: str, field: str) -> str:
    """The text itself. Raises UnexpectedValue (400.8) for control characters and TooLong (400.13) over 10,000."""
    if not is_plain(text):
        raise UnexpectedValue(field=field, value="", reason="it holds a control character")
    if len(text) > LONGEST:
        raise TooLong(field=field, limit=LONGEST)
    return text


def check_texts(value: Any, field: str) -> None:
    """Checks every text of a JSON value, keys too, however deep it is nested."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            check_text(one, field)
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one


def refuse_unusable(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Flask's url_value_preprocessor for every door. Nothing has a name or a number that no database could keep, so such
    an address is simply not there (404.1); such a question cannot be answered (400.8).
    """
    for value in (values or {}).values():
        if isinstance(value, str) and not is_plain(value):
            raise NotFound()
        if isinstance(value, int) and value > LARGEST_ID:
            raise NotFound()
    for name, text in request.args.items(multi=True):
        if not is_plain(name) or not is_plain(text):
            raise UnexpectedValue(field=name if is_plain(name) else "", value="", reason="it holds a control character")

"""One rule for text at every door: valid Unicode that both databases can keep, no NUL, no control characters."""

import re
from typing import Any

from server.errors import TooLong, UnexpectedValue

UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LONGEST = 10_000


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
    """Checks every text of a JSON value, keys too."""
    if isinstance(value, str):
        check_text(value, field)
    elif isinstance(value, dict):
        for name, inner in value.items():
            check_text(name, field)
            check_texts(inner, field)
    elif isinstance(value, list):
        for inner in value:
            check_texts(inner, field)

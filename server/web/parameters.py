"""What a request's query and headers ask for. Facts: odk-contract.md 1.1 and 1.5."""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from flask import request

from server.errors import BadHeader, WrongType
from server.web.plain_text import check_text, is_plain

LARGEST = 2**53


class Page(NamedTuple):
    """A stretch of a list; `limit` None means to its end."""

    offset: int
    limit: int | None


def is_true(name: str) -> bool:
    """Query booleans are the words true and false in any case (pyODK sends True); anything else is not true."""
    return request.args.get(name, "").lower() == "true"


def wants_extended() -> bool:
    return request.headers.get("X-Extended-Metadata", "").lower() == "true"


def query_text(name: str) -> str | None:
    """A query parameter's text; None when absent or empty. Raises UnexpectedValue for control characters."""
    value = request.args.get(name)
    return check_text(value, name) if value else None


def page() -> Page:
    """`?offset=&limit=`. Raises WrongType (400.11) for what is no whole number from 0."""
    return Page(read_number("offset") or 0, read_number("limit"))


def read_number(name: str) -> int | None:
    text = request.args.get(name)
    if text is None or text == "":
        return None
    digits = text.lstrip("0")[:20] or "0"  # cut off, it is too large still; of thousands Python makes no number
    if not (text.isascii() and text.isdigit()) or int(digits) > LARGEST:
        raise WrongType(field=name, expected="integer")
    return int(digits)


def query_instant(name: str) -> datetime | None:
    """An ISO 8601 time; without an offset it is UTC. Raises WrongType (400.11)."""
    text = request.args.get(name)
    return read_instant(text, name) if text else None


def read_instant(text: str, name: str) -> datetime:
    """The instant that a parameter's text or a part of it names. Raises WrongType (400.11)."""
    try:
        value = datetime.fromisoformat(text.replace(" ", "+"))  # a + that was not encoded arrives as a space
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongType(field=name, expected="ISO 8601 time") from None


def action_notes() -> str | None:
    """X-Action-Notes, percent-encoded: what the audit keeps beside the act. Raises BadHeader for control characters."""
    return decoded_header("X-Action-Notes")


def decoded_header(name: str) -> str | None:
    value = request.headers.get(name)
    if not value:
        return None
    text = unquote(value, errors="replace")
    if not is_plain(text):
        raise BadHeader(field=name, value="")
    return text

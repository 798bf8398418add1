"""What a page's form sent, checked by the one text rule: UTF-8, no control characters, a length that fits."""

from datetime import date

from flask import request

from server.errors import MissingParameter, TooLong, UnexpectedValue
from server.web.plain_text import is_plain

ID = "int(max=9007199254740991)"  # the route converter for our ids: what no database refuses


def sent_text(name: str, longest: int = 255, required: bool = False) -> str:
    """A field of the form, without spaces around it. Raises MissingParameter, TooLong or UnexpectedValue."""
    return check_text(name, request.form.get(name, ""), longest, required)


def check_text(name: str, value: str, longest: int = 255, required: bool = False) -> str:
    text = value.strip()
    if required and not text:
        raise MissingParameter(field=name)
    if len(text) > longest:
        raise TooLong(field=name, limit=longest)
    if not is_plain(text):
        raise UnexpectedValue(field=name, value="…", reason="it contains characters that cannot be stored")
    return text


def sent_day(name: str) -> date | None:
    """A day of the form, None where the field is empty. Raises UnexpectedValue."""
    value = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise UnexpectedValue(field=name, value=value[:20], reason="it is no day") from error


def sent_secret(name: str) -> str:
    """A password as typed: spaces count."""
    value = request.form.get(name, "")
    if not value:
        raise MissingParameter(field=name)
    return value


def sent_id(name: str) -> int:
    """An id chosen in a form. Raises UnexpectedValue."""
    value = request.form.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise UnexpectedValue(field=name, value=value[:40], reason="it is no id")
    return int(value)


def asked_number(name: str, default: int, most: int) -> int:
    """A number in the address, such as ?page=; what cannot be read counts as not given."""
    value = request.args.get(name, "")
    return min(int(value), most) if value.isascii() and value.isdigit() and len(value) < 10 else default

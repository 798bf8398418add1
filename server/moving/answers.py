"""An answer of another server: its body as a file, and when it wants to be asked again."""

from email.utils import parsedate_to_datetime as read_date
from http.client import HTTPException, HTTPResponse
from typing import Final

TOLD_WHEN: Final = (429, 503)  # with Retry-After, where it says so
LONGEST_WAIT: Final = 300.0  # seconds, whatever it says


class Whole:
    """An answer's body as a file. Raises HTTPException when the other side breaks off: an OSError is then our own disk's."""

    def __init__(self, answer: HTTPResponse) -> None:
        self.answer = answer

    def read(self, size: int = -1) -> bytes:
        try:
            found = self.answer.read(size if size >= 0 else None)
        except OSError as error:
            raise HTTPException(str(error)) from error
        if not found and self.answer.length:
            raise HTTPException("it broke off")
        return found


def wait_of(answer: HTTPResponse) -> float:
    """The seconds after which it wants to be asked again, 0.0 where it does not say; a date counts from its own clock's."""
    told = (answer.headers.get("Retry-After") or "").strip()
    if answer.status not in TOLD_WHEN or not told:
        return 0.0
    try:
        if told.isdecimal():
            seconds = float(told)
        else:
            seconds = (read_date(told) - read_date(answer.headers.get("Date") or "")).total_seconds()
    except (TypeError, ValueError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT)

"""Who of this request is told numbers (access/small_numbers.py)."""

from flask import request

from server.access.small_numbers import Telling
from server.web import session


def telling() -> Telling:
    """For a view that only reads: what is told is written down in a transaction of its own."""
    assert request.method in session.SAFE, "numbers are told by views that write nothing themselves"
    return Telling(session.database(), session.caller().actor_id or 0, session.now())


def telling_if_reading() -> Telling | None:
    """None in a view that writes: then numbers that would have to be told are withheld."""
    return telling() if request.method in session.SAFE else None

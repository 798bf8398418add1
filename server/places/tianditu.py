"""Tiles of Tianditu, the state's own map service, fetched by this server with the town's key.

The browser asks us, and we ask them: it never speaks to anybody outside, and the key never leaves. Their tiles are in CGCS2000,
which equals WGS-84 here. Addresses are those of their WMTS in Web Mercator.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from server.access.outbound import AddressRefused, Answer, AnswerUnheard, Call, NotReached, exchange
from server.workplaces import HERE

HOST: Final = "t0.tianditu.gov.cn"
LAYERS: Final = ("vec", "cva")
"""The roads and waters, and over them the names."""
MAX_ZOOM: Final = 18
MOST_TILE_BYTES: Final = 1_000_000
PICTURES: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
TOGETHER: Final = 4  # tiles that are fetched at once, so that a slow service holds few of our threads
WAIT: Final = 2.0  # seconds for one of those places
REST: Final = timedelta(seconds=30)  # after it did not answer, nobody asks it for so long
MOST_A_MINUTE: Final = 600  # tiles for one person: some twenty screens

NO_ANSWER, REFUSED, BUSY, OFTEN = "no-answer", "refused", "busy", "often"


class NoTile(Exception):
    """`why` is NO_ANSWER, REFUSED (the key, or its tiles of today are used up), BUSY or OFTEN."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Pace:
    """How fast this process asks, and whether it may ask now."""

    def __init__(self) -> None:
        self.places = threading.BoundedSemaphore(TOGETHER)
        self.lock = threading.Lock()
        self.rests_until: datetime | None = None
        self.minute: tuple[int, int, int, int, int] | None = None
        self.asked: Counter[int] = Counter()

    @contextmanager
    def turn(self, person: int, now: datetime) -> Iterator[None]:
        """Around one fetch. Raises NoTile; one that was not answered gives the service some rest."""
        self.count(person, now)
        with HERE.rest():
            came = self.places.acquire(timeout=WAIT)
        if not came:
            raise NoTile(BUSY)
        try:
            yield
        except NoTile as missing:
            if missing.why == NO_ANSWER:
                self.rests_until = now + REST
            raise
        finally:
            self.places.release()

    def count(self, person: int, now: datetime) -> None:
        """Whether she may ask for one more in this minute, and anybody at all."""
        with self.lock:
            minute = (now.year, now.month, now.day, now.hour, now.minute)
            if minute != self.minute:
                self.minute, self.asked = minute, Counter()
            self.asked[person] += 1
            if self.asked[person] > MOST_A_MINUTE:
                raise NoTile(OFTEN)
            if self.rests_until is not None and now < self.rests_until <= now + REST:
                raise NoTile(NO_ANSWER)


def fetch_tile(layer: str, zoom: int, x: int, y: int, tk: str, allowed: frozenset[str]) -> tuple[bytes, str]:
    """A tile and its type, which is what its first bytes say. Raises NoTile."""
    call = Call(
        "GET", address_of(layer, zoom, x, y, tk), {"Accept": "image/*", "User-Agent": "Fangshi"}, b"", MOST_TILE_BYTES
    )
    try:
        answer = exchange(call, allowed, lambda: True)
    except AddressRefused:
        raise NoTile(REFUSED) from None
    except (NotReached, AnswerUnheard):
        raise NoTile(NO_ANSWER) from None
    if answer is None or answer.status >= 500 or not answer.is_whole:
        raise NoTile(NO_ANSWER)
    return picture_in(answer)


def address_of(layer: str, zoom: int, x: int, y: int, tk: str) -> str:
    service = {"SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "TILEMATRIXSET": "w", "FORMAT": "tiles"}
    wanted = {"LAYER": layer, "STYLE": "default", "TILEMATRIX": zoom, "TILEROW": y, "TILECOL": x, "tk": tk}
    asked = {**service, **wanted}
    return f"https://{HOST}/{layer}_w/wmts?{urlencode(asked)}"


def picture_in(answer: Answer) -> tuple[bytes, str]:
    """They refuse in words, whatever the status says."""
    kind = next((kind for start, kind in PICTURES.items() if answer.body.startswith(start)), None)
    if answer.status != 200 or kind is None:
        raise NoTile(REFUSED)
    return answer.body, kind

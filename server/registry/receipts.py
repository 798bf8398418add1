"""The acknowledgement of a package: twelve letters and digits that only whoever opened it, or made it, can make.

In it are the day on which it was taken over, counted from the day on which it was made (5 bits), and 55 bits of HMAC-SHA256
under the package's `proof`, which no two packages share. Written in Crockford's base 32, which no two letters of are alike. Pure.
"""

import hashlib
import hmac
from datetime import date, timedelta
from typing import Final

from server.registry.packages import LIVES

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12
MAC_BITS: Final = 55
LOOKS_LIKE: Final = str.maketrans("OILoil", "011011")
ABOUT: Final = b"Fangshi receipt 1"


def make_receipt(proof: bytes, made_on: date, taken_on: date) -> str:
    """A day outside of its life counts as the nearest one in it."""
    after = min(max((taken_on - made_on).days, 0), LIVES.days)
    number = after << MAC_BITS | mac_of(proof, after)
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def read_receipt(text: str, proof: bytes, made_on: date) -> date | None:
    """On which day the package was taken over; None where this is no receipt of it."""
    code = "".join(text.split()).replace("-", "").translate(LOOKS_LIKE).upper()
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        return None
    after = LETTERS.index(code[0])
    taken_on = made_on + timedelta(days=after)
    if after > LIVES.days or not hmac.compare_digest(make_receipt(proof, made_on, taken_on), code):
        return None
    return taken_on


def mac_of(proof: bytes, after: int) -> int:
    made = hmac.new(proof, ABOUT + bytes([after]), hashlib.sha256).digest()
    return int.from_bytes(made[:8]) >> 64 - MAC_BITS

"""The code on a service card: random, opaque, and hard to misread. Pure but for chance.

Eight letters and digits by lot and one that checks them, 36 bits of chance; it says nothing of whose it is. Whoever has a code
alone has nothing: her page asks for the secret number as well.
"""

import hashlib
import secrets
import unicodedata
from itertools import pairwise
from typing import Final

ALPHABET: Final = "ACDEFGHJKMNPQRTWXY34679"
"""Without what is taken for something else, printed small or read aloud: 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B,
U and V. Their number, 23, is a prime, so that the weighted sum below finds every single slip and every swap of two."""
LENGTH: Final = 9
PIN_DIGITS: Final = 6


def make_code() -> str:
    by_lot = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return by_lot + check_letter(by_lot)


def check_letter(letters: str) -> str:
    """The last letter: with it the sum of all, each times its place, is a multiple of 23."""
    weighted = sum(place * ALPHABET.index(one) for place, one in enumerate(letters, 1))
    return next(one for one in ALPHABET if (weighted + LENGTH * ALPHABET.index(one)) % len(ALPHABET) == 0)


def read_code(text: str) -> str | None:
    """The code in what somebody typed or scanned, as it is stored; None for what no card can have.

    Small letters, blanks, dashes and wide letters of Chinese keyboards are understood, and the whole address of the QR code.
    """
    plain = unicodedata.normalize("NFKC", text).rpartition("#")[2].upper()
    code = "".join(one for one in plain if one not in " -—–·.\t")
    fits = len(code) == LENGTH and all(one in ALPHABET for one in code)
    return code if fits and check_letter(code[:-1]) == code[-1] else None


def show_code(code: str) -> str:
    """`Q7KAM29XP` -> `Q7K-AM2-9XP`: as it is printed and read aloud."""
    return "-".join(code[start : start + 3] for start in range(0, len(code), 3))


def hash_code(code: str) -> bytes:
    return hashlib.sha256(f"service card {code}".encode()).digest()


def make_pin() -> str:
    """Six digits by lot, none that everybody tries first."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
        if not is_easy(pin):
            return pin


def read_pin(text: str) -> str | None:
    """Six digits as typed, wide ones of Chinese keyboards too; None for anything else."""
    pin = "".join(one for one in unicodedata.normalize("NFKC", text) if one != " ")
    return pin if len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit() else None


def is_easy(pin: str) -> bool:
    """One digit all along, steps up or down, a pair or three digits repeated."""
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return steps <= {0} or steps <= {1} or steps <= {-1} or pin[:3] == pin[3:] or pin[:2] * 3 == pin

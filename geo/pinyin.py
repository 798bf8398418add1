"""How a Chinese name is typed by its sound: full pinyin, the letters it begins with, or some of each. Pure.

Readings are those of pypinyin's table of single characters, all of them: 六 of 六安 is `lu` and `liu`. Which one is meant
a person knows and a table does not, so whatever somebody may type is found.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

Syllables = Sequence[Sequence[str]]
"""Of each character of a name, what may be typed for it: lower case, without tones."""

TWO_LETTERS: Final = ("zh", "ch", "sh")
TONE: Final = re.compile(r"(?<=[a-z]{2})[1-5]")
MOST: Final = 60
"""Characters of a name that are looked at: no name of a place or person is longer."""


def syllables_of(name: str) -> list[tuple[str, ...]]:
    """What may be typed for each character; one that is not Chinese stands for itself, spaces and marks for nothing."""
    plain = unicodedata.normalize("NFKC", name)[:MOST]
    return [readings_of(one) for one in plain if one.isalnum()]


@lru_cache(maxsize=8192)
def readings_of(character: str) -> tuple[str, ...]:
    """The readings of one character, the most usual first; `lü` is typed lv, lu or lyu.

    The tables are read when first somebody looks: 13 MB that other processes do without.
    """
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    spelled = [way for one in (found[0] if found else [character]) for way in ways_to_type(one.lower())]
    return tuple(dict.fromkeys(spelled))


def ways_to_type(reading: str) -> tuple[str, ...]:
    if reading[:2] not in ("lv", "nv"):
        return (reading,)
    return reading, reading.replace("v", "u", 1), reading.replace("v", "yu", 1)


def as_typed(text: str) -> str:
    """What was typed, without case, spaces, marks and tones, written over the letters or after them: `Shí qiáo1` is shiqiao."""
    apart = unicodedata.normalize("NFKD", text.lower().replace("ü", "v"))
    return TONE.sub("", "".join(one for one in apart if one.isalnum()))


def begins_with(syllables: Syllables, typed: str) -> bool:
    """Whether `typed`, as `as_typed` gives it, is how the name begins: of each character its first letter or all of it.

    The last one may be begun only. Nothing typed begins no name.
    """
    ends = {0} if typed else set[int]()
    for options in syllables:
        if any(one.startswith(typed[at:]) for at in ends for one in options):
            return True
        ends = {
            at + len(part) for at in ends for one in options for part in parts_of(one) if typed.startswith(part, at)
        }
    return False


def parts_of(reading: str) -> tuple[str, ...]:
    first = (reading[0],) if reading else ()
    return (*first, reading[:2], reading) if reading[:2] in TWO_LETTERS else (*first, reading)

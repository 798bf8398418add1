"""Names as words that an index can hold: how typing one may begin, and how it sounds to somebody who heard it. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Final

from geo.pinyin import Syllables, parts_of

MOST_READINGS: Final = 2  # of one character: rarer ones than the second nobody hears in a name
MOST_SOUNDS: Final = 8  # of one name
LONGEST_NAME: Final = 8

BLURS: Final = (
    (re.compile(r"^zh"), "z"),
    (re.compile(r"^ch"), "c"),
    (re.compile(r"^sh"), "s"),
    (re.compile(r"^n(?=[aeiouv])"), "l"),
    (re.compile(r"ng$"), "n"),
)
"""What one cannot tell apart in the speech of the south-west: zh and z, n and l, -ing and -in."""


def beginnings(syllables: Syllables, letters: int) -> set[str]:
    """The first so many letters of whatever somebody types for a name (pinyin.begins_with), where it is as long as that."""
    found, ways = set[str](), {""}
    for options in syllables[:letters]:
        ways = {way + part for way in ways for one in options for part in parts_of(one)}
        found |= {way[:letters] for way in ways if len(way) >= letters}
        ways = {way for way in ways if len(way) < letters}
    return found


def sounds_of(syllables: Syllables) -> set[tuple[str, ...]]:
    """How a name sounds, syllable by syllable and blurred; several where a character is read in two ways."""
    heard = [[blur(one) for one in options[:MOST_READINGS]] for options in syllables[:LONGEST_NAME]]
    return set(islice(product(*heard), MOST_SOUNDS)) if heard else set()


def blur(reading: str) -> str:
    for heard, same in BLURS:
        reading = heard.sub(same, reading)
    return reading


def without_one(sound: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A sound of three syllables and more with each of them left out in turn, and a mark where it was."""
    if len(sound) >= 3:
        for at in range(len(sound)):
            yield (*sound[:at], "?", *sound[at + 1 :])

"""Whether two registrations may be one woman's: what they share and what speaks against it, weighed. Pure.

It decides nothing: somebody who knows her does. The weights were set on a made-up town with namesakes, shared phones and
slips of typing, which tests/server/registry/test_likeness.py measures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from geo.pinyin import syllables_of
from geo.pinyin_words import sounds_of, without_one

ENOUGH: Final = 4
"""From this weight on somebody is asked."""
REASONS: Final = ("phone", "code", "name", "sound", "near", "home", "age")
AGES: Final = ("14_17", "18_24", "25_34", "35_49", "50p")

PHONE, CODE, NAME, SOUND, NEAR, HOME, AGE, VILLAGE = 3, 2, 3, 2, 1, 2, 1, 1
OTHER_NAME, OTHER_PHONE, OTHER_HOME, OTHER_AGE = -4, -1, -2, -3


@dataclass(frozen=True)
class Traits:
    """What is known of a registration to compare it by; "" for what is not known. `home` is the door of the household."""

    uuid: str
    village: str
    name: str = ""
    code: str = ""
    phone: str = ""
    home: str = ""
    age: str = ""


class Likeness(NamedTuple):
    """`reasons` are of REASONS, in that order."""

    weight: int
    reasons: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        return self.weight >= ENOUGH


def compare(one: Traits, other: Traits) -> Likeness:
    found = list(weigh(one, other))
    shared = {reason for reason, _ in found if reason}
    return Likeness(sum(weight for _, weight in found), tuple(reason for reason in REASONS if reason in shared))


def weigh(one: Traits, other: Traits) -> Iterator[tuple[str, int]]:
    """Each thing that speaks for it, with its reason, or against it."""
    yield from weigh_names(one.name, other.name)
    if one.phone and other.phone:
        yield ("phone", PHONE) if one.phone == other.phone else ("", OTHER_PHONE)
    if one.code and one.code == other.code:
        yield "code", CODE
    if one.home and other.home:
        yield ("home", HOME) if one.home == other.home else ("", OTHER_HOME)
    if one.village == other.village:
        yield "", VILLAGE
    if one.age in AGES and other.age in AGES:
        yield from weigh_ages(abs(AGES.index(one.age) - AGES.index(other.age)))


def weigh_names(one: str, other: str) -> Iterator[tuple[str, int]]:
    if not one or not other:
        return
    if one == other:
        yield "name", NAME
        return
    these, those = sounds_of(syllables_of(one)), sounds_of(syllables_of(other))
    if these & those:
        yield "sound", SOUND
    elif any(is_near(this, that) for this in these for that in those):
        yield "near", NEAR
    else:
        yield "", OTHER_NAME


def is_near(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """One syllable of three is another, two changed places, or the family name is left out."""
    if len(one) == len(other):
        return bool(set(without_one(one)) & set(without_one(other))) or (
            len(one) >= 3 and one[0] == other[0] and sorted(one) == sorted(other)
        )
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(shorter) >= 2 and len(longer) == len(shorter) + 1 and longer[1:] == shorter


def weigh_ages(apart: int) -> Iterator[tuple[str, int]]:
    """Whoever was asked in two years may have come into the next band."""
    if apart == 0:
        yield "age", AGE
    elif apart > 1:
        yield "", OTHER_AGE

"""A second made-up town with duplicates, on which no weight was ever set: what is found of each kind, and who is asked in vain.

Its names, its slips and those in it who are two and look like one were written down, and its lot was chosen, before anything
was measured. Whoever changes a weight sees here what that does elsewhere, and writes it into docs/measured.md.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from server.registry.likeness import AGES
from tests.server.registry.caring import a_uuid
from tests.server.registry.twice import Pair, Registered

SEED = "another town, another lot"
WOMEN = 420
SURNAMES = (
    "龙",
    "田",
    "石",
    "向",
    "彭",
    "冉",
    "覃",
    "麻",
    "廖",
    "谭",
    "蒋",
    "欧阳",
    "符",
    "莫",
    "陆",
    "韦",
    "苏",
    "蒙",
)
FIRST = "金银再成昌菊小冬正胜仁光"
SECOND = "花妹香仙凤莲翠珠娥秋艳琼芝慧群"
VILLAGES = tuple(f"51990120200{number}" for number in range(1, 6))
AGES_OF_WOMEN = (2, 18, 35, 35, 10)
SHOP = "13600000000"
"""The number of a shop, which some women of a village give as theirs."""

OTHER_CHARACTER = dict(zip("龙田石向彭冉覃麻廖谭蒋符莫陆韦苏蒙", "隆甜时项朋染秦马辽谈讲浮墨路围酥猛", strict=True))
OTHER_SPEECH = dict(zip("花凤慧秋珠翠莲仙艳群", "法哄飞丘租碎年先燕穷", strict=True))
"""As somebody of the hills says it: f for hu and hu for f, z for zh, l and n, and two that are no rule."""


def by_rank(drawn: random.Random, options: Sequence[str]) -> str:
    """The first is twice as common as the second, three times as the third."""
    return drawn.choices(options, [1 / rank for rank in range(1, len(options) + 1)])[0]


def given(drawn: random.Random) -> str:
    return ("" if drawn.random() < 0.18 else by_rank(drawn, FIRST)) + by_rank(drawn, SECOND)


def a_phone(drawn: random.Random) -> str:
    return f"15{drawn.randrange(10**9):09}"


class Town:
    """Women are added in the order in which they register. `of` makes one of whom everything is told."""

    def __init__(self, drawn: random.Random) -> None:
        self.drawn = drawn
        self.women: list[Registered] = []
        self.twice: dict[Pair, str] = {}
        self.two: dict[Pair, str] = {}

    def of(self, surname: str = "", **known: str) -> Registered:
        name = (surname or by_rank(self.drawn, SURNAMES)) + given(self.drawn)
        village, age = by_rank(self.drawn, VILLAGES), self.drawn.choices(AGES, AGES_OF_WOMEN)[0]
        one = Registered(a_uuid(), "", name, village, a_uuid(), a_phone(self.drawn), age)
        return replace(one, **known)

    def add(self, one: Registered) -> Registered:
        self.women.append(one if one.code else replace(one, code=f"K-{len(self.women) + 1:04}"))
        return self.women[-1]

    def add_two(self, kind: str, one: Registered, other: Registered, known: dict[Pair, str]) -> None:
        pair = self.add(one), self.add(other)
        known[frozenset(woman.uuid for woman in pair)] = kind


def add_anybody(town: Town) -> None:
    """Of most their home is known, of some no phone, of some no name."""
    drawn, one = town.drawn, town.of()
    one = replace(one, phone=one.phone if drawn.random() < 0.65 else "", home=one.home if drawn.random() < 0.85 else "")
    town.add(replace(one, name=one.name if drawn.random() < 0.92 else ""))


# Two women who look like one: how many such pairs, and how the second comes of the first.
Other = Callable[[Town, Registered], Registered]


def another(town: Town, one: Registered, **known: str) -> Registered:
    """Somebody else, of whom this is the same."""
    return replace(town.of(), **({"village": one.village, "age": one.age} | known))


def sister(town: Town, one: Registered) -> Registered:
    """Her family name and the first character of her given one are the same."""
    shared = one.name[:-1]
    last = town.drawn.choice([character for character in SECOND if character != one.name[-1]])
    return another(town, one, name=shared + last, home=one.home, phone=one.phone)


def other_sister(town: Town, one: Registered) -> Registered:
    surname = one.name[:-2]
    first = town.drawn.choice([character for character in FIRST if character != one.name[-2]])
    last = town.drawn.choice([character for character in SECOND if character != one.name[-1]])
    return another(town, one, name=surname + first + last, home=one.home, phone=one.phone)


def daughter_in_law(town: Town, one: Registered) -> Registered:
    surname = town.drawn.choice([name for name in SURNAMES if name[0] != one.name[0]])
    name = surname + given(town.drawn)
    return another(town, one, name=name, home=one.home, phone=one.phone, age=AGES[AGES.index(one.age) - 2])


def elsewhere(one: Registered) -> str:
    return VILLAGES[VILLAGES.index(one.village) - 1]


TWO: dict[str, tuple[int, dict[str, str], Other]] = {
    "sisters, one home, one phone, alike but for a character": (8, {}, sister),
    "sisters, one home, one phone, given names apart": (8, {}, other_sister),
    "mother and daughter-in-law, one home, one phone": (10, {"age": "50p"}, daughter_in_law),
    "of one name in one village, phones and homes known": (10, {}, lambda town, one: another(town, one, name=one.name)),
    "of one name in one village, nothing else known": (
        6,
        {"home": "", "phone": ""},
        lambda town, one: another(town, one, name=one.name, home="", phone=""),
    ),
    "of one name and age in two villages": (
        10,
        {},
        lambda town, one: another(town, one, name=one.name, village=elsewhere(one)),
    ),
    "without names, one shop's number": (
        3,
        {"name": "", "phone": SHOP, "home": ""},
        lambda town, one: another(town, one, name="", phone=SHOP, home=""),
    ),
}


# One woman twice: how many, and what the second registration says otherwise.
Again = Callable[[Town, Registered], Registered]


def with_other(name: str, characters: dict[str, str]) -> str:
    at = next(at for at, one in enumerate(name) if one in characters)
    return name[:at] + characters[name[at]] + name[at + 1 :]


def mistyped(phone: str) -> str:
    return phone[:6] + str((int(phone[6]) + 1) % 10) + phone[7:]


TWICE: dict[str, tuple[int, Callable[[Registered], bool], Again]] = {
    "family name of the same sound, same phone": (
        6,
        lambda one: one.name[0] in OTHER_CHARACTER,
        lambda _town, one: replace(one, name=with_other(one.name, OTHER_CHARACTER), home=""),
    ),
    "as the hills say it, same home": (
        6,
        lambda one: len(one.name) == 3 and one.name[2] in OTHER_SPEECH,
        lambda _town, one: replace(one, name=with_other(one.name, OTHER_SPEECH), phone=""),
    ),
    "given name turned round, same home": (
        6,
        lambda one: len(one.name) == 3,
        lambda _town, one: replace(one, name=one.name[0] + one.name[2] + one.name[1], phone=""),
    ),
    "a pet name, same phone": (6, lambda one: True, lambda _town, one: replace(one, name=f"阿{one.name[-1]}", home="")),
    "somebody's wife, same phone, same home": (6, lambda one: True, lambda _town, one: replace(one, name="龙嫂")),
    "another name, same phone, same home": (
        6,
        lambda one: len(one.name) == 3,
        lambda town, one: replace(one, name=one.name[0] + "丽娜"),
    ),
    "same name, a digit of the phone wrong": (
        6,
        lambda one: True,
        lambda _town, one: replace(one, phone=mistyped(one.phone), home=""),
    ),
    "same name, another phone, another home": (
        6,
        lambda one: True,
        lambda town, one: replace(one, phone=a_phone(town.drawn), home=a_uuid()),
    ),
    "moved and has another phone, same name": (
        6,
        lambda one: True,
        lambda town, one: replace(one, village=elsewhere(one), home=a_uuid(), phone=a_phone(town.drawn)),
    ),
    "moved and kept her phone, same name": (
        6,
        lambda one: True,
        lambda _town, one: replace(one, village=elsewhere(one), home=a_uuid()),
    ),
    "her card's number, a slip in the name": (
        6,
        lambda one: one.name[0] in OTHER_CHARACTER,
        lambda _town, one: replace(one, name=with_other(one.name, OTHER_CHARACTER), phone="", home=""),
    ),
    "no name, same home and age": (6, lambda one: True, lambda _town, one: replace(one, name="", phone="")),
    "next age band, same name, same phone": (
        6,
        lambda one: one.age in AGES[:-1],
        lambda _town, one: replace(one, age=AGES[AGES.index(one.age) + 1], home=""),
    ),
}
KEEPS_HER_CARD = "her card's number, a slip in the name"
PASSED_OVER = {
    "a pet name, same phone",
    "somebody's wife, same phone, same home",
    "another name, same phone, same home",
    "same name, another phone, another home",
    "moved and has another phone, same name",
}
"""By what was told then, they are as much two women as the pairs of TWO about whom nobody is asked."""
ASKED_IN_VAIN = {
    "sisters, one home, one phone, alike but for a character",
    "of one name in one village, nothing else known",
    "without names, one shop's number",
}


def a_town() -> Town:
    town = Town(random.Random(SEED))
    for kind, (count, known, other) in TWO.items():
        for _ in range(count):
            one = town.of(**known)
            while known.get("name") is None and len(one.name) != 3:
                one = town.of(**known)
            town.add_two(kind, one, other(town, one), town.two)
    while len(town.women) < WOMEN:
        add_anybody(town)
    for kind, one, again in plant(town):
        code = one.code if kind == KEEPS_HER_CARD else ""
        town.add_two(kind, one, replace(again, uuid=a_uuid(), code=code), town.twice)
    return town


def plant(town: Town) -> Iterator[tuple[str, Registered, Registered]]:
    """(kind, registered first, registered again): of each woman everything is told the first time."""
    number = 0
    for kind, (count, fits, again) in TWICE.items():
        for _ in range(count):
            number += 1
            one = next(one for one in iter(town.of, None) if one and fits(one))
            one = replace(one, code=f"K-{5000 + number}")
            yield kind, one, again(town, one)

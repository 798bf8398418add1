"""Duplicates planted in a made-up town: slips of typing, the same name, the same phone; how many are found, and how rightly.

The town is hard on purpose: few names for many women, households with two of them, phones that a household shares.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from server.db import Database
from tests.conftest import Clock
from tests.server.registry import another_town
from tests.server.registry.caring import Care, a_uuid
from tests.server.registry.twice import Registered, measure, register

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗"
GIVEN = (
    *("秀英", "桂芳", "玉兰", "春梅", "晓燕", "丽华", "小红", "美玲", "雪梅", "海燕", "素珍", "文静", "建芬", "彩霞"),
    *("秀兰", "桂英", "玉梅", "凤英", "淑芬", "金花", "燕", "敏", "丽", "霞", "婷婷", "佳怡"),
)
SLIPS = dict(
    zip(
        "王李张刘陈黄徐秀英芳兰梅晓燕丽华红玲雪海珍静芬霞敏",
        "汪里章流程皇许绣瑛方蓝眉小艳莉花洪铃学孩真婧纷侠闽",
        strict=True,
    )
)
VILLAGES = ("519901201001", "519901201002", "519901201003")
WOMEN = 320
AGES = ("18_24", "25_34", "35_49")


def a_town(drawn: random.Random) -> list[Registered]:
    """Every fourth lives with the one before her, and half of those share her phone."""
    women: list[Registered] = []
    for number in range(WOMEN):
        name = drawn.choice(SURNAMES) + drawn.choice(GIVEN)
        phone = f"138{drawn.randrange(10**8):08}" if drawn.random() < 0.7 else ""
        home, village = a_uuid(), drawn.choice(VILLAGES)
        if number % 4 == 3:
            home, village = women[-1].home, women[-1].village
            phone = women[-1].phone if drawn.random() < 0.5 else phone
        home = home if drawn.random() < 0.8 else ""
        women.append(Registered(a_uuid(), f"W-{number:04}", name, village, home, phone, drawn.choice(AGES)))
    return women


def slipped(name: str) -> str:
    """Another character of the same sound."""
    at = next((at for at in range(len(name) - 1, -1, -1) if name[at] in SLIPS), None)
    return name if at is None else name[:at] + SLIPS[name[at]] + name[at + 1 :]


def wrong(name: str) -> str:
    return name[:2] + ("琴" if name[2] != "琴" else "云")


Twist = Callable[[Registered], Registered]
KINDS: dict[str, tuple[int, Callable[[Registered], bool], Twist]] = {
    "a slip, same phone": (12, lambda one: bool(one.phone), lambda one: replace(one, name=slipped(one.name), home="")),
    "a slip, same home": (8, lambda one: bool(one.home), lambda one: replace(one, name=slipped(one.name), phone="")),
    "same name, same phone, another village": (
        8,
        lambda one: bool(one.phone),
        lambda one: replace(one, village=VILLAGES[VILLAGES.index(one.village) - 1], home=""),
    ),
    "same name and age, nothing else": (8, lambda one: True, lambda one: replace(one, phone="", home="")),
    "no name, same phone": (6, lambda one: bool(one.phone), lambda one: replace(one, name="", home="")),
    "one syllable wrong, same phone": (
        8,
        lambda one: bool(one.phone) and len(one.name) == 3,
        lambda one: replace(one, name=wrong(one.name)),
    ),
    "no family name, same home": (
        4,
        lambda one: bool(one.home) and len(one.name) == 3,
        lambda one: replace(one, name=one.name[1:], phone=""),
    ),
    "same name, another phone, same home": (
        6,
        lambda one: bool(one.phone and one.home),
        lambda one: replace(one, phone="13911112222"),
    ),
}


def plant(drawn: random.Random, women: list[Registered]) -> Iterator[tuple[str, Registered, Registered]]:
    """(kind, registered first, registered again); nobody is planted twice."""
    left = drawn.sample(women, len(women))
    number = len(women)
    for kind, (count, fits, twist) in KINDS.items():
        chosen = [one for one in left if fits(one)][:count]
        assert len(chosen) == count, kind
        for one in chosen:
            left.remove(one)
            number += 1
            yield kind, one, replace(twist(one), uuid=a_uuid(), code=f"W-{number:04}")


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def test_planted_duplicates_are_found_and_few_others(
    care: Care, database: Database, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    women = a_town(random.Random("禾川镇/twice"))
    twice = {}
    for one in women:
        register(care, one)
    for kind, one, again in plant(random.Random("planting"), women):
        register(care, again)
        twice[frozenset((one.uuid, again.uuid))] = kind
    measured = measure(database, clock.now(), twice, {})
    with capsys.disabled():
        print(f"\na town of {len(women)} women, {measured}")
    assert measured.recall >= 0.9
    assert measured.precision >= 0.8


def test_what_is_found_in_a_town_that_no_weight_was_set_with(
    care: Care, database: Database, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    town = another_town.a_town()
    for one in town.women:
        register(care, one)
    measured = measure(database, clock.now(), town.twice, town.two)
    with capsys.disabled():
        print(f"\nanother town of {len(town.women) - len(town.twice)} women, {measured}")
    passed, in_vain = another_town.PASSED_OVER, another_town.ASKED_IN_VAIN
    assert measured.twice == {
        kind: (count, 0 if kind in passed else count) for kind, (count, *_) in another_town.TWICE.items()
    }
    assert measured.two == {
        kind: (count, count if kind in in_vain else 0) for kind, (count, *_) in another_town.TWO.items()
    }
    assert (f"{measured.recall:.2f}", f"{measured.precision:.2f}", measured.rest) == ("0.62", "0.58", 18)

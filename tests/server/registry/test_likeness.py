"""Duplicates planted in a made-up town: slips of typing, the same name, the same phone; how many are found, and how rightly.

The town is hard on purpose: few names for many women, households with two of them, phones that a household shares.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import PersonPair
from server.registry.duplicates import look_at_waiting
from tests.conftest import Clock
from tests.server.registry.caring import Care, a_uuid, created

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


@dataclass(frozen=True)
class Registered:
    uuid: str
    code: str
    name: str
    village: str
    home: str
    phone: str
    age: str


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


def register(care: Care, one: Registered) -> None:
    answers = {"action": "register", "visit_date": "2026-02-01", "consent_until": "2027-02-01", "keeps": "1"}
    answers |= {f"consent_{name}": "yes" for name in ("service", "reminder", "share_clinic", "location", "stats")}
    told = {"display_name": one.name, "village_code": one.village, "household": one.home, "phone_safe": one.phone}
    label = f"{one.code} {one.name[:1]}*" if one.name else one.code
    care.post("woman_consent", answers | told | {"age_band": one.age}, created("women", one.uuid, label))


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def test_planted_duplicates_are_found_and_few_others(
    care: Care, database: Database, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = random.Random("禾川镇/twice")
    women = a_town(drawn)
    planted = {frozenset((one.uuid, again.uuid)): kind for kind, one, again in plant(drawn, women)}
    drawn = random.Random("禾川镇/twice")
    for one in women:
        register(care, one)
    again = {next(iter(pair - {one.uuid for one in women})) for pair in planted}
    assert len(again) == len(planted)
    planted = {}
    for kind, one, twin in plant(random.Random("planting"), women):
        register(care, twin)
        planted[frozenset((one.uuid, twin.uuid))] = kind
    assert look_at_waiting(database, 10_000, clock.now()) == len(women) + len(planted)
    with database.reading() as db:
        found = {frozenset((row.first_uuid, row.second_uuid)) for row in db.scalars(select(PersonPair))}
    hits = Counter(planted[pair] for pair in found & planted.keys())
    recall, precision = len(found & planted.keys()) / len(planted), len(found & planted.keys()) / len(found)
    with capsys.disabled():
        print(
            f"\nduplicates: {len(planted)} planted, {len(found)} asked about; recall {recall:.2f}, precision {precision:.2f}"
        )
        for kind, (count, _fits, _twist) in KINDS.items():
            print(f"  {kind}: {hits[kind]} of {count}")
    assert recall >= 0.9
    assert precision >= 0.8

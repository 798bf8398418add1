"""Women of a made-up town, some of whom register again: how they are sent in, and how rightly somebody is asked about them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server.db import Database
from server.models import PersonPair
from server.registry.duplicates import look_at_waiting
from tests.server.registry.caring import CONSENTS, Care, created

Pair = frozenset[str]


@dataclass(frozen=True)
class Registered:
    """`home` is a household's uuid; "" for what she did not tell."""

    uuid: str
    code: str
    name: str
    village: str
    home: str
    phone: str
    age: str


@dataclass(frozen=True)
class Measured:
    """How many pairs of each kind there are, and how many of them are asked about; `rest` is asked about and of no kind."""

    twice: Mapping[str, tuple[int, int]]
    two: Mapping[str, tuple[int, int]]
    rest: int

    @property
    def recall(self) -> float:
        return self.hits / sum(count for count, _ in self.twice.values())

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + sum(asked for _, asked in self.two.values()) + self.rest)

    @property
    def hits(self) -> int:
        return sum(asked for _, asked in self.twice.values())

    def __str__(self) -> str:
        planted, asked = sum(count for count, _ in self.twice.values()), round(self.hits / self.precision)
        lines = [f"duplicates: {planted} planted, {asked} asked about; "]
        lines[0] += f"recall {self.recall:.2f}, precision {self.precision:.2f}"
        for title, kinds in (("one woman", self.twice), ("two women", self.two)):
            lines += [f"  {title}, {kind}: {asked} of {count}" for kind, (count, asked) in kinds.items()]
        return "\n".join([*lines, f"  two women, by chance: {self.rest}"])


def register(care: Care, one: Registered) -> None:
    answers = {"action": "register", "visit_date": "2026-02-01", "consent_until": "2027-02-01", "keeps": "1"}
    told = {"display_name": one.name, "village_code": one.village, "household": one.home, "phone_safe": one.phone}
    label = f"{one.code} {one.name[:1]}*" if one.name else one.code
    said = answers | dict.fromkeys(CONSENTS, "yes") | told | {"age_band": one.age}
    care.post("woman_consent", said, created("women", one.uuid, label))


def measure(database: Database, now: datetime, twice: Mapping[Pair, str], two: Mapping[Pair, str]) -> Measured:
    """The timetable's look at all who wait, against what is known of each pair {its two: of which kind it is}."""
    look_at_waiting(database, 10_000, now)
    with database.reading() as db:
        asked = {frozenset((row.first_uuid, row.second_uuid)) for row in db.scalars(select(PersonPair))}
    return Measured(by_kind(twice, asked), by_kind(two, asked), len(asked - twice.keys() - two.keys()))


def by_kind(known: Mapping[Pair, str], asked: set[Pair]) -> dict[str, tuple[int, int]]:
    counts, hits = Counter(known.values()), Counter(kind for pair, kind in known.items() if pair in asked)
    return {kind: (count, hits[kind]) for kind, count in counts.items()}

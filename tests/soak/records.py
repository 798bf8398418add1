"""What each phone of a soak sends, drawn from its number: household visits, women's records of the demo, and photos."""

import hashlib
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from forms.library import read_library_form
from forms.xform import read_xform
from server.clock import SHANGHAI
from server.demo.health_records import send_all
from server.demo.records import FORM_ID as HOME_VISIT
from server.demo.records import Visit, write_audit, write_record
from server.demo.town import SEED, Home, make_town
from server.demo.visits import WORKERS
from server.demo.women import make_women
from tests.phones.visits import FORM_ID as WITH_PHOTOS

PHOTO_BYTES = 200_000
MOST_HOMES = 6
"""New ones of one phone: later it visits those again, so that lists stop growing as those of a real town do."""
ANSWERS = {
    "visit_result": "met",
    "consent_household": "yes",
    "contact_pref": "visit",
    "location_ok": "yes",
    "services_wanted": "anc folic_acid",
    "health_topic": "newborn",
    "next_visit_wish": "",
}


@dataclass(frozen=True)
class Record:
    """A filled form and its files in the parts in which the phone sends them; `resent`: once more after that."""

    form_id: str
    instance_id: str
    xml: bytes
    parts: list[dict[str, bytes]]
    resent: bool = False

    def digests(self) -> dict[str, str]:
        return {name: hashlib.sha256(data).hexdigest() for part in self.parts for name, data in part.items()}


def womens_records(phones: int, until: datetime) -> list[list[Record]]:
    """Of each phone: what was told of women up to now, each woman's by one phone of her worker and in order."""
    found: list[list[Record]] = [[] for _ in range(phones)]
    for number, person in enumerate(make_women(make_town(), until.astimezone(SHANGHAI).date(), SEED)):
        carriers = range(person.worker, phones, len(WORKERS)) or range(phones)
        mine = found[carriers[number % len(carriers)]]
        mine += [Record(one.form_id, one.instance_id, one.xml, [one.files]) for one in send_all(person, until)]
    return found


@dataclass
class Hand:
    """Who fills the forms on one phone. Every sixth record has a photo, another sixth two, sent one after the other."""

    number: int
    told: list[Record]
    homes: list[Home] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.drawn = random.Random(f"soak/{self.number}")
        self.form_version = read_xform(read_library_form(HOME_VISIT)).version

    def records(self) -> Iterator[Record]:
        """Without end."""
        waiting = iter(self.told)
        for number in count(self.number):
            kind = number % 6
            if kind in (1, 4):
                yield self.photos(1 if kind == 1 else 2, number)
                continue
            told = next(waiting, None) if kind in (0, 3) else None
            yield told or self.home_visit(resent=kind == 2)

    def photos(self, many: int, number: int) -> Record:
        instance_id = self.new_id()
        names = [f"{self.number}-{number}-{letter}.jpg" for letter in "ab"[:many]]
        files = {name: b"\xff\xd8\xff\xe0" + self.drawn.randbytes(PHOTO_BYTES) + b"\xff\xd9" for name in names}
        home = self.a_door()
        xml = (
            f'<?xml version="1.0"?><data id="{WITH_PHOTOS}" version="1" xmlns:orx="http://openrosa.org/xforms">'
            f"<name>第 {number} 户</name><place>{home.lat} {home.lon} 0 5</place><photo>{names[0]}</photo>"
            f"<photo2>{names[-1] if many > 1 else ''}</photo2>"
            f"<orx:meta><orx:instanceID>{instance_id}</orx:instanceID></orx:meta></data>"
        )
        return Record(WITH_PHOTOS, instance_id, xml.encode(), [{name: data} for name, data in files.items()])

    def home_visit(self, resent: bool) -> Record:
        """A new home while there are few; later the first one again, and so on."""
        if len(self.homes) < MOST_HOMES:
            self.homes.append(self.a_door())
        else:
            self.homes.append(self.homes.pop(0))
        home, instance_id = self.homes[-1], self.new_id()
        ended = datetime.now(SHANGHAI) - timedelta(minutes=5)
        village = make_town().villages[WORKERS[self.number % len(WORKERS)][1][0]]
        visit = Visit(
            home,
            village,
            self.number % len(WORKERS),
            ended - timedelta(minutes=12),
            ended,
            "met",
            consent=True,
            location_ok=True,
            point=(home.lon, home.lat, 6.0),
            answers={"visit_date": ended.date().isoformat(), **ANSWERS},
        )
        versions = self.versions.get(home.entity, 0)
        self.versions[home.entity] = versions + 1
        xml = write_record(visit, versions, village.code, instance_id, self.form_version)
        return Record(HOME_VISIT, instance_id, xml, [{"audit.csv": write_audit(visit)}], resent)

    def a_door(self) -> Home:
        """Some steps from a home of the worker's first village."""
        near = self.drawn.choice(make_town().villages[WORKERS[self.number % len(WORKERS)][1][0]].homes)
        lon, lat = (round(at + self.drawn.uniform(-0.0004, 0.0004), 6) for at in (near.lon, near.lat))
        code = f"S-{self.number:03}{len(self.homes) + 1}"
        return Home(code, near.hamlet, lon, lat, str(uuid.UUID(int=self.drawn.getrandbits(128), version=4)))

    def new_id(self) -> str:
        return f"uuid:{uuid.UUID(int=self.drawn.getrandbits(128), version=4)}"

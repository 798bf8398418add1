"""Women of the demo town who are registered twice, as in any town: another character, no name, one phone.

They wait at /people/duplicates once the timetable has looked. The second time is weeks after the first, by the same worker.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from server.demo.told import Person, Told
from server.demo.visits import WORKERS

LATER = timedelta(days=25)
SAME_SOUND = str.maketrans("英芳兰梅燕华红玲珍静芬霞", "瑛方蓝眉艳花洪铃贞婧纷侠")


def give_slip(name: str) -> str:
    return name[:1] + name[1:].translate(SAME_SOUND)


def give_wrong(name: str) -> str:
    return name[:-1] + "云"


# How she is called the second time, whether her phone is told both times, and whether her home is.
KINDS: Mapping[str, tuple[Callable[[str], str], bool, bool]] = {
    "another character of the same sound, same home": (give_slip, False, True),
    "same name, same phone": (str, True, False),
    "no name, same phone": (lambda _name: "", True, False),
    "a character wrong, same phone, same home": (give_wrong, True, True),
}


class Twice(NamedTuple):
    """One woman under two numbers."""

    kind: str
    first: Person
    again: Person


def register_again(women: list[Person], today: date) -> list[Twice]:
    """Two of each kind, of each worker's women in turn; fewer where a slice of the demo has nobody for it.

    The numbers of their phones are told of the first time, too.
    """
    number = max(one.number for one in women)
    found: list[Twice] = []
    for place, kind in enumerate([*KINDS, *KINDS]):
        taken = {twice.first.number for twice in found}
        fitting = (one for one in women_of(women, place % len(WORKERS), today) if fits(one, kind))
        one = next((one for one in fitting if one.number not in taken), None)
        if one is not None:
            number += 1
            found.append(Twice(kind, one, tell_again(one, number, kind)))
    return found


def fits(one: Person, kind: str) -> bool:
    """Where the home is what both share, she told it."""
    return bool(first_of(one).answers["household"]) or not KINDS[kind][2]


def women_of(women: list[Person], worker: int, today: date) -> Iterator[Person]:
    """Who agreed, some time ago, and stays with it."""
    for one in women:
        asked = [told for told in one.told if told.form_id == "woman_consent"]
        if one.worker == worker and len(asked) == 1 and asked[0].writes and asked[0].on + LATER <= today:
            yield one


def first_of(one: Person) -> Told:
    return next(told for told in one.told if told.form_id == "woman_consent")


def tell_again(one: Person, number: int, kind: str) -> Person:
    name_for, has_phone, has_home = KINDS[kind]
    if has_phone:
        told = replace(first_of(one), answers={**first_of(one).answers, **phone_of(one)})
        one.told[one.told.index(first_of(one))] = told
    first = first_of(one)
    twin = replace(one, number=number, name=name_for(one.name), told=[], versions={})
    on = first.on + LATER
    home = first.answers["household"] if has_home else ""
    changed = {
        "visit_date": on.isoformat(),
        "consent_until": (on + timedelta(days=365)).isoformat(),
        "code": twin.code,
        "display_name": twin.name,
        "save_name": twin.name,
        "household": home,
        "save_household": home,
    }
    twin.tell(on, first.form_id, first.answers | changed, twin.write("women", twin.entity, twin.label))
    return twin


def phone_of(one: Person) -> dict[str, str]:
    """A number that nobody was given."""
    return {"phone_safe": f"1380000{one.number:04}", "phone_safe_who": "no"}

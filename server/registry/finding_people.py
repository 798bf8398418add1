"""Women by the number of their card, by name, by pinyin or by its first letters, within who cares for them.

The database finds who may be meant by words that it cannot read (person_words.py); their names are opened, and compared with
all that was typed.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.pinyin import as_typed, begins_with, syllables_of
from server.models import Dataset, Entity, PersonWord, Woman
from server.registry.duplicates import cared_for
from server.registry.person_words import digits_of, numbers_of, plain, words_typed
from server.registry.reach import Reach

MOST_FOUND: Final = 50


class Found(NamedTuple):
    """The first of those who were found, and whether there are more."""

    women: list[Woman]
    is_cut: bool


def find_people(db: Session, reach: Reach, wanted: str) -> Found:
    """Two letters, one character or one digit at least: less finds nobody. In the order of their numbers."""
    fits = fitting(wanted)
    numbers = numbers_of(db, reach.scope.project_id, words_typed(wanted))
    found = [woman for woman, data in candidates(db, reach, numbers) if fits(woman, data)] if numbers else []
    found.sort(key=lambda one: (one.label, one.uuid))
    return Found(found[:MOST_FOUND], len(found) > MOST_FOUND)


def candidates(db: Session, reach: Reach, numbers: set[int]) -> list[tuple[Woman, str]]:
    here = (Dataset.project_id == Woman.project_id) & (Dataset.name == "women")
    typed = select(PersonWord.woman_uuid).where(
        PersonWord.project_id == reach.scope.project_id, PersonWord.word.in_(numbers)
    )
    query = (
        select(Woman, Entity.data_json)
        .join(Dataset, here)
        .join(Entity, (Entity.dataset_id == Dataset.id) & (Entity.uuid == Woman.uuid))
        .where(Woman.uuid.in_(typed), *cared_for(reach))
    )
    return [(woman, data) for woman, data in db.execute(query)]


def fitting(wanted: str) -> Callable[[Woman, str], bool]:
    """Whether a woman is whom somebody means; the second argument is what the list says of her."""
    digits, typed, name = digits_of(wanted), as_typed(wanted), plain(wanted)

    def fits(woman: Woman, data: str) -> bool:
        if digits:
            return digits_of(next(iter(woman.label.split()), "")) == digits
        called = orjson.loads(data).get("display_name", "")
        return begins_with(syllables_of(called), typed) if typed.isascii() else plain(called).startswith(name)

    return fits

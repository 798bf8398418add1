"""By what a woman is found: words of what is known of her, none of it in the clear.

A word is 63 bits of HMAC-SHA-256 under the project's own key (PersonKey), so that the database alone tells that two women
share something and not what. There are words while she agrees to be cared for; they go in the transaction that ends it.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Final

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.pinyin import as_typed, syllables_of
from geo.pinyin_words import beginnings, sounds_of, without_one
from server.models import PersonKey, PersonPair, PersonWait, PersonWord, table_of
from server.registry.likeness import Traits

KEY_BYTES: Final = 32
BITS: Final = (1 << 63) - 1
LENGTHS: Final = (4, 2)
"""How many letters of what is typed are looked up; the rest is compared with names that were opened."""


def words_to_find(traits: Traits) -> set[str]:
    """What somebody may type to look for her: her code, how her name begins in letters, its first character."""
    syllables = syllables_of(traits.name)
    found = {f"typed:{one}" for letters in LENGTHS for one in beginnings(syllables, letters)}
    found |= {f"begins:{plain(traits.name)[:1]}"} if traits.name else set()
    return found | ({f"code:{digits_of(traits.code)}"} if digits_of(traits.code) else set())


def words_typed(wanted: str) -> set[str]:
    """The words of which one belongs to whoever is looked for; none where too little was typed."""
    digits, typed, name = digits_of(wanted), as_typed(wanted), plain(wanted)
    if digits:
        return {f"code:{digits}"}
    if not typed.isascii():
        return {f"begins:{name[:1]}"}
    letters = next((one for one in LENGTHS if len(typed) >= one), 0)
    return {f"typed:{typed[:letters]}"} if letters else set()


def words_to_compare(traits: Traits) -> Iterator[str]:
    """What two registrations share that may be one woman's. A name counts within its village: there are many 王秀英."""
    if traits.phone:
        yield f"phone:{traits.phone}"
    if traits.code:
        yield f"card:{traits.code}"
    if traits.home:
        yield f"home:{traits.home}"
    for sound in sounds_of(syllables_of(traits.name)):
        yield f"sound:{traits.village}:{' '.join(sound)}"
        for near in without_one(sound):
            yield f"near:{traits.village}:{' '.join(near)}"


def plain(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum())


def digits_of(code: str) -> str:
    """The digits of W-0231 without zeros before them: 231."""
    return "".join(one for one in plain(code) if one.isascii() and one.isdigit()).lstrip("0")


def number_of(key: bytes, word: str) -> int:
    return int.from_bytes(hmac.digest(key, word.encode(), hashlib.sha256)[:8]) & BITS


def find_key(db: Session, project_id: int) -> bytes | None:
    return db.scalar(select(PersonKey.key).where(PersonKey.project_id == project_id))


def key_of(db: Session, project_id: int) -> bytes:
    """The project's key, made when a woman first needs it; of two that make it at once the first one's counts."""
    found = find_key(db, project_id)
    if found is not None:
        return found
    with suppress(IntegrityError), db.begin_nested():
        db.add(PersonKey(project_id=project_id, key=secrets.token_bytes(KEY_BYTES)))
    return db.scalars(select(PersonKey.key).where(PersonKey.project_id == project_id)).one()


def write_words(db: Session, project_id: int, traits: Traits) -> set[int]:
    """Her words as she is known now, in place of those from before; the numbers by which she is compared."""
    key = key_of(db, project_id)
    compared = {number_of(key, one) for one in words_to_compare(traits)}
    every = compared | {number_of(key, one) for one in words_to_find(traits)}
    here = PersonWord.project_id == project_id, PersonWord.woman_uuid == traits.uuid
    known = set(db.scalars(select(PersonWord.word).where(*here)))
    if known - every:
        db.execute(delete(PersonWord).where(*here, PersonWord.word.in_(known - every)))
    if new := every - known:
        ids = {"project_id": project_id, "woman_uuid": traits.uuid}
        db.execute(insert(table_of(PersonWord)), [{**ids, "word": one} for one in sorted(new)])
    return compared


def forget_words(db: Session, project_id: int, uuid: str) -> None:
    """She is found and compared no more. That somebody said of her that she is another stays, with no word of her."""
    for model in (PersonWait, PersonWord):
        db.execute(delete(model).where(model.project_id == project_id, model.woman_uuid == uuid))
    pairs = or_(PersonPair.first_uuid == uuid, PersonPair.second_uuid == uuid)
    db.execute(delete(PersonPair).where(PersonPair.project_id == project_id, PersonPair.state == "open", pairs))


def wait_for_look(db: Session, project_id: int, uuid: str) -> None:
    """Something of hers may have changed: the timetable makes her words anew and looks who is like her."""
    of_dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    row = of_dialect.insert(table_of(PersonWait)).values(project_id=project_id, woman_uuid=uuid)
    here = ["project_id", "woman_uuid"]
    # It holds a row that waits already: who looks at her meanwhile reads her as she was, and must not take it away.
    db.execute(row.on_conflict_do_update(index_elements=here, set_={"woman_uuid": uuid}))


def numbers_of(db: Session, project_id: int, words: Collection[str]) -> set[int]:
    """Empty where nobody of the project has words yet."""
    key = find_key(db, project_id)
    return set() if key is None else {number_of(key, one) for one in words}

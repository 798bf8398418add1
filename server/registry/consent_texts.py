"""The words in which a project asks: a notice, then each purpose by itself. Versions are kept and never changed.

A new version is published by a person. Consents given to an earlier one stand as they were given; phones ask anew for
what changed, and only for that (forms/library/woman_consent, `new_text`).
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.media import choice_csv
from server.access.audit import record
from server.errors import MissingParameter, TooLong, UnexpectedValue
from server.models import PURPOSES, ConsentText, Project

NOTICE: Final = "notice"
TEXTS: Final = (NOTICE, *PURPOSES)
LONGEST: Final = 1500  # what still can be read aloud
COLUMNS: Final = ("name", "label", "en", "version", "sha256", "recorded_zh", "recorded_en")

SHIPPED: Final = {
    NOTICE: (
        "镇卫生院收集您的称呼、联系方式和随访需要的健康信息，只用来安排您要的服务，保存到同意到期，最长一年，到期再问您。"
        "您可以随时查看、更正、要求删除或撤回，不用说理由。同意不同意，都不影响任何服务和待遇。",
        "The township hospital keeps what you wish to be called, how to reach you and the health information that follow-up "
        "needs, only to plan the services you ask for, until your consent ends: one year at most, then you are asked again. "
        "You can see, correct, delete or withdraw it at any time without a reason. Yes or no, it changes no service or "
        "benefit.",
    ),
    "service": (
        "只保存随访要用的，只有照顾您的访视员和医生看得到。",
        "Only what follow-up needs is kept, and only those who care for you see it.",
    ),
    "reminder": (
        "到了该去的日子，用您选的方式提醒您，不写原因。",
        "When a visit is due you are reminded in the way you choose, without saying why.",
    ),
    "share_clinic": (
        "卫生院医生可以看到您的随访记录，好接着照顾您。",
        "The clinic's doctors can read your follow-up records, to go on caring for you.",
    ),
    "location": (
        "只给上门的访视员看，不和健康信息放在一起。",
        "Only whoever visits you sees it, and never beside health information.",
    ),
    "stats": (
        "只数人数，不写名字；人数少就不显示。",
        "People are only counted, without names; small numbers are not shown.",
    ),
}
"""Chinese and English until a project publishes its own: version 1. To be confirmed by the town's lawyer."""


@dataclass(frozen=True)
class Text:
    """One version of one text. `published_at` is None of shipped words that the project has not taken on yet."""

    purpose: str
    version: int
    zh: str
    en: str
    sha256: str
    published_by: int | None = None
    published_at: datetime | None = None


def hash_of(zh: str, en: str) -> str:
    """SHA-256 of both languages: the Chinese text, a line feed, the English one, in UTF-8."""
    return hashlib.sha256(f"{zh}\n{en}".encode()).hexdigest()


def texts_in_force(db: Session, project_id: int) -> dict[str, Text]:
    """The newest version of each text, in the order of TEXTS."""
    found = {name: Text(name, 1, zh, en, hash_of(zh, en)) for name, (zh, en) in SHIPPED.items()}
    newest = (
        select(ConsentText.purpose, func.max(ConsentText.version).label("version"))
        .where(ConsentText.project_id == project_id)
        .group_by(ConsentText.purpose)
        .subquery()
    )
    same = (ConsentText.purpose == newest.c.purpose) & (ConsentText.version == newest.c.version)
    rows = db.scalars(select(ConsentText).join(newest, same).where(ConsentText.project_id == project_id))
    return found | {row.purpose: text_of(row) for row in rows}


def text_of(row: ConsentText) -> Text:
    return Text(row.purpose, row.version, row.zh, row.en, row.sha256, row.published_by, row.published_at)


def all_versions(db: Session, project_id: int) -> dict[tuple[str, int], Text]:
    """Every version of every text, by name and number; the shipped ones are version 1 where the project has no row of it."""
    found = {(name, 1): Text(name, 1, zh, en, hash_of(zh, en)) for name, (zh, en) in SHIPPED.items()}
    rows = db.scalars(select(ConsentText).where(ConsentText.project_id == project_id))
    return found | {(row.purpose, row.version): text_of(row) for row in rows}


def take_on_shipped(db: Session, project: Project, by: int | None, now: datetime) -> None:
    """Keeps the words that come with Fangshi as version 1 of whatever the project has no words of its own for."""
    known = set(db.scalars(select(ConsentText.purpose).where(ConsentText.project_id == project.id)))
    for name in TEXTS:
        if name not in known:
            add_version(db, project, Text(name, 1, *SHIPPED[name], hash_of(*SHIPPED[name]), by, now))


def publish_text(db: Session, project: Project, purpose: str, zh: str, en: str, by: int, now: datetime) -> bool:
    """Publishes new words; whether they are new. Raises MissingParameter, TooLong, UnexpectedValue for an unknown name."""
    if purpose not in TEXTS:
        raise UnexpectedValue(field="purpose", value=purpose[:40], reason="it is no purpose that she is asked for")
    zh, en = checked(zh, "zh"), checked(en, "en")
    take_on_shipped(db, project, by, now)
    before = texts_in_force(db, project.id)[purpose]
    if (before.zh, before.en) == (zh, en):
        return False
    add_version(db, project, Text(purpose, before.version + 1, zh, en, hash_of(zh, en), by, now))
    return True


def checked(text: str, field: str) -> str:
    """In one line, so that a list on a phone holds it and its hash is of what is shown."""
    text = " ".join(text.split())
    if not text:
        raise MissingParameter(field=field)
    if len(text) > LONGEST:
        raise TooLong(field=field, limit=LONGEST)
    return text


def add_version(db: Session, project: Project, text: Text) -> None:
    assert text.published_at is not None
    row = {"project_id": project.id, "purpose": text.purpose, "version": text.version, "sha256": text.sha256}
    words = {"zh": text.zh, "en": text.en}
    db.add(ConsentText(**row, **words, published_by=text.published_by, published_at=text.published_at))
    db.flush()
    details = {"purpose": text.purpose, "version": text.version, "sha256": text.sha256}
    now, by = text.published_at, text.published_by
    record(db, "consent_text.publish", actor_id=by, project_id=project.id, details=details, now=now)


def texts_csv(texts: Iterable[Text], recorded: Collection[str] = ()) -> bytes:
    """The list consent_texts of each phone: one row a text. `recorded` are languages in which it has the notice as a sound."""
    return choice_csv(COLUMNS, [_cells(one, recorded if one.purpose == NOTICE else ()) for one in texts])


def _cells(text: Text, recorded: Collection[str]) -> tuple[str, ...]:
    told = ["yes" if language in recorded else "" for language in ("zh", "en")]
    return (text.purpose, text.zh, text.en, str(text.version), text.sha256, *told)

"""Every address of a care project that tells what people answered leaves a row about who looked. From the route map."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from server.access.roles import CLINICIAN
from server.db import Database
from server.models import Reading
from tests.client import Client
from tests.test_reading_doors import (  # noqa: F401 - fixtures come with the import
    WOMEN,
    WORDS,
    about_women,
    addresses,
    hire,
    records,
    text_in,
)


def looks(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Reading)) or 0


def unnoticed(who: Client, database: Database, wanted: set[str], words: list[str]) -> tuple[list[str], int]:
    """Addresses that told one of the words and left no row; and how many told one."""
    who.prefix = ""
    silent, telling = [], 0
    for address in sorted(wanted):
        before = looks(database)
        answer = who.get(address)
        told = answer.status_code == 200 and any(word in text_in(answer.data).replace(address, "") for word in words)
        telling += told
        if told and looks(database) == before:
            silent.append(address)
    return silent, telling


def test_whoever_is_told_an_answer_is_written_down(
    app: Flask,
    database: Database,
    hire: Callable[[int], Client],  # noqa: F811
    records: dict[str, int],  # noqa: F811
    project_id: int,
) -> None:
    wanted = set(addresses(app, project_id, records, "health"))
    silent, telling = unnoticed(hire(CLINICIAN), database, wanted, list(WORDS.values()))
    assert silent == []
    assert telling > 12, "the doors were really asked"


def test_whoever_is_told_of_a_woman_is_written_down(
    database: Database,
    hire: Callable[[int], Client],  # noqa: F811
    about_women: set[str],  # noqa: F811
) -> None:
    wanted = {one for one in about_women if "/datasets/" in one or one.startswith(("/m", "/follow-ups"))}
    silent, telling = unnoticed(hire(CLINICIAN), database, wanted, list(WOMEN.values()))
    assert silent == []
    assert telling > 10


def test_what_gives_no_body_is_no_look(
    database: Database,
    hire: Callable[[int], Client],  # noqa: F811
    records: dict[str, int],  # noqa: F811
) -> None:
    who = hire(CLINICIAN)
    who.prefix = ""
    who.open("HEAD", f"/review/{records['open']}")
    assert looks(database) == 0

"""Every address that reads, asked twice: nobody learns of one more record, woman or visit that he does not care for.

The addresses come from the route map, so a new door is tried the day it is made. What somebody could subtract, he would
have to be told differently: so all that is told before and after is compared, byte for byte, headers included.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from server.access import roles
from server.access.people import create_administrator
from server.clock import now
from server.db import Database
from server.followups.rates import count_months_due
from server.models import Dataset, Entity, FollowUp, Release, ReleaseLook, Submission
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock
from tests.making import a_record
from tests.matrix_town import Towns, text_in
from tests.sizes import size
from tests.test_access_matrix import address_of, keys_of

HERE, THERE = "A1", "A2"
PEOPLE = ("admin", "manager", "viewer", "formfill", *(role.system for role in roles.ROLES if role.purpose))
READING = {"manager", "viewer", "reviewer", "clinician", "village_worker"}
"""Who reads rows of his villages: he is hired for one of them, and the other one changes. All others have the town."""

MANY = {HERE: 14, THERE: 12}
EXTENDED = {"X-Extended-Metadata": "true"}
# What changes from one question to the next by itself: codes of a page's form, of an app to be set up, of a challenge.
# The mark of an export changes with whatever is done in its form, a comment or a look too, so it tells of no record.
NOISE = re.compile(
    r'<dcterms:created.*?</dcterms:modified>|ETag: W/[^\n]*|value="[\w+/=.:-]{16,}"|nonce(?:-|=")[\w-]+|nonce|Date: [^\n]*|'
    r'id="problem-code">[^<]*|'
    r"challenge[^\n]*|otpauth[^\n]*|[A-Z2-7]{32}"
)
DONE_BY_STAFF = ("/v1/audits", "/audit", "/me/reads", "/readers")
"""The logs of what staff did name this test's questions and exports too. That a row upon a single record is on them for
who guards the data alone is shown in tests/server/web/pages/test_audit.py."""


@pytest.fixture
def towns(app: Flask, database: Database) -> "Busy":
    made = Busy(app, database)
    for village, many in MANY.items():
        phone = made.town.phone(village)
        for number in range(many):
            add_woman(made, village, f"{village}-{number}", overdue=number % 2 == 0)
            add_record(made, phone, village)
    made.phone = phone
    return made


class Busy(Towns):
    """Two villages with many women and records. `phone` is one of the other village that has spoken today."""

    phone: Client


def add_woman(towns: Towns, village: str, code: str, at: datetime = MORNING, overdue: bool = True) -> None:
    """With a pregnancy and a visit; the lists know when they changed."""
    woman: str = towns.town.woman(village, f"W-{code} 王*")
    pregnancy = towns.town.about("pregnancies", woman, village)
    towns.town.follow_up(woman, village, due_in=-30 if overdue else 0)
    towns.version(towns.town)
    with towns.database.transaction() as db:
        db.execute(update(Entity).where(Entity.uuid.in_((woman, pregnancy))).values(created_at=at))
        db.execute(update(Dataset).where(Dataset.name.in_(("women", "pregnancies"))).values(updated_at=at))


def add_record(towns: Towns, phone: Client, village: str) -> None:
    assert phone.send(towns.town.project_id, a_record()).status_code == 201
    with towns.database.transaction() as db:
        newest = select(Submission.id).order_by(Submission.id.desc()).limit(1).scalar_subquery()
        db.execute(update(Submission).where(Submission.id == newest).values(village_id=towns.town.ids[village]))


def hire(towns: Towns, name: str) -> Client:
    if name == "admin":
        with towns.database.transaction() as db:
            actor = create_administrator(db, "root@example.test", PASSWORD, MORNING, "root").actor_id
    else:
        actor = towns.town.person(name, name, *([HERE] if name in READING else []))
    who = Client.signed_in(towns.app, towns.database, actor)
    who.prefix = ""
    return who


def reading_addresses(towns: Towns, name: str) -> Iterator[str]:
    """Every address that answers to GET, with the things of the other village; those of numbers with their filters.

    In small runs each caller asks one in so many of them, other ones each, and all addresses of numbers.
    """
    yield from addresses_of_numbers(towns)
    for number, (key, rule) in enumerate(keys_of(towns.app)):
        reads = key.startswith("GET ") and not key.startswith(("GET /static", "GET /me/authenticator"))
        if reads and (number + PEOPLE.index(name)) % (100 // size("matrix_share")) == 0:
            yield address_of(towns, key, rule, "THERE", "OPEN")


def addresses_of_numbers(towns: Towns) -> Iterator[str]:
    project = f"project={towns.town.project_id}"
    for query in ("by=worker", "worker=1", f"village={THERE}", "state=overdue", f"village={THERE}&state=due"):
        yield f"/follow-ups?{project}&{query}"
    for page in (
        "/follow-ups",
        "/map",
        "/map/villages",
        "/forms",
        "/forms/visit",
        "/admin",
        "/review",
        "/m",
        "/phones",
    ):
        yield f"{page}?{project}"
    yield f"/map/features?{project}&zoom=5"
    for view in ("overdue", "on_time", "coverage", "workload"):
        yield f"/map?{project}&show={view}"
    for month in ("", "&month=2026-01", "&month=2025-10"):
        yield f"/map/rates?{project}{month}"
        for village in (HERE, THERE):
            yield f"/map/village/{village}?{project}{month}"
    path = f"/v1/projects/{towns.town.project_id}"
    yield f"{path}/forms/visit.svc/Submissions?$top=0&$count=true"
    yield f"{path}/forms/visit/submissions?limit=1"
    yield f"{path}/datasets/households/entities?limit=1"
    yield f"{path}/datasets/households.svc/Entities?$top=0&$count=true"
    for collection in ("villages", "submissions", "follow-ups"):
        yield f"{path}/ogc/collections/{collection}/items"
    for below in ("", "/forms", "/forms/visit", "/forms/visit/versions", "/datasets", "/datasets/women"):
        yield path + below
    yield "/v1/projects?forms=true&datasets=true"


def ask_all(towns: Towns, who: Client, name: str) -> dict[str, str]:
    """What each address answers. Asked twice before anything is compared: the first time something is told anew."""
    wanted = [
        one for one in dict.fromkeys(reading_addresses(towns, name)) if not any(part in one for part in DONE_BY_STAFF)
    ]
    return {address: said_by(who.get(address, headers=EXTENDED)) for address in wanted}


def said_by(answer: TestResponse) -> str:
    left_out = ("Set-Cookie", "Content-Length")
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()) if name not in left_out)
    return NOISE.sub("", f"{answer.status_code}\n{headers}\n{text_in(answer.data)}")


def different(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The addresses that tell the two apart, with the first line in which they do."""
    return [
        f"{address}: {one!r} / {two!r}"
        for address, text in before.items()
        for one, two in [first_difference(text, after[address])]
        if text != after[address]
    ]


def first_difference(one: str, two: str) -> tuple[str, str]:
    at = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return one[max(0, at - 60) : at + 40], two[max(0, at - 60) : at + 40]


def ask_everybody(towns: Towns, everybody: dict[str, Client]) -> dict[str, dict[str, str]]:
    """With the months of the map counted, as the timetable does it before anybody looks."""
    count_months_due(towns.database, now())
    return {name: ask_all(towns, who, name) for name, who in everybody.items()}


def told_apart(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> str:
    return "\n".join(f"{name} at {one}" for name, texts in before.items() for one in different(texts, after[name]))


def test_one_more_record_woman_and_visit_elsewhere_is_told_on_no_door(
    towns: Busy, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everybody is asked in one town, before and after: what one of them hears changes nothing for the others."""
    everybody = {name: hire(towns, name) for name in PEOPLE}
    ask_everybody(towns, everybody)
    before = ask_everybody(towns, everybody)
    clock.forward(seconds=1)  # the moment of a new one would differ from those before
    add_woman(towns, THERE, "new", clock.now())
    add_record(towns, towns.phone, THERE)
    assert told_apart(before, ask_everybody(towns, everybody)) == ""
    with capsys.disabled():
        print(f"\n{', '.join(f'{name}: {len(asked)} addresses' for name, asked in before.items())}", end=" ")
    assert all(len(asked) > (50 if size("matrix_share") == 100 else 25) for asked in before.values())


def test_two_of_one_village_and_three_of_another_look_like_three_and_two(towns: Busy, database: Database) -> None:
    """The same totals, another small number: whoever adds and subtracts all that he is told cannot tell which it was.

    In the small village are 3 records and 3 overdue visits, then 2; the other one has the rest, and the same people.
    """
    everybody = {name: hire(towns, name) for name in PEOPLE if name not in READING}
    leave_few(towns, database)
    first = ask_everybody(towns, everybody)
    move_one(towns, database)
    assert told_apart(first, ask_everybody(towns, everybody)) == ""


def leave_few(towns: Towns, database: Database) -> None:
    """Village A2 keeps three records and three overdue visits among all its people; what was told is forgotten."""
    with database.transaction() as db:
        village, other = (towns.town.ids[code] for code in (THERE, HERE))
        ids = db.scalars(select(Submission.id).where(Submission.village_id == village).order_by(Submission.id.desc()))
        db.execute(update(Submission).where(Submission.id.in_(list(ids)[3:])).values(village_id=other))
        late = FollowUp.overdue_from <= MORNING.date()
        here = (FollowUp.project_id == towns.town.project_id) & (FollowUp.village_code == THERE)
        rows = db.scalars(select(FollowUp.id).where(here, late).order_by(FollowUp.id.desc()))
        db.execute(update(FollowUp).where(FollowUp.id.in_(list(rows)[3:])).values(village_code=HERE))
        forget(db)


def move_one(towns: Towns, database: Database) -> None:
    with database.transaction() as db:
        village, other = (towns.town.ids[code] for code in (THERE, HERE))
        newest = select(Submission.id).where(Submission.village_id == village).order_by(Submission.id.desc()).limit(1)
        db.execute(update(Submission).where(Submission.id == db.scalar(newest)).values(village_id=other))
        here = (FollowUp.project_id == towns.town.project_id) & (FollowUp.village_code == THERE)
        late = select(FollowUp.id).where(here, FollowUp.overdue_from <= MORNING.date()).limit(1)
        db.execute(update(FollowUp).where(FollowUp.id == db.scalar(late)).values(village_code=HERE))
        forget(db)


def forget(db: object) -> None:
    for model in (ReleaseLook, Release):
        db.execute(delete(model))  # type: ignore[attr-defined]

"""A back-check (F11) on real parts: JavaRosa fills in thirteen visits and the check of the one that was drawn, Collect syncs.

The checker's phone alone lists it and says nothing of what was done; the comparison is a question to a reviewer, what was
said of money goes to who looks after people's rights, and the worker learns of neither, though she reviews records as well.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
import requests
from sqlalchemy import select

from server import clock
from server.config import Config
from server.followups.check_lots import ONE_IN
from server.models import CareEvent, Notification, Submission
from tests.care_town import CareTown
from tests.phones.collectsim.csim import settings
from tests.phones.collectsim.csim.engine import Engine
from tests.phones.collectsim.csim.phone import Phone
from tests.phones.collectsim.csim.rules import Report
from tests.phones.test_training_quiz import config, engine, publish, town  # noqa: F401 - fixtures
from tests.serving import RunningServer

VISIT, CHECK = "household_visit", "back_check"
PASSWORD = "correct horse battery"
Start = Callable[..., Phone]


@pytest.fixture
def start(
    server: RunningServer,
    town: CareTown,  # noqa: F811
    engine: Engine,  # noqa: F811
    tmp_path: Path,
) -> Iterator[Start]:
    """`start(person, *villages, care_role)` is Collect on a phone that this person carries."""
    phones: list[Phone] = []

    def begin(person: int, *villages: str, care_role: str = "village_worker") -> Phone:
        key = town.phone_key(*villages, care_role=care_role, person=person)
        address = f"{server.api}/key/{key}/projects/{town.project_id}"
        phones.append(Phone(str(tmp_path / str(len(phones))), settings.for_url(address), Report(), engine))
        return phones[-1]

    yield begin
    for phone in phones:
        for connections in phone.http.pool.values():
            for connection in connections:
                connection.close()


def rows(phone: Phone, name: str) -> list[dict[str, str]]:
    file = Path(phone.form(CHECK)["media"], f"{name}.csv")
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def visit(phone: Phone, number: int) -> None:
    answers = {
        "visit_date": clock.today().isoformat(), "village_code": "A1", "hamlet": "三社", "door_code": f"A-{number:04}",
        "visit_result": "met", "consent_household": "yes", "contact_pref": "visit", "location_ok": "no",
        "health_topic": "privacy",
    }  # fmt: skip
    record = phone.fill(VISIT, answers, blank=1.0)
    assert record["problems"] == []
    phone.submit(record)


def forms_seen(server: RunningServer, town: CareTown, name: str) -> tuple[int, list[str]]:  # noqa: F811
    """What this person is answered who asks for the records of back-checks."""
    body = {"email": f"{name}@example.test", "password": PASSWORD}
    token = requests.post(f"{server.api}/sessions", json=body, timeout=30).json()["token"]
    asked = f"{server.api}/projects/{town.project_id}/forms/{CHECK}/submissions"
    answer = requests.get(asked, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    return answer.status_code, [one["instanceId"] for one in answer.json()] if answer.ok else []


def test_a_visit_drawn_by_lot_is_checked_blind_and_becomes_a_question_to_others_than_its_worker(
    town: CareTown,  # noqa: F811
    config: Config,  # noqa: F811
    server: RunningServer,
    start: Start,
) -> None:
    publish(town, config)
    zhao, doctor = town.person("zhao", "reviewer"), town.person("doctor", "clinician")
    reviewer, guard = town.person("reviewer", "reviewer"), town.person("guard", "dpo")
    hers, other, checking = start(zhao, "A1"), start(zhao, "A2"), start(doctor, care_role="clinician")
    hers.sync()
    for number in range(ONE_IN):
        visit(hers, number)

    for phone in (hers, other, checking):
        phone.sync()
    assert rows(hers, "backcheck_sample") == rows(other, "backcheck_sample") == []
    (drawn,) = rows(checking, "backcheck_sample")
    assert drawn["label"].startswith("A-00") and (drawn["village_code"], drawn["subject_list"]) == ("A1", "households")
    (due,) = [one for one in rows(checking, "due_visits") if one["form_id"] == CHECK]
    assert due["subject"] == drawn["name"] and due["opens_on"] == clock.today().isoformat()

    today = clock.today().isoformat()
    answers = {
        "due_open": due["name"], "sample": drawn["name"], "visit_date": today, "mode": "phone", "reached": "met",
        "privacy_now": "alone", "consent_bc": "yes", "visit_happened": "yes", "date_known": "exact", "date_match": today,
        "service_match": "talk form", "explained_match": "none", "paid": "yes", "verdict": "major",
    }  # fmt: skip
    record = checking.fill(CHECK, answers, blank=1.0)
    assert record["problems"] == []
    checking.submit(record)
    checking.sync()
    assert rows(checking, "backcheck_sample") == []
    assert [one for one in rows(checking, "due_visits") if one["form_id"] == CHECK] == []

    with town.database.reading() as db:
        event = db.scalars(select(CareEvent).where(CareEvent.form_id == CHECK)).one()
        checked = db.scalars(select(Submission).where(Submission.instance_id == f"uuid:{event.episode}")).one()
        told = {(one.recipient_id, one.kind) for one in db.scalars(select(Notification)) if "check" in one.kind}
    assert event.episode == drawn["name"] and checked.health is False
    assert orjson.loads(event.data_json) == {
        "happened": "agrees", "date": "agrees", "service": "agrees", "explained": "differs",
        "concerns": "paid serious", "settled": "answered",
    }  # fmt: skip
    assert told == {(reviewer, "check_differs"), (guard, "check_concern")}

    assert forms_seen(server, town, "reviewer") == (200, [record["id"]])
    assert forms_seen(server, town, "zhao") == (200, []), "she reviews records, but not what was said of her own visit"
    assert forms_seen(server, town, "guard")[0] == 403
    assert hers.report.fails == other.report.fails == checking.report.fails == {}

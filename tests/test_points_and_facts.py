"""Where she lives and that she is pregnant, or what method she uses, come together for her care team alone, and in no file.

Requirement P3, domain.md 6.3. The addresses come from the route map: pages, layers, exports, feeds, lists, the API.
"""

from dataclasses import dataclass
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from server.access import roles
from server.access.people import create_administrator, create_user
from server.db import Database
from server.models import AppUser, Assignment, FollowUp, FormVersion, Project, Submission, VillageScope
from server.publishing.datasets import link_by_name
from tests.care_town import naming
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_form, a_phone, an_xform
from tests.server.registry.caring import VILLAGE, Care, a_uuid, created
from tests.sizes import size
from tests.test_reading_doors import OTHER_ARGUMENTS, ask, fill

POINT = "30.12345 105.65432 0 5"
PLACE = ("30.1234", "105.6543")
FACTS = ("WORDPREGNANT", "WORDCHECK", "WORDBIRTH", "WORDMETHOD", "WORDTRANSFER", "2025-12-01", "dmpa")
"""Labels of a pregnancy and an episode, an answer of a check, of a birth and of a transfer, her last period,
her method."""

CARING = ("village_worker", "clinician")
OTHERS = tuple(
    role.system for role in roles.ROLES if role.system not in (*CARING, "app-user", "pwreset", "pub-link", "formview")
)


@dataclass
class Her:
    """A woman with her home, her pregnancy and her method; `records` are (form, instance, row id)."""

    care: Care
    woman: str
    home: str
    lists: dict[str, str]
    records: list[tuple[str, str, int]]


@pytest.fixture
def her(app: Flask, database: Database, project_id: int) -> Her:
    care = Care(app, database, project_id)
    woman, home, pregnancy, episode = a_uuid(), a_uuid(), a_uuid(), a_uuid()
    visit = {"visit_date": "2026-01-20", "visit_result": "met", "consent_household": "yes", "location_ok": "yes"}
    visit |= {"village_code": VILLAGE, "hamlet": "二社", "door_code": "A-12", "geometry": POINT}
    sent = [("household_visit", care.post("household_visit", visit, created("households", home, "A-12")))]
    sent.append(("woman_consent", care.register(woman, household=home)))
    answers = {"woman": woman, "visit_date": "2026-02-10", "wants_registration": "yes", "lmp_known": "exact"}
    answers |= {"lmp_date": "2025-12-01", "village_code": VILLAGE}
    entity = created("pregnancies", pregnancy, "WORDPREGNANT")
    sent.append(("pregnancy_registration", care.post("pregnancy_registration", answers, entity)))
    sent.append(("antenatal_check", care.check(pregnancy, secret="WORDCHECK", refer="yes", danger="bleeding")))
    answers = {"client": woman, "visit_date": "2026-02-10", "reason": "start", "choice_hers": "yes", "method": "dmpa"}
    entity = created("contraception_episodes", episode, "WORDMETHOD")
    sent.append(("contraception_followup", care.post("contraception_followup", answers, entity)))
    sent.append(("delivery_postnatal", care.report(pregnancy, secret="WORDBIRTH", mood2="low", danger_pp="fever")))
    transfer = a_uuid()
    sent.append(("migrant_transfer", care.leave(woman, transfer, secret="WORDTRANSFER", pregnant_now="yes")))
    with database.reading() as db:
        ids = dict(db.execute(select(Submission.instance_id, Submission.id)).all())
    lists = {"households": home, "women": woman, "pregnancies": pregnancy, "contraception_episodes": episode}
    return Her(
        care,
        woman,
        home,
        {**lists, "referrals": pregnancy, "transfers": transfer},
        [(form, one, ids[one]) for form, one in sent],
    )


def addresses(app: Flask, her: Her) -> set[str]:
    """Every address that answers to GET, with each of her records, each entry of hers and each visit that is planned."""
    project_id = her.care.project_id
    with her.care.database.reading() as db:
        visits = list(db.scalars(select(FollowUp.visit_key)))
    assert visits
    found: set[str] = set()
    lists_of = [*her.lists.items(), ("pregnancies", her.lists["pregnancies"])]  # a birth is told of the same pregnancy
    for (form, sent, row), (name, uuid) in zip(her.records, lists_of, strict=True):
        known = {**OTHER_ARGUMENTS, "project_id": project_id, "form_id": form, "xml_form_id": form, "name": name}
        known |= {"instance_id": quote(sent), "version_id": quote(sent), "submission_id": row, "uuid": uuid}
        known |= {"woman": her.woman, "woman_uuid": her.woman, "village": VILLAGE}
        found.update(fill(app, known, ["Submissions", f"Submissions('{sent}')"]))
        forms, lists = f"/v1/projects/{project_id}/forms/{form}", f"/v1/projects/{project_id}/datasets/{name}"
        found |= {f"{forms}.svc/Submissions?$expand=*", f"{forms}/submissions.csv?guard=false"}
        found |= {f"{forms}/submissions.geojson?odata=true", f"{lists}/entities.csv", f"{forms}/attachments/{name}.csv"}
    found |= {f"/v1/projects/{project_id}/ogc/collections/follow-ups/items/{one}" for one in visits}
    views = (f"/map/features?box=105,30,106,31&zoom={zoom}" for zoom in (3, 12, 20))
    return {*found, *views, "/map?show=health", "/map/home/" + her.woman}


def hire(app: Flask, her: Her, name: str) -> Client:
    """Somebody with the role in the whole town; the administrator on the whole site."""
    with her.care.database.transaction() as db:
        if name == "admin":
            actor = create_administrator(db, "root@example.test", PASSWORD, MORNING, "root").actor_id
        else:
            actor = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING).actor_id
            role, project_id = roles.BY_SYSTEM[name].id, her.care.project_id
            db.add(Assignment(actor_id=actor, role_id=role, project_id=project_id))
            db.add(VillageScope(actor_id=actor, project_id=project_id, village_id=None))
    return Client.signed_in(app, her.care.database, actor)


def telling(answers: dict[str, str], words: tuple[str, ...]) -> set[str]:
    return {address for address, text in answers.items() if any(word in text for word in words)}


def share(every: set[str], name: str) -> set[str]:
    """In small runs each caller asks one in so many addresses, other ones each, and all of what gives out many at once."""
    many = ("/map", "/ogc", ".csv", ".geojson", ".zip", ".xlsx", ".svc", "/entities", "/review")
    step = 100 // size("matrix_share")
    first = (*CARING, *OTHERS).index(name) % step
    return {one for at, one in enumerate(sorted(every)) if at % step == first or any(part in one for part in many)}


@pytest.mark.parametrize("name", OTHERS)
def test_who_is_of_no_care_team_never_gets_both_not_even_from_two_doors(app: Flask, her: Her, name: str) -> None:
    answers = ask(hire(app, her, name), share(addresses(app, her), name))
    places, facts = telling(answers, PLACE), telling(answers, FACTS)
    assert not (places and facts), (places, facts)
    assert facts == set(), "her health is for her care team"
    assert len(answers) > 100


@pytest.mark.parametrize("name", CARING)
def test_her_care_team_gets_no_answer_that_holds_both(app: Flask, her: Her, name: str) -> None:
    who = hire(app, her, name)
    answers = ask(who, share(addresses(app, her), name))
    assert telling(answers, PLACE) & telling(answers, FACTS) == set()
    shown = who.post(f"/map/home/{her.woman}?project={her.care.project_id}", headers={"Accept": "text/html"})
    assert not any(word in shown.text for word in FACTS)
    if name == "clinician":
        assert telling(answers, FACTS) and telling(answers, PLACE), "the doors were really asked"


def test_no_list_that_a_phone_fetches_holds_both(app: Flask, her: Her, database: Database) -> None:
    names, project_id = (*her.lists, "me", "due_visits"), her.care.project_id
    with database.transaction() as db:
        form = a_form(db, project_id, "visit", xml=naming(an_xform("visit"), names))
        version = db.get_one(FormVersion, form.current_version_id)
        link_by_name(db, db.get_one(Project, project_id), version, MORNING)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
        phone_id = db.scalars(select(AppUser.actor_id).order_by(AppUser.actor_id.desc())).first()
        db.add(VillageScope(actor_id=phone_id, project_id=project_id, village_id=None))
    phone = Client(app, key=token)
    wanted = [f"/projects/{project_id}/forms/visit/attachments/{name}.csv" for name in names]
    answers = {address: phone.get(address).text for address in wanted}
    assert telling(answers, PLACE) & telling(answers, FACTS) == set()
    assert telling(answers, PLACE) and telling(answers, FACTS), "the lists were really fetched"

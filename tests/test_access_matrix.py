"""Every address by every role, in the own village, in another, in another town, by nobody and by who was revoked.

The addresses come from the route map. A new one fails here until one of the tables that
`matrix_routes.py` gathers says what it asks for. Whatever is
answered, allowed or not, is searched for words that lie where the caller does not reach. Levels of that table:

open     anybody; nothing is asked
token    the secret in the address is the right; a wrong one leads nowhere
person   whoever is signed in
site     a right on the whole site
project  a right in the project
forms    a right in the project, or on the records of the forms of a role
own      a right in the project or on the records of a role's forms; what the address names is its maker's, or not there
desk     a right in the project, and a person: phones have doors of their own
care     a right in the project, and a care role: the list is about women
record   a right in the project, and the record lies in one's villages; one with health answers is a clinician's
pin      the same on the map, where no health record has a place
woman    a right in the project, a care role, and she is the caller's to care for
home     a care role, and she is the caller's to care for
health   health records at the villages' names: a clinician's
guarded  her care team where she is theirs, and the data protection officer in the whole town: no answer of hers is there
asked    who reads the record, and who gives the roles or guards the data of the whole town: staff are named there alone
numbered the same by a number that can be guessed: not for who gives the roles only, or trying all numbers would count
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from server.access import roles
from server.access.people import create_administrator
from server.access.sessions import end_sessions_of
from server.db import Database
from server.models import AppUser
from server.web import session
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_record
from tests.matrix_routes import ROUTES
from tests.matrix_town import KINDS, Towns, text_in, words_in
from tests.sizes import size

PEOPLE = ("manager", "viewer", "formfill", *(role.system for role in roles.ROLES if role.purpose))
PHONES = {"phone": "village_worker", "clinic phone": "clinician"}
NOBODIES = ("nobody", "signed-out", "stopped phone")
CALLERS = ("admin", *PEOPLE, *PHONES, *NOBODIES)
CARING = {"village_worker", "clinician", *PHONES}

# What of the words that lie in the own village somebody may ever read. Of other places: nothing at all.
READS = {
    "manager": {"OPEN", "HOME"},
    "viewer": {"OPEN", "HOME"},
    "reviewer": {"OPEN", "HOME"},
    "formfill": {"HOME"},
    "village_worker": {"WOMAN", "HOME", "DOOR"},
    "clinician": {"OPEN", "HEALTH", "WOMAN", "HOME", "DOOR"},
    "phone": {"WOMAN", "HOME"},
    "clinic phone": {"WOMAN", "HOME"},
}

# Addresses of things that these towns do not have: who may ask gets a 404 there.
ABSENT = (
    *(
        "/draft",
        "restore",
        "/v1/users/<int",
        ".<any(xls",
        "POST /v1/assignments",
        "DELETE /v1/",
        "POST /me/",
        "/rights/<int",
        "/inbox/asked/<int",
        "/reports/pack/<month>",
        "/reports/tables/<int",
    ),
    *(
        "/rights/retention/<int",
        "/emergency/<int",
        "/hand-overs/<int",
        "/office/<int",
        "/supplies/<int",
        "/supplies/entries/<int",
        "/red-lines/waivers/<int",
        "/admin/people/<int",
        "/people/duplicates/<int",
        "/people/entries/<int",
        "/people/homes/<uuid",
    ),
    *(
        "/acts/<int",
        "/calendar/<int",
        "/channels/<kind>",
        "/flags/<kind>",
        "/rights/feedback/<uuid",
        "/consents/texts/<name>",
        "/publish",
        "/workbook",
        "submission_id>/case",
        "/timetable/<name>",
        "/indicators/<name>",
        "/map-base/undo",
    ),
    *("/aliases/<int", "/map-base/undo", "/merges/<int", "/places/shifts/", "/webhooks/<int"),
    *("/card/number", "/card/place", "/card/stop"),
    *("/packages/<int", "/transfers/<uuid", "/public-links/<int"),
    *("/rules/<rule>/move", "/rules/runs/", "/rules/signatures/", "/villages/items/<village>"),
)
BODIES: dict[str, dict[str, object]] = {
    "comments": {"json": {"body": "x"}},
    "PATCH /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>": {
        "json": {"reviewState": "approved"}
    },
    "/villages/<code>": {"json": {"parent": None, "name": "x"}},
    "villages": {"json": {"villages": ["A1"]}},
    "bulk-": {"json": {"ids": []}},
    "public-links": {"json": {"displayName": "x"}},
    "/review/batches": {"data": {"state": "approved"}},
}


@dataclass(frozen=True)
class Asked:
    """What an address asks for: a level, and the verbs one of which is needed."""

    level: str
    verbs: tuple[str, ...]


def read_routes(text: str) -> dict[str, Asked]:
    found: dict[str, Asked] = {}
    asked = Asked("", ())
    for line in filter(None, text.splitlines()):
        if line.startswith("["):
            level, _, verbs = line[1:].partition("]")
            asked = Asked(level, tuple(filter(None, verbs.strip().split("|"))))
        else:
            found[line] = asked
    return found


TABLE = read_routes(ROUTES)


def keys_of(app: Flask) -> list[tuple[str, Rule]]:
    """`METHOD rule` for every address of the route map."""
    return sorted(
        ((f"{method} {rule.rule}", rule) for rule in app.url_map.iter_rules() for method in methods_of(rule)),
        key=lambda pair: pair[0],
    )


def methods_of(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def test_every_address_is_in_the_table_and_the_table_has_no_others(app: Flask) -> None:
    here = {key for key, _ in keys_of(app)}
    assert sorted(here - TABLE.keys()) == [], "say in one of tests/matrix_*.py what a new address asks for"
    assert sorted(TABLE.keys() - here) == []
    named = [line for line in ROUTES.splitlines() if line and not line.startswith("[")]
    assert len(named) == len(TABLE), "an address that stands twice would be held against the later line alone"


def test_who_may_read_answers_in_a_care_project_is_these() -> None:
    """The table is held against the roles' verbs; these lines hold the roles."""
    reading = {role.system for role in roles.ROLES if "submission.read" in role.verbs and role.forms is None}
    assert reading == {"admin", "manager", "viewer", "reviewer", "clinician"}
    assert {role.system: set(role.forms) for role in roles.ROLES if role.forms is not None} == {
        "benefit_officer": {"benefit_case"},
        "trainer": {"training_quiz"},
    }
    follow = {role.system for role in roles.ROLES if "followup.read" in role.verbs}
    assert follow == {"village_worker", "clinician"}
    cases = {role.system for role in roles.ROLES if role.verbs & {"benefit.read", "benefit.list", "benefit.erase"}}
    assert cases == {"benefit_officer"}
    entities = {role.system for role in roles.ROLES if "entity.read" in role.verbs}
    assert entities == {"admin", "manager", "viewer", "reviewer", "clinician"}
    giving = {role.system for role in roles.ROLES if "assignment.create" in role.verbs}
    assert giving == {"admin", "manager", "town_lead"}


@pytest.fixture
def towns(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> Towns:
    """What a request changes is rolled back, so that every one meets the same towns."""
    made = Towns(app, database)
    finish = session.finish
    monkeypatch.setattr(session, "finish", lambda commit: finish(False))
    return made


def client_of(towns: Towns, name: str) -> Client:
    """Who asks, with a Bearer token: a phone's key is one too."""
    app, database, town = towns.app, towns.database, towns.town
    if name == "nobody":
        who = Client(app)
    elif name in (*PHONES, "stopped phone"):
        token = town.phone_key(
            "A1", care_role=PHONES.get(name, "village_worker"), person=town.person("carrier", "trainer", "A1")
        )
        if name == "stopped phone":
            stop_phones(database)
        who = Client(app, token=token)
    else:
        actor_id = actor_of(towns, name)
        who = Client.signed_in(app, database, actor_id)
        if name == "signed-out":
            with database.transaction() as db:
                end_sessions_of(db, actor_id)
    who.prefix = ""
    return who


def actor_of(towns: Towns, name: str) -> int:
    if name == "admin":
        with towns.database.transaction() as db:
            return create_administrator(db, "root@example.test", PASSWORD, MORNING, "root").actor_id
    return towns.town.person(name, "clinician" if name == "signed-out" else name, "A1")


def stop_phones(database: Database) -> None:
    with database.transaction() as db:
        db.query(AppUser).update({"revoked_at": MORNING, "token_hash": None})


def verbs_of(name: str) -> frozenset[str]:
    """What the caller may do in the town, by the roles as they are written down."""
    if name in PHONES:
        return roles.BY_SYSTEM["app-user"].verbs
    if name in NOBODIES:
        return frozenset()
    role = roles.BY_SYSTEM[name]
    if role.forms is not None:  # the towns' form is none of theirs
        return role.verbs - roles.CONTENT - {"form.read", "open_form.read"}
    return role.verbs - roles.CONTENT if name == "admin" else role.verbs


def held_by(name: str) -> frozenset[str]:
    """What the caller may do with records of any form, if only of her role's own."""
    return verbs_of(name) | (roles.BY_SYSTEM[name].verbs if name in PEOPLE else frozenset())


def is_allowed(asked: Asked, name: str, place: str, kind: str) -> bool | None:
    """What the table expects; None where nothing is expected but that no word leaks."""
    if asked.level in ("open", "token") or (asked.level == "person" and name in PHONES):
        return None
    if asked.level == "person":
        return name not in NOBODIES
    if asked.level == "site":
        return name == "admin"
    if asked.level == "home":
        return name in ("village_worker", "clinician") and place == "HERE"
    if asked.level == "health":
        return name == "clinician" and place == "HERE"
    if asked.level == "own":
        return None if any(verb in held_by(name) for verb in asked.verbs) and place != "ELSEWHERE" else False
    if asked.level == "guarded":
        return is_guarded(asked.verbs[0], name, place)
    if asked.level in ("asked", "numbered"):
        only_gives_roles = asked.level == "numbered" and name in ("admin", "town_lead")
        return not only_gives_roles and may_ask(name, place, kind)
    held = any(verb in verbs_of(name) for verb in asked.verbs)
    if asked.level == "desk" and name in PHONES:
        return False
    if asked.level == "forms":
        held = any(verb in held_by(name) for verb in asked.verbs)
    if asked.level in ("project", "desk", "forms"):
        return held and (place != "ELSEWHERE" or name == "admin")
    if asked.level == "phone":  # whoever leads some villages manages the phones of these alone
        if name == "admin":
            return True if place != "ELSEWHERE" else None
        return held and place == "HERE"
    if kind == "HOME":  # a list that is about no woman goes by village alone
        return held and place == "HERE"
    if asked.level == "pin":
        return held and place == "HERE" and kind == "OPEN"
    if asked.level in ("care", "woman"):
        return held and name in CARING and place == "HERE"
    return held and place == "HERE" and (kind == "OPEN" or name == "clinician")


def is_guarded(what: str, name: str, place: str) -> bool | None:
    """Her access, her readers, her consent: the readers are told to nobody in another town, where there are none."""
    if name == "dpo":
        own = what == "consent"
        return place == "HERE" if own else (None if (what, place) == ("readers", "ELSEWHERE") else place != "ELSEWHERE")
    team = ("clinician",) if what == "readers" else ("village_worker", "clinician")
    return name in team and place == "HERE"


def may_ask(name: str, place: str, kind: str) -> bool | None:
    """Who can see a record, asked by name: the site's administrator may ask in every town."""
    if name in ("admin", "town_lead", "dpo"):
        return place != "ELSEWHERE" if name != "admin" else (True if place != "ELSEWHERE" else None)
    return place == "HERE" and (name == "clinician" or (name in ("manager", "reviewer") and kind == "OPEN"))


def tries(towns: Towns, key: str, rule: Rule, asked: Asked) -> Iterator[tuple[str, str, str]]:
    """(place, kind of record, address): the own things, other villages', another town's, and those under the own project."""
    about_something = asked.level in ("record", "pin", "woman", "home", "guarded", "asked", "numbered", "phone")
    for kind in kinds_of(key, asked):
        yield "HERE", kind, address_of(towns, key, rule, "HERE", kind)
        if about_something:
            yield "THERE", kind, address_of(towns, key, rule, "THERE", kind)
            yield "ELSEWHERE", kind, address_of(towns, key, rule, "ELSEWHERE", kind, under="HERE")
        if about_something or asked.level in ("project", "desk", "forms", "own", "care", "health"):
            yield "ELSEWHERE", kind, address_of(towns, key, rule, "ELSEWHERE", kind)


def kinds_of(key: str, asked: Asked) -> tuple[str, ...]:
    """Both kinds of records, and both of lists: about women, and of homes."""
    if "/entities" in key:
        return "WOMAN", "HOME"
    return KINDS if asked.level in ("record", "pin", "asked", "numbered") else KINDS[:1]


def address_of(towns: Towns, key: str, rule: Rule, place: str, kind: str, under: str | None = None) -> str:
    values = towns.values(place, kind if kind in KINDS else KINDS[0], under)
    values["name"] = "households" if kind == "HOME" else name_in(key, values)
    if kind == "HOME":
        values["uuid"] = towns.things[place].household
    parts = rule.rule.replace("<", ">").split(">")
    path = "".join(value_of(part, values) if odd % 2 else part for odd, part in enumerate(parts))
    is_page = not rule.rule.startswith("/v1/")
    return f"{path}?project={values['project_id']}" if is_page else path


def value_of(part: str, values: dict[str, object]) -> str:
    """What stands for `int:project_id` in an address; of `any(csv, xlsx):kind` the first."""
    converter, _, name = part.rpartition(":")
    chosen = re.match(r"any\((\w+)", converter)
    return chosen[1] if chosen else str(values.get(name, 1))


def name_in(key: str, values: dict[str, object]) -> object:
    if "/datasets/" in key:
        return "women"
    if "/library/" in key:
        return "clinics"
    if "/submissions/" in key or "/review/" in key:
        return values["photo"]
    return "households.csv" if "/versions/" in key else "women.csv"


def is_refused(status: int, location: str) -> bool:
    return status in (401, 403, 404) or (status in (302, 303) and location.startswith("/sign-in"))


def body_of(key: str) -> dict[str, Any]:
    if key == "POST /v1/projects/<int:project_id>/submission":
        return {"data": {"xml_submission_file": (io.BytesIO(a_record(note="x")), "x.xml", "text/xml")}}
    return next((body for part, body in BODIES.items() if part in key), {})


@pytest.mark.parametrize("name", CALLERS)
def test_everybody_gets_what_is_hers_and_nothing_of_another_place(
    towns: Towns, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    who, wrong, count = client_of(towns, name), [], 0
    for number, (key, rule) in enumerate(keys_of(towns.app)):
        if key not in TABLE or (number + CALLERS.index(name)) % (100 // size("matrix_share")):
            continue
        asked = TABLE[key]
        for place, kind, address in tries(towns, key, rule, asked):
            method, count = key.split()[0], count + 1
            answer = who.open(method, address, **body_of(key))
            wrong += faults(key, asked, name, (place, kind, address), answer)
    with capsys.disabled():
        print(f"\n{name}: {count} tries", end=" ")
    assert "\n".join(wrong) == ""
    assert count > (100 if size("matrix_share") == 100 else 50)


def faults(key: str, asked: Asked, name: str, tried: tuple[str, str, str], answer: object) -> Iterator[str]:
    place, kind, address = tried
    status, location = answer.status_code, answer.headers.get("Location", "")  # type: ignore[attr-defined]
    allowed = is_allowed(asked, name, place, kind)
    refused = is_refused(status, location)
    if allowed is False and not refused:
        yield f"{key} at {place} ({kind}): {status}, not refused"
    if allowed and refused and not (status == 404 and any(part in key for part in ABSENT)):
        yield f"{key} at {place} ({kind}): {status}, refused"
    if status >= 500 and status != 501:
        yield f"{key} at {place} ({kind}): {status}"
    may_read = {(kind, "HERE") for kind in READS.get(name, ())}
    may_read |= {("WOMAN", place)} if asked.level == "guarded" and allowed else set()
    for found in set(words_in(text_in(answer.data).replace(address, ""))) - may_read:  # type: ignore[attr-defined]
        if f"WORD{''.join(found)}" not in address:
            yield f"{key} at {place} ({kind}): {status} tells {found}"

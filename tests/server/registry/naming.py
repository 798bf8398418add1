"""A small form of a town's own that chooses from the lists about women, its records, and where they are seen."""

from typing import Any

from flask import Flask

from server.db import Database
from server.followups.restricting import keep_unused
from server.models import CareEvent, NamedWoman, Project
from server.registry.erasing import erase_person, plan_erasure
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form
from tests.server.registry.caring import VILLAGE, Care, a_uuid

LISTS = ("women", "pregnancies", "contraception_episodes", "referrals")
CHOICE = '<{tag} ref="/data/{name}"><label>{name}</label><itemset nodeset="instance(\'{name}\')/root/item">'
CHOICE += '<value ref="name"/><label ref="label"/></itemset></{tag}>'
CHOICES = "".join(CHOICE.format(name=one, tag="select" if one == "women" else "select1") for one in LISTS)
TALK = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
<h:title>Talk</h:title><model><instance><data id="talk" version="1"><visit_date/><village_code/>
{"".join(f"<{name}/>" for name in LISTS)}<gps/><note/><meta><instanceID/></meta></data></instance>
{"".join(f'<instance id="{name}" src="jr://file-csv/{name}.csv"/>' for name in LISTS)}
<bind nodeset="/data/visit_date" type="date"/><bind nodeset="/data/village_code" type="string"/>
{"".join(f'<bind nodeset="/data/{name}" type="string"/>' for name in LISTS)}
<bind nodeset="/data/gps" type="geopoint"/><bind nodeset="/data/note" type="string"/>
<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>
<input ref="/data/visit_date"><label>Day</label></input><input ref="/data/village_code"><label>Village</label></input>
{CHOICES}<input ref="/data/gps"><label>Place</label></input><input ref="/data/note"><label>Note</label></input>
</h:body></h:html>"""


def a_care_with_talk(app: Flask, database: Database, project_id: int) -> Care:
    care = Care(app, database, project_id)
    publish_talk(care)
    return care


def publish_talk(care: Care) -> None:
    with care.database.transaction() as db:
        a_form(db, care.project_id, "talk", xml=TALK.encode())


def registered(care: Care, number: int) -> list[str]:
    """So many women who agreed to everything."""
    women = [a_uuid() for _ in range(number)]
    for one in women:
        care.register(one)
    return women


def talk(care: Care, day: str = "2026-02-20", **answers: str) -> str:
    return care.post("talk", {"visit_date": day, "village_code": VILLAGE, "note": "WORDTALK"} | answers)


def correct(care: Care, instance_id: str, **answers: str) -> str:
    said = {"visit_date": "2026-02-20", "village_code": VILLAGE, "note": "WORDLATER"} | answers
    return care.post("talk", said, deprecated_id=instance_id)


def seen(client: Client, care: Care) -> list[int]:
    """How many records of the form there are in its list, its feed, its export and its collection of points."""
    form = f"/projects/{care.project_id}/forms/talk"
    listed = client.get(f"{form}/submissions").json
    rows = client.get(f"{form}.svc/Submissions").json["value"]
    lines = client.get(f"{form}/submissions.csv").get_data(as_text=True).splitlines()[1:]
    return [len(listed), len(rows), len(lines)]


def event_of(care: Care) -> Any:
    (event,) = [one for one in care.rows(CareEvent) if one.form_id == "talk"]
    return event


def stop_sharing(care: Care, woman: str) -> None:
    care.withdraw(woman, "2026-03-01", scope="share_clinic")


def take_back(care: Care, woman: str) -> None:
    care.withdraw(woman, "2026-03-01")


def restrict(care: Care, woman: str) -> None:
    with care.database.transaction() as db:
        keep_unused(db, db.get_one(Project, care.project_id), woman, None, MORNING)


def remove(care: Care, woman: str) -> None:
    with care.database.transaction() as db:
        erase_person(db, plan_erasure(db, care.project_id, woman), None, MORNING)


def others_of(care: Care) -> list[str]:
    """Whom records name beside the first."""
    return sorted(one.woman_uuid for one in care.rows(NamedWoman))

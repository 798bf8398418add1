"""A small form that asks what F11 asks, and its records, beside the small forms of F1 to F6."""

from typing import Any

import orjson
from flask import Flask

from server.db import Database
from server.models import CareEvent
from tests.making import a_form
from tests.server.registry.caring import VILLAGE, Care, a_uuid, created

NAMES = (
    *("sample", "visit_date", "village_code", "reached", "consent_bc", "settled", "visit_happened", "date_known"),
    *("date_match", "service_match", "explained_match", "consent_was_asked", "felt_free_to_refuse", "paid"),
    *("verdict", "note"),
)
FORM = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
<h:title>Check</h:title><model><instance><data id="back_check" version="1">
{"".join(f"<{name}/>" for name in NAMES)}<location/><meta><instanceID/></meta></data></instance>
{"".join(f'<bind nodeset="/data/{name}" type="string"/>' for name in NAMES)}
<bind nodeset="/data/location" type="geopoint"/><bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>
{"".join(f'<input ref="/data/{name}"><label>{name}</label></input>' for name in (*NAMES, "location"))}
</h:body></h:html>"""


def a_care_with_checks(app: Flask, database: Database, project_id: int) -> Care:
    care = Care(app, database, project_id)
    with database.transaction() as db:
        a_form(db, project_id, "back_check", xml=FORM.encode())
    return care


def check(care: Care, checked: str, deprecated_id: str = "", **answers: str) -> str:
    """A back-check of the record with this instanceID, at which all is well unless the answers say something else."""
    said = {
        "sample": checked.removeprefix("uuid:"),
        "visit_date": "2026-02-25",
        "village_code": VILLAGE,
        "reached": "met",
        "consent_bc": "yes",
        "settled": "1",
        "visit_happened": "yes",
        "verdict": "ok",
        "note": "WORDCHECK",
    }
    ids = {"deprecated_id": deprecated_id} if deprecated_id else {}
    return care.post("back_check", {**said, **answers}, **ids)


def a_home(care: Care, day: str = "2026-02-20", **answers: str) -> tuple[str, str]:
    """A visit (F1) to a new home: the record's instanceID and the home's uuid."""
    home = a_uuid()
    said = {"visit_date": day, "visit_result": "met", "consent_household": "yes", "village_code": VILLAGE}
    return care.post("household_visit", said | answers, created("households", home, "A-0231 三社")), home


def a_checked_woman(care: Care) -> tuple[str, str]:
    """A woman who agreed to everything, and the record of a method that she chose."""
    woman = a_uuid()
    care.register(woman)
    return care.method(woman, a_uuid()), woman


def outcomes(care: Care) -> dict[str, Any]:
    """What the comparisons gave, by the instanceID of the back-check."""
    return {one.event: orjson.loads(one.data_json) for one in care.rows(CareEvent) if one.form_id == "back_check"}

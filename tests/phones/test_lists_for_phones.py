"""The lists that the server makes for each phone, as Collect takes them: downloaded, read by JavaRosa, replaced whole."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server import clock, create_app
from server.config import Config
from server.db import Database
from server.models import FollowUp, Woman
from tests.care_town import CareTown
from tests.making import a_form
from tests.phones.collectsim.csim import settings
from tests.phones.collectsim.csim.engine import Engine
from tests.phones.collectsim.csim.phone import Phone
from tests.phones.collectsim.csim.rules import Report
from tests.phones.office import Office
from tests.serving import RunningServer

FORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>to visit</h:title><model><instance><data id="to_visit" version="1">
<village/><visit_key/><chosen/><orx:meta><orx:instanceID/></orx:meta></data></instance>
<instance id="me" src="jr://file-csv/me.csv"/><instance id="due_visits" src="jr://file-csv/due_visits.csv"/>
<bind nodeset="/data/village" type="string" calculate="instance('me')/root/item/village_code"/>
<bind nodeset="/data/visit_key" type="string" calculate="instance('due_visits')/root/item[position() = 1]/visit_key"/>
<bind nodeset="/data/chosen" type="string"/>
<bind nodeset="/data/orx:meta/orx:instanceID" type="string" readonly="true()"/></model></h:head>
<h:body><select1 ref="/data/chosen"><label>visit</label>
<itemset nodeset="instance('due_visits')/root/item[form_id = 'antenatal_check']"><value ref="name"/><label ref="label"/>
</itemset></select1></h:body></h:html>"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("COLLECTSIM_BUILD", str(tmp_path_factory.mktemp("classes")))
        made = Engine()
    yield made
    made.close()
    for process in made.procs:
        process.stdout.close()


@pytest.fixture
def town(server: RunningServer) -> Iterator[CareTown]:
    config = replace(Config(server.data_dir), **server.database_url)
    database = Database(config.sqlalchemy_url, config.key_file)
    made = CareTown(create_app(config, database), database)
    with database.transaction() as db:
        a_form(db, made.project_id, "to_visit", xml=FORM)
    yield made
    database.dispose()


@pytest.fixture
def start(server: RunningServer, town: CareTown, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """`start(report, key, engine)` is Collect on a phone with this key. Its connections end with the test."""
    phones: list[Phone] = []

    def begin(report: Report, key: str, engine: Engine | None = None) -> Phone:
        address = f"{server.api}/key/{key}/projects/{town.project_id}"
        phones.append(Phone(str(tmp_path / str(len(phones))), settings.for_url(address), report, engine))
        return phones[-1]

    yield begin
    for phone in phones:
        for connections in phone.http.pool.values():
            for connection in connections:
                connection.close()


def answers_of(phone: Phone) -> dict[str, str]:
    filled = Path(phone.fill("to_visit")["file"]).read_text()
    return dict(re.findall(r"<(village|visit_key|chosen)>([^<]+)<", filled))


def rows_on(phone: Phone, name: str) -> list[str]:
    return Path(phone.form("to_visit")["media"], name).read_text().splitlines()[1:]


def test_collect_has_overdue_visits_first_and_loses_what_was_answered(
    town: CareTown, start: Callable[..., Phone], engine: Engine
) -> None:
    today = clock.today()
    woman = town.woman("A1", consent_until=today + timedelta(days=9))
    due = town.follow_up(woman, "A1", due_on=today)
    report = Report()
    phones = [start(report, town.phone_key(village), engine) for village in ("A1", "A2")]
    for phone in phones:
        assert phone.sync()["to_visit"] == "new"
    assert [row[:36] for row in rows_on(phones[0], "due_visits.csv")] == [due]
    assert answers_of(phones[0]) == {"village": "A1", "visit_key": due, "chosen": due}
    assert rows_on(phones[1], "due_visits.csv") == []
    assert answers_of(phones[1]) == {"village": "A2"}

    late = town.follow_up(woman, "A1", due_on=today - timedelta(days=30))
    assert [phone.sync()["to_visit"] for phone in phones] == ["updated_media", "on_device"]
    assert [row[:36] for row in rows_on(phones[0], "due_visits.csv")] == [late, due]
    assert answers_of(phones[0])["visit_key"] == late
    assert ("media", "me.csv") not in phones[0].downloads

    town.change(FollowUp, late, ended=True, state="done_late")
    phones[0].sync()
    assert answers_of(phones[0]) == {"village": "A1", "visit_key": due, "chosen": due}
    assert phones[0].sync()["to_visit"] == "on_device"
    assert report.fails == {}
    assert "media.hash" in report.passes


def test_collect_keeps_women_as_an_entity_list_and_drops_who_took_her_consent_back(
    town: CareTown, start: Callable[..., Phone]
) -> None:
    until = clock.today() + timedelta(days=9)
    stays, goes = (town.woman("A1", f"W-{number} 王*", consent_until=until) for number in (1, 2))
    pregnancy = town.about("pregnancies", goes, "A1")
    report = Report()
    phone = start(report, town.phone_key("A1"))

    phone.sync()
    assert set(phone.entities["women"]["rows"]) == {stays, goes}
    assert set(phone.entities["pregnancies"]["rows"]) == {pregnancy}
    assert "due_visits" not in phone.entities and "me" not in phone.entities
    phone.sync()
    assert [what for what in phone.downloads if what[0] != "form"] == []

    town.change(Woman, goes, consent_service=False)
    phone.sync()
    assert set(phone.entities["women"]["rows"]) == {stays}
    assert phone.entities["pregnancies"]["rows"] == {}
    assert report.fails == {}


def test_five_hundred_entities_of_a_phone_fit_into_one_question(server: RunningServer) -> None:
    """39 bytes each in the address, the commas as Collect sends them (odk-contract.md 1.6, 2.9)."""
    office = Office(server)
    project = office.make_project("many entities")
    office.call("POST", f"/projects/{project}/datasets", json={"name": "wells"})
    uuids = [str(uuid.uuid4()) for _ in range(500)]
    wells = f"/projects/{project}/datasets/wells"
    made = {"entities": [{"uuid": one, "label": "井"} for one in uuids[:-1]], "source": {"name": "wells.csv"}}
    office.call("POST", f"{wells}/entities", json=made)
    office.call("DELETE", f"{wells}/entities/{uuids[0]}")

    told = office.call("GET", f"{wells}/integrity?id={'%2C'.join(uuids)}&deviceID=collect:x").decode()
    found = re.findall('<entity id="([^"]+)"><deleted>(true|false)</deleted></entity>', told)
    assert dict(found) == {one: "true" if one == uuids[0] else "false" for one in uuids[:-1]}

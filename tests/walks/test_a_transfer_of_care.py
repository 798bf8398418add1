"""A transfer of care by the real engine: she asks and agrees to just this; until it is received elsewhere everything goes on
here, then what was planned ends as transferred. She cancels; she takes all consent back on the way; and a newcomer is served
without a paper.
"""

from datetime import date, timedelta

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from forms.media import choice_csv
from server.blobs import BlobStore, remember
from server.config import Config
from server.db import Database
from server.followups.town_rules import shipped_rules
from server.models import Dataset, Entity, FormAttachment, Seal, Submission
from server.publishing.list_kinds import DESTINATIONS
from tests.conftest import MORNING, Clock
from tests.forms.library.filling import Filled, Phone, begun_earlier, day
from tests.walks.carried_phone import Carried, Town
from tests.walks.test_a_pregnancy_and_what_comes_after import AGREES, ALONE

FORM = "migrant_transfer"
START = date(2026, 3, 9)
PLACES = [
    ("44", "广东省", "prov", ""),
    ("440785", "恩平市", "county", "44"),
    ("s1", "城东社区卫生服务中心", "site", "440785"),
]
LEAVES = {"direction": "out", **ALONE, "she_asks": "yes", "items": "next_dates anc_summary", "consent_transfer": "yes"}


@pytest.fixture
def town(app: Flask, database: Database, config: Config, clock: Clock, project_id: int, engine: Phone) -> Town:
    town = Town(app, database, config, clock, engine, project_id)
    town.go_to(START)
    with database.transaction() as db:
        stored = BlobStore(config.blob_dir).put(choice_csv(["name", "label", "level", "parent"], PLACES))
        remember(db, stored, "text/csv", MORNING)
        for slot in db.scalars(select(FormAttachment).where(FormAttachment.name == DESTINATIONS.file)):
            slot.blob_sha256 = stored.sha256
    return town


def register(phone: Carried, **answers: str) -> str:
    phone.tell("woman_consent", **{**AGREES, **answers})
    (woman,) = phone.sync(FORM).lists["women"]
    return woman["name"]


def register_pregnant(phone: Carried, weeks: int = 17) -> str:
    """She is in her 17th week: the second check is due."""
    woman = register(phone)
    known = {"lmp_known": "exact", "lmp_calendar": "solar", "lmp_date": day(-7 * weeks), "us_done": "no"}
    checked = {"first_check_date": day(-50), "contact_ok": "visit"}
    phone.tell("pregnancy_registration", woman=woman, wants_registration="yes", **ALONE, **known, **checked)
    return woman


def ask(phone: Carried, woman: str, **answers: str) -> Filled:
    return phone.tell(FORM, person=woman, **{**LEAVES, **answers})


def later(town: Town, days: int) -> None:
    town.go_to(START + timedelta(days=days))


def listed(phone: Carried) -> dict[str, str]:
    """Direction and status of the one transfer on the phone."""
    (row,) = phone.sync(FORM).lists["transfers"]
    return {"direction": row["direction"], "status": row["status"]}


def status_kept(town: Town) -> str:
    """As the list has it, whoever reaches it."""
    with town.database.reading() as db:
        (data,) = db.scalars(select(Entity.data_json).join(Dataset).where(Dataset.name == "transfers"))
    status: str = orjson.loads(data)["status"]
    return status


def sealed(town: Town) -> list[str]:
    with town.database.reading() as db:
        return list(db.scalars(select(Seal.reason).join(Submission, Submission.id == Seal.submission_id)))


def test_she_moves_away_and_her_visits_here_end_when_the_other_side_has_them(town: Town) -> None:
    phone, neighbour, clinic = town.give_phone(), town.give_phone(), town.give_phone("clinician")
    woman = register_pregnant(phone)
    assert town.follow_ups()["ANC2"] in ("open", "due")

    # consent to just this, in both languages: what goes along, and to whom
    to = {"dest_prov": "44", "dest_county": "440785", "dest_site": "s1", "pregnant_now": "yes"}
    record = ask(phone, woman, **to)
    assert (record.values["said_zh"], record.values["place_zh"]) == (
        "下次服务的日期；产检摘要；",
        "城东社区卫生服务中心",
    )
    assert record.values["said_en"] == "dates of her next services; summary of antenatal checks; "
    for one in (phone, neighbour, clinic):
        assert listed(one) == {"direction": "out", "status": "asked"}

    # on its way everything goes on here, and somebody asks whether it arrived
    later(town, 1)
    assert {one["form_id"] for one in phone.everything_due()} == {"antenatal_check", FORM}
    (due,) = phone.due(FORM)
    assert due["subject_list"] == "transfers"
    assert "王*" in due["label"] and not {"产", "孕"} & set(due["label"])
    titles = {(one.title.zh, one.title.en) for one in shipped_rules() if one.id in ("MIG-TR", "MIG-TR-P")}
    assert titles == {("转接：问一问对方收到没有", "A transfer: ask whether the other side has it")}
    assert town.follow_ups()["MIG-TR-P"] == "open" and "MIG-TR" not in town.follow_ups()
    phone.tell(FORM, due_open=due["name"], step="receipt", receiver_ack="not_yet")
    assert listed(phone)["status"] == "asked" and len(phone.everything_due()) == 2

    # received elsewhere: what was planned here ends as transferred, on every phone; that she was here stays
    later(town, 4)
    (due,) = phone.due(FORM)
    record = phone.tell(FORM, due_open=due["name"], step="receipt", receiver_ack="received")
    assert (record.values["transfer"], record.values["visit_key"]) == (due["subject"], due["visit_key"])
    assert listed(phone) == {"direction": "out", "status": "received"}
    for one in (phone, neighbour, clinic):
        assert one.everything_due() == []
    told = town.follow_ups()
    assert told["MIG-TR-P"] == "done_on_time"
    assert {told[rule] for rule in ("ANC2", "ANC3", "ANC4", "ANC5")} == {"superseded transferred"}
    later(town, 120)
    assert phone.everything_due() == []

    # she is home for the birth: what begins here now is ours again
    (pregnancy,) = phone.sync("antenatal_check").lists["pregnancies"]
    here = {"still_pregnant": "ongoing", "place": "home", "done_by": "worker", "danger": "bleeding"}
    phone.tell("antenatal_check", pregnancy=pregnancy["name"], **ALONE, **here)
    assert town.follow_ups()["ANC-D"] in ("open", "due") and town.follow_ups()["ANC5"] == "superseded transferred"

    # and when she says that she lives here again, so is the rest
    later(town, 121)
    phone.tell(FORM, direction="in", person=woman, **ALONE, she_asks="yes", receiver_ack="none", services_in="anc")
    assert "transferred" not in town.follow_ups()["ANC5"]


def test_she_cancels_and_it_holds_at_once_also_when_her_consent_has_run_out(town: Town) -> None:
    phone, other = town.give_phone(), town.give_phone()
    woman = register(phone)
    ask(phone, woman)
    assert town.follow_ups()["MIG-TR"] in ("open", "due")

    # another phone hears from the other side, offline; she cancels before that arrives
    later(town, 2)
    (due,) = other.due(FORM)
    late = other.fill(FORM, due_open=due["name"], step="receipt", receiver_ack="received")
    (mine,) = phone.due(FORM)
    record = phone.tell(FORM, due_open=mine["name"], step="cancel")
    assert {"she_asks", "privacy_now"}.isdisjoint(record.values), "no reasons, one screen"
    assert listed(phone)["status"] == "cancelled" and phone.due(FORM) == []
    other.send(late)
    assert listed(other)["status"] == "cancelled"
    assert town.follow_ups()["MIG-TR"] == "declined"

    # she asks again, her consent runs out, and she cancels: there is no one screen too many
    later(town, 3)
    ask(phone, woman)
    rows = phone.sync(FORM).lists["transfers"]
    (open_one,) = [one for one in rows if one["status"] == "asked"]
    kept = phone.fill(FORM, direction="out", transfer=open_one["name"], step="cancel")
    later(town, 400)
    phone.send(begun_earlier(kept, 3 - 400))
    with town.database.reading() as db:
        data = db.scalars(select(Entity.data_json).where(Entity.uuid == open_one["name"])).one()
    assert orjson.loads(data)["status"] == "cancelled" and sealed(town) == []


def test_consent_that_is_taken_back_on_the_way_cancels_it_and_no_phone_has_it(town: Town) -> None:
    phone, other = town.give_phone(), town.give_phone()
    woman = register_pregnant(phone)
    ask(phone, woman, pregnant_now="prefer_not")
    later(town, 2)
    (due,) = other.due(FORM)
    late = other.fill(FORM, due_open=due["name"], step="receipt", receiver_ack="received")

    phone.tell("woman_consent", action="withdraw", woman=woman, withdraw_scope="service", withdraw_erase="keep_minimal")
    assert status_kept(town) == "cancelled"
    for one in (phone, other):
        assert one.everything_due() == [] and one.sync(FORM).lists["transfers"] == []
    other.send(late)
    assert sealed(town) == ["no_consent"] and status_kept(town) == "cancelled"
    ended = {rule: state for rule, state in town.follow_ups().items() if state != "done_on_time"}
    assert "MIG-TR-P" in ended and set(ended.values()) == {"superseded no_consent"}

    # she registers anew later: nothing is passed on that she does not ask for anew
    later(town, 9)
    register(phone, code="W-0299")
    assert phone.sync(FORM).lists["transfers"] == [] and phone.everything_due() == []
    assert status_kept(town) == "cancelled"


def test_a_newcomer_is_served_without_a_paper_and_whoever_needs_checks_within_two_days(town: Town) -> None:
    phone = town.give_phone()
    woman = register(phone)
    came = {"direction": "in", "person": woman, **ALONE, "she_asks": "yes", "pregnant_now": "yes"}
    phone.tell(FORM, **came, receiver_ack="none", services_in="none")
    assert listed(phone) == {"direction": "in", "status": "started"}
    assert sealed(town) == []

    later(town, 1)
    (due,) = phone.due(FORM)
    assert due["subject_list"] == "transfers" and town.follow_ups() == {"MIG-ARR-P": "due"}
    later(town, 3)
    assert town.follow_ups() == {"MIG-ARR-P": "overdue"}
    (due,) = phone.due(FORM)
    record = phone.tell(
        FORM, due_overdue=due["name"], step="meet", **ALONE, she_asks="yes", services_in="anc folic_acid"
    )
    assert record.values["transfer"] == due["subject"]
    assert town.follow_ups() == {"MIG-ARR-P": "done_late"}
    assert phone.due(FORM) == [] and listed(phone)["status"] == "started"

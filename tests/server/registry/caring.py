"""A care project with small forms that ask what F1 to F6 ask, and a phone that sends them."""

import uuid
from typing import Any

from flask import Flask
from sqlalchemy import inspect, select, update

from server.access.roles import APP_USER, CLINICIAN
from server.db import Database
from server.models import Assignment, Base, Entity, Project, Seal, Submission, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone, new_id

CONSENTS = ("consent_service", "consent_reminder", "consent_share_clinic", "consent_location", "consent_stats")
VILLAGE, OTHER = "519901201001", "519901201002"
FORMS: dict[str, tuple[str, str, str]] = {
    "household_visit": (
        "household visit_date visit_result consent_household decline_recheck visit_key village_code hamlet door_code "
        "location_ok geometry contact_pref contact_phone",
        "households",
        "village_code hamlet door_code geometry",
    ),
    "woman_consent": (
        "action woman visit_date consent_service consent_reminder consent_share_clinic consent_location consent_stats "
        "consent_until village_code household named_worker withdraw_scope withdraw_erase display_name start "
        "keeps phone_safe phone_safe_who age_band",
        "women",
        "consent_service consent_reminder consent_share_clinic consent_location consent_stats consent_until village_code "
        "household display_name",
    ),
    "pregnancy_registration": (
        "woman visit_date wants_registration lmp_known lmp_date us_done us_date us_weeks us_days danger_now visit_key "
        "village_code status contact_ok",
        "pregnancies",
        "woman village_code status",
    ),
    "antenatal_check": (
        "pregnancy visit_date still_pregnant done_by danger us_new us_date us_weeks us_days refer visit_key bp_sys "
        "bp_dia sys_critical_from secret",
        "pregnancies",
        "still_pregnant",
    ),
    "contraception_followup": (
        "client episode visit_date reason choice_hers method start_date last_injection supply_end wish reminder_wish "
        "village_code",
        "contraception_episodes",
        "village_code supply_end",
    ),
    "supplies": (
        "pickup_mode person episode item lot qty visit_date supply_end fa_supply_end point point_village stock_point "
        "village_code visit_key due_open due_overdue end",
        "contraception_episodes",
        "supply_end",
    ),
    "referral_outcome": (
        "referral woman visit_date arrived arrived_date treated needs_more barrier closed visit_key status outcome outcome_on",
        "referrals",
        "status outcome outcome_on",
    ),
    "migrant_transfer": (
        "direction transfer step person visit_date she_asks consent_transfer items place_zh place_en dest_county pregnant_now "
        "receiver_ack services_in woman village_code status visit_key secret",
        "transfers",
        "direction woman village_code status",
    ),
    "delivery_postnatal": (
        "pregnancy visit_date report_type birth_date birth_place live_births discharge_date baby_state loss_date "
        "loss_support danger_pp danger_nb temp bp_sys bp_dia wound breast mood2 consent_pnc pnc_other my_role mode feeding "
        "fever_from status visit_key secret",
        "pregnancies",
        "status",
    ),
}
XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:orx="http://openrosa.org/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities">
<h:head><h:title>{form_id}</h:title><model entities:entities-version="2024.1.0"><instance><data id="{form_id}" version="1">
{elements}<meta><entity dataset="{dataset}" create="" update="" id=""><label/></entity><instanceID/></meta></data></instance>
{binds}<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>{inputs}</h:body></h:html>"""
RECORD = """<data id="{form_id}" version="1" xmlns:orx="http://openrosa.org/xforms">{answers}
<orx:meta>{entity}{deprecated}<orx:instanceID>{instance_id}</orx:instanceID></orx:meta></data>"""


def a_care_form(form_id: str) -> bytes:
    """An XForm with the questions of FORMS, all of them text."""
    asked, dataset, saved = FORMS[form_id]
    names = asked.split()
    to = {name: f' entities:saveto="{name}"' for name in saved.split()}
    return XFORM.format(
        form_id=form_id,
        dataset=dataset,
        elements="".join(f"<{name}/>" for name in names),
        binds="".join(f'<bind nodeset="/data/{name}" type="string"{to.get(name, "")}/>' for name in names),
        inputs="".join(f'<input ref="/data/{name}"><label>{name}</label></input>' for name in names),
    ).encode()


def a_care_record(
    form_id: str, answers: dict[str, str], entity: str = "", instance_id: str = "", deprecated_id: str = ""
) -> bytes:
    return RECORD.format(
        form_id=form_id,
        answers="".join(f"<{name}>{value}</{name}>" for name, value in answers.items()),
        entity=entity,
        deprecated=f"<orx:deprecatedID>{deprecated_id}</orx:deprecatedID>" if deprecated_id else "",
        instance_id=instance_id or new_id(),
    ).encode()


def created(dataset: str, uuid_: str, label: str = "W-0231 王*") -> str:
    return f'<entity dataset="{dataset}" id="{uuid_}" create="1"><label>{label}</label></entity>'


def updated(dataset: str, uuid_: str, base: int = 1) -> str:
    return f'<entity dataset="{dataset}" id="{uuid_}" update="1" baseVersion="{base}"><label/></entity>'


class Care:
    """Each sender gives the record's instanceID. Days are texts; women, pregnancies, episodes are uuids."""

    def __init__(self, app: Flask, database: Database, project_id: int) -> None:
        self.database, self.project_id = database, project_id
        with database.transaction() as db:
            db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
            db.add(Village(project_id=project_id, code=VILLAGE, name="一村", created_at=MORNING))
            for form_id in FORMS:
                a_form(db, project_id, form_id, xml=a_care_form(form_id))
            phone, token = a_phone(db, app.extensions["fangshi.key"], project_id)
            db.add(Assignment(actor_id=phone, role_id=APP_USER, project_id=project_id))
        self.phone = Client(app, key=token)

    def post(self, form_id: str, answers: dict[str, str], entity: str = "", **ids: str) -> str:
        instance_id = ids.pop("instance_id", "") or new_id()
        xml = a_care_record(form_id, answers, entity, instance_id, **ids)
        sent = self.phone.send(self.project_id, xml)
        assert sent.status_code == 201, sent.get_data(as_text=True)
        return instance_id

    def register(self, woman: str, day: str = "2026-02-01", until: str = "2027-02-01", **answers: str) -> str:
        given = {
            "action": "register",
            "visit_date": day,
            **dict.fromkeys(CONSENTS, "yes"),
            "consent_until": until,
            "village_code": VILLAGE,
            **answers,
        }
        return self.post("woman_consent", given, created("women", woman) if given["consent_service"] == "yes" else "")

    def withdraw(self, woman: str, day: str, scope: str = "service", erase: str = "keep_minimal", base: int = 1) -> str:
        answers = {"action": "withdraw", "woman": woman, "visit_date": day, "withdraw_scope": scope}
        answers |= {"withdraw_erase": erase, "consent_until": "2026-01-01"} if scope == "service" else {}
        answers |= {"consent_service": "no"} if scope == "service" else {}
        return self.post("woman_consent", answers, updated("women", woman, base))

    def renew(self, woman: str, day: str, until: str, base: int = 1, **answers: str) -> str:
        given = {"action": "renew", "woman": woman, "visit_date": day, "consent_service": "yes", "consent_until": until}
        return self.post("woman_consent", given | answers, updated("women", woman, base))

    def pregnancy(self, woman: str, pregnancy: str, day: str = "2026-02-10", **answers: str) -> str:
        given = {
            "woman": woman,
            "visit_date": day,
            "wants_registration": "yes",
            "lmp_known": "exact",
            "lmp_date": "2025-12-01",
            "village_code": VILLAGE,
        }
        return self.post("pregnancy_registration", given | answers, created("pregnancies", pregnancy, "W-0231 #1"))

    def check(self, pregnancy: str, day: str = "2026-02-20", entity: str = "", **answers: str) -> str:
        given = {"pregnancy": pregnancy, "visit_date": day, "still_pregnant": "ongoing", "secret": "SECRETWORD"}
        return self.post("antenatal_check", given | answers, entity)

    def report(self, pregnancy: str, day: str = "2026-02-28", entity: str = "", **answers: str) -> str:
        """F5: of a birth, unless the answers say something else."""
        given = {"pregnancy": pregnancy, "visit_date": day, "report_type": "birth", "secret": "SECRETWORD"}
        return self.post("delivery_postnatal", given | answers, entity)

    def method(self, woman: str, episode: str = "", day: str = "2026-02-10", **answers: str) -> str:
        given = {"client": woman, "visit_date": day, "reason": "start", "choice_hers": "yes", "method": "dmpa"}
        entity = created("contraception_episodes", episode, "W-0231") if episode else ""
        return self.post("contraception_followup", given | answers, entity)

    def outcome(self, referral: str, arrived: str, day: str = "2026-02-22", base: int = 1, **answers: str) -> str:
        """F13, with what the form works out of the answers."""
        closes = answers.get("closed") == "yes" or arrived == "prefer_not"
        given = {"referral": referral, "visit_date": day, "arrived": arrived, "status": "closed" if closes else "open"}
        given |= {"outcome": arrived} if arrived != "prefer_not" else {}
        given |= {"outcome_on": day} if arrived in ("yes", "no") else {}
        ids = {name: answers.pop(name) for name in ("deprecated_id", "instance_id") if name in answers}
        return self.post("referral_outcome", given | answers, updated("referrals", referral, base), **ids)

    def leave(self, woman: str, transfer: str = "", day: str = "2026-02-22", **answers: str) -> str:
        """F8: she goes away, asks for a transfer and agrees to it; without a uuid nothing came of the record."""
        given = {"direction": "out", "person": woman, "visit_date": day, "she_asks": "yes", "consent_transfer": "yes"}
        entity = created("transfers", transfer) if transfer else ""
        saved = {"woman": woman, "village_code": VILLAGE, "status": "asked"} if transfer else {}
        ids = {name: answers.pop(name) for name in ("deprecated_id", "instance_id") if name in answers}
        return self.post("migrant_transfer", given | saved | {"secret": "SECRETWORD"} | answers, entity, **ids)

    def go_on(self, transfer: str, step: str, day: str = "2026-02-25", base: int = 1, **answers: str) -> str:
        """F8 about a transfer that there is: `status` is what the form would write, without it nothing is."""
        given = {"direction": "out", "transfer": transfer, "step": step, "visit_date": day}
        entity = updated("transfers", transfer, base) if "status" in answers else ""
        ids = {name: answers.pop(name) for name in ("deprecated_id", "instance_id") if name in answers}
        return self.post("migrant_transfer", given | answers, entity, **ids)

    def pick_up(
        self, woman: str, item: str, qty: str, day: str = "2026-02-22", entity: str = "", **answers: str
    ) -> str:
        """F7 beside her name."""
        given = {"pickup_mode": "named", "person": woman, "item": item, "qty": qty, "visit_date": day}
        ids = {name: answers.pop(name) for name in ("deprecated_id",) if name in answers}
        return self.post("supplies", given | {"village_code": VILLAGE} | answers, entity, **ids)

    def pick_up_without_a_name(self, item: str = "coc", qty: str = "3", day: str = "2026-02-22", **answers: str) -> str:
        given = {"pickup_mode": "anonymous", "item": item, "qty": qty, "visit_date": day}
        ids = {name: answers.pop(name) for name in ("deprecated_id",) if name in answers}
        return self.post("supplies", given | answers, **ids)

    def seal_of(self, instance_id: str) -> str | None:
        """Why a record is sealed; None for an open one."""
        with self.database.reading() as db:
            found = db.scalars(select(Submission).where(Submission.instance_id == instance_id)).one()
            seal = db.get(Seal, found.id)
            assert found.sealed == (seal is not None)
            return seal.reason if seal else None

    def rows(self, model: type[Base]) -> list[Any]:
        """In the order of their keys: PostgreSQL puts a new row where a deleted one was."""
        with self.database.reading() as db:
            return list(db.scalars(select(model).order_by(*inspect(model).primary_key)))

    def entity(self, uuid_: str) -> Entity | None:
        with self.database.reading() as db:
            return db.scalar(select(Entity).where(Entity.uuid == uuid_))


def a_care_of_two_villages(app: Flask, database: Database, project_id: int) -> Care:
    care = Care(app, database, project_id)
    with database.transaction() as db:
        db.add(Village(project_id=project_id, code=OTHER, name="二村", created_at=MORNING))
    return care


def a_uuid() -> str:
    return str(uuid.uuid4())


def a_clinician(care: Care, actor_id: int) -> None:
    """Make somebody a clinician of the whole town."""
    with care.database.transaction() as db:
        db.add(VillageScope(actor_id=actor_id, project_id=care.project_id, village_id=None))
        db.add(Assignment(actor_id=actor_id, role_id=CLINICIAN, project_id=care.project_id))

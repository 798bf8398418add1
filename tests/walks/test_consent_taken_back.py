"""A woman takes her consent back at the office while a phone is offline with four unsent forms about her: nothing of her
appears again anywhere, and who carries the phone is told kindly.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from server import build_app
from tests.phones.collectsim.csim import openrosa
from tests.phones.collectsim.csim.phone import Phone
from tests.test_reading_doors import fill, telling
from tests.walks.test_phone_to_reminder import (
    PASSWORD,
    WEEKS,
    WEST,
    Walk,
    made,  # noqa: F401 - the fixture that walk begins with
    register_pregnancy,
    shanghai_today,
    walk,  # noqa: F401 - the fixture
)

NAME, CODE = "王秀英", "W-7788"  # no example in a form says so
KIND = "她这期间撤回了同意，这一份没有人会看，您也不用再做什么。谢谢您的照顾。"
FORMS = ("woman_consent", "pregnancy_registration", "antenatal_check", "contraception_followup", "migrant_transfer")
LISTS = ("women", "pregnancies", "contraception_episodes", "referrals", "transfers")


AGREES = {
    "present_self": "yes", "privacy_now": "alone", "notice_read": "OK", "age_band": "25_34", "consent_service": "yes",
    "consent_reminder": "yes", "consent_share_clinic": "yes", "consent_location": "no", "consent_stats": "yes",
    "consent_proof": "witnessed_voice", "display_name": NAME, "village_code": WEST,
}  # fmt: skip


def register(phone: Phone) -> tuple[dict[str, Any], str]:
    """The record by which she agrees, and her uuid as the phone made it."""
    before = set(phone.entities["women"]["rows"])
    answers = {"action": "register", "visit_date": shanghai_today().isoformat(), "code": CODE, **AGREES}
    record = phone.fill("woman_consent", answers, blank=1.0)
    (woman,) = set(phone.entities["women"]["rows"]) - before
    return record, woman


def four_forms(phone: Phone, woman: str, pregnancy: str) -> list[dict[str, Any]]:
    """Filled without a network: a check with a danger sign, a method, a transfer, and a consent renewed this morning."""
    day = shanghai_today().isoformat()
    check = phone.fill(
        "antenatal_check",
        {
            "pregnancy": pregnancy, "visit_date": day, "privacy_now": "alone", "still_pregnant": "ongoing",
            "place": "clinic", "done_by": "midwife", "danger": "bleeding",
        },
        blank=1.0,
    )  # fmt: skip
    method = phone.fill(
        "contraception_followup",
        {
            "client": woman, "visit_date": day, "privacy_now": "alone", "reason": "start",
            "info_given": "several_methods how_works", "choice_hers": "yes", "pressure": "no", "method": "coc",
        },
        blank=1.0,
    )  # fmt: skip
    transfer = phone.fill(
        "migrant_transfer",
        {
            "direction": "out", "person": woman, "visit_date": day, "privacy_now": "alone", "she_asks": "yes",
            "items": "next_dates", "consent_transfer": "yes",
        },
        blank=1.0,
    )  # fmt: skip
    again = {"action": "renew", "woman": woman, "visit_date": day, **AGREES}
    renewal = phone.fill("woman_consent", again, blank=1.0)
    return [check, method, transfer, renewal]


class Town:
    """People of the office, each with a session on the running server."""

    def __init__(self, walk: Walk) -> None:  # noqa: F811
        self.walk = walk
        self.people = {
            "worker": self.sign_in(f"worker{WEST}@town.test"),
            "clinician": self.hire("clinician"),
            "dpo": self.hire("dpo"),
        }

    def hire(self, role: str) -> requests.Session:
        call, here = self.walk.office.call, f"/projects/{self.walk.project}"
        person = call("POST", "/users", json={"email": f"{role}@town.test", "password": PASSWORD})["id"]
        call("POST", f"{here}/assignments/{role}/{person}")
        call("PUT", f"{here}/actors/{person}/villages", json={"villages": None})
        return self.sign_in(f"{role}@town.test")

    def sign_in(self, email: str) -> requests.Session:
        session = requests.Session()
        self.walk.stack.callback(session.close)
        credentials = {"email": email, "password": PASSWORD}
        token = session.post(f"{self.walk.server.api}/sessions", json=credentials, timeout=60).json()["token"]
        session.headers.update({"Authorization": f"Bearer {token}", "Accept-Language": "zh"})
        return session

    def read_everything(self, who: str, addresses: set[str]) -> dict[str, str]:
        """What each address answers to somebody."""
        return {one: self.read(who, one) for one in sorted(addresses)}

    def read(self, who: str, address: str) -> str:
        """A page may set cookies, of a language or a step of signing in: the next one knows nothing of them."""
        self.people[who].cookies.clear()
        url = self.walk.server.url.rstrip("/") + address
        return self.people[who].get(url, timeout=60, allow_redirects=False).text


@pytest.fixture
def town(walk: Walk) -> Iterator[Town]:  # noqa: F811
    yield Town(walk)


def addresses(project: int, woman: str, pregnancy: str, records: list[dict[str, Any]], visit: str) -> set[str]:
    """Every address that answers to GET, with her, her pregnancy and her records where it asks for them."""
    known: dict[str, object] = {
        "project_id": project,
        "visit_key": visit,
        "extension": "csv",
        "filename": "x",
        "token": "x",
    }
    known |= {"woman": woman, "woman_uuid": woman, "role": "clinician", "version": "1"}
    found: set[str] = set()
    for number, (form, name) in enumerate(zip(FORMS, LISTS, strict=True)):
        sent = records[number]["id"]
        uuid = woman if name == "women" else pregnancy
        known |= {"form_id": form, "xml_form_id": form, "name": name, "instance_id": sent, "version_id": sent}
        found.update(fill(build_app(), known | {"uuid": uuid, "submission_id": number + 1}, ["Submissions"]))
        found.add(f"/v1/projects/{project}/datasets/{name}/entities?deleted=true")
    return {one for one in found if "/sign-out" not in one}


def test_what_was_filled_offline_before_she_took_it_back_shows_her_nowhere(walk: Walk, town: Town) -> None:  # noqa: F811
    phone, day = walk.phones[WEST], shanghai_today()
    phone.sync()
    consent, woman = register(phone)
    registration, pregnancy = register_pregnancy(phone, woman)
    for record in (consent, registration):
        phone.submit(record)
    (due,) = [row for row in walk.due_on(WEST) if row["form_id"] == "antenatal_check"]
    unsent = four_forms(phone, woman, pregnancy)
    asked = addresses(walk.project, woman, pregnancy, [consent, registration, *unsent], due["visit_key"])
    told_before = {one for one in asked if "/datasets/" in one or "/people/" in one or "/submissions" in one}
    assert len(telling(town.read_everything("clinician", told_before), CODE)) > 15, "the doors were really asked"

    # at the office, on her word: one page, one press
    page = f"{walk.server.url}people/{woman}/consent"
    taken = {"purpose": "service", "what": "keep_minimal"}
    answer = town.people["dpo"].post(page, data=taken, timeout=60, allow_redirects=False)
    assert answer.status_code == 303, answer.text

    # the phone comes back: everything is taken, nothing is read, and it is told so kindly
    for record in unsent:
        (reply,) = phone.submit(record)
        assert reply.status == 201
        assert openrosa.response_message(reply.body) == f"已收下。{KIND}", record["formId"]
    assert walk.due_on(WEST) == []
    assert woman not in phone.entities["women"]["rows"]
    assert pregnancy not in phone.entities["pregnancies"]["rows"]

    # nothing of her anywhere: pages, lists, exports, OData, maps, as anybody
    for who in town.people:
        answers = town.read_everything(who, asked)
        for sentinel in (CODE, NAME, "秀英"):
            assert telling(answers, sentinel) == set(), f"{sentinel} as {who}"
        for sentinel in (woman, pregnancy):  # whoever has her page's old address may know that it was hers
            told = telling(answers, sentinel)
            assert {one for one in told if woman not in one and due["visit_key"] not in one} == set(), who

    # no alert about her in the weeks to come, and the carrier's inbox says it without a name
    late = day - timedelta(weeks=WEEKS) + timedelta(days=160)
    for ahead in (day + timedelta(days=1), late):
        walk.command("jobs", "--once", "--as-of", f"{ahead.isoformat()}T09:00:00+08:00")
    assert walk.alerts() == []
    assert [one for one in walk.sink.mails if CODE in one.as_string()] == []
    town.people["worker"] = town.sign_in(f"worker{WEST}@town.test")  # weeks later the first session has ended
    inbox = town.read("worker", "/inbox")
    assert "您手机里晚到的记录收到了" in inbox and "名单里不再有她" in inbox
    assert CODE not in inbox and NAME not in inbox
    assert walk.report.failed() == [], walk.report.fails

"""Every address that reads is asked: a sealed record's answers are behind none, a health record's only for a clinician."""

import io
import zipfile
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import update

from server.access.people import create_user
from server.access.roles import CLINICIAN, PROJECT_MANAGER, REVIEWER
from server.db import Database
from server.models import Assignment, Project, Seal, Submission, SubmissionComment, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock
from tests.making import a_form, a_phone, a_record, new_id
from tests.server.registry.caring import Care, a_uuid, created

WORDS = {"open": "WORDOPEN", "health": "WORDHEALTH", "sealed": "WORDSEALED"}
IDS = {kind: new_id() for kind in WORDS}
OTHER_ARGUMENTS = {
    "role": "manager",
    "version": "1",
    "extension": "xlsx",
    "uuid": IDS["open"][5:],
    "filename": "x",
    "token": "x",
}
PLACES = {"open": "30.001 105.001 0 5", "health": "30.002 105.002 0 5", "sealed": "30.003 105.003 0 5"}


@pytest.fixture
def records(app: Flask, database: Database, project_id: int, cast: dict[str, int]) -> dict[str, int]:
    """One open, one health and one sealed record of a care project, each with its word in an answer, a file, a comment."""
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
        village = Village(project_id=project_id, code="510823101001", name="一村", created_at=MORNING)
        db.add(village)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, a_form(db, project_id))
        db.flush()
        village_id = village.id
    phone = Client(app, key=token)
    for kind, word in WORDS.items():
        members = [(f"{word} member", "7")]
        sent = a_record(instance_id=IDS[kind], photo=f"{word}.jpg", note=word, members=members, gps=PLACES[kind])
        assert phone.send(project_id, sent, {f"{word}.jpg": b"\xff\xd8\xff\xe0" + word.encode() * 9}).status_code == 201
    with database.transaction() as db:
        db.execute(update(Submission).values(village_id=village_id))
        db.execute(update(Submission).where(Submission.instance_id != IDS["open"]).values(health=True))
        db.execute(update(Submission).where(Submission.instance_id == IDS["sealed"]).values(sealed=True))
        found = {kind: db.query(Submission.id).filter_by(instance_id=IDS[kind]).scalar() for kind in WORDS}
        db.add(Seal(submission_id=found["sealed"], project_id=project_id, reason="no_consent", sealed_at=MORNING))
        for kind, word in WORDS.items():
            comment = SubmissionComment(submission_id=found[kind], actor_id=cast["bob"], body=word, created_at=MORNING)
            db.add(comment)
    return found


@pytest.fixture
def hire(app: Flask, database: Database, project_id: int) -> Callable[[int], Client]:
    """`hire(role)` is somebody who holds a role in the project, for the whole town."""

    def start(role_id: int) -> Client:
        with database.transaction() as db:
            person = create_user(db, f"role{role_id}@example.test", PASSWORD, str(role_id), None, MORNING)
            db.add(Assignment(actor_id=person.actor_id, role_id=role_id, project_id=project_id))
            db.add(VillageScope(actor_id=person.actor_id, project_id=project_id, village_id=None))
        return Client.signed_in(app, database, person.actor_id)

    return start


def addresses(app: Flask, project_id: int, records: dict[str, int], kind: str) -> Iterator[str]:
    """Every address that answers to GET, with this record where it asks for one."""
    known = {
        **OTHER_ARGUMENTS,
        "project_id": project_id,
        "form_id": "visit",
        "xml_form_id": "visit",
        "instance_id": quote(IDS[kind]),
        "version_id": quote(IDS[kind]),
        "name": f"{WORDS[kind]}.jpg",
        "submission_id": records[kind],
    }
    yield from fill(app, known, ["Submissions", f"Submissions('{IDS[kind]}')", "Submissions.member"])
    yield f"/v1/projects/{project_id}/forms/visit/submissions?deleted=true"
    yield f"/v1/projects/{project_id}/forms/visit.svc/Submissions?$expand=*&$count=true"
    yield f"/review/{records[kind]}?version=1"
    yield "/map/features?box=104,29,106,31&zoom=20"


def fill(app: Flask, known: dict[str, object], tables: list[str]) -> Iterator[str]:
    """Every address that answers to GET, with these values for its parts, 1 for the others."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            for below in tables if "below" in rule.arguments else [""]:
                values = {name: known.get(name, 1) for name in rule.arguments} | {"below": below}
                yield rule_text(rule.rule, values)


def rule_text(rule: str, values: dict[str, object]) -> str:
    parts = rule.replace("<", ">").split(">")
    return "".join(str(values[part.rpartition(":")[2]]) if odd % 2 else part for odd, part in enumerate(parts))


def read_everything(app: Flask, who: Client, project_id: int, records: dict[str, int]) -> dict[str, str]:
    return ask(who, {one for kind in WORDS for one in addresses(app, project_id, records, kind)})


def ask(who: Client, wanted: set[str]) -> dict[str, str]:
    """What each address answers, zips unpacked."""
    who.prefix = ""
    return {address: text_in(who.get(address).data) for address in sorted(wanted)}


def text_in(data: bytes) -> str:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return " ".join(name + packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def telling(answers: dict[str, str], word: str) -> set[str]:
    return {address for address, text in answers.items() if word in text.replace(address, "")}


@pytest.mark.parametrize(("role_id", "health"), [(REVIEWER, False), (CLINICIAN, True)])
def test_no_door_tells_a_sealed_answer_and_only_a_clinician_reads_a_health_answer(
    app: Flask,
    database: Database,
    hire: Callable[[int], Client],
    records: dict[str, int],
    project_id: int,
    role_id: int,
    health: bool,
) -> None:
    who = hire(role_id)
    answers = read_everything(app, who, project_id, records)

    assert telling(answers, WORDS["sealed"]) == set()
    assert len(telling(answers, WORDS["open"])) > 15, "the doors were really asked"
    doors = telling(answers, WORDS["health"])
    assert len(doors) > 15 if health else doors == set()
    with database.transaction() as db:
        db.execute(update(Submission).values(deleted_at=MORNING))
    listed = who.get(f"/v1/projects/{project_id}/forms/visit/submissions?deleted=true").get_data(as_text=True)
    assert [IDS[kind] in listed for kind in ("open", "health", "sealed")] == [True, health, False]


def test_counts_and_dates_leave_sealed_records_out(
    app: Flask, hire: Callable[[int], Client], records: dict[str, int], project_id: int
) -> None:
    reviewer, clinician = hire(REVIEWER), hire(CLINICIAN)
    form = f"/projects/{project_id}/forms/visit"
    counted = [
        who.get(form, headers={"X-Extended-Metadata": "true"}).json["submissions"] for who in (reviewer, clinician)
    ]
    odata = [
        who.get(form + ".svc/Submissions?$top=0&$count=true").json["@odata.count"] for who in (reviewer, clinician)
    ]
    assert counted == odata == [1, 2]


def test_the_map_has_a_pin_for_neither_health_records_nor_sealed_ones(
    hire: Callable[[int], Client], records: dict[str, int]
) -> None:
    for role_id in (REVIEWER, CLINICIAN):
        who = hire(role_id)
        who.prefix = ""
        seen = who.get("/map/features?box=105,30,105.01,30.01&zoom=20").json["features"]
        assert [one["properties"]["id"] for one in seen] == [records["open"]]


WOMEN = {"stays": "WORDSTAYS", "withdrew": "WORDWITHDREW", "removed": "WORDREMOVED", "keeps": "WORDKEEPS"}


@pytest.fixture
def about_women(app: Flask, database: Database, project_id: int) -> set[str]:
    """Every address that reads, with each of four women, her pregnancy and her records where it asks for them."""
    care, wanted = Care(app, database, project_id), set[str]()
    for kind, word in WOMEN.items():
        woman, pregnancy, transfer = a_uuid(), a_uuid(), a_uuid()
        answers = {"action": "register", "visit_date": "2026-02-01", "consent_service": "yes", "display_name": word}
        answers |= {"consent_share_clinic": "no" if kind == "keeps" else "yes", "village_code": "519901201001"}
        consent = care.post("woman_consent", answers, created("women", woman, word))
        answers = {"woman": woman, "visit_date": "2026-02-10", "wants_registration": "yes", "danger_now": "bleeding"}
        care.post("pregnancy_registration", answers, created("pregnancies", pregnancy, word))
        check = care.check(pregnancy, secret=word)
        birth = care.report(pregnancy, secret=word, mood2="low", loss_support="")
        leaves = care.leave(woman, transfer, secret=word)
        if kind in ("withdrew", "removed"):
            care.withdraw(woman, "2026-03-01", erase="erase" if kind == "removed" else "keep_minimal")
        with database.reading() as db:
            ids = {
                one: db.query(Submission.id).filter_by(instance_id=one).scalar()
                for one in (consent, check, birth, leaves)
            }
        for form, sent, name, uuid in (
            ("woman_consent", consent, "women", woman),
            ("antenatal_check", check, "pregnancies", pregnancy),
            ("antenatal_check", check, "referrals", pregnancy),
            ("delivery_postnatal", birth, "pregnancies", pregnancy),
            ("migrant_transfer", leaves, "transfers", transfer),
        ):
            known = {**OTHER_ARGUMENTS, "project_id": project_id, "form_id": form, "xml_form_id": form, "name": name}
            known |= {"instance_id": quote(sent), "version_id": quote(sent), "submission_id": ids[sent], "uuid": uuid}
            wanted.update(fill(app, known, ["Submissions"]))
            wanted.add(f"/v1/projects/{project_id}/datasets/{name}/entities?deleted=true")
    return wanted


def test_nothing_is_read_of_a_woman_who_withdrew_or_was_removed_and_no_answer_of_one_who_does_not_share(
    hire: Callable[[int], Client], about_women: set[str]
) -> None:
    answers = ask(hire(CLINICIAN), about_women)
    for kind in ("withdrew", "removed"):
        assert telling(answers, WOMEN[kind]) == set(), kind
    days = ("/m", "/follow-ups/list", "/datasets/women/", "/datasets/women.svc/")
    told = {one for one in telling(answers, WOMEN["keeps"]) if not any(part in one for part in days)}
    assert told == set(), "of one who does not share with the clinic it knows who she is, and days"
    read = telling(answers, WOMEN["stays"])
    assert len([one for one in read if "/datasets/" in one]) > 5, "the doors of lists were really asked"
    assert len(read) > 15


def test_who_manages_forms_and_phones_reads_of_no_woman(hire: Callable[[int], Client], about_women: set[str]) -> None:
    answers = ask(hire(PROJECT_MANAGER), about_women)
    assert [telling(answers, word) for word in WOMEN.values()] == [set()] * len(WOMEN)


def test_what_she_shares_no_longer_with_the_clinic_leaves_its_exports_at_once(
    app: Flask, database: Database, project_id: int, hire: Callable[[int], Client]
) -> None:
    care, woman, pregnancy = Care(app, database, project_id), a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    check = care.check(pregnancy)
    clinician = hire(CLINICIAN)
    forms = f"/projects/{project_id}/forms/antenatal_check"
    doors = (f"{forms}/submissions.csv", f"{forms}.svc/Submissions")
    before = [clinician.get(door) for door in doors]
    assert [check in reply.get_data(as_text=True) for reply in before] == [True, True]
    care.withdraw(woman, "2026-03-01", scope="share_clinic")
    for door, reply in zip(doors, before, strict=True):
        after = clinician.get(door, headers={"If-None-Match": reply.headers["ETag"]})
        assert (after.status_code, check in after.get_data(as_text=True)) == (200, False)


def test_what_she_agreed_to_until_a_day_leaves_the_clinic_the_day_after_and_comes_back_when_she_renews(
    app: Flask, database: Database, project_id: int, hire: Callable[[int], Client], clock: Clock
) -> None:
    care, woman, pregnancy = Care(app, database, project_id), a_uuid(), a_uuid()
    care.register(woman, until="2026-03-02")
    care.pregnancy(woman, pregnancy)
    check = care.check(pregnancy, secret="SECRETWORD")
    clinician, forms = hire(CLINICIAN), f"/projects/{project_id}/forms/antenatal_check"
    doors = (f"{forms}/submissions.csv", f"{forms}.svc/Submissions", f"{forms}/submissions/{check}.xml")
    last_day = [clinician.get(door) for door in doors]
    assert ["SECRETWORD" in one.get_data(as_text=True) for one in last_day] == [True] * 3
    clock.forward(hours=16)
    for door, before in zip(doors, last_day, strict=True):
        after = clinician.get(door, headers={"If-None-Match": before.headers.get("ETag", "")})
        assert after.status_code != 304 and "SECRETWORD" not in after.get_data(as_text=True), door
    care.renew(woman, "2026-03-03", "2027-03-03")
    assert ["SECRETWORD" in clinician.get(door).get_data(as_text=True) for door in doors] == [True] * 3

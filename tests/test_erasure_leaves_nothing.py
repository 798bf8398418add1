"""After an erasure she is nowhere: every column of every table is read, sealed ones opened, and every byte of the files.

On PostgreSQL also every byte of a dump, and of the server's own files once its operator did what docs/privacy/erasure.md says.
"""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.audit_chain import chain_rows
from server.access.audit_verifying import verify_chain
from server.access.people import create_user
from server.access.roles import CLINICIAN, DPO
from server.clock import today
from server.config import Config
from server.db import Database
from server.models import Assignment, Base, Blob, FollowUp, Notification, Submission, TransferPackage, VillageScope
from server.registry.overwriting import overwrite_deleted
from server.registry.packages import seal_package
from tests import postgresql_bytes
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock
from tests.server.registry.caring import Care, a_care_record, a_uuid, created, updated
from tests.server.web.pages.conftest import Browser

WORDS = (
    "WORDNAME",
    "WORDSECRET",
    "WORDEARLIER",
    "WORDPHOTO",
    "WORDFILENAME",
    "WORDCOMMENT",
    "WORDACT",
    "WORDLATE",
    "W-0777",
)
OF_A_TRANSFER = ("WORDPLACE", "WORDBROUGHT")
OF_A_BIRTH = ("WORDBIRTH", "WORDMODE", "WORDMOOD")


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def staff(app: Flask, database: Database, project_id: int, care: Care) -> dict[str, Any]:
    """A clinician and a data protection officer of the whole town: as pages and as programs."""
    found: dict[str, Any] = {}
    for name, role in (("lin", CLINICIAN), ("dora", DPO)):
        with database.transaction() as db:
            actor_id = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING).actor_id
            db.add(Assignment(actor_id=actor_id, role_id=role, project_id=project_id))
            db.add(VillageScope(actor_id=actor_id, project_id=project_id, village_id=None))
        found[name] = Browser(app).sign_in(f"{name}@example.test")
        found[f"{name} by REST"] = Client.signed_in(app, database, actor_id)
    return found


def tell_everything(care: Care, staff: dict[str, Any], clock: Clock) -> list[str]:
    """Something of her in everything that keeps something; her uuids."""
    woman, pregnancy, episode = a_uuid(), a_uuid(), a_uuid()
    given = {"action": "register", "consent_service": "yes", "consent_share_clinic": "yes", "display_name": "WORDNAME"}
    given |= {"visit_date": "2026-02-01", "consent_until": "2027-02-01", "village_code": "519901201001"}
    care.post("woman_consent", given, created("women", woman, "W-0777 王*"))
    answers = {"woman": woman, "visit_date": "2026-02-10", "wants_registration": "yes", "lmp_known": "exact"}
    answers |= {"lmp_date": "2025-12-01", "danger_now": "bleeding"}
    care.post("pregnancy_registration", answers, created("pregnancies", pregnancy, "W-0777 #1"))
    check = care.check(pregnancy, secret="WORDEARLIER")
    answers = {"pregnancy": pregnancy, "visit_date": "2026-02-20", "still_pregnant": "ongoing", "secret": "WORDSECRET"}
    again = care.post("antenatal_check", answers, deprecated_id=check)
    xml = a_care_record("antenatal_check", answers, instance_id=again, deprecated_id=check)
    photo = {"WORDFILENAME.jpg": b"\xff\xd8\xff\xe0WORDPHOTO" * 5}
    assert care.phone.send(care.project_id, xml, photo).status_code == 201
    care.method(woman, episode)
    care.report(
        pregnancy, birth_date="2026-02-25", secret="WORDBIRTH", mode="WORDMODE", mood2="WORDMOOD", danger_nb="cord"
    )
    care.check(a_uuid(), secret="WORDSECRET")  # of a pregnancy that nobody registered: its words are not hers
    look_at_everything(care, staff, woman, check)
    clock.forward(minutes=1)
    care.post("woman_consent", {"action": "export_request", "woman": woman, "secret": "x"}, updated("women", woman))
    return [woman, pregnancy, episode, *pass_on(care, staff["lin"], woman)]


def pass_on(care: Care, lin: Any, woman: str) -> list[str]:
    """She goes on her way with a package, and brought one; the uuids of both transfers."""
    transfer = a_uuid()
    care.leave(woman, transfer, items="next_dates", place_zh="WORDPLACE", dest_county="440785")
    assert lin.see(f"/people/{woman}/transfers").status_code == 200
    made = lin.send(f"/people/{woman}/transfers/{transfer}/package", {"item": "next_dates"})
    assert made.status_code == 200 and "WORDPLACE" not in made.text
    there = {"code": "W-0777", "from": "WORDBROUGHT", "place": {"zh": "", "en": "", "county": ""}, "items": {}}
    sealed = seal_package(there | {"made_on": today(MORNING).isoformat()})
    brought = {"carried": b64encode(sealed.file).decode(), "key": sealed.key}
    kept = lin.send(f"/people/{woman}/brought", brought | {"step": "keep", "agrees": "yes"})
    assert kept.status_code == 303 and "WORDBROUGHT" in lin.see(kept.location).text
    with care.database.reading() as db:
        return [one.transfer for one in db.scalars(select(TransferPackage))]


def look_at_everything(care: Care, staff: dict[str, Any], woman: str, check: str) -> None:
    lin, rest, base = staff["lin"], staff["lin by REST"], f"/projects/{care.project_id}"
    record = f"{base}/forms/antenatal_check/submissions/{check}"
    assert rest.post(f"{record}/comments", json={"body": "WORDCOMMENT"}).status_code == 200
    assert rest.patch(record, json={"reviewState": "hasIssues"}).status_code == 200
    for path in (f"{base}/datasets/women/entities/{woman}", record, f"{base}/forms/antenatal_check.svc/Submissions"):
        assert rest.get(path).status_code == 200, path
    with care.database.reading() as db:
        number = db.scalar(select(Submission.id).where(Submission.instance_id == check))
        visit = db.scalar(select(FollowUp.visit_key).where(FollowUp.subject == woman))
        assert db.scalar(select(Notification.id)) is not None or visit
    assert lin.send(f"/review/{number}/return", {"reason": "WORDRETURN"}).status_code == 303
    for path in (f"/people/{woman}", f"/review/{number}", f"/follow-ups/{visit}"):
        assert lin.see(path).status_code == 200, path
    with care.database.reading() as db:
        waits = select(FollowUp.visit_key).where(FollowUp.subject == woman, FollowUp.ended.is_(False))
        visit = db.scalar(waits.order_by(FollowUp.opens_on, FollowUp.id))
    close = f"/follow-ups/{visit}/close"
    assert lin.see(close).status_code == 200
    assert lin.send(close, {"reason": "wrong_record", "note": "WORDACT"}).status_code == 303


def values_of(database: Database) -> Iterator[tuple[str, bytes]]:
    """Every value of every table as bytes, sealed ones opened, with where it stands."""
    with database.reading() as db:
        for table in Base.metadata.sorted_tables:
            for row in db.execute(select(*table.columns)):
                for column, value in zip(table.columns, row, strict=True):
                    yield f"{table.name}.{column.name}", as_bytes(value)


def as_bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return json.dumps(value, default=str, ensure_ascii=False).encode()


def files_of(database: Database, config: Config) -> Iterator[Path]:
    folders = [config.data_dir]
    if database.is_sqlite:
        name = Path(str(database.engine.url.database))
        yield from name.parent.glob(f"{name.name}*")
    for folder in folders:
        yield from (one for one in folder.rglob("*") if one.is_file())


def chain(database: Database) -> None:
    with database.transaction() as db:
        while chain_rows(db):
            pass


def files_in(config: Config) -> list[Path]:
    """The files that came with records, and copies of them."""
    return [one for one in config.blob_dir.rglob("*") if one.is_file()]


def found_in(database: Database, config: Config, words: list[str]) -> set[str]:
    """Where one of these words stands; uuids also as their sixteen bytes."""
    wanted = [word.encode() for word in words]
    wanted += [bytes.fromhex(word.replace("-", "")) for word in words if len(word) == 36]
    places = {where for where, value in values_of(database) if any(word in value for word in wanted)}
    for path in files_of(database, config):
        content = path.read_bytes()
        places |= {path.name for word in wanted if word in content}
    return places


def as_written(words: list[str]) -> list[bytes]:
    """How a word may stand in a dump or a page: as it is, a uuid as its bytes, and each of them in hex."""
    plain = [word.encode() for word in words]
    plain += [bytes.fromhex(word.replace("-", "")) for word in words if len(word) == 36]
    return plain + [one.hex().encode() for one in plain]


def open_names(database: Database, woman: str) -> list[str]:
    """What of hers stands unsealed beside her uuids: keys of her visits, the hash and the name of her photo."""
    with database.reading() as db:
        visits = db.execute(select(FollowUp.key, FollowUp.visit_key).where(FollowUp.subject == woman)).all()
        return [*(one for row in visits for one in row), *db.scalars(select(Blob.sha256)), "WORDFILENAME"]


def test_after_an_erasure_she_is_in_no_column_and_no_byte(
    care: Care, staff: dict[str, Any], database: Database, config: Config, clock: Clock
) -> None:
    if not database.is_sqlite:
        once, afterwards = postgresql_bytes.operators_sql()
        postgresql_bytes.run(database, once)
    uuids = tell_everything(care, staff, clock)
    names = [*uuids, *open_names(database, uuids[0])]
    care.phone.inner.application.extensions["fangshi.readings"].flush()
    for file in files_in(config):
        os.utime(file, (MORNING.timestamp() - 60,) * 2)  # files have the machine's time, not the test's
    chain(database)
    words = [*WORDS[:7], *OF_A_BIRTH, *OF_A_TRANSFER, "W-0777", *uuids]
    before = found_in(database, config, words)
    assert {
        "submission_version.xml",
        "entity.uuid",
        "follow_up.subject",
        "follow_up_act.note",
        "audit.details",
        "care_event.subject",
        "transfer_package.content",
        "transfer_package.place",
        "transfer_package.woman_uuid",
    } <= before
    assert files_in(config), "the photo is on the disk"
    if not database.is_sqlite:
        postgresql_bytes.run(database, ["ANALYZE", "CHECKPOINT"])
        written = postgresql_bytes.dump(database)
        assert [name for name in names if name.encode() not in written] == []
        folders = {one.partition("/")[0] for one in postgresql_bytes.files_with(database, as_written(names))}
        assert "pg_wal" in folders and any(one.isdigit() for one in folders), (
            "tables and WAL hold her, and are searched"
        )

    dora = staff["dora"]
    dora.see("/rights")
    address = dora.send("/rights", {"code": "W-0777", "kind": "erasure"}).location
    dora.see(address)
    assert dora.send(f"{address}/erase", {"sure": "yes"}).status_code == 303
    care.check(uuids[1], secret="WORDLATE")
    care.report(uuids[1], secret="WORDLATE")
    care.phone.inner.application.extensions["fangshi.readings"].flush()
    overwrite_deleted(database)

    assert files_in(config) == []
    chain(database)
    with database.reading() as db:
        verdict = verify_chain(db, [])
    assert verdict.broken is None, "what was taken out of the audit is told in it, so the chain still holds"
    words = [*(word for word in WORDS if word != "WORDSECRET"), *OF_A_BIRTH, *OF_A_TRANSFER, *uuids]
    assert found_in(database, config, words) == set()
    if not database.is_sqlite:
        written = postgresql_bytes.dump(database)
        assert [one for one in as_written([*words, *names]) if one in written] == []
        with postgresql_bytes.somebody_writing_elsewhere(database, seconds=1.5):
            postgresql_bytes.run(database, afterwards)
        assert postgresql_bytes.files_with(database, as_written([*words, *names])) == set()
    assert found_in(database, config, ["WORDSECRET"]) == {"submission_version.xml", "submission_version.values_json"}

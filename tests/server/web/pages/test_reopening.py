import io

import orjson
import pytest
from sqlalchemy import func, select, update

from server.intake.reopening import STAY
from server.models import Audit, Entity, Form, Submission, SubmissionVersion
from tests.client import Client
from tests.making import a_dataset, a_form, a_record, an_xform, new_id
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import CareTown


@pytest.fixture
def town(paged, database) -> CareTown:
    return CareTown(paged, database)


@pytest.fixture
def record(town) -> int:
    return town.record(village=1, note="第一次")


def sent(xml, files=None):
    data = {"xml_submission_file": (io.BytesIO(xml), "xml_submission_file")}
    return data | {name: (io.BytesIO(content), name) for name, content in (files or {}).items()}


def current_id(database, record) -> str:
    with database.reading() as db:
        here = (SubmissionVersion.submission_id == record) & SubmissionVersion.is_current
        return db.scalars(select(SubmissionVersion.instance_id).where(here)).one()


def offered(browse, name, record) -> bool:
    return f"/review/{record}/edit" in browse(name).see(f"/review/{record}").get_data(as_text=True)


def test_who_may_correct_is_offered_the_form_and_nobody_else_is(town, browse, database, record):
    assert [offered(browse, name, record) for name in ("rita", "vera", "lin")] == [True, True, True]
    assert [browse(name).see(f"/review/{record}/edit").status_code for name in ("wang", "lea", "otto")] == [
        403,
        403,
        404,
    ]
    other = town.record(village=2)
    assert browse("vera").see(f"/review/{other}/edit").status_code == 404
    assert browse("vera").send(f"/review/{other}/edit/answers").status_code == 404
    assert browse("vera").send(f"/review/{other}/edit", sent(a_record())).status_code == 404


def test_a_health_record_is_opened_by_a_clinician_alone(town, browse, database, record):
    with database.transaction() as db:
        db.execute(update(Submission).values(health=True))
    assert browse("rita").see(f"/review/{record}/edit").status_code == 404
    assert browse("lin").see(f"/review/{record}/edit").status_code == 200


def test_the_page_holds_no_answer_and_the_answers_are_given_to_who_is_written_down(town, browse, database, record):
    rita = browse("rita")
    page = rita.see(f"/review/{record}/edit").get_data(as_text=True)
    assert "第一次" not in page and f'data-answers="/review/{record}/edit/answers"' in page
    assert f'data-form="/v1/projects/{town.project_id}/forms/visit/versions/1.xml"' in page
    answer = rita.send(f"/review/{record}/edit/answers")
    assert answer.status_code == 200 and "第一次" in answer.get_data(as_text=True)
    with database.reading() as db:
        reveal = db.scalars(select(Audit).where(Audit.action == "field.reveal")).one()
        assert (reveal.submission_id, reveal.details["fields"]) == (record, ["gps"])


def test_a_correction_is_a_version_of_the_same_record_and_the_old_one_stays(town, browse, database, record):
    old = current_id(database, record)
    changed = a_record(note="第二次", deprecated_id=old, gps="30.005 105.015 0 5")
    answer = browse("rita").send(f"/review/{record}/edit", sent(changed))
    assert answer.status_code == 201 and f'href="/review/{record}"' in answer.get_data(as_text=True)
    with database.reading() as db:
        row = db.get_one(Submission, record)
        versions = db.scalars(select(SubmissionVersion).order_by(SubmissionVersion.id)).all()
        assert (row.review_state, len(versions), row.village_id) == ("edited", 2, town.village_ids[1])
        assert [one.is_current for one in versions] == [False, True]
        assert versions[1].submitter_id == town.actor_id(db, "rita")
    page = text_of(browse("rita").see(f"/review/{record}"))
    assert "第一次" in page and "第二次" in page


def test_what_replaces_nothing_or_something_older_is_refused(town, browse, database, record):
    rita, old = browse("rita"), current_id(database, record)
    assert rita.send(f"/review/{record}/edit", sent(a_record())).status_code == 400
    assert rita.send(f"/review/{record}/edit", sent(a_record(deprecated_id=new_id()))).status_code == 400
    assert rita.send(f"/review/{record}/edit", sent(a_record(deprecated_id=old, note="a"))).status_code == 201
    assert rita.send(f"/review/{record}/edit", sent(a_record(deprecated_id=old, note="b"))).status_code == 400
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SubmissionVersion)) == 2


def test_photos_that_are_not_sent_again_are_carried_over(town, browse, database):
    record = town.record(photo="a.jpg", files={"a.jpg": b"\xff\xd8\xff\xe0first"})
    changed = a_record(photo="a.jpg", note="x", deprecated_id=current_id(database, record))
    page = browse("rita").see(f"/review/{record}/edit").get_data(as_text=True)
    assert "data-names=" in page and "a.jpg" in page
    assert browse("rita").send(f"/review/{record}/edit", sent(changed)).status_code == 201
    answer = browse("rita").see(f"/review/{record}/files/a.jpg")
    assert answer.status_code == 200 and answer.data.endswith(b"first")


def test_a_record_of_a_closed_form_is_not_opened(town, browse, record):
    browse("lea").send("/forms/visit/state", {"state": "closed"})
    assert browse("rita").see(f"/review/{record}/edit").status_code == 404
    assert not offered(browse, "rita", record)


def test_another_version_than_the_current_one_offers_no_form(town, browse, database, record):
    first = current_id(database, record)
    browse("rita").send(f"/review/{record}/edit", sent(a_record(deprecated_id=first)))
    page = browse("rita").see(f"/review/{record}?version=1").get_data(as_text=True)
    assert f"/review/{record}/edit" not in page


def entity(number: str) -> str:
    return f'<entity dataset="homes" id="{number}" create="1"><label>三社 4 号</label></entity>'


@pytest.fixture
def home(town, database) -> tuple[int, str]:
    """A record that made a home of village 1, and the home's id."""
    with database.transaction() as db:
        a_dataset(db, town.project_id, "homes", ["village_code"])
        a_form(db, town.project_id, version="2", xml=an_xform(version="2", entities=True))
    number = new_id().removeprefix("uuid:")
    phone = Client(town.app, key=town.key)
    assert phone.send(town.project_id, a_record(version="2", village="1", entity=entity(number))).status_code == 201
    with database.reading() as db:
        return db.scalars(select(Submission.id)).one(), number


def village_of(database, number) -> tuple[str, int]:
    with database.reading() as db:
        row = db.scalars(select(Entity).where(Entity.uuid == number)).one()
        return orjson.loads(row.data_json)["village_code"], row.version


def test_the_lists_follow_a_correction_which_makes_nothing_twice(town, browse, database, home):
    record, number = home
    old = current_id(database, record)
    corrected = a_record(version="2", village="2", entity=entity(number), deprecated_id=old)
    assert browse("rita").send(f"/review/{record}/edit", sent(corrected)).status_code == 201
    assert village_of(database, number) == ("2", 2)


def test_what_a_later_record_wrote_into_the_list_stays(town, browse, database, home):
    record, number = home
    with database.transaction() as db:
        row = db.scalars(select(Entity).where(Entity.uuid == number)).one()
        row.data_json, row.version = '{"village_code": "3"}', 2
    corrected = a_record(version="2", village="2", entity=entity(number), deprecated_id=current_id(database, record))
    assert browse("rita").send(f"/review/{record}/edit", sent(corrected)).status_code == 201
    assert village_of(database, number) == ("3", 2)


def test_a_correction_that_names_another_row_leaves_none_of_what_it_wrote_before(town, browse, database, home):
    record, number = home
    old, other = current_id(database, record), new_id().removeprefix("uuid:")
    corrected = a_record(version="2", village="2", entity=entity(other), deprecated_id=old)
    assert browse("rita").send(f"/review/{record}/edit", sent(corrected)).status_code == 201
    assert (village_of(database, number), village_of(database, other)) == (("1", 1), ("2", 1))
    with database.reading() as db:
        gone = {one.uuid: one.deleted_at is not None for one in db.scalars(select(Entity))}
    assert gone == {number: True, other: False}


def test_her_own_word_and_a_test_of_what_somebody_knows_are_typed_by_nobody_else(town, browse, database, record):
    assert {"woman_consent", "feedback", "migrant_transfer", "training_quiz", "back_check"} == STAY
    with database.transaction() as db:
        db.execute(update(Form).values(xml_form_id="woman_consent"))
    assert browse("lin").see(f"/review/{record}/edit").status_code == 404
    assert browse("lin").send(f"/review/{record}/edit/answers").status_code == 404

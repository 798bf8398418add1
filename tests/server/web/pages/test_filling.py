import io

import pytest
from sqlalchemy import func, select

from server.models import Submission, SubmissionVersion
from tests.making import a_form, a_record, an_xform, new_id
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import CareTown

UPLOAD = b'<upload ref="/data/photo" mediatype="image/*"'


def sent(xml, files=None):
    data = {"xml_submission_file": (io.BytesIO(xml), "xml_submission_file")}
    return data | {name: (io.BytesIO(content), name) for name, content in (files or {}).items()}


def count(database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Submission)) or 0


def a_film(database, town, form_id="film"):
    """A form that asks for a film, which no browser takes."""
    with database.transaction() as db:
        xml = an_xform(form_id)
        assert UPLOAD in xml
        a_form(db, town.project_id, form_id, xml=xml.replace(UPLOAD, UPLOAD.replace(b"image", b"video")))


@pytest.fixture
def town(paged, database) -> CareTown:
    return CareTown(paged, database)


def test_the_page_has_a_policy_of_its_own_with_a_mark_that_is_never_the_same(town, browse):
    nia = browse("nia")
    first, second = nia.see("/forms/visit/fill"), nia.see("/forms/visit/fill")
    assert first.status_code == 200
    policy = first.headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy and "unsafe-inline" not in policy
    assert "style-src 'self' 'nonce-" in policy and policy != second.headers["Content-Security-Policy"]
    assert "wasm" not in nia.see("/forms").headers["Content-Security-Policy"]


def test_the_page_says_where_the_form_is_and_where_it_goes(town, browse):
    page = browse("nia").see("/forms/visit/fill").get_data(as_text=True)
    assert f'data-form="/v1/projects/{town.project_id}/forms/visit.xml"' in page
    assert 'data-send="/forms/visit/fill"' in page and "data-answers" not in page


def test_a_record_is_stored_as_the_persons_own_and_told_with_what_it_is(town, browse, database):
    answer = browse("wang").send(
        "/forms/visit/fill", sent(a_record(note="好", photo="a.jpg"), {"a.jpg": b"\xff\xd8\xff"})
    )
    assert answer.status_code == 201
    said = text_of(answer)
    assert "谢谢" in said and "走访" in said and "已收下" in said
    assert "/review/" not in answer.get_data(as_text=True), "a village worker reads no records"
    with database.reading() as db:
        row = db.scalars(select(Submission)).one()
        assert row.submitter_id == town.actor_id(db, "wang") and row.village_id is None


def test_who_reads_records_is_led_to_it(town, browse, database):
    answer = browse("lin").send("/forms/visit/fill", sent(a_record()))
    with database.reading() as db:
        record = db.scalars(select(Submission.id)).one()
    assert answer.status_code == 201 and f'href="/review/{record}"' in answer.get_data(as_text=True)


def test_the_same_bytes_again_are_one_record(town, browse, database):
    wang, xml = browse("wang"), a_record()
    assert [wang.send("/forms/visit/fill", sent(xml)).status_code for _ in range(2)] == [201, 201]
    assert count(database) == 1


def test_a_problem_is_a_part_of_a_page_with_its_sentence(town, browse, database):
    wang, number = browse("wang"), new_id()
    wang.send("/forms/visit/fill", sent(a_record(instance_id=number)))
    answer = wang.send("/forms/visit/fill", sent(a_record(instance_id=number, note="x")), **{"HX-Request": "true"})
    assert answer.status_code == 409 and "<html" not in answer.get_data(as_text=True)
    assert "编号" in text_of(answer)
    assert count(database) == 1


def test_who_may_not_send_sees_no_form_and_stores_nothing(town, browse, database):
    for name in ("rita", "lea"):
        assert browse(name).see("/forms/visit/fill").status_code == 403
        assert browse(name).send("/forms/visit/fill", sent(a_record())).status_code == 403
    assert browse().see("/forms/visit/fill").status_code == 303
    assert browse().send("/forms/visit/fill", sent(a_record())).status_code == 401
    assert count(database) == 0


def test_another_sites_page_sends_nothing(town, browse, database):
    wang = browse("wang")
    answer = wang.send("/forms/visit/fill", sent(a_record()), Origin="https://elsewhere.example")
    assert answer.status_code == 403 and count(database) == 0
    wang.csrf = ""
    assert wang.send("/forms/visit/fill", sent(a_record())).status_code == 403
    assert wang.send("/forms/visit/fill", sent(a_record()), **{"X-Requested-With": "XMLHttpRequest"}).status_code == 201


def test_a_correction_or_another_forms_record_is_not_taken_here(town, browse, database):
    wang = browse("wang")
    with database.transaction() as db:
        a_form(db, town.project_id, "other", xml=an_xform("other"))
    assert wang.send("/forms/visit/fill", sent(a_record(deprecated_id=new_id()))).status_code == 400
    assert wang.send("/forms/visit/fill", sent(a_record("other"))).status_code == 400
    assert wang.send("/forms/visit/fill", {"x": "y"}).status_code == 400
    assert wang.send("/forms/nothing/fill", sent(a_record())).status_code == 404
    assert count(database) == 0


def test_a_form_that_is_closing_is_not_opened_but_what_was_filled_is_taken(town, browse):
    browse("lea").send("/forms/visit/state", {"state": "closing"})
    wang = browse("wang")
    assert wang.see("/forms/visit/fill").status_code == 409
    assert wang.send("/forms/visit/fill", sent(a_record())).status_code == 201
    browse("lea").send("/forms/visit/state", {"state": "closed"})
    assert wang.send("/forms/visit/fill", sent(a_record())).status_code == 409


def test_what_a_browser_cannot_do_is_told_in_both_languages_and_no_button_is_offered(town, browse, database):
    a_film(database, town)
    for language, words in (
        ("zh_Hans", ("只能用手机填", "不收录像")),
        ("en", ("For the phone app only", "takes no film")),
    ):
        wang = browse("wang", language)
        page = wang.see("/forms/film")
        assert all(one in text_of(page) for one in words) and "/forms/film/fill" not in page.get_data(as_text=True)
    assert wang.see("/forms/film/fill").status_code == 409
    assert "/forms/visit/fill" in wang.see("/forms/visit").get_data(as_text=True)
    assert "/forms/visit/fill" not in browse("rita").see("/forms/visit").get_data(as_text=True)


def test_a_draft_is_looked_at_by_who_makes_forms_and_has_nowhere_to_go(town, browse, database):
    lea = browse("lea")
    assert lea.see("/forms/visit/draft/preview").status_code == 404
    file = (io.BytesIO(an_xform(version="2")), "visit.xml")
    assert lea.send("/forms/visit/draft", {"file": file, "ignore_warnings": "1"}).status_code == 303
    assert "/forms/visit/draft/preview" in lea.see("/forms/visit").get_data(as_text=True)
    page = lea.see("/forms/visit/draft/preview")
    assert page.status_code == 200 and "什么也不会存" in text_of(page)
    text = page.get_data(as_text=True)
    assert "data-send" not in text and f'data-form="/v1/projects/{town.project_id}/forms/visit/draft.xml"' in text
    assert browse("wang").see("/forms/visit/draft/preview").status_code == 403
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SubmissionVersion)) == 0

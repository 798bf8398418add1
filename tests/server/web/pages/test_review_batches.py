"""Many records at once from the list: ticked ones, all that fit, to a colleague, and undone; and filters kept as tabs."""

import re

import pytest
from sqlalchemy import func, select

from server.intake import batches
from server.models import ReviewAssignment, ReviewBatch, Submission, User
from tests.server.web.pages.conftest import text_of


def states(database):
    with database.reading() as db:
        return list(db.scalars(select(Submission.review_state).order_by(Submission.id)))


def id_of(database, name):
    with database.reading() as db:
        return db.scalars(select(User.actor_id).where(User.email == f"{name}@example.test")).one()


def undo_from(page):
    found = re.search(r'action="([^"]*/undo[^"]*)"', page.get_data(as_text=True))
    return found[1].replace("&amp;", "&")


def test_ticked_records_are_approved_and_one_press_takes_it_back(town, browse, database):
    first, second = town.record(), town.record()
    rita = browse("rita")
    rita.see("/review?form=visit")
    answer = rita.send("/review/batches?form=visit", {"state": "approved", "record": [first]})
    assert (answer.status_code, answer.location) == (303, "/review?form=visit")
    page = rita.see(answer.location)
    assert "通过了 1 份" in text_of(page) and states(database) == ["approved", None]
    back = rita.send(undo_from(page))
    assert back.location == "/review?form=visit" and states(database) == [None, None]
    assert f'data-record="{second}"' in rita.see(back.location).get_data(as_text=True)


def test_all_that_fit_are_what_the_address_asks_for(town, browse, database):
    for note in ("red", "red", "blue"):
        town.record(note=note)
    rita = browse("rita")
    rita.see("/review")
    rita.send("/review/batches?form=visit&answer=%2Fnote%3Dred", {"state": "rejected", "all": "1"})
    assert states(database) == ["rejected", "rejected", None]


def test_a_reader_of_one_village_decides_about_that_one(town, browse, database):
    town.record(village=1), town.record(village=2)
    vera = browse("vera")
    vera.see("/review")
    vera.send("/review/batches", {"state": "approved", "all": "1"})
    assert states(database) == ["approved", None]


def test_a_long_one_says_how_far_it_is_goes_on_and_can_be_stopped(town, browse, database, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    for _ in range(3):
        town.record()
    rita = browse("rita")
    rita.see("/review")
    answer = rita.send("/review/batches?form=visit", {"state": "approved", "all": "1"})
    assert re.fullmatch(r"/review/batches/\d+\?form=visit", answer.location)
    page = rita.see(answer.location)
    assert "3 份里的 1 份" in text_of(page) and 'hx-trigger="load delay:100ms, submit"' in page.get_data(as_text=True)
    path = answer.location.partition("?")[0]
    bar = rita.send(f"{path}/go?form=visit", {}, **{"HX-Request": "true"})
    assert "<html" not in bar.get_data(as_text=True) and "3 份里的 2 份" in text_of(bar)
    stopped = rita.send(f"{path}/stop?form=visit")
    assert stopped.location == "/review?form=visit"
    said = text_of(rita.see(stopped.location))
    assert "通过了 2 份" in said and "1 份" in said and states(database).count("approved") == 2


def test_without_script_go_on_is_a_button(town, browse, database, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    town.record(), town.record()
    rita = browse("rita")
    rita.see("/review")
    answer = rita.send("/review/batches", {"state": "approved", "all": "1"})
    assert rita.send(f"{answer.location}/go").location == "/review"
    assert set(states(database)) == {"approved"}


def test_records_are_given_to_a_colleague_who_finds_them(town, browse, database):
    record = town.record()
    rita, vera = browse("rita"), id_of(database, "vera")
    page = rita.see("/review").get_data(as_text=True)
    assert f'<option value="{vera}"' in page
    rita.send("/review/batches", {"state": "assign", "to": str(vera), "record": [record]})
    assert "等 vera 看" in text_of(rita.see("/review"))
    mine = browse("vera").see(f"/review?waits_for={vera}")
    assert f'data-record="{record}"' in mine.get_data(as_text=True) and "等您看" in text_of(mine)
    assert "交给 vera 看。" in text_of(rita.see(f"/review/{record}"))
    rita.send("/review/batches", {"state": "assign", "to": "", "record": [record]})
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ReviewAssignment)) == 0


@pytest.mark.parametrize(
    "fields", [{"state": "perfect"}, {}, {"state": "assign", "to": "999999"}, {"state": "assign", "to": "x"}]
)
def test_odd_acts_are_refused_and_leave_nothing(town, browse, database, fields):
    record = town.record()
    rita = browse("rita")
    rita.see("/review")
    assert rita.send("/review/batches", {"record": [record], **fields}).status_code == 400
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ReviewBatch)) == 0


@pytest.mark.parametrize("name", ["ada", "lea", "otto"])
def test_who_reads_no_records_decides_about_none(town, browse, database, name):
    town.record()
    browser = browse(name)
    browser.see("/me")
    assert browser.send("/review/batches", {"state": "approved", "all": "1"}).status_code in (403, 404)
    assert browser.send("/review/views?form=visit", {"name": "x"}).status_code in (403, 404)
    assert states(database) == [None]


def test_somebody_else_s_batch_is_as_if_it_were_not_there(town, browse, database):
    town.record()
    rita, vera = browse("rita"), browse("vera")
    rita.see("/review"), vera.see("/review")
    rita.send("/review/batches", {"state": "approved", "all": "1"})
    with database.reading() as db:
        batch = f"/review/batches/{db.scalars(select(ReviewBatch.id)).one()}"
    for then in ("go", "undo", "stop"):
        assert vera.send(f"{batch}/{then}").status_code == 404
    assert (vera.see(batch).status_code, rita.see(batch).status_code) == (404, 200)
    assert states(database) == ["approved"]


def test_a_filter_is_kept_as_a_tab_and_taken_away(town, browse):
    town.record()
    rita = browse("rita")
    assert "存成标签" not in text_of(rita.see("/review"))
    assert "存成标签" in text_of(rita.see("/review?form=visit"))
    kept = rita.send("/review/views?form=visit&answer=%2Fnote%3Dred", {"name": "红门"})
    assert kept.location == "/review?form=visit&answer=%2Fnote%3Dred"
    page = rita.see("/review").get_data(as_text=True)
    assert '<a class="kept" href="/review?form=visit&amp;answer=%2Fnote%3Dred">红门</a>' in page
    assert "红门" not in text_of(browse("vera").see("/review"))
    assert "存成标签" not in text_of(rita.see(kept.location))
    [gone] = re.findall(r'action="(/review/views/\d+/delete)', rita.see(kept.location).get_data(as_text=True))
    rita.send(gone)
    assert "红门" not in text_of(rita.see("/review?form=visit"))


def test_many_go_back_with_one_reason_that_is_asked_for_first(town, browse, database):
    first, second, third = town.record(), town.record(), town.record()
    rita = browse("rita")
    rita.see("/review?form=visit")
    asked = rita.send("/review/batches?form=visit", {"state": "return", "record": [first, second]})
    assert asked.status_code == 200 and "退回 2 份记录" in text_of(asked)
    assert asked.text.count('name="record"') == 2 and 'action="/review/batches?form=visit"' in asked.text
    assert set(states(database)) == {None}
    answer = rita.send(
        "/review/batches?form=visit", {"state": "return", "record": [first, second], "reason": "门牌不对"}
    )
    assert answer.location == "/review?form=visit"
    page = rita.see(answer.location)
    assert "退回了 2 份" in text_of(page) and states(database) == ["hasIssues", "hasIssues", None]
    assert f'data-record="{third}"' in page.text
    rita.send(undo_from(page))
    assert set(states(database)) == {None}


def test_all_that_fit_can_go_back_and_what_cannot_is_named_with_why(town, browse, database):
    with_phone, other = town.record(note="red"), town.record(note="red")
    town.record(note="blue")
    rita = browse("rita")
    rita.send(f"/review/{with_phone}/return", {"reason": "以前的原因"})
    here = "/review/batches?form=visit&answer=%2Fnote%3Dred"
    assert 'name="all" value="1"' in rita.send(here, {"state": "return", "all": "1"}).text
    answer = rita.send(here, {"state": "return", "all": "1", "reason": "门牌不对"})
    assert re.match(r"/review/batches/\d+\?form=visit", answer.location)
    page = rita.see(answer.location)
    assert "退回了 1 份，有 1 份没有退回" in text_of(page) and "已经退回到手机上了。" in text_of(page)
    assert f'href="/review/{with_phone}"' in page.text and f'href="/review/{other}"' not in page.text
    assert states(database) == ["hasIssues", "hasIssues", None]
    rita.send(undo_from(page))
    assert states(database) == ["hasIssues", None, None], "what a colleague returned before stays with its phone"


def test_a_batch_that_stands_for_another_village_tells_nothing_of_it(town, browse, database):
    town.record(village=1), town.record(village=2)
    vera = browse("vera")
    vera.see("/review")
    assert "退回 1 份记录" in text_of(vera.send("/review/batches", {"state": "return", "all": "1"}))
    vera.send("/review/batches", {"state": "return", "all": "1", "reason": "门牌不对"})
    assert states(database) == ["hasIssues", None]


@pytest.mark.parametrize("reason", ["长" * 501, "a\x00b"])
def test_a_reason_that_is_too_long_or_no_text_returns_nothing(town, browse, database, reason):
    record = town.record()
    rita = browse("rita")
    rita.see("/review")
    sent = rita.send("/review/batches", {"state": "return", "record": [record], "reason": reason})
    assert sent.status_code == 400 and states(database) == [None]


def test_without_a_chosen_record_no_reason_is_asked_for(town, browse):
    town.record()
    rita = browse("rita")
    rita.see("/review")
    answer = rita.send("/review/batches", {"state": "return"})
    assert answer.status_code == 303 and "还没有选记录" in text_of(rita.see(answer.location))


def test_the_list_of_what_stayed_costs_no_more_with_more_in_it(town, browse, count_queries):
    def asked(number: int) -> int:
        ids = [town.record() for _ in range(number)]
        rita = browse("rita")
        for one in ids:
            rita.send(f"/review/{one}/return", {"reason": "原因"})
        answer = rita.send("/review/batches", {"state": "return", "record": ids, "reason": "门牌不对"})
        with count_queries() as seen:
            rita.see(answer.location)
        return len(seen)

    assert asked(1) == asked(6)

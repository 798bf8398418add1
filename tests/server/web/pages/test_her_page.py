"""The page that a woman opens with her card: hers alone, for minutes, with nothing of her health; and taking back on it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from forms.library import read_library_form
from server.access import passwords
from server.access.card_codes import make_code, show_code
from server.models import (
    FEEDBACK,
    Audit,
    CardTry,
    CardVisit,
    Consent,
    Feedback,
    FollowUp,
    Notification,
    Reading,
    Restriction,
    RightsRequest,
    ServiceCard,
    Withdrawal,
    Woman,
)
from tests.conftest import MORNING
from tests.making import a_form
from tests.server.web.pages.carded import PIN, CardTown, Hers
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import HEALTH, TODAY, a_follow_up

DAY = timedelta(days=1)


@pytest.fixture
def town(paged, database):
    return CardTown(paged, database)


@pytest.fixture
def hers(town):
    """Her browser, with her page open."""
    opened = Hers(town.app)
    assert opened.enter(town.code).status_code == 303
    opened.see()
    return opened


def rows(town, model):
    with town.database.reading() as db:
        found = list(db.scalars(select(model)))
        db.expunge_all()
        return found


def change(town, **values):
    with town.database.transaction() as db:
        woman = db.query(Woman).filter_by(uuid=town.uuid).one()
        for name, value in values.items():
            setattr(woman, name, value)


def body_of(answer):
    """The page as bytes, without what differs each time."""
    return re.sub(rb'value="[^"]*"', b"", answer.data)


def test_she_reads_her_days_whom_to_ring_and_what_she_agreed_to(town):
    town.fill_lists()
    with town.database.transaction() as db:
        db.query(ServiceCard).one().place = "c1"
    hers = Hers(town.app)
    assert hers.enter(town.code).location == "/c"
    page = hers.see()
    words = text_of(page)
    assert "3月5日（周四） 也可以到 3月11日（周三） 镇卫生院 2 楼" in words and "3月22日（周日）" in words
    assert "wang 0825-5550120" in words and "0825-5550199" in words and "120" in words
    assert "同意收到提醒" not in words and "有效到 12月27日（周日）" in words
    assert HEALTH.findall(words) == [] and "W-0231" not in words and "王" not in words and "禾川" not in words
    english = Hers(town.app, "en")
    english.enter(town.code)
    assert HEALTH.findall(text_of(english.see())) == [] and "My next days" in text_of(english.see())


def test_the_title_says_nothing_and_no_browser_keeps_the_page(hers):
    for page in (hers.see(), Hers(hers.client.application).see()):
        assert re.search("<title>([^<]*)</title>", page.get_data(as_text=True))[1] == "便民服务卡"
        assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "same-origin"
        assert "访视" not in text_of(page)
    assert hers.see().headers["Refresh"] == "900; url=/c"


def test_neither_code_nor_number_comes_back_in_a_page_a_cookie_or_an_address(town, hers):
    wrong = Hers(town.app).enter(town.code, "730164")
    right = Hers(town.app).enter(town.code)
    seen = b"".join(one.data + str(one.headers).encode() for one in (wrong, right, hers.see()))
    assert [one for one in (town.code, show_code(town.code).lower(), PIN, "730164") if one.encode() in seen] == []


def everything_wrong(town):
    """What was tried, and the browser's answer: an unknown code, a wrong number, and cards that work no longer."""
    yield "unknown", Hers(town.app).enter(make_code())
    yield "wrong number", Hers(town.app).enter(town.code, "730164")
    yield "no number", Hers(town.app).enter(town.code, "")
    yield "no digits", Hers(town.app).enter(town.code, "abc")
    with town.database.transaction() as db:
        db.query(CardTry).delete()
    change(town, consent_until=TODAY - DAY)
    yield "run out", Hers(town.app).enter(town.code)
    change(town, consent_until=None, withdrawn_on=TODAY)
    yield "taken back", Hers(town.app).enter(town.code)
    change(town, withdrawn_on=None, consent_service=False)
    yield "no consent", Hers(town.app).enter(town.code)
    change(town, consent_service=True)
    with town.database.transaction() as db:
        card = db.query(ServiceCard).one()
        kept, card.pin_hash = card.pin_hash, None
    yield "without a number", Hers(town.app).enter(town.code)
    with town.database.transaction() as db:
        card = db.query(ServiceCard).one()
        card.pin_hash, card.stopped_at = kept, MORNING
        db.query(CardTry).delete()
    yield "stopped", Hers(town.app).enter(town.code)
    with town.database.transaction() as db:
        db.query(ServiceCard).delete()
    yield "gone", Hers(town.app).enter(town.code)


def test_every_code_that_opens_nothing_gets_the_same_words_by_the_same_steps(town, count_queries, monkeypatch):
    hashed = []
    verify = passwords.password_fits
    monkeypatch.setattr("server.registry.cards.password_fits", lambda *typed: hashed.append(1) or verify(*typed))
    answers, asked = {}, []
    tries = everything_wrong(town)
    while True:
        with count_queries() as statements:
            found = next(tries, None)
        if found is None:
            break
        answers[found[0]] = (found[1].status_code, body_of(found[1]))
        asked.append("service_card" in " ".join(statements))
    assert len(answers) == 10 and len(set(answers.values())) == 1
    assert {status for status, _ in answers.values()} == {401}
    assert len(hashed) == 10 and all(asked), "each was looked up and hashed once, whatever it was"


def test_a_code_that_no_card_can_have_is_told_so_and_counts_for_nothing(town):
    answer = Hers(town.app).send("/c", {"code": town.code[:-1], "pin": PIN})
    assert answer.status_code == 400 and "少了一位" in text_of(answer)
    assert rows(town, CardTry) == []


def test_after_five_wrong_numbers_the_right_one_waits_too_and_then_goes_in(town, clock):
    assert [Hers(town.app).enter(town.code, "730164").status_code for _ in range(5)] == [401] * 5
    waits = Hers(town.app).enter(town.code)
    assert waits.status_code == 429 and waits.headers["Retry-After"] == "61"
    unknown = make_code()
    for _ in range(5):
        Hers(town.app).enter(unknown, "730164")
    assert body_of(Hers(town.app).enter(unknown)) == body_of(waits), "an unknown code waits in the same words"
    clock.forward(seconds=61)
    assert Hers(town.app).enter(town.code).status_code == 303
    assert Hers(town.app).enter(town.code, "730164").status_code == 401, "it starts anew"


def test_the_page_is_open_for_minutes_and_ends_with_the_leave_button(town, hers, clock):
    clock.forward(minutes=14)
    assert "我下次的日子" in text_of(hers.see())
    clock.forward(minutes=2)
    assert "卡上的编号" in text_of(hers.see())
    again = Hers(town.app)
    again.enter(town.code)
    cookie = again.client.get_cookie("card").value
    left = again.send("/c/leave")
    assert (left.status_code, left.location, left.headers["Clear-Site-Data"]) == (303, "/c", '"cache"')
    assert again.client.get_cookie("card") is None and rows(town, CardVisit) == []
    again.client.set_cookie("card", cookie)
    assert "卡上的编号" in text_of(again.see()), "what the browser kept opens nothing"


def test_the_cookie_goes_to_nobody_else(town):
    given = Hers(town.app).enter(town.code).headers["Set-Cookie"]
    assert "HttpOnly" in given and "SameSite=Strict" in given and "Path=/" in given and "Max-Age=900" in given
    assert town.code not in given


@pytest.mark.parametrize("token", ["", "x", "A" * 64, "<xss-probe>" * 9])
def test_a_cookie_that_nobody_gave_opens_nothing(town, token):
    someone = Hers(town.app)
    someone.client.set_cookie("card", token)
    assert "卡上的编号" in text_of(someone.see())


def test_another_womans_card_opens_her_own_page_alone(town, hers):
    with town.database.transaction() as db:
        other = town.a_card(db, town.project_id, "W-0388 李*", consent_until=TODAY + 100 * DAY)
    theirs = Hers(town.app)
    theirs.enter(other.code)
    assert "有效到 6月10日" in text_of(theirs.see()) and "有效到 12月27日" in text_of(hers.see())


def test_nothing_is_written_down_of_her_looks(town, hers):
    before = len(rows(town, Audit))
    hers.see()
    Hers(town.app).enter(town.code, "730164")
    assert len(rows(town, Audit)) == before and rows(town, Reading) == []


def test_what_she_takes_back_is_first_explained_and_then_done_at_once(town, hers):
    sure = hers.ask("/c/withdraw", purpose=["reminder"])
    assert sure.status_code == 200 and "不再打电话、发短信提醒" in text_of(sure) and rows(town, Withdrawal) == []
    done = hers.ask("/c/withdraw", purpose=["reminder"], what="", sure="yes")
    assert (done.status_code, done.location) == (303, "/c")
    (row,) = rows(town, Withdrawal)
    assert (row.purposes, row.noted_by, row.woman_uuid) == ("reminder", None, town.uuid)
    assert "已照您的意思办好" in text_of(hers.see())
    (act,) = [one for one in rows(town, Audit) if one.action == "consent.withdraw"]
    assert act.actor_id is None


def test_with_the_service_everything_ends_and_the_code_is_as_an_unknown_one(town, hers):
    refused = hers.ask("/c/withdraw", purpose=["service"])
    assert refused.status_code == 400 and "已有的资料怎么办" in text_of(refused)
    sure = hers.ask("/c/withdraw", purpose=["service"], what="keep_minimal")
    assert "卡也停了" in text_of(sure) and "依法要留的锁起来" in text_of(sure)
    done = hers.ask("/c/withdraw", purpose=["service"], what="keep_minimal", sure="yes")
    assert done.status_code == 303 and hers.client.get_cookie("card") is None
    assert "这张卡打不开了" in text_of(hers.see()) and "卡上的编号" in text_of(hers.see())
    unknown = Hers(town.app).enter(make_code())
    assert body_of(Hers(town.app).enter(town.code)) == body_of(unknown)
    assert [one.consent_service for one in rows(town, Woman)] == [False]
    assert {one.recipient_id for one in rows(town, Notification)} != set(), "her workers hear that somebody left"


def test_deleting_leaves_neither_her_nor_her_cards(town, hers, browse):
    wang = browse("wang")
    wang.see(f"/people/{town.uuid}/card")
    wang.send(f"/people/{town.uuid}/card", {"place": ""})
    wang.send(f"/people/{town.uuid}/card/number", {"pin": PIN, "again": PIN})
    hers = Hers(town.app)
    hers.enter(town.card().code)
    hers.see()
    code = town.card().code
    assert hers.ask("/c/withdraw", purpose=["service"], what="erase").status_code == 200
    assert hers.ask("/c/withdraw", purpose=["service"], what="erase", sure="yes").status_code == 303
    for model in (Woman, Consent, ServiceCard, CardVisit, FollowUp):
        assert rows(town, model) == [], model
    assert body_of(Hers(town.app).enter(code)) == body_of(Hers(town.app).enter(make_code()))


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/c/withdraw", {"purpose": ["service"], "what": "erase", "sure": "yes"}),
        ("/c/contact", {"wish": "other_person"}),
        ("/c/tell", {"text": "WORD"}),
    ],
)
def test_what_another_page_sends_is_refused(town, hers, path, fields):
    for token, headers in (("", {}), ("0" * 64, {}), (hers.token, {"Origin": "https://elsewhere.example"})):
        assert hers.send(path, {"__card": token, **fields}, **headers).status_code == 403
    assert Hers(town.app).send(path, fields).location == "/c", "without her page it leads to the door"
    assert rows(town, Withdrawal) == rows(town, RightsRequest) == rows(town, Feedback) == []
    assert len(rows(town, Woman)) == 1


def test_a_sign_in_that_another_site_sends_is_refused(town):
    assert Hers(town.app).enter(town.code, Origin="https://elsewhere.example").status_code == 403
    assert rows(town, CardTry) == []


def test_how_she_wishes_to_be_reached_comes_to_the_rights_desk(town, hers, browse):
    assert hers.ask("/c/contact", wish="nonsense").status_code == 400
    assert hers.ask("/c/contact").status_code == 400
    assert hers.ask("/c/contact", wish="no_home_visits").status_code == 303
    assert hers.ask("/c/contact", wish="other_person").status_code == 303
    (wish,) = rows(town, RightsRequest)
    assert (wish.kind, wish.wish, wish.subject, wish.opened_by_id) == ("contact", "other_person", town.uuid, None)
    lin = browse("lin")
    page = text_of(lin.see(f"/rights/{wish.id}"))
    assert "换一个人联系" in page and "她自己，用服务卡" in page
    assert lin.send(f"/rights/{wish.id}/close", {"outcome": "done"}).status_code == 303
    assert [one.outcome for one in rows(town, RightsRequest)] == ["done"]
    assert browse("wang").see(f"/rights/{wish.id}").status_code == 403


def test_what_she_says_goes_to_the_rights_officer_without_her(town):
    with town.database.transaction() as db:
        a_form(db, town.project_id, FEEDBACK, xml=read_library_form(FEEDBACK))
    hers = Hers(town.app)
    hers.enter(town.code)
    hers.see()
    before = len(rows(town, Audit))
    assert hers.ask("/c/tell", text="WORDSAID <b>", felt_pressured="yes", told_others="no").status_code == 303
    (case,) = rows(town, Feedback)
    assert case.urgent and "WORDSAID" in case.answers_json and '"felt_pressured":"yes"' in case.answers_json
    assert "told_others" not in case.answers_json and town.uuid not in case.answers_json
    assert len(rows(town, Audit)) == before, "no row says that it came"
    assert hers.ask("/c/tell", text="").status_code == 400
    assert [hers.ask("/c/tell", text="more").status_code for _ in range(3)] == [303, 303, 400]
    assert len(rows(town, Feedback)) == 3


def test_without_the_form_of_feedback_there_is_a_number(town, hers):
    page = hers.see().get_data(as_text=True)
    assert 'action="/c/tell"' not in page and "12345" in page
    assert hers.ask("/c/tell", text="WORD").status_code == 400


def test_whose_data_are_kept_unused_reads_so_and_can_still_take_back(town, hers):
    with town.database.transaction() as db:
        db.add(Restriction(project_id=town.project_id, subject=town.uuid, since_at=MORNING))
    words = text_of(hers.see())
    assert "资料先不用" in words and "3月5日" not in words
    assert hers.ask("/c/withdraw", purpose=["stats", "reminder"], sure="yes").status_code == 303


def test_what_only_a_clinician_asks_and_what_is_over_are_no_days_of_hers(town, hers):
    with town.database.transaction() as db:
        woman = db.query(Woman).filter_by(uuid=town.uuid).one()
        a_follow_up(db, woman, rule="PAC-1", left=20, due_on=TODAY + 6 * DAY)
        a_follow_up(db, woman, rule="ANC2", left=20, due_on=TODAY + 7 * DAY, state="superseded", ended=True)
        a_follow_up(db, woman, rule="ANC2", left=20, due_on=TODAY + 8 * DAY, inside="x")
        a_follow_up(db, woman, rule="ANC2", left=-3, due_on=TODAY - 9 * DAY)
    words = text_of(hers.see())
    assert [one for one in ("3月8日", "3月9日", "3月10日") if one in words] == []
    assert "3月2日" in words, "a day that has passed is today, without a word of being late"
    assert "超期" not in words


def test_hostile_text_stays_text(town):
    typed = "\"'><xss-probe>" + "A" * 500
    for fields in ({"code": typed, "pin": PIN}, {"code": town.code, "pin": typed}, {}):
        assert b"<xss-probe" not in Hers(town.app).send("/c", fields).data
    hers = Hers(town.app)
    hers.enter(town.code)
    hers.see()
    for path, fields in (
        ("/c/withdraw", {"purpose": [typed]}),
        ("/c/withdraw", {"purpose": ["service"], "what": typed}),
        ("/c/contact", {"wish": typed[:30]}),
        ("/c/tell", {"text": "\x07"}),
        ("/c/tell", {"text": "x" * 1001}),
    ):
        answer = hers.ask(path, **fields)
        assert answer.status_code == 400 and b"<xss-probe" not in answer.data, path


def test_somebody_of_the_office_in_the_same_browser_is_not_asked_for(town, browse):
    wang = browse("wang")
    hers = Hers(town.app)
    hers.client = wang.client
    assert hers.enter(town.code).status_code == 303
    page = text_of(hers.see())
    assert "我下次的日子" in page and "wang" in page and "村访视员" not in page
    assert wang.see("/m").status_code == 200


def test_her_page_asks_as_many_questions_with_many_days_as_with_few(town, hers, count_queries):
    hers.see()
    with count_queries() as few:
        hers.see()
    town.thirty_days_more()
    with count_queries() as many:
        hers.see()
    assert len(many) == len(few) <= 20

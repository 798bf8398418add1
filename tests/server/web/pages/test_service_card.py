"""The card for her care team: made, printed, replaced, stopped; the number is hers and nobody reads it again."""

import json
import re

import pytest
import segno
from sqlalchemy import select

from server.access.card_codes import hash_code, read_code, show_code
from server.access.pseudonyms import pseudonym
from server.models import Audit, CardVisit, Entity, Restriction, ServiceCard
from tests.conftest import MORNING
from tests.making import a_dataset
from tests.server.web.pages.carded import PIN, CardTown, Hers
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import DAY, HEALTH, TODAY, a_woman, main_of

NEW = {"pin": "730164", "again": "730164"}


@pytest.fixture
def town(paged, database):
    return CardTown(paged, database)


@pytest.fixture
def path(town):
    return f"/people/{town.uuid}/card"


def audits(town, action):
    with town.database.reading() as db:
        return list(db.scalars(select(Audit).where(Audit.action == action)))


def cards(page):
    return re.findall(r'<article class="service-card.*?</article>', page.get_data(as_text=True), re.DOTALL)


def test_front_and_back_have_a_code_days_and_numbers_and_no_word_of_what(town, browse, path):
    town.fill_lists()
    wang = browse("wang")
    wang.see(path)
    assert wang.send(f"{path}/place", {"place": "c1"}).status_code == 303
    front, back = cards(wang.see(path))
    words = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", front + back))
    assert show_code(town.code) in words and "wang" in words and "0825-5550120" in words
    assert "3月5日（周四）" in words and "3月22日（周日）" in words and words.count("镇卫生院 2 楼") == 2
    assert "0825-5550199" in words and "120" in words and "撤回" in words
    assert "禾川镇" not in words and "王" not in words and "W-0231" not in words
    assert HEALTH.findall(words) == []
    english = " ".join(cards(browse("wang", "en").see(path)))
    assert HEALTH.findall(re.sub("<[^>]+>", " ", english)) == [] and "Service card" in english


def test_the_square_holds_the_address_with_the_code_behind_a_hash_and_nothing_else(town, browse, path):
    front, _back = cards(browse("wang").see(path))
    made = segno.make(f"http://localhost/c#{town.code}", error="m", version=3)
    drawn = re.search(r"<svg[^>]*viewBox.*?</svg>", front, re.DOTALL)[0]
    assert drawn == made.svg_inline(scale=1, border=4, omitsize=True, dark="#000", light="#fff")
    assert made.symbol_size(border=4)[0] == 37, "29 squares and four on each side: 33 mm of 42.2"


def test_without_lists_of_the_town_there_is_no_place_and_the_public_line(town, browse, path):
    words = text_of(browse("wang").see(path))
    assert "12345" in words and "镇里还没有填" in words


@pytest.mark.parametrize("asked", ["", "?name=on", "?large=on&copies=8", "?copies=9999999", "?copies=8&by_hand=on"])
def test_what_is_printed_is_chosen_before(town, browse, path, asked):
    page = browse("wang").see(path + asked)
    count = 8 if "copies=8" in asked else 1
    assert page.status_code == 200 and len(cards(page)) == 2 * count
    assert ("large" in cards(page)[0][:60]) == ("large" in asked)
    assert ("3月5日" in "".join(cards(page))) == ("by_hand" not in asked)
    assert "".join(cards(page)).count("<tr><td>") == 4 * count


def test_a_name_stands_on_it_only_where_it_is_asked_for_and_stays_text(town, browse, path):
    with town.database.transaction() as db:
        women = a_dataset(db, town.project_id, "women", ["display_name"])
        said = json.dumps({"display_name": "阿秀<xss-probe>"})
        db.add(Entity(dataset_id=women.id, uuid=town.uuid, label="W-0231 阿*", data_json=said, created_at=MORNING))
    wang = browse("wang")
    assert "阿秀" not in wang.see(path).get_data(as_text=True)
    page = wang.see(f"{path}?name=on").get_data(as_text=True)
    assert "阿秀&lt;xss-probe&gt;" in page and "<xss-probe" not in page
    assert "阿秀" not in re.search("<title>([^<]*)</title>", page)[1]


def test_a_card_is_made_replaced_and_stopped_and_only_the_last_opens_anything(town, browse, path):
    wang, old = browse("wang"), town.code
    assert Hers(town.app).enter(old).status_code == 303
    wang.see(path)
    assert wang.send(path, {"place": ""}).status_code == 303
    new = town.card()
    assert new.code != old and new.pin_hash is None and read_code(new.code) == new.code
    with town.database.reading() as db:
        assert db.query(CardVisit).count() == 0, "what was open by the old card is closed"
    assert Hers(town.app).enter(old).status_code == Hers(town.app).enter(new.code).status_code == 401
    assert wang.send(f"{path}/number", NEW).status_code == 303
    assert Hers(town.app).enter(new.code, NEW["pin"]).status_code == 303
    assert Hers(town.app).enter(old, NEW["pin"]).status_code == 401
    assert wang.send(f"{path}/stop").status_code == 303
    assert Hers(town.app).enter(new.code, NEW["pin"]).status_code == 401
    assert town.card() is None and "给她做一张卡" in text_of(wang.see(path))
    done = [(len(audits(town, f"card.{act}"))) for act in ("create", "replace", "update", "delete")]
    assert done == [1, 1, 2, 1]
    about = pseudonym(town.project_id, town.uuid).hex()
    assert {str(one.details) for act in ("replace", "update", "delete") for one in audits(town, f"card.{act}")} == {
        str({"about": about})
    }


def test_a_slip_shows_a_number_once_and_apart_from_the_code(town, browse, path):
    wang = browse("wang")
    wang.see(path)
    slip = wang.send(f"{path}/number", {"by_lot": "yes"})
    pin = re.search(r'class="pin">(\d{3} \d{3})<', slip.get_data(as_text=True))[1].replace(" ", "")
    assert slip.status_code == 200 and show_code(town.code) not in text_of(slip)
    assert slip.headers["Cache-Control"] == "no-store"
    assert Hers(town.app).enter(town.code, pin).status_code == 303
    assert Hers(town.app).enter(town.code, PIN).status_code == 401
    assert pin not in text_of(wang.see(path))


@pytest.mark.parametrize(
    ("pin", "again", "words"),
    [
        ("123456", "123456", "六位数字"),
        ("40291", "40291", "六位数字"),
        ("abcdef", "abcdef", "六位数字"),
        ("402914", "402915", "两次不一样"),
        ("", "", "六位数字"),
        ("9" * 5000, "9" * 5000, "六位数字"),
    ],
)
def test_a_number_that_cannot_be_used_changes_nothing_and_is_not_repeated(town, browse, path, pin, again, words):
    wang = browse("wang")
    wang.see(path)
    answer = wang.send(f"{path}/number", {"pin": pin, "again": again})
    assert answer.status_code == 400 and words in text_of(answer)
    assert not pin or f'value="{pin}"' not in answer.get_data(as_text=True)
    assert Hers(town.app).enter(town.code).status_code == 303


@pytest.mark.parametrize(
    "given", [{"consent_service": False}, {"consent_until": TODAY - DAY}, {"withdrawn_on": TODAY - DAY}]
)
def test_only_whoever_agrees_to_the_service_has_a_card(town, browse, given):
    with town.database.transaction() as db:
        path = f"/people/{a_woman(db, town.project_id, **given).uuid}/card"
    wang = browse("wang")
    assert "现在没有卡" in text_of(wang.see(path))
    assert wang.send(path, {"place": ""}).status_code == 400
    assert wang.send(f"{path}/number", NEW).status_code == wang.send(f"{path}/stop").status_code == 404
    with town.database.reading() as db:
        assert db.query(ServiceCard).count() == 1


def test_whose_data_are_kept_unused_has_no_card(town, browse):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id)
        db.add(Restriction(project_id=town.project_id, subject=woman.uuid, since_at=MORNING))
    wang = browse("wang")
    assert "现在没有卡" in text_of(wang.see(f"/people/{woman.uuid}/card"))
    assert wang.send(f"/people/{woman.uuid}/card", {"place": ""}).status_code == 400


def test_only_her_care_team_sees_or_makes_a_card_and_each_look_is_written_down(town, browse, path):
    with town.database.transaction() as db:
        other = f"/people/{a_woman(db, town.project_id, village=2).uuid}/card"
    wang = browse("wang")
    assert [wang.see(one).status_code for one in (path, other)] == [200, 404]
    assert [browse(name).see(path).status_code for name in ("lin", "nia", "lea", "rita", "ada")] == [
        200,
        404,
        403,
        403,
        403,
    ]
    assert browse().see(path).status_code == 303
    for name, status in (("nia", 404), ("lea", 403), ("rita", 403), ("ada", 403)):
        someone = browse(name)
        someone.see("/me")
        for where in ("", "/number", "/place", "/stop"):
            assert someone.send(path + where, NEW).status_code == status, (name, where)
    assert town.card().code == town.code
    looks = audits(town, "person.read")
    assert [one.actor_id for one in looks] != [] and len(looks) == 2


def test_a_place_is_one_of_the_towns(town, browse, path):
    town.fill_lists()
    wang = browse("wang")
    wang.see(path)
    assert [wang.send(path, {"place": one}).status_code for one in ("", "c2", "<xss-probe>")] == [400, 400, 400]
    assert town.card().code == town.code, "the old card stays where no new one was made"


def test_neither_code_nor_number_stands_in_a_row_of_the_audit_a_title_or_a_log(town, browse, path, caplog):
    wang = browse("wang")
    page = wang.see(path).get_data(as_text=True)
    wang.send(f"{path}/number", NEW)
    with town.database.reading() as db:
        rows = " ".join(f"{one.details} {one.notes}" for one in db.scalars(select(Audit)))
    said = rows + caplog.text + re.search("<title>([^<]*)</title>", page)[1]
    assert [one for one in (town.code, show_code(town.code), NEW["pin"], PIN) if one in said] == []


def test_in_the_database_the_code_is_sealed_and_the_number_a_slow_hash_that_is_sealed(town):
    with town.database.reading() as db:
        raw = db.connection().exec_driver_sql("select code, pin_hash, code_hash from service_card").one()
        card = db.query(ServiceCard).one()
        assert card.pin_hash.startswith("$argon2id$") and card.code_hash == hash_code(card.code)
    assert town.code.encode() not in b"".join(map(bytes, raw)) and b"argon2" not in bytes(raw[1])


def test_the_page_asks_as_many_questions_with_many_days_as_with_few(town, browse, path, count_queries):
    wang = browse("wang")
    wang.see(path)
    with count_queries() as few:
        wang.see(path)
    town.thirty_days_more()
    with count_queries() as many:
        page = wang.see(f"{path}?copies=8")
    assert len(many) == len(few) and "".join(cards(page)).count("<tr><td>") == 32


def test_her_page_leads_to_it(town, browse, path):
    assert f'href="{path}"' in main_of(browse("wang").see(f"/people/{town.uuid}"))

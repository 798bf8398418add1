import io
import re

import pytest
from sqlalchemy import select

from server.access.phones import create_app_user
from server.models import AppUser
from tests.client import Client
from tests.conftest import MORNING
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.test_phones import make_lead_of_village_one

ROSTER = "姓名,村\n马玉梅,519901201001\n刘小燕,519901201002\n李敏,全镇\n"


def send_roster(browser, text):
    data = {"__csrf": browser.csrf, "file": (io.BytesIO(text.encode()), "名单.csv")}
    headers = {"Accept": "text/html"}
    return browser.client.post("/phones/roster", data=data, content_type="multipart/form-data", headers=headers)


def cards_in(page):
    return cards_in_text(page.get_data(as_text=True))


def cards_in_text(page):
    return re.findall(r'<article class="qr-card">.*?</article>', page, re.DOTALL)


def test_a_roster_becomes_sheets_of_cards_that_work(town, browse, database, count_queries):
    lea = browse("lea")
    made = send_roster(lea, ROSTER)
    assert made.status_code == 303
    sheets = lea.see(made.location)
    words = [text_of_card(card) for card in cards_in(sheets)]
    assert len(words) == 3 and any("马玉梅" in one and "村1" in one for one in words)
    assert "李敏" in text_of(sheets) and "赵秀兰" not in text_of(sheets), "only who is on the roster"
    with database.reading() as db:
        assert len(db.scalars(select(AppUser)).all()) == 4


def text_of_card(card):
    return re.sub(r"<[^>]+>", " ", card)


def test_a_sheet_has_the_keys_in_squares_only(town, browse):
    page = browse("lea").see("/phones/cards").get_data(as_text=True)
    assert len(cards_in(browse("lea").see("/phones/cards"))) == 1
    assert town.key not in page and "/v1/key/" not in page
    alone = browse("lea").see(f"/phones/{town.phone_id}").get_data(as_text=True)
    square = re.search(r"<svg[^>]*>.*?</svg>", cards_in_text(page)[0], re.DOTALL)[0]
    assert square in alone, "the same code as on the single card, which opens the server"


def test_ten_cards_are_a_sheet_and_fifty_a_page_with_as_many_queries_as_for_one(town, browse, database, count_queries):
    lea = browse("lea")
    lea.see("/phones/cards")
    with count_queries() as few:
        lea.see("/phones/cards")
    with database.transaction() as db:
        for number in range(53):
            create_app_user(db, town.app.extensions["fangshi.key"], town.project_id, f"员{number:02}", None, MORNING)
    with count_queries() as many:
        first = lea.see("/phones/cards")
    assert len(many) == len(few)
    assert len(cards_in(first)) == 50 and first.get_data(as_text=True).count('class="card-sheet"') == 5
    assert len(cards_in(lea.see("/phones/cards?page=2"))) == 4


def test_cards_are_chosen_by_village(town, browse):
    lea = browse("lea")
    send_roster(lea, ROSTER)
    page = text_of(lea.see("/phones/cards?village=519901201001"))
    assert "马玉梅" in page and "刘小燕" not in page and "李敏" not in page


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 20, "٣", "²", "-1", "x", ""])
def test_a_number_that_no_phone_has_chooses_none(town, browse, number):
    page = browse("lea").see(f"/phones/cards?phone={town.phone_id}&phone={number}")
    assert page.status_code == 200 and len(cards_in(page)) == 1


def test_a_stopped_phone_has_no_card(town, browse):
    lea = browse("lea")
    lea.send(f"/phones/{town.phone_id}/revoke")
    assert "这里没有可打印的卡" in text_of(lea.see("/phones/cards"))


def test_a_roster_with_a_fault_makes_no_key_and_names_the_line(town, browse, database):
    lea = browse("lea")
    lea.see("/phones/roster")
    answer = send_roster(lea, ROSTER + "王芳,没有的村\n")
    assert answer.status_code == 400 and "第 5 行" in text_of(answer)
    assert send_roster(lea, "x" * 300_000).status_code == 400
    assert lea.send("/phones/roster").status_code == 400
    with database.reading() as db:
        assert len(db.scalars(select(AppUser)).all()) == 1


@pytest.mark.parametrize("name", ["rita", "vera", "otto"])
def test_who_may_not_manage_phones_prints_none(town, browse, name):
    browser = browse(name)
    for path in ("/phones/cards", "/phones/roster"):
        assert browser.see(path).status_code in (403, 404)
    assert send_roster(browser, ROSTER).status_code in (403, 404)


def test_a_key_used_on_two_devices_is_shown_and_refused_nothing(town, browse):
    lea = browse("lea")
    phone = Client(town.app, key=town.key)
    for device in ("collect:aaa", "collect:bbb"):
        assert phone.get(f"/projects/{town.project_id}/formList?deviceID={device}").status_code == 200
    assert "有钥匙在两部手机上用过：1" in text_of(lea.see("/phones"))
    card = text_of(lea.see(f"/phones/{town.phone_id}"))
    assert "collect:aaa" in card and "collect:bbb" in card
    lea.send(f"/phones/{town.phone_id}/device")
    assert "有钥匙在两部手机上用过" not in text_of(lea.see("/phones"))


def test_a_lost_phone_is_stopped_by_one_button_and_the_page_says_what_to_do(town, browse):
    lea = browse("lea")
    answer = lea.send(f"/phones/{town.phone_id}/lost")
    assert answer.status_code == 200 and "丢失的手机收不到也发不出" in text_of(answer)
    assert Client(town.app, key=town.key).get(f"/projects/{town.project_id}/formList").status_code == 403
    for name in ("rita", "otto"):
        assert browse(name).send(f"/phones/{town.phone_id}/lost").status_code in (403, 404)


def test_a_card_that_a_phone_uses_is_not_printed_again(town, browse):
    lea = browse("lea")
    Client(town.app, key=town.key).get(f"/projects/{town.project_id}/formList")
    page = lea.see("/phones/cards")
    assert cards_in(page) == [] and "已经有手机在用的卡不再打印" in text_of(page)
    lea.send(f"/phones/{town.phone_id}/reissue")
    assert len(cards_in(lea.see("/phones/cards"))) == 1


def test_who_leads_some_villages_prints_and_makes_cards_of_these_alone(town, browse):
    other = make_lead_of_village_one(town)
    lena = browse("lena")
    assert cards_in(lena.see("/phones/cards")) == []
    assert cards_in(lena.see(f"/phones/cards?phone={other}&phone={town.phone_id}")) == []
    for text, said in (("刘小燕,519901201002", "写的村不归您管"), ("李敏,全镇", "而您只管其中几个村")):
        refused = send_roster(lena, f"姓名,村\n马玉梅,519901201001\n{text}\n")
        assert refused.status_code == 400 and "第 3 行" in text_of(refused) and said in text_of(refused)
    made = send_roster(lena, "姓名,村\n二村的手机,519901201001\n")
    assert len(cards_in(lena.see(made.location))) == 1, "of the same name, and not the one of another village"

"""Channels on pages: one's own, a town's for administrators; tried out, never shown again."""

import pytest
from sqlalchemy import select

from server.access import outbound
from server.followups.channels import push_key_of
from server.followups.trying_out import MOST
from server.models import Audit, NotificationChannel
from tests.conftest import MORNING
from tests.http_sink import HttpSink
from tests.server.followups.a_browser import ABrowser
from tests.server.web.pages.conftest import text_of

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
WECOM = {"kind": "wecom", "address": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", "alerts": "1"}
OWN = "/me/channels"


@pytest.fixture
def config(config):
    """The loopback may be called, where the sink is."""
    from dataclasses import replace

    return replace(config, outbound_allow=frozenset({"127.0.0.1", "qyapi.weixin.qq.com"}))


def hook(http_sink: HttpSink) -> dict[str, str]:
    return {"kind": "webhook", "address": f"{http_sink.url}/in/{KEY}", "secret": "s3cret-s3cret", "alerts": "1"}


def town_page(town) -> str:
    return f"/admin/projects/{town.project_id}/channels"


def kinds_in(database) -> list[tuple[str, bool]]:
    with database.reading() as db:
        return [(row.kind, row.project_id is not None) for row in db.scalars(select(NotificationChannel))]


def test_a_channel_is_set_up_tried_out_and_taken_away(town, browse, database, http_sink):
    otto = browse("otto")
    assert "还没有渠道" in text_of(otto.see(OWN))
    assert otto.send(OWN, hook(http_sink)).status_code == 303
    page = otto.see(OWN).get_data(as_text=True)
    assert "Webhook 接口" in page
    assert not [one for one in (KEY, "s3cret", "127.0.0.1") if one in page]
    tried = otto.send(f"{OWN}/webhook/test")
    assert "已送到。" in text_of(tried)
    assert http_sink.got[0].told["message"] == "访视：试发\n这个渠道是通的，没有事要做。"
    assert otto.send(f"{OWN}/webhook/remove").status_code == 303
    assert kinds_in(database) == []
    assert otto.send(f"{OWN}/webhook/test").status_code == 404


def test_a_town_s_bot_is_the_administrators_matter(town, browse, database, http_sink, monkeypatch):
    http_sink.stand_for_bots(monkeypatch)
    ada = browse("ada")
    assert town_page(town) in ada.see(f"/admin/projects/{town.project_id}").get_data(as_text=True)
    assert ada.send(town_page(town), WECOM).status_code == 303
    assert kinds_in(database) == [("wecom", True)]
    assert "已送到。" in text_of(ada.send(f"{town_page(town)}/wecom/test"))
    for name in ("lea", "rita"):
        browser = browse(name)
        assert browser.see(town_page(town)).status_code == 403
        assert browser.send(town_page(town), WECOM).status_code == 403
        assert browser.send(f"{town_page(town)}/wecom/test").status_code == 403
    assert town_page(town) not in browse("lea").see(f"/admin/projects/{town.project_id}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"body": b'{"errcode": 93000, "errmsg": "invalid key"}'}, "错误号 93000"),
        ({"status": 503}, "对方现在不收"),
        ({"status": 302}, "不跟过去"),
        ({"fault": "cut"}, "可能到了，也可能没到"),
    ],
)
def test_what_came_of_a_try_is_said_in_words(town, browse, http_sink, monkeypatch, fault, words):
    http_sink.stand_for_bots(monkeypatch)
    ada = browse("ada")
    ada.send(OWN, WECOM)
    for name, value in fault.items():
        setattr(http_sink, name, value)
    assert words in text_of(ada.send(f"{OWN}/wecom/test"))


def test_a_number_without_a_gateway_is_told_so(town, browse):
    lea = browse("lea")
    assert lea.send(OWN, {"kind": "sms", "phone": "13800138000", "alerts": "1"}).status_code == 303
    assert "还没有短信网关" in text_of(lea.send(f"{OWN}/sms/test"))
    assert "13800138" not in lea.see(OWN).get_data(as_text=True).partition("<main")[2]


@pytest.mark.parametrize("address", ["https://10.0.0.7/x", "http://1.1.1.1/", "https://localhost:1/", "nonsense"])
def test_an_address_that_may_not_be_called_is_not_stored(town, browse, database, address):
    answer = browse("otto").send(OWN, {"kind": "webhook", "address": address})
    assert answer.status_code == 400
    assert "它不是公网的 https 地址" in text_of(answer)
    assert address not in answer.get_data(as_text=True)
    assert kinds_in(database) == []


def test_one_that_lies_inside_later_is_refused_then(town, browse, http_sink, monkeypatch):
    otto = browse("otto")
    otto.send(OWN, hook(http_sink))
    monkeypatch.setattr(outbound, "is_public", lambda _address: False)
    otto.send(OWN, {**hook(http_sink), "address": "https://1.1.1.1/"})
    assert http_sink.got == []


def test_trying_out_has_an_end(town, browse, http_sink, clock):
    otto = browse("otto")
    otto.send(OWN, hook(http_sink))
    for _ in range(MOST):
        assert otto.send(f"{OWN}/webhook/test").status_code == 200
    otto.send(f"{OWN}/webhook/remove")
    otto.send(OWN, hook(http_sink))
    refused = otto.send(f"{OWN}/webhook/test")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    assert len(http_sink.got) == MOST
    clock.forward(minutes=10)
    assert otto.send(f"{OWN}/webhook/test").status_code == 200


def test_the_audit_says_what_was_done_and_nothing_of_where_it_leads(town, browse, database, http_sink):
    otto = browse("otto")
    otto.send(OWN, hook(http_sink))
    otto.send(f"{OWN}/webhook/test")
    otto.send(f"{OWN}/webhook/remove")
    with database.reading() as db:
        acts = db.scalars(
            select(Audit).where(Audit.action.startswith("channel"), Audit.logged_at >= MORNING).order_by(Audit.id)
        ).all()
        told = [(one.action, one.details) for one in acts]
    assert told == [(f"channel.{what}", {"channel": "webhook"}) for what in ("update", "test", "delete")]


def test_nobody_sees_or_changes_another_s(town, browse, http_sink):
    browse("otto").send(OWN, hook(http_sink))
    rita = browse("rita")
    assert "还没有渠道" in text_of(rita.see(OWN))
    assert rita.send(f"{OWN}/webhook/remove").status_code == 404
    assert browse().see(OWN).status_code == 303


def test_web_push_is_off_until_an_administrator_sets_it_up(town, browse, database, http_sink):
    rita, ada, reader = browse("rita"), browse("ada"), ABrowser()
    http_sink.status, http_sink.body = 201, b""
    page = rita.see(OWN)
    assert "网页推送是关的" in text_of(page)
    assert b"data-push-key" not in page.data
    assert b'value="web_push"' not in page.data
    ada.see(town_page(town))
    wrong = ada.send(town_page(town), {"kind": "web_push", "address": "nobody"})
    assert (wrong.status_code, kinds_in(database)) == (400, [])
    assert ada.send(town_page(town), {"kind": "web_push", "address": "duty@town.test"}).status_code == 303
    assert "duty@town.test" not in ada.see(town_page(town)).get_data(as_text=True)
    with database.reading() as db:
        key = push_key_of(db, town.project_id)
    page = rita.see(OWN)
    assert f'data-push-key="{key}"'.encode() in page.data
    assert "网页推送是关的" not in text_of(page)
    browser = {"kind": "web_push", "address": f"{http_sink.url}/push/1", "secret": reader.secret, "alerts": "1"}
    assert rita.send(OWN, browser).status_code == 303
    assert "已送到。" in text_of(rita.send(f"{OWN}/web_push/test"))
    assert reader.open(http_sink.got[0].body) == "访视：试发\n这个渠道是通的，没有事要做。"
    http_sink.status = 410
    assert "浏览器已经放弃了这个地址" in text_of(rita.send(f"{OWN}/web_push/test"))
    assert "在自己的渠道页上" in text_of(ada.send(f"{town_page(town)}/web_push/test"))
    ada.send(f"{town_page(town)}/web_push/remove")
    assert "本镇没有开网页推送" in text_of(rita.send(f"{OWN}/web_push/test"))


def test_the_worker_of_pushes_is_at_the_root_for_everybody(browse):
    answer = browse().see("/push-worker.js")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert b'addEventListener("fetch"' not in answer.data, "nothing of a page goes through it or is kept by it"

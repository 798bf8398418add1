"""Webhooks on pages: for administrators; a secret is shown once, an address never; paused, removed and back, told again."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from server.config import Config
from server.models import Audit, Webhook
from server.sending_jobs import tell_programs
from tests.conftest import MORNING
from tests.http_sink import HttpSink
from tests.server.feeds.hooking import is_signed
from tests.server.web.pages.conftest import text_of


@pytest.fixture
def config(config: Config) -> Config:
    """The loopback may be called, where the sink is."""
    return replace(config, outbound_allow=frozenset({"127.0.0.1"}))


def page_of(town) -> str:
    return f"/admin/projects/{town.project_id}/webhooks"


def set_up(town, browser, http_sink: HttpSink, *groups: str) -> tuple[str, str]:
    """The path of its page, and its secret."""
    sent = {"address": f"{http_sink.url}/in/K3Y", "groups": list(groups or ("records", "review"))}
    shown = browser.send(page_of(town), sent)
    assert shown.status_code == 200, text_of(shown)
    page = shown.get_data(as_text=True)
    secret = re.search(r'id="webhook-secret" class="long">([^<]+)<', page)
    path = re.search(rf'action="({page_of(town)}/\d+)/test"', page)
    assert secret and path
    return path[1], secret[1]


def test_one_is_set_up_and_its_secret_shown_once(town, browse, database, http_sink, config) -> None:
    ada = browse("ada")
    assert page_of(town) in ada.see(f"/admin/projects/{town.project_id}").get_data(as_text=True)
    assert "还没有 Webhook" in text_of(ada.see(page_of(town)))
    path, secret = set_up(town, ada, http_sink)
    for where in (path, page_of(town)):
        page = ada.see(where).get_data(as_text=True)
        assert "127.0.0.1" in page
        assert not [one for one in (secret, "K3Y") if one in page]
    with database.reading() as db:
        row = db.scalars(select(Webhook)).one()
        assert row.groups == "records,review"
        noted = db.scalars(select(Audit).where(Audit.action == "webhook.create")).one()
        assert (noted.details, "K3Y" in str(noted.details)) == ({"webhookId": row.id, "groups": row.groups}, False)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"address": "http://town.test/in", "groups": "records"}, "https"),
        ({"address": "https://10.0.0.1/in", "groups": "records"}, "https"),
        ({"address": "https://127.0.0.1/in"}, "还缺一项：告诉它什么"),
        ({"groups": "records"}, "还缺一项：地址"),
        ({"address": "https://127.0.0.1/in", "groups": "everything"}, "没有这一类内容"),
    ],
)
def test_what_cannot_be_called_is_refused_and_not_quoted(town, browse, database, sent, words) -> None:
    answer = browse("ada").send(page_of(town), sent)
    assert (answer.status_code, words in text_of(answer)) == (400, True), text_of(answer)
    assert "10.0.0.1" not in text_of(answer)
    with database.reading() as db:
        assert db.scalars(select(Webhook)).all() == []


def test_a_test_delivery_is_signed_and_what_came_of_it_is_said(town, browse, http_sink) -> None:
    ada = browse("ada")
    path, secret = set_up(town, ada, http_sink)
    assert "已送到。" in text_of(ada.send(f"{path}/test"))
    assert is_signed(http_sink.got[0], secret) == [True]
    http_sink.status = 404
    assert "404" in text_of(ada.send(f"{path}/test"))
    http_sink.status = 200
    for _ in range(4):
        ada.send(f"{path}/test")
    assert ada.send(f"{path}/test").status_code == 429
    assert "试发" in text_of(ada.see(path))


def test_a_new_secret_is_shown_once_and_both_sign(town, browse, http_sink) -> None:
    ada = browse("ada")
    path, old = set_up(town, ada, http_sink)
    page = ada.send(f"{path}/secret").get_data(as_text=True)
    new = re.search(r'id="webhook-secret" class="long">([^<]+)<', page)
    assert new and new[1] != old
    assert new[1] not in ada.see(path).get_data(as_text=True)
    assert "旧密钥还一起签名" in text_of(ada.see(path))
    ada.send(f"{path}/test")
    assert (is_signed(http_sink.got[0], new[1]), is_signed(http_sink.got[0], old)) == ([True, False], [False, True])


def test_it_is_paused_taken_away_and_brought_back(town, browse, http_sink, database) -> None:
    ada = browse("ada")
    path, _ = set_up(town, ada, http_sink)
    assert ada.send(f"{path}/pause").status_code == 303
    assert "已暂停" in text_of(ada.see(path))
    assert ada.send(f"{path}/resume").status_code == 303
    assert ada.send(f"{path}/groups", {"groups": "follow_ups"}).status_code == 303
    assert ada.send(f"{path}/groups").status_code == 400
    gone = ada.send(f"{path}/remove")
    assert gone.location == page_of(town)
    assert ada.see(path).status_code == 404
    assert "找回" in text_of(ada.see(page_of(town)))
    assert ada.send(f"{path}/restore").status_code == 303
    assert ada.see(path).status_code == 200
    assert ada.send(f"{path}/restore").status_code == 404
    with database.reading() as db:
        acts = db.scalars(select(Audit.action).where(Audit.action.startswith("webhook.")).order_by(Audit.id)).all()
    assert [one.removeprefix("webhook.") for one in acts] == [
        *["create", "pause", "resume", "update", "delete", "restore"]
    ]


def test_what_failed_is_told_again_from_the_page(town, browse, http_sink, database, config) -> None:
    ada = browse("ada")
    path, _ = set_up(town, ada, http_sink)
    town.record(note="WORDHIDDEN")
    http_sink.status = 410
    tell_programs(database, config, MORNING)
    page = text_of(ada.see(path))
    assert "410" in page
    assert "WORDHIDDEN" not in page
    http_sink.status = 200
    assert ada.send(f"{path}/replay", {"which": "all"}).status_code == 303
    tell_programs(database, config, MORNING)
    assert ada.send(f"{path}/replay", {"which": "range", "range": "1"}).status_code == 303
    tell_programs(database, config, MORNING)
    assert [len(got.told["changes"]) for got in http_sink.got] == [1, 1, 1]
    assert ada.send(f"{path}/replay", {"which": "range", "range": "1-99"}).status_code == 400
    assert ada.send(f"{path}/replay", {"which": "range", "range": "x"}).status_code == 400
    assert ada.send(f"{path}/replay", {"delivery": "1"}).status_code == 404


def test_it_is_the_administrators_matter_and_of_their_own_project(town, browse, http_sink) -> None:
    path, _ = set_up(town, browse("ada"), http_sink)
    for name in ("lea", "rita"):
        browser = browse(name)
        assert browser.see(page_of(town)).status_code == 403
        assert browser.see(path).status_code == 403
        assert browser.send(f"{path}/secret").status_code == 403
        assert page_of(town) not in browser.see(f"/admin/projects/{town.project_id}").get_data(as_text=True)
    other = path.replace(f"/projects/{town.project_id}/", "/projects/999999/")
    assert browse("ada").see(other).status_code == 404


def test_it_asks_as_often_for_many_as_for_one(town, browse, http_sink, count_queries) -> None:
    ada = browse("ada")
    asked = []
    for number in (1, 4):
        for _ in range(number):
            set_up(town, ada, http_sink)
        ada.see(page_of(town))
        with count_queries() as seen:
            ada.see(page_of(town))
        asked.append(len(seen))
    assert asked[0] == asked[1]

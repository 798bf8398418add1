"""Whose channels there are, and what may be typed as the address of one."""

import json

import pytest
from sqlalchemy import select, text

from server.access.people import delete_user
from server.db import Database
from server.errors import Problem
from server.followups.channels import (
    SMS,
    WEBHOOK,
    WECOM,
    Destination,
    Owner,
    bots_of,
    channels_of,
    destination_of,
    list_channels,
    put_channel,
    read_destination,
    remove_channel,
)
from server.models import Audit, NotificationChannel
from tests.server.followups.chatting import who_sets
from tests.server.followups.staff import MORNING, Staff

MINE, TOWN = Owner(actor_id=7), Owner(project_id=7)
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("kind", "address", "key"),
    [
        ("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", KEY),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec", "566cc69da782ec"),
        ("feishu", f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}", KEY),
        ("lark", f"https://open.larksuite.com/open-apis/bot/v2/hook/{KEY}/", KEY),
        ("webhook", "https://1.1.1.1/in?a=b", "https://1.1.1.1/in?a=b"),
    ],
)
def test_the_address_that_a_bot_shows_is_what_is_typed(kind: str, address: str, key: str) -> None:
    assert read_destination(MINE, kind, address, "", "", NONE) == Destination(kind, key)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("wecom", "https://qyapi.weixin.qq.com.evil.test/cgi-bin/webhook/send?key=aaaaaaaaaa"),
        ("wecom", "https://qyapi.weixin.qq.com@evil.test/cgi-bin/webhook/send?key=aaaaaaaaaa"),
        ("wecom", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=aaaaaaaaaa"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=../../../x"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/a/b/c/d/e"),
        ("dingtalk", "https://oapi.dingtalk.com:8443/robot/send?access_token=566cc69da782ec"),
        *(
            ("webhook", one)
            for one in ("http://1.1.1.1/", "https://10.0.0.7/", "https://[::1]/", "https://a:b@1.1.1.1/")
        ),
        *(
            ("webhook", one)
            for one in ("https://169.254.169.254/", "file:///etc/passwd", "https://localhost/", "x", "")
        ),
        ("pigeon", "https://1.1.1.1/"),
        ("web_push", "https://1.1.1.1/"),
    ],
)
def test_what_is_no_such_address_is_refused_and_never_quoted(kind: str, address: str) -> None:
    with pytest.raises(Problem) as caught:
        read_destination(MINE, kind, address, "", "", NONE)
    assert not address or address not in str(caught.value)


def test_an_address_inside_is_taken_where_the_setting_names_its_host() -> None:
    assert read_destination(MINE, WEBHOOK, "http://10.0.0.7/in", "", "", frozenset({"10.0.0.7"})).address


@pytest.mark.parametrize("secret", ["two words", "密", "x" * 201, "a\nb"])
def test_a_secret_is_one_word(secret: str) -> None:
    with pytest.raises(Problem):
        read_destination(MINE, WEBHOOK, "https://1.1.1.1/", secret, "", NONE)


def test_a_person_s_text_messages_need_a_number_and_a_town_s_a_gateway() -> None:
    assert read_destination(MINE, SMS, "", "", "138 0013-8000", NONE).phone == "13800138000"
    assert read_destination(TOWN, SMS, "https://1.1.1.1/", "t", "", NONE).address == "https://1.1.1.1/"
    for owner, phone in ((MINE, "12"), (MINE, "call me"), (TOWN, "13800138000")):
        with pytest.raises(Problem):
            read_destination(owner, SMS, "", "", phone, NONE)


def put(database: Database, owner: Owner, kind: str = WECOM, key: str = KEY) -> None:
    with database.transaction() as db:
        put_channel(db, owner, Destination(kind, key, "s3cret"), True, False, who_sets(db, owner), MORNING)


def test_there_is_one_of_a_kind_and_a_new_one_takes_its_place(database: Database, staff: Staff) -> None:
    owner = Owner(actor_id=staff.chen)
    put(database, owner)
    put(database, owner, key="other-key")
    put(database, Owner(actor_id=staff.luo))
    with database.reading() as db:
        [row] = list_channels(db, owner)
        assert destination_of(db, row, staff.project.id) == Destination(WECOM, "other-key", "s3cret")
        assert {one: len(found) for one, found in channels_of(db, [staff.chen, staff.doctor, None]).items()} == {
            staff.chen: 1
        }


def test_a_gateway_is_no_bot(database: Database, staff: Staff) -> None:
    town = Owner(project_id=staff.project.id)
    put(database, town, SMS)
    put(database, town, WECOM)
    with database.reading() as db:
        assert bots_of(db, {staff.project.id}) == {staff.project.id: [WECOM]}


def test_what_is_secret_stands_neither_in_the_table_nor_in_the_audit(database: Database, staff: Staff) -> None:
    owner = Owner(actor_id=staff.chen)
    put(database, owner)
    with database.transaction() as db:
        remove_channel(db, owner, WECOM, staff.chen, MORNING)
    put(database, owner)
    with database.reading() as db:
        raw = db.execute(text("SELECT destination_json FROM notification_channel")).scalar_one()
        assert KEY.encode() not in bytes(raw)
        acts = db.scalars(select(Audit).where(Audit.action.like("channel.%")).order_by(Audit.id)).all()
        assert [act.action for act in acts] == ["channel.update", "channel.delete", "channel.update"]
        assert {json.dumps(act.details) for act in acts} == {'{"channel": "wecom"}'}
        assert all(act.actee_actor_id == staff.chen for act in acts)


def test_an_account_that_is_deleted_leaves_no_channel(database: Database, staff: Staff) -> None:
    put(database, Owner(actor_id=staff.chen))
    with database.transaction() as db:
        delete_user(db, staff.chen, staff.lead, MORNING)
        assert db.scalars(select(NotificationChannel)).all() == []
